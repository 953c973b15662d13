/* SPDX-License-Identifier: MIT */
#include "outcome/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome_kind outcome_kind(const struct outcome *outcome)
{
    if (outcome->limit_kills != 0)
        return OUTCOME_KILLED;
    if (outcome_refusals(outcome) == 0)
        return outcome->unobserved ? OUTCOME_UNOBSERVED : OUTCOME_NEVER_REFUSED;
    if (outcome->timed_out)
        return OUTCOME_HUNG;
    if (!outcome->exited && !outcome->left)
        return OUTCOME_DIED;
    return outcome->status == 0 ? OUTCOME_SURVIVED : OUTCOME_FAILED;
}

const char *outcome_kind_name(enum outcome_kind kind)
{
    static const char *const names[] = {
        [OUTCOME_NEVER_REFUSED] = "never refused",      [OUTCOME_SURVIVED] = "refused and survived",
        [OUTCOME_FAILED] = "refused, then failed",      [OUTCOME_DIED] = "refused, then died",
        [OUTCOME_HUNG] = "refused, then hung",          [OUTCOME_KILLED] = "killed at the limit",
        [OUTCOME_UNOBSERVED] = "refusals not observed",
    };
    return names[kind];
}

uint64_t outcome_refusals(const struct outcome *outcome)
{
    uint64_t refusals = 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        refusals += outcome->processes[i].refusals;
    return refusals;
}

static uint64_t own_refusals(const struct outcome *outcome)
{
    uint64_t refusals = 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].first.of != LIMIT_OF_RUN_WITHIN)
            refusals += outcome->processes[i].refusals;
    return refusals;
}

bool outcome_met_limit(const struct outcome *outcome)
{
    return outcome->limit_kills != 0 || own_refusals(outcome) != 0;
}

const struct process *outcome_first_refused(const struct outcome *outcome)
{
    const struct process *first = NULL;
    for (size_t i = 0; i < outcome->process_count; i++) {
        const struct process *process = &outcome->processes[i];
        if (process->refusals > 0 && (first == NULL || process->first.when < first->first.when))
            first = process;
    }
    return first;
}

uint64_t outcome_faults(const struct outcome *outcome)
{
    uint64_t faults = 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        faults += outcome->processes[i].faults;
    return faults;
}

const struct process *outcome_first_fault(const struct outcome *outcome)
{
    const struct process *first = NULL;
    for (size_t i = 0; i < outcome->process_count; i++) {
        const struct process *process = &outcome->processes[i];
        if (process->faults > 0 &&
            (first == NULL || process->first_fault.when < first->first_fault.when))
            first = process;
    }
    return first;
}

uint64_t outcome_peak(const struct outcome *outcome)
{
    uint64_t peak = 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].peak > peak)
            peak = outcome->processes[i].peak;
    return peak;
}

bool outcome_is_limited(const struct outcome *outcome)
{
    return outcome->limit != OUTCOME_UNLIMITED || outcome->tree_limit != OUTCOME_UNLIMITED ||
           outcome->raised;
}

/* What is not in the list, but counted. */
static uint64_t unlisted(const struct outcome *outcome, enum coverage coverage)
{
    return coverage == COVERAGE_ALONE     ? outcome->no_room
           : coverage == COVERAGE_UNKNOWN ? outcome->unseen
                                          : 0;
}

uint64_t outcome_count(const struct outcome *outcome, enum coverage coverage)
{
    uint64_t count = unlisted(outcome, coverage);
    if (!outcome_is_limited(outcome))
        return 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        count += outcome->processes[i].coverage == coverage;
    return count;
}

uint64_t outcome_uncovered(const struct outcome *outcome)
{
    return outcome_count(outcome, COVERAGE_ALONE) + outcome_count(outcome, COVERAGE_NONE) +
           outcome_count(outcome, COVERAGE_UNKNOWN);
}

const struct process *outcome_first_covered(const struct outcome *outcome, enum coverage coverage)
{
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].coverage == coverage)
            return &outcome->processes[i];
    return NULL;
}

