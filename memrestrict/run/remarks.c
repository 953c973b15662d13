/* SPDX-License-Identifier: MIT */
#include "run/remarks.h"

#include "base/size_words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct shortage *kernel_of(const struct process *process) { return &process->kernel; }
static const struct shortage *own_of(const struct process *process) { return &process->own_memory; }

static const char *reason_of(const struct process *process) { return process->kernel_reason; }
static const char *no_reason(const struct process *process)
{
    (void)process;
    return NULL;
}

/* All of a kind: a sentence that begins with who, and ends with why. */
static void say(struct outcome *outcome, const struct shortage *(*of)(const struct process *),
                const char *(*reason)(const struct process *), const char *who, const char *why)
{
    const struct shortage *first = NULL;
    const char *because = NULL;
    char size[SIZE_ROOM];
    uint64_t count = 0;
    for (size_t i = 0; i < outcome->process_count; i++) {
        const struct shortage *shortage = of(&outcome->processes[i]);
        if (shortage->count != 0 && first == NULL) {
            first = shortage;
            because = reason(&outcome->processes[i]);
        }
        count += shortage->count;
    }
    if (first != NULL)
        outcome_warn(outcome, "%s %" PRIu64 " allocation%s (%s%s of %s; %s%s%s)", who, count,
                     count == 1 ? "" : "s", count == 1 ? "" : "first: ", first->call,
                     size_words(first->size, size), why, because != NULL ? ": " : "",
                     because != NULL ? because : "");
}

static bool has_runs_beside(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].beside)
            return true;
    return false;
}

/* Their memory came past the library, or most of it did. */
static void say_beyond(struct outcome *outcome)
{
    const struct process *first = NULL;
    char counted[SIZE_ROOM], charged[SIZE_ROOM], others[32] = "";
    size_t count = 0;
    for (size_t i = 0; i < outcome->process_count; i++) {
        const struct process *process = &outcome->processes[i];
        if (process->beyond && count++ == 0)
            first = process;
    }
    if (first == NULL)
        return;
    if (count > 1)
        snprintf(others, sizeof others, ", and %zu more", count - 1);
    outcome_warn(outcome, "past the library: %s has %s, charged %s%s", first->program,
                 size_words(first->resident, counted), size_words(first->peak, charged), others);
}

static bool is_raised(uint64_t limit, uint64_t asked, uint64_t reserve)
{
    return limit > asked && limit - asked != reserve;
}

/* The command of a run within, which has no limit, and its processes, which have that run's too. */
static bool is_of_run_within(const struct process *process)
{
    return process->within || (process->limit == OUTCOME_UNLIMITED &&
                               strcmp(process->program, program_invocation_short_name) == 0);
}

static void mark(struct process *process, const char *why)
{
    if (process == NULL || process->coverage != COVERAGE_LIMITED)
        return;
    process->coverage = COVERAGE_UNKNOWN;
    process->why = why;
}

/* What limits all together, or each from outside, is the main process's to tell. */
void remarks_raised(struct outcome *outcome, const struct remarks_limits *asked)
{
    static const char own[] = "it has a larger limit than the run",
                      whole[] = "the limit of the run was raised as it ran";
    bool engines = outcome->engine != NULL && strcmp(outcome->engine, "preload") != 0;
    for (size_t i = 0; i < outcome->process_count && !engines; i++)
        if (!is_of_run_within(&outcome->processes[i]) &&
            is_raised(outcome->processes[i].limit, asked->limit, asked->reserve))
            mark(&outcome->processes[i], own);
    if (!outcome->raised && !is_raised(outcome->tree_limit, asked->tree_limit, asked->tree_reserve))
        return;
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].pid == outcome->pid) {
            mark(&outcome->processes[i], whole);
            return;
        }
    outcome_add_main(outcome, COVERAGE_UNKNOWN, whole);
}

void remarks_say(struct outcome *outcome)
{
    bool is_limited =
        outcome->limit != OUTCOME_UNLIMITED || outcome->tree_limit != OUTCOME_UNLIMITED;
    if (is_limited) /* else there is no budget that it could be taken for */
        say(outcome, kernel_of, reason_of, "the kernel refused", "its own limits, not the budget");
    say(outcome, own_of, no_reason, "the library failed",
        "it had no memory for its records, the budget had");
    if (outcome_is_limited(outcome))
        say_beyond(outcome);
    if (outcome->tree_limit != OUTCOME_UNLIMITED && has_runs_beside(outcome))
        outcome_warn(outcome, "a memrestrict ran within: its processes had the limit for all "
                              "processes to themselves, beside the others");
}
