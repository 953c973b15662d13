/* SPDX-License-Identifier: MIT
 *
 * The run in which nothing fails, made twice: which call sites there are, what the program prints
 * and leaves behind; and what of that is not the same every time, and so tells nothing.
 */
#ifndef MEMRESTRICT_REFERENCE_H
#define MEMRESTRICT_REFERENCE_H

#include "sweep/classify.h"
#include "trial/trial.h"

/* Adds what is to be said of the program to *notes. *time: nanoseconds that a run takes; *output:
 * hash of what it prints. False: it cannot be run, or there is nothing to be learnt from it, which
 * was said; *status is what to exit with. */
bool reference_take(struct reference *reference, struct trials *trials, uint64_t *time,
                    uint64_t *output, struct string_list *notes, int *status);
void reference_free(struct reference *reference);

/* What a trial left to judge by, with its own sites read into *index, which shares with `known`
 * what that has (site_index.h). False: no memory. */
bool reference_evidence(const struct trial *trial, uint64_t output, const struct site_index *known,
                        struct site_index *index, struct evidence *evidence, char **said);

/* Names the program and its libraries as the reference met them: 16 hexadecimal digits. The caller
 * frees it. NULL: no memory. */
char *reference_build(const struct reference *reference);

#endif
