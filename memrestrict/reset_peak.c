/* SPDX-License-Identifier: MIT */
#include "reset_peak.h"

#include "outside.h"

#include <stdatomic.h>

static void reset_process(struct account *account)
{
    atomic_store(&account->peak, account_used(account));
}

static void reset_run(const struct outside_run *run)
{
    struct account *account;
    for (unsigned i = 0; (account = outside_next(run, &i)) != NULL; i++)
        reset_process(account);
    if (outside_is_tree(run))
        atomic_store(&run->accounts->tree_peak, outside_used(run));
}

static bool reset(const struct outside_target *target, char **words)
{
    (void)words;
    if (target->account != NULL)
        reset_process(target->account);
    else
        reset_run(target->run);
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
    return outside_command(&arguments, argc, argv, reset);
}
