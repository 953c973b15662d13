/* SPDX-License-Identifier: MIT
 *
 * Is an output the right answer? By a checker, or line by line, where blanks at the ends of lines
 * and of the file do not count.
 */
#ifndef MEMRESTRICT_BATCH_ANSWER_H
#define MEMRESTRICT_BATCH_ANSWER_H

#include "judge/batch_tests.h"

enum batch_answer { ANSWER_RIGHT, ANSWER_WRONG, ANSWER_NONE, ANSWER_FAILED };
enum { BATCH_DIFFERENCE = 256 };

/* "right", "wrong", "none", "failed". Static. */
const char *batch_answer_id(enum batch_answer answer);

/* `difference` says what is wrong, in safe words; else it is empty. ANSWER_NONE: there is none to
 * compare with; ANSWER_FAILED: a file cannot be read, or the checker not be run, or it was ended
 * since a signal came to us (signal_wait.h), which is held. */
enum batch_answer batch_answer_check(const struct batch_test *test, const char *output,
                                     const char *checker, char difference[BATCH_DIFFERENCE]);

#endif
