/* SPDX-License-Identifier: MIT */
#include "reset_peak.h"

#include "arguments.h"
#include "outside.h"
#include "say.h"

#include <stdatomic.h>
#include <stdlib.h>

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

int reset_peak_main(int argc, char **argv)
{
    const struct arguments arguments = {
        .name = "memrestrict reset-peak",
        .words = "PID",
        .doc = "Lets the peak of a process that runs under memrestrict start again from what it "
               "uses now; "
               "or, if PID is that of the command, the peaks of all its processes.",
        .least = 1,
        .most = 1,
    };
    struct outside outside;
    struct outside_target target;
    char **words;
    int count, status;
    if (!arguments_read(&arguments, argc, argv, &words, &count, &status))
        return status;
    if (!outside_open(&outside))
        return EXIT_OURS;
    bool found = outside_find(&outside, words[0], &target);
    if (found && target.account != NULL)
        reset_process(target.account);
    else if (found)
        reset_run(target.run);
    outside_close(&outside);
    return found ? EXIT_SUCCESS : EXIT_OURS;
}
