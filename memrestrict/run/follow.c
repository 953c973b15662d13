/* SPDX-License-Identifier: MIT */
#include "run/follow.h"

#include "base/message.h"

#include <errno.h>
#include <string.h>

static void on_stop(void *context, int signal)
{
    const struct held_child *launched = context;
    signals_stop_with(launched->pid, signal);
}

void *follow_prepare(const struct engine *engine, const struct run_options *options,
                     const struct target *target, struct held_child *launched,
                     struct outcome *outcome)
{
    struct engine_run how = {
        .limit = outcome->limit,
        .tree_limit = outcome->tree_limit,
        .reserve = options->reserve,
        .count_stacks = options_count_stacks(options),
        .program = target->path,
        .outcome = outcome,
        .on_stop = on_stop,
        .context = launched,
    };
    return engine->prepare(&how);
}

bool follow_begin(const struct engine *engine, void *state, const struct held_child *launched)
{
    if (engine->follow == NULL || engine->follow(state, launched->pid))
        return true;
    message("--engine=%s: cannot follow the program: %s", engine->name, strerror(errno));
    return false;
}

/* Until it is the program, it may be stopped: who follows it deals with that. */
int follow_go(const struct engine *engine, void *state, struct held_child *launched,
              struct signals *signals)
{
    const uint64_t moment = 10 * 1000 * 1000;
    siginfo_t info;
    int status;
    if (engine->attend == NULL)
        return launch_go(launched);
    bool told = held_child_let_go(launched);
    while (!engine->attend(state, &status) && !engine->has_begun(state))
        if (signals_wait(moment, &info) != 0 && info.si_signo != SIGCHLD)
            signals_pass(signals, launched->pid, &info);
    return launch_result(launched, told);
}
