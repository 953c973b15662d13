/* SPDX-License-Identifier: MIT */
#include "run/coverage.h"

#include "common/config.h"
#include "base/message.h"
#include "outcome/sentence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMED = 3 }; /* of each kind, then only a number */

/* What --program, or the environment, says: is this program to be limited at all? */
static bool is_meant(const struct outcome *outcome, const struct target *target,
                     const struct run_options *options)
{
    const char *patterns = options_setting(options, SETTING_PROGRAM);
    return patterns == NULL || config_names(patterns, outcome->name) ||
           config_names(patterns, basename(target->path));
}

/* Blocks of the heap are not charged at all. */
static bool is_without_heap(const struct run_options *options)
{
    const char *count = options_setting(options, SETTING_COUNT);
    return count != NULL && strstr(count, "heap") == NULL;
}

void coverage_before(struct outcome *outcome, const struct target *target,
                     const struct run_options *options)
{
    const char *words = target_words(target->trouble), *program = basename(target->path);
    if (words == NULL || !is_meant(outcome, target, options) ||
        (target->trouble == TARGET_OWN_MALLOC && is_without_heap(options)))
        return;
    if (strcmp(program, outcome->name) == 0)
        outcome_warn(outcome, "%s %s", outcome->name, words);
    else
        outcome_warn(outcome, "%s, which runs %s, %s", program, outcome->name, words);
}

/* Is there a row of it, with figures or without? */
static bool is_listed(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].pid == outcome->pid)
            return true;
    return false;
}

/* It had the time and a place, and the library did not end it for a setting that cannot hold. */
static bool may_have_joined(const struct outcome *outcome)
{
    bool given_up = outcome->exited && outcome->status == EXIT_OURS;
    return outcome->no_room == 0 && !outcome->timed_out && !given_up;
}

static bool owns_heap(const struct process *process) { return process->heap_owner != NULL; }
static bool still_runs(const struct process *process) { return process->end == PROCESS_RUNNING; }

static size_t count(const struct outcome *outcome, bool (*is)(const struct process *))
{
    size_t found = 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        found += is(&outcome->processes[i]);
    return found;
}

/* A forked process that neither exited nor began another program that we know of. */
static bool went_unseen(const struct process *process)
{
    return process->end == PROCESS_VANISHED && process->forked;
}

static void say_unseen(struct outcome *outcome)
{
    size_t found = count(outcome, went_unseen);
    if (found > 0)
        outcome_warn(outcome, "%zu forked process%s ended unseen, without exit: most likely killed",
                     found, found == 1 ? "" : "es");
}

static void say_owned(struct outcome *outcome)
{
    size_t named = 0, found = count(outcome, owns_heap);
    for (size_t i = 0; i < outcome->process_count && named < NAMED; i++) {
        const struct process *process = &outcome->processes[i];
        if (owns_heap(process) && named++ < NAMED)
            outcome_warn(outcome,
                         "%s (process %d): %s has a malloc of its own: the heap is not limited%s",
                         process->program, process->pid, basename(process->heap_owner),
                         process->maps_owned ? ", nor is what it maps" : ", only what it maps");
    }
    if (found > named)
        outcome_warn(outcome, "%zu more processes had a malloc of their own", found - named);
}

static bool is_doubtful(const struct process *process) { return process->doubt != NULL; }

/* The accounts are memory of the processes: some of what stands there cannot be. */
static void say_doubts(struct outcome *outcome)
{
    size_t named = 0, found = count(outcome, is_doubtful);
    for (size_t i = 0; i < outcome->process_count && named < NAMED; i++) {
        const struct process *process = &outcome->processes[i];
        if (is_doubtful(process) && named++ < NAMED)
            outcome_warn(outcome, "%s (process %d) is not to be trusted: %s", process->program,
                         process->pid, process->doubt);
    }
    if (found > named)
        outcome_warn(outcome, "%zu more processes are not to be trusted", found - named);
    if (outcome->lies > 0)
        outcome_warn(outcome,
                     "not to be trusted: %llu place%s in the accounts of the run %s of processes "
                     "that cannot be",
                     (unsigned long long)outcome->lies, outcome->lies == 1 ? "" : "s",
                     outcome->lies == 1 ? "is" : "are");
}

/* The main process never joined: the only one that nobody wrote a note of. */
static void add_main(struct outcome *outcome, enum coverage coverage, const char *why)
{
    struct process *process =
        outcome_is_limited(outcome) ? outcome_add_main(outcome, coverage, why) : NULL;
    if (process == NULL)
        return;
    process->parent = getpid();
    process->command = sentence_string(sentence_command, outcome);
}

/* Of the program itself, and of a --program that names none. */
static void judge_main(struct outcome *outcome, const struct target *target, const char *patterns,
                       bool meant)
{
    const char *why = target_why(target->trouble);
    if (!meant && outcome->process_count == 0 && outcome->no_room == 0) {
        outcome_warn(outcome, "no program named %s ran with the library: nothing was limited",
                     patterns);
        add_main(outcome, COVERAGE_NONE, "no program of the given names ran");
    }
    if (!meant || is_listed(outcome) || !may_have_joined(outcome))
        return;
    if (target->trouble == TARGET_FINE) {
        outcome_warn(outcome, "%s did not load the library: not limited", outcome->name);
        add_main(outcome, COVERAGE_UNKNOWN, "the library had not joined");
    } else if (target->trouble != TARGET_OWN_MALLOC) {
        add_main(outcome, COVERAGE_NONE, why);
    }
}

/* Whose heap and mappings are both another's is not limited by us; nor is who has a tool's malloc,
 * which maps past us. */
static void judge_owned(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++) {
        struct process *process = &outcome->processes[i];
        const char *why = process->heap_owner != NULL && process->maps_owned
                              ? "another malloc and mmap serve it"
                          : process->heap_unreached ? "it has another malloc, as under valgrind"
                                                    : NULL;
        if (why == NULL)
            continue;
        process->coverage = COVERAGE_NONE;
        process->why = why;
    }
}

void coverage_after(struct outcome *outcome, const struct target *target,
                    const struct run_options *options)
{
    const char *patterns = options_setting(options, SETTING_PROGRAM);
    bool meant = is_meant(outcome, target, options);
    judge_main(outcome, target, patterns, meant);
    judge_owned(outcome);
    if (patterns == NULL && options->verbose) /* most often it was just killed */
        say_unseen(outcome);
    if (target->trouble != TARGET_OWN_MALLOC && !is_without_heap(options))
        say_owned(outcome);
    say_doubts(outcome);
    size_t running = count(outcome, still_runs);
    if (running > 0 && options->verbose)
        outcome_warn(outcome, "%zu process%s still running: left alone, and limited as before",
                     running, running == 1 ? " is" : "es are");
}

bool coverage_fails(const struct outcome *outcome, const struct run_options *options)
{
    if (options->error_exitcode == 0 || options->lenient || outcome_uncovered(outcome) == 0)
        return false;
    if (!options->quiet)
        message("exit %d: not all of the run was limited, or is known; see --lenient",
                options->error_exitcode);
    return true;
}
