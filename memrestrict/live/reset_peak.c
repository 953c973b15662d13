/* SPDX-License-Identifier: MIT */
#include "live/reset_peak.h"

#include "live/find_runs.h"

#include <stdatomic.h>
#include <time.h>

static void start_again(_Atomic uint64_t *peak, uint64_t used) { atomic_store(peak, used); }

static void raise_peak(_Atomic uint64_t *peak, uint64_t used)
{
    uint64_t old = atomic_load(peak);
    while (used > old && !atomic_compare_exchange_weak(peak, &old, used))
        ;
}

static void of_each(const struct found_target *target, void (*set)(_Atomic uint64_t *, uint64_t))
{
    struct account *account;
    const struct found_run *run = target->run;
    if (target->account != NULL) {
        set(&target->account->peak, account_used(target->account));
        return;
    }
    for (unsigned i = 0; (account = find_runs_next(run, &i)) != NULL; i++)
        set(&account->peak, account_used(account));
    if (find_runs_is_tree(run))
        set(&run->accounts->tree_peak, find_runs_used(run));
}

/* A process charges first and looks at its peak afterwards: who still met the old one did not raise
 * it, and may have charged what we did not see. After a moment all that is to be seen. */
static bool reset(const struct found_target *target, char **words)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    (void)words;
    of_each(target, start_again);
    nanosleep(&moment, NULL);
    of_each(target, raise_peak);
    return true;
}

int reset_peak_main(int argc, char **argv)
{
    const struct arguments arguments = {
        .name = "memrestrict reset-peak",
        .words = "PID",
        .doc = "Lets the peak of a process that runs under memrestrict start again from what it "
               "uses now; or, if PID is that of the command, the peaks of all its processes.",
        .least = 1,
        .most = 1,
    };
    return find_runs_command(&arguments, argc, argv, reset);
}
