/* SPDX-License-Identifier: MIT
 *
 * One line of a policy:
 *
 *   # what follows is not read
 *   default allow | deny ERRNO | kill | report
 *   include compute | none
 *   allow CALL...  [if N == VALUE and N & MASK == VALUE and N < VALUE ...]
 *   deny ERRNO CALL...  [if ...]
 *   kill CALL...  [if ...]
 *   report CALL...  [if ...]
 *   files CALL...
 *   own [ERRNO] CALL...  [if ...]
 *
 * where N is the number of an argument, from 0.
 */
#ifndef MEMRESTRICT_POLICY_WORDS_H
#define MEMRESTRICT_POLICY_WORDS_H

#include "judge/policy.h"

enum { POLICY_COMPLAINT = 256, POLICY_CALLS = 256 };

struct policy_words {
    struct policy_rule rule; /* without a call */
    bool is_default;
    const char *include;             /* NULL: nothing */
    const char *calls[POLICY_CALLS]; /* parts of the line */
    size_t call_count;               /* 0, and no default: the line says nothing */
};

/* Takes the line to pieces. False: `complaint` says what is wrong. */
bool policy_words_read(struct policy_words *words, char *line, char complaint[POLICY_COMPLAINT]);

#endif
