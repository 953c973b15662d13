/* SPDX-License-Identifier: MIT
 *
 * Whether trials have a sandbox (trial/sandbox.h): if it is asked for; and for root, whose programs
 * could take away anything, if it can be had.
 */
#ifndef MEMRESTRICT_SWEEP_SANDBOX_H
#define MEMRESTRICT_SWEEP_SANDBOX_H

#include "sweep/sweep_options.h"
#include "trial/trial.h"

/* And whether what they write in the working directory is compared, which is the default in one.
 * Says what root has to know. False: a sandbox was asked for and cannot be had, which was said. */
bool sweep_sandbox(const struct sweep_options *options, const struct trials *trials,
                   struct trial_program *program, struct string_list *notes);
/* Adds a note that the sandbox may be why the reference fails. False: no memory. */
bool sweep_sandbox_note(const struct trial_program *program, int status, struct string_list *notes);

#endif
