/* SPDX-License-Identifier: MIT
 *
 * While the program runs: passes signals on, stops and goes on with it, ends it when its time is
 * up, and looks at the accounts now and then.
 */
#ifndef MEMRESTRICT_SUPERVISE_H
#define MEMRESTRICT_SUPERVISE_H

#include "engines/engine.h"
#include "outcome/outcome.h"
#include "run/engine_watch.h"
#include "run/layout_run.h"
#include "run/orphans.h"
#include "run/reap.h"
#include "run/signals.h"
#include "run/taken.h"

#include <stdbool.h>
#include <stdint.h>

struct supervision {
    uint64_t time_limit; /* nanoseconds from outcome->began on; 0: none */
    uint64_t kill_after; /* nanoseconds from there to SIGKILL; 0: never */
    uint64_t interval;   /* nanoseconds between samples; 0: none */
    void (*on_sample)(void *context, uint64_t now); /* now: CLOCK_MONOTONIC */
    void *context;
    struct layout_run *layout; /* NULL: address spaces are not looked at */
    struct roster *roster;
    struct reap *reap;
    struct orphans *orphans;
    struct signals *signals;
    struct taken *taken;         /* NULL: nothing is */
    const struct engine *engine; /* waits for the program, if it has attend */
    void *state;                 /* the engine's */
    struct engine_watch *watch;  /* NULL: the engine has no part */
};

/* Returns when the program, outcome->pid, has ended; fills in how and when. Signals are held. */
void supervise(const struct supervision *attend, struct outcome *outcome);

#endif
