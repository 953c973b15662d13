/* SPDX-License-Identifier: MIT */
#include "run/taken.h"

#include "base/text.h"
#include "common/config.h"
#include "common/proc.h"
#include "engines/engine.h"
#include "engines/tracer.h"
#include "run/descendants.h"
#include "run/signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct taken {
    struct tracer *tracer;
    struct tracer_shared shared;
    struct roster *roster;
    struct outcome *outcome;
    const char *patterns;
    bool follow, told, any;
    bool both_sizes; /* the library is there for programs of the other word size, too */
    int main;
};

static enum tracer_held hold(void *context, uint64_t bytes)
{
    const struct taken *taken = context;
    switch (roster_hold_own(taken->roster, bytes)) {
    case ROSTER_HELD: return TRACER_HELD;
    case ROSTER_FULL: return TRACER_FULL;
    default: return TRACER_BUSY;
    }
}

static void refused(void *context, uint64_t *used, uint64_t *limit)
{
    const struct taken *taken = context;
    struct roster_tree tree = roster_tree(taken->roster);
    *used = tree.used;
    *limit = tree.limit;
    roster_refuse_own(taken->roster);
}

static void on_stop(void *context, int signal)
{
    const struct taken *taken = context;
    signals_stop_with(taken->main, signal);
}

static bool open_tracer(struct taken *taken, const struct run_options *options)
{
    bool in_tree = taken->outcome->tree_limit != OUTCOME_UNLIMITED;
    taken->shared = (struct tracer_shared){.hold = hold, .refused = refused, .context = taken};
    struct tracer_options how = {
        .limit = taken->outcome->limit,
        .tree_limit = OUTCOME_UNLIMITED,
        .reserve = options->reserve,
        .count_stacks = options_count_stacks(options),
        .verify = tracer_is_verified(),
        .seizes = true,
        .shared = in_tree ? &taken->shared : NULL,
        .on_stop = on_stop,
        .context = taken,
    };
    taken->tracer = tracer_open(&how, taken->outcome);
    return taken->tracer != NULL;
}

struct taken *taken_open(const struct run_options *options, const struct library *library,
                         struct roster *roster, struct outcome *outcome)
{
    const char *why;
    if (options->engine != ENGINE_AUTO || !outcome_is_limited(outcome) || !tracer_available(&why))
        return NULL;
    struct taken *taken = calloc(1, sizeof *taken);
    if (taken == NULL)
        return NULL;
    taken->roster = roster;
    taken->outcome = outcome;
    taken->patterns = options_setting(options, SETTING_PROGRAM);
    taken->follow = !options->no_follow;
    taken->both_sizes = library->other[0] != '\0';
    if (!open_tracer(taken, options)) {
        free(taken);
        return NULL;
    }
    roster_offer(roster, true);
    return taken;
}

void taken_watch(struct taken *taken, int pid)
{
    if (taken == NULL)
        return;
    taken->main = pid;
    tracer_watch(taken->tracer, pid);
}

static bool is_ours(int pid, int tid)
{
    char path[64];
    struct proc_stat stat;
    snprintf(path, sizeof path, "/proc/%d/task/%d", pid, tid);
    return proc_stat_of(pid, &stat) == 0 && access(path, F_OK) == 0 &&
           descendants_find(getpid(), pid, stat.start_time, &stat) == KIN_OURS;
}

/* Emulators: the library is loaded into the program that they run, and limits that. */
static bool is_host(const struct exec_note *note)
{
    return strstr(note->path, "/valgrind/") != NULL ||
           strncmp(text_last_part(note->path), "qemu-", 5) == 0;
}

static bool is_meant(const struct taken *taken, const struct exec_note *note)
{
    if (!taken->follow && note->kind == EXEC_OUT_OF_REACH)
        return false;
    if (is_host(note) || (taken->both_sizes && note->kind == EXEC_OTHER_CLASS))
        return false;
    return taken->patterns == NULL || config_names(taken->patterns, text_last_part(note->path));
}

static void tell(struct taken *taken, const struct exec_note *note, int error)
{
    if (!taken->told)
        outcome_warn(taken->outcome, "%s: cannot be limited by ptrace either: %s",
                     text_last_part(note->path), strerror(error));
    taken->told = true;
}

/* A note is testimony; who wrote it, the kernel says. */
static bool take(void *context, const struct exec_note *note)
{
    struct taken *taken = context;
    bool spawned = note->flags & EXEC_SPAWNED;
    int pid = spawned ? note->parent : exec_note_pid(note), tid = note->thread;
    if (!is_meant(taken, note) || !is_ours(pid, tid))
        return false;
    if (!roster_begin_own(taken->roster)) {
        tell(taken, note, ENOSPC);
        return false;
    }
    bool done =
        spawned ? tracer_borrow(taken->tracer, tid, pid) : tracer_adopt(taken->tracer, tid, pid);
    if (!done)
        tell(taken, note, errno);
    taken->any |= done;
    return done;
}

void taken_attend(struct taken *taken)
{
    if (taken == NULL)
        return;
    if (roster_is_asked(taken->roster))
        roster_answer(taken->roster, take, taken);
    if (taken->any)
        tracer_attend(taken->tracer);
}

bool taken_is_any(const struct taken *taken) { return taken != NULL && taken->any; }

bool taken_has(const struct taken *taken, int pid)
{
    return taken_is_any(taken) && tracer_has(taken->tracer, pid, false);
}

bool taken_has_ended(const struct taken *taken, int *status)
{
    return taken_is_any(taken) && tracer_has_ended(taken->tracer, status);
}

static bool refuse(void *context, const struct exec_note *note)
{
    (void)context, (void)note;
    return false;
}

void taken_end(struct taken *taken)
{
    if (taken == NULL)
        return;
    roster_offer(taken->roster, false);
    roster_answer(taken->roster, refuse, NULL);
    tracer_close(taken->tracer);
    taken->any = false;
}

void taken_close(struct taken *taken) { free(taken); }