const struct process *outcome_main(const struct outcome *outcome)
{
    for (size_t i = outcome->process_count; i-- > 0;)
        if (outcome->processes[i].pid == outcome->pid)
            return &outcome->processes[i];
    return NULL;
}

/* The array with room for one more: it doubles whenever its length is a power of two. NULL: no
 * memory. */
static void *grown(void *array, size_t count, size_t size)
{
    return (count & (count - 1)) == 0 ? reallocarray(array, count == 0 ? 1 : 2 * count, size)
                                      : array;
}

void outcome_warn(struct outcome *outcome, const char *format, ...)
{
    char *line;
    va_list arguments;
    char **warnings = grown(outcome->warnings, outcome->warning_count, sizeof *warnings);
    if (warnings == NULL)
        return;
    outcome->warnings = warnings;
    va_start(arguments, format);
    if (vasprintf(&line, format, arguments) >= 0)
        warnings[outcome->warning_count++] = line;
    va_end(arguments);
}

struct process *outcome_add(struct outcome *outcome)
{
    struct process *processes =
        grown(outcome->processes, outcome->process_count, sizeof *processes);
    if (processes == NULL)
        return NULL;
    outcome->processes = processes;
    struct process *added = &processes[outcome->process_count++];
    *added = (struct process){0};
    return added;
}

struct process *outcome_add_main(struct outcome *outcome, enum coverage coverage, const char *why)
{
    char *program = strdup(outcome->name);
    struct process *process = program != NULL ? outcome_add(outcome) : NULL;
    if (process == NULL) {
        free(program);
        return NULL;
    }
    *process = (struct process){
        .pid = outcome->pid,
        .program = program,
        .began = outcome->began,
        .ended = outcome->ended,
        .end = outcome->exited ? PROCESS_EXITED : PROCESS_KILLED,
        .status = outcome->status,
        .limit = OUTCOME_UNLIMITED,
        .coverage = coverage,
        .why = why,
        .unjoined = true,
    };
    return process;
}

struct leak_amount outcome_lost(const struct outcome *outcome)
{
    struct leak_amount sum = {0, 0};
    for (size_t i = 0; i < outcome->process_count; i++) {
        struct leak_amount found = leaks_found(&outcome->processes[i].leaks);
        sum.bytes += found.bytes;
        sum.blocks += found.blocks;
    }
    return sum;
}

const char *outcome_why_leaks_unknown(const struct outcome *outcome, const struct process *process)
{
    bool ended = process->end == PROCESS_EXITED || process->end == PROCESS_VANISHED;
    if (!outcome->leaks_asked || !ended || process->explored)
        return NULL;
    switch (process->leaks.look) {
    case LEAKS_LOOKED: return NULL;
    case LEAKS_CANNOT: return process->leaks.reason;
    case LEAKS_NOT_LOOKED: return "it ended past exit and _exit";
    case LEAKS_NOT_SEEN: break;
    }
    return "the library was not there to look";
}

bool outcome_leaks_known(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome_why_leaks_unknown(outcome, &outcome->processes[i]) != NULL)
            return false;
    return outcome->pid == 0 || outcome_main(outcome) != NULL;
}

bool outcome_leaks_fail(const struct outcome *outcome)
{
    return outcome->leaks_fail && (outcome_lost(outcome).blocks != 0 ||
                                   (!outcome->lenient && !outcome_leaks_known(outcome)));
}

void process_free(struct process *process)
{
    free(process->program);
    free(process->heap_owner);
    free(process->crash);
    free(process->kernel_reason);
    free(process->command);
    leaks_free(&process->leaks);
}

void outcome_free(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++)
        process_free(&outcome->processes[i]);
    for (size_t i = 0; i < outcome->warning_count; i++)
        free(outcome->warnings[i]);
    free(outcome->processes);
    free(outcome->warnings);
    outcome->processes = NULL;
    outcome->warnings = NULL;
    outcome->process_count = outcome->warning_count = 0;
}
