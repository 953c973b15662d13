/* SPDX-License-Identifier: MIT
 *
 * The command line of a trial, and its process.
 */
#ifndef MEMRESTRICT_TRIAL_START_H
#define MEMRESTRICT_TRIAL_START_H

#include "trial/trial.h"

/* `memrestrict run` with all options, to keep its reports in `folder`. Ended by NULL; freed by
 * trial_arguments_free. NULL: no memory. */
char **trial_arguments(const struct trial_program *program, const char *folder, const char *fault,
                       const char *limit);
void trial_arguments_free(char **arguments);

/* What a trial's sandbox keeps, and the socket that takes the folder with what is changed in the
 * working directory; -1: nothing is caught. */
struct trial_sandbox {
    const char *kept;
    int changes;
};

/* Starts it as the leader of a session; its TMPDIR is `folder`/tmp. `streams` become its stdin,
 * stdout and stderr, and stay the caller's. `sandbox` NULL: in none. -1 with errno. */
int trial_launch(char **arguments, const char *folder, const struct trial_sandbox *sandbox,
                 const int streams[3]);

#endif
