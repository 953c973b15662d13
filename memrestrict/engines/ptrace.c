/* SPDX-License-Identifier: MIT
 *
 * The engine of ptrace(2): the tracer (tracer.h) behind the face of all.
 */
#include "base/message.h"
#include "engines/engine.h"
#include "engines/tracer.h"

#include <stddef.h>

static void *prepare(const struct engine_run *run)
{
    struct tracer_options options = {
        .limit = run->limit,
        .tree_limit = run->tree_limit,
        .reserve = run->reserve,
        .count_stacks = run->count_stacks,
        .verify = tracer_is_verified(),
        .on_stop = run->on_stop,
        .context = run->context,
    };
    struct tracer *tracer = tracer_open(&options, run->outcome);
    if (tracer == NULL)
        message("no memory");
    return tracer;
}

static bool enter(void *state)
{
    (void)state;
    return tracer_enter();
}

static bool follow(void *state, int pid) { return tracer_seize(state, pid); }

static bool attend(void *state, int *status)
{
    tracer_attend(state);
    return tracer_has_ended(state, status);
}

static bool has_begun(void *state) { return tracer_has_begun(state); }

static bool set(void *state, uint64_t bytes)
{
    tracer_set_limit(state, bytes);
    return true;
}

static void send(void *state, int signal) { tracer_kill(state, signal); }
static void collect(void *state) { tracer_close(state); }

const struct engine engine_ptrace = {
    .name = "ptrace",
    .sees_refusals = true,
    .limits_trees = true,
    .promise = "refuses with ENOMEM, page by page, any program that gains no privileges by exec",
    .available = tracer_available,
    .prepare = prepare,
    .enter = enter,
    .follow = follow,
    .attend = attend,
    .has_begun = has_begun,
    .signal = send,
    .set = set,
    .collect = collect,
};
