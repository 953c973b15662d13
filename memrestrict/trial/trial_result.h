/* SPDX-License-Identifier: MIT
 *
 * What a trial left in its folder, read back.
 */
#ifndef MEMRESTRICT_TRIAL_RESULT_H
#define MEMRESTRICT_TRIAL_RESULT_H

#include "trial/trial.h"

/* The path of one of its files; the caller frees it. NULL: no memory. */
char *trial_path(const struct trial *trial, const char *name);

/* Fills in how it ended and the call sites, if the program's are collected; `status` is that of
 * waitpid(2), of run. */
void trial_read(struct trial *trial, int status, const struct trial_program *program);

#endif
