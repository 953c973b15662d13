/* SPDX-License-Identifier: MIT
 *
 * A sweep in one run: the program makes a copy of itself at each call site (`memrestrict run
 * --explore`), and what became of the copies is judged as trials are.
 */
#ifndef MEMRESTRICT_SWEEP_FORK_H
#define MEMRESTRICT_SWEEP_FORK_H

#include "sweep/classify.h"
#include "sweep/saved_output.h"
#include "base/progress.h"
#include "sweep/sweep_options.h"
#include "trial/trial.h"

struct sweep_fork {
    const struct sweep_options *options;
    struct trial_program *program; /* of the trials; changed meanwhile */
    struct trials *trials;
    const struct reference *reference; /* its run is kept, and wrote to files */
    struct source_locations *locations;
    struct progress *progress;
    struct saved_output *kept;
    struct string_list *notes; /* is added to */
    bool (*keep)(void *context,
                 struct journal_record *record); /* takes a record over; false: no more */
    void *context;
};

/* False: the program could not be run, or did not run as in the reference, which was said; or a
 * signal came. */
bool sweep_fork(const struct sweep_fork *how);

#endif
