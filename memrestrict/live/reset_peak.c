/* SPDX-License-Identifier: MIT */
#include "live/reset_peak.h"

#include "live/find_runs.h"

#include <time.h>

static void of_each(const struct found_target *target,
                    void (*set)(struct roster *, const struct roster_process *))
{
    struct roster_process process;
    const struct found_run *run = target->run;
    if (target->is_process) {
        set(run->roster, &target->process);
        return;
    }
    for (unsigned i = 0; find_runs_next(run, &i, &process); i++)
        set(run->roster, &process);
    if (find_runs_is_tree(run))
        set(run->roster, NULL);
}

/* A process charges first and looks at its peak afterwards: who still met the old one did not raise
 * it, and may have charged what we did not see. After a moment all that is to be seen. */
static bool reset(const struct found_target *target, char **words)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    (void)words;
    of_each(target, roster_reset_peak);
    nanosleep(&moment, NULL);
    of_each(target, roster_raise_peak);
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
    return find_runs_command(&arguments, argc, argv, false, reset);
}
