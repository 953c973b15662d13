/* SPDX-License-Identifier: MIT
 *
 * Is a trial a success? As it is without a limit, or as a test command says.
 */
#ifndef MEMRESTRICT_MIN_SUCCESS_H
#define MEMRESTRICT_MIN_SUCCESS_H

#include "min/min_options.h"
#include "trial/trial.h"

/* What the program does without a limit. */
struct min_success {
    const struct min_options *options;
    uint64_t out_hash, out_size;
    uint64_t least_peak, most_peak; /* bytes, of the runs that there were */
    uint64_t time;                  /* nanoseconds, of the longest */
    char engine[16];                /* what would have limited it */
};

/* Why a trial is none: "exit 2 (sort: memory exhausted)". The caller frees it. NULL with *passed
 * true: it is one; else there is no memory. */
char *min_success_judge(const struct min_success *success, const struct trial *trial, bool *passed);

/* Runs the program without a limit, twice. False: it is no success even so, or not the same both
 * times, or cannot be run or limited; this was said, and *status is what to exit with. */
bool min_success_learn(struct min_success *success, struct trials *trials, int *status);

/* Does the engine tell call sites, and what was held at the peak? */
bool min_success_has_sites(const struct min_success *success);
bool min_success_has_peaks(const struct min_success *success);

/* What a trial held at its peak. */
uint64_t min_success_peak(const struct min_options *options, const struct trial *trial);

#endif
