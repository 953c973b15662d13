/* SPDX-License-Identifier: MIT
 *
 * An outcome in words, shared by the verdict and all formats: the sentence, and the names that
 * programs may rely on. Whatever a program has named is made safe (base/text.h).
 */
#ifndef MEMRESTRICT_SENTENCE_H
#define MEMRESTRICT_SENTENCE_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SIGNAL_ROOM = 24, END_ROOM = 80 };

/* For machines, never changed: "never_refused", "refused_and_survived" ... Static. */
const char *sentence_kind_id(enum outcome_kind kind);
/* "running", "exited", "killed", "replaced", "escaped", "vanished". Static. */
const char *sentence_end_id(enum process_end end);
/* "limited", "limited_alone", "not_limited", "not_known". Static. */
const char *sentence_coverage_id(enum coverage coverage);
/* "SIGSEGV", "SIGRTMIN+3", "signal 99". */
const char *sentence_signal(int signal, char room[SIGNAL_ROOM]);
/* "exit 2", "killed by SIGSEGV", "still running", "became another program" ... */
const char *sentence_end(const struct process *process, char room[END_ROOM]);

/* Is the run a success: the program was started and ended with status 0, not by our time limit,
 * refusals are either none or no failure, and all that was to be limited was? */
bool sentence_passed(const struct outcome *outcome);

/* "refused 3 allocations (first: malloc of 1.0 MiB at 63.4 of 64.0 MiB), exit 2", or "nothing
 * refused (peak 1.0 of 64.0 MiB), exit 0": on one line, safe, without the program's name. */
void sentence_write(FILE *file, const struct outcome *outcome);
/* "not limited: ./p 5 (process 123): statically linked", or of several "not limited: 3 processes,
 * first ./p 5 (process 123): ...": at most `width` characters, if a program's name can be made that
 * short. Nothing, if none is covered so. */
void sentence_coverage(FILE *file, const struct outcome *outcome, enum coverage coverage,
                       size_t width);
/* The gravest of them. */
void sentence_uncovered(FILE *file, const struct outcome *outcome);
/* "malloc of 24 bytes, the 5th" */
void sentence_fault(FILE *file, const struct fault_struck *fault);
/* "malloc of 1.0 MiB at 63.4 of 64.0 MiB" */
void sentence_refusal(FILE *file, const struct refusal *refusal);

/* The program and its arguments, with spaces between, safe. */
void sentence_command(FILE *file, const struct outcome *outcome);

/* What one of the writers above writes, as a string; the caller frees it. NULL: no memory. */
char *sentence_string(void (*write)(FILE *, const struct outcome *), const struct outcome *outcome);

#endif
