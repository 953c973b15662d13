/* SPDX-License-Identifier: MIT */
#include "run/reap.h"

#include "base/duration.h"
#include "outcome/sentence.h"
#include "run/command_line.h"
#include "run/kernel_end.h"
#include "run/kernel_reason.h"
#include "run/orphans.h"
#include "run/proc_dead.h"
#include "run/resident.h"
#include "run/roster_outer.h"
#include "run/unjoined.h"
#include "run/unlimited.h"
#include "sites/sites.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Whoever fills a list by telling of ever more processes fills our memory. */
enum { MOST_LISTED = 1 << 20 };

/* A program that came by exec has a place of its own as soon as the library is loaded into it;
 * one that has none after this long (nanoseconds) is taken to be without the library. */
static const uint64_t exec_patience = 500 * 1000 * 1000;

struct reap {
    struct sites *sites;
    struct unlimited *unlimited;
    struct unjoined *unjoined;
    struct orphans *orphans;
    struct outcome *outcome;
    struct outer *outer; /* NULL: there is no run around this one */
    uint64_t lost;       /* processes that there was no memory to list */
    bool hurries;        /* places are needed, or it is the end: nobody is waited for */
    /* Of the main process: what it went by when it was still the program that it had been, and when
     * it was dead; empty: unknown. And before the look that goes on. */
    char own_name[PROC_DEAD_NAME], last_name[PROC_DEAD_NAME], name_before[PROC_DEAD_NAME];
    /* When the process of a place was first seen in another program, or said that it exits; 0: was
     * not. */
    uint64_t moved[ACCOUNTS_SLOTS];
    bool out_of_reach[ACCOUNTS_SLOTS]; /* the library will not be in that other program */
    uint64_t resident[ACCOUNTS_SLOTS]; /* the most that the kernel counted of its memory */
    bool beyond[ACCOUNTS_SLOTS];       /* ... far more than was charged */
};

struct reap *reap_open(struct sites *sites, struct unlimited *unlimited, struct unjoined *unjoined,
                       struct orphans *orphans, struct outcome *outcome)
{
    struct reap *reap = calloc(1, sizeof *reap);
    if (reap == NULL)
        return NULL;
    reap->sites = sites;
    reap->unlimited = unlimited;
    reap->unjoined = unjoined;
    reap->orphans = orphans;
    reap->outcome = outcome;
    return reap;
}

void reap_tell(struct reap *reap, struct outer *outer) { reap->outer = outer; }

/* It did have the library after all, and was only slow to start; or it has become a program of a
 * run within, of which we were told later. */
static void correct_escape(struct outcome *outcome, const struct roster_process *later)
{
    for (size_t i = 0; i < outcome->process_count; i++) {
        struct process *process = &outcome->processes[i];
        bool was_for_another = later->within && !process->within && process->forked &&
                               process->end == PROCESS_VANISHED;
        if (process->pid == later->pid && !later->forked &&
            (process->end == PROCESS_ESCAPED || was_for_another))
            process->end = PROCESS_REPLACED;
    }
}

/* The command line that it ended by, as far as anybody knows: who was forked had its parent's. */
static char *last_command(const struct reap *reap, const struct roster_process *gone)
{
    if (!gone->forked)
        return NULL;
    return gone->parent == reap->outcome->pid ? sentence_string(sentence_command, reap->outcome)
                                              : command_line_read(gone->parent);
}

/* Of one that has not said how it ends. The main process's end is known better. */
static void settle_end(const struct reap *reap, const struct roster_process *gone,
                       struct process *process)
{
    int status;
    if (process->end != PROCESS_VANISHED || gone->pid == reap->outcome->pid ||
        !kernel_end_of(reap->orphans, gone, &status))
        return;
    process->end = WIFSIGNALED(status) ? PROCESS_KILLED : PROCESS_EXITED;
    process->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    process->unsaid = process->end == PROCESS_EXITED && gone->tells_exit;
    if (process->unsaid)
        process->command = last_command(reap, gone);
}

/* The copy's names as strings of the outcome's own. */
static bool keep_names(struct process *process)
{
    process->program = strdup(process->program);
    process->heap_owner = process->heap_owner != NULL ? strdup(process->heap_owner) : NULL;
    return process->program != NULL;
}

static struct process *add(struct reap *reap, const struct roster_process *told)
{
    struct roster_process copy = *told;
    struct process *process =
        reap->outcome->process_count < MOST_LISTED ? outcome_add(reap->outcome) : NULL;
    if (process == NULL) {
        reap->lost++;
        return NULL;
    }
    *process = roster_figures(&copy);
    process->kernel_reason = kernel_reason_by_word(told);
    if (keep_names(process))
        return process;
    free(process->heap_owner);
    free(process->kernel_reason);
    reap->outcome->process_count--;
    reap->lost++;
    return NULL;
}

static void list_sites(struct reap *reap, unsigned slot, const struct process *process)
{
    if (!sites_collect(reap->sites, slot, process->pid, process->program, process->used,
                       process->began))
        reap->lost++;
    else if (process->explored)
        sites_shorten(reap->sites);
}

/* What the kernel counts, to be put to what was charged so far. */
static void look_at_memory(struct reap *reap, const struct roster_process *process)
{
    struct proc_stat stat = {0};
    uint64_t now = process->seen && process->live ? resident_of(process->pid) : 0;
    uint64_t *most = &reap->resident[process->slot];
    *most = now > *most ? now : *most;
    if (!reap->beyond[process->slot] && resident_is_beyond(now, process->peak, 1) &&
        proc_stat_of(process->pid, &stat) == 0 && stat.start_time == process->start_time)
        reap->beyond[process->slot] |= resident_is_beyond(now, process->peak, stat.threads);
}

static void list(struct reap *reap, const struct roster_process *told, enum process_end end)
{
    correct_escape(reap->outcome, told);
    struct process *process = add(reap, told);
    if (process == NULL)
        return;
    process->end = end == PROCESS_VANISHED && told->exited ? PROCESS_EXITED : end;
    process->status = process->end == PROCESS_EXITED ? told->status : 0;
    if (process->end == PROCESS_VANISHED && told->killed) {
        process->end = PROCESS_KILLED;
        process->status = told->status;
    }
    process->ended = end == PROCESS_RUNNING ? 0 : duration_now();
    process->resident = reap->resident[told->slot];
    process->beyond = reap->beyond[told->slot];
    settle_end(reap, told, process);
    if (reap->sites != NULL)
        list_sites(reap, told->slot, process);
    if (reap->outer != NULL)
        outer_tell(reap->outer, told, process);
}

static void collect(struct reap *reap, const struct roster_process *process, enum process_end end)
{
    list(reap, process, end);
    reap->moved[process->slot] = 0;
    reap->out_of_reach[process->slot] = false;
    reap->resident[process->slot] = 0;
    reap->beyond[process->slot] = false;
    if (reap->sites != NULL)
        sites_release(reap->sites, process->slot);
}

/* In another PID namespace: we see that it ended only if it said so itself, just before. */
static bool has_ended_unseen(struct reap *reap, const struct roster_process *process, uint64_t now)
{
    uint64_t *said = &reap->moved[process->slot];
    if (!process->exited)
        return false;
    if (*said == 0)
        *said = now;
    return now - *said > exec_patience;
}

/* It is another program now. One that has the library joins soon; one that cannot never does. */
static bool has_escaped(struct reap *reap, const struct roster_process *process, uint64_t now)
{
    uint64_t *moved = &reap->moved[process->slot];
    if (*moved == 0)
        *moved = now;
    reap->out_of_reach[process->slot] =
        process->seen && reap->unlimited != NULL &&
        unlimited_cannot_join(reap->unlimited, process->pid, process->start_time);
    return now - *moved > exec_patience;
}

/* It has ended, or gone on; the command of its own run is about to say how, if that still is there.
 */
static bool is_about_to_be_told(struct reap *reap, const struct roster_process *process,
                                enum roster_event event, uint64_t now)
{
    uint64_t *moved = &reap->moved[process->slot];
    if (!process->within || process->settled || event == ROSTER_RUNS)
        return false;
    if (*moved == 0)
        *moved = now;
    return now - *moved <= exec_patience;
}

/* It has ended, and did not say how. Who waits for it is about to, if that is another process of
 * the run; what has no place any more cannot be told of. */
static bool is_about_to_be_waited_for(struct reap *reap, const struct roster_process *process,
                                      enum roster_event event, uint64_t now)
{
    uint64_t *moved = &reap->moved[process->slot];
    int status;
    if (event != ROSTER_ENDED || reap->hurries || process->exited || process->in_exec ||
        !process->tells_exit || process->pid == reap->outcome->pid ||
        kernel_end_of(reap->orphans, process, &status))
        return false;
    if (*moved == 0)
        *moved = now;
    return now - *moved <= exec_patience;
}

/* What has become of a process, unless it is as it was. One that died while its loader was still at
 * work was killed, and has not escaped. */
static bool has_ended(struct reap *reap, const struct roster_process *process,
                      enum roster_event event, uint64_t now, enum process_end *end)
{
    unsigned slot = process->slot;
    *end = event == ROSTER_REPLACED                             ? PROCESS_REPLACED
           : event == ROSTER_EXECED || reap->out_of_reach[slot] ? PROCESS_ESCAPED
                                                                : PROCESS_VANISHED;
    if (is_about_to_be_told(reap, process, event, now) ||
        is_about_to_be_waited_for(reap, process, event, now))
        return false;
    if (event == ROSTER_REPLACED || event == ROSTER_ENDED)
        return true;
    if (event == ROSTER_UNSEEN) {
        *end = PROCESS_VANISHED;
        return has_ended_unseen(reap, process, now);
    }
    if (event == ROSTER_EXECED)
        return has_escaped(reap, process, now);
    reap->moved[slot] = 0;
    reap->out_of_reach[slot] = false;
    return false;
}

bool reap_take(struct reap *reap, const struct roster_process *process, enum roster_event event,
               uint64_t now)
{
    enum process_end end;
    if (process->joined && reap->unjoined != NULL)
        unjoined_joined(reap->unjoined, process);
    if (has_ended(reap, process, event, now, &end)) {
        collect(reap, process, end);
        return true;
    }
    if (process->pid == reap->outcome->pid && event == ROSTER_RUNS)
        strcpy(reap->own_name, reap->name_before);
    if (event == ROSTER_RUNS)
        look_at_memory(reap, process);
    if (reap->outer != NULL)
        outer_tell(reap->outer, process, NULL);
    return false;
}

static bool take(void *context, const struct roster_process *process, enum roster_event event)
{
    struct reap *reap = context;
    return reap_take(reap, process, event, duration_now());
}

static void read_name(const struct reap *reap, char name[PROC_DEAD_NAME])
{
    struct proc_dead remains;
    *name = '\0';
    if (proc_dead_read(reap->outcome->pid, &remains))
        strcpy(name, remains.name);
}

/* A process may become another program between two looks: its name is read before. */
static void look(struct reap *reap, struct roster *roster, bool last)
{
    read_name(reap, reap->name_before);
    reap->hurries = last || roster_is_crowded(roster);
    roster_look(roster, take, reap);
    if (reap->unjoined != NULL)
        unjoined_look(reap->unjoined, roster, last);
    if (reap->unlimited != NULL)
        unlimited_look(reap->unlimited, getpid());
    orphans_forget(reap->orphans);
}

void reap_look(struct reap *reap, struct roster *roster) { look(reap, roster, false); }

/* What a program starts just before its end joins a little later. */
static void look_for_the_last(struct reap *reap, struct roster *roster)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    enum { PAUSES = 50 };
    look(reap, roster, false);
    for (int i = 0; i < PAUSES && reap->unjoined != NULL && unjoined_waits(reap->unjoined); i++) {
        nanosleep(&pause, NULL);
        look(reap, roster, false);
    }
    look(reap, roster, true);
}

static int by_beginning(const void *one, const void *other)
{
    const struct process *a = one, *b = other;
    return a->began != b->began ? (a->began < b->began ? -1 : 1)
                                : (a->pid > b->pid) - (a->pid < b->pid);
}

void reap_see_dead(struct reap *reap) { read_name(reap, reap->last_name); }

/* exec gives a process the name of the new program: a raw exit_group(2), as of Go, does not. But a
 * process may also name itself, by prctl(2). */
static bool has_gone_on(const struct reap *reap, const struct process *process)
{
    const char *last = reap->last_name;
    return *last != '\0' && strncmp(last, process->program, PROC_DEAD_NAME - 1) != 0 &&
           strcmp(last, reap->own_name) != 0 && proc_dead_is_program(last, reap->outcome->argv);
}

/* The last program of the main process: how it ended is known from wait(2). One that exited,
 * though the library did not see it exit, may have become another by then. */
static void settle_main(const struct reap *reap, bool sees_exit)
{
    struct outcome *outcome = reap->outcome;
    for (size_t i = outcome->process_count; i-- > 0;) {
        struct process *process = &outcome->processes[i];
        if (process->pid != outcome->pid)
            continue;
        if (process->end == PROCESS_VANISHED && outcome->exited && sees_exit &&
            !process->unjoined && has_gone_on(reap, process))
            process->end = PROCESS_ESCAPED;
        if (process->end == PROCESS_EXITED || process->end == PROCESS_VANISHED) {
            process->end = outcome->exited ? PROCESS_EXITED : PROCESS_KILLED;
            process->status = outcome->status;
        }
        return;
    }
}

/* What still has a place: does it run, as far as can be seen? */
static bool list_rest(void *context, const struct roster_process *process, enum roster_event event)
{
    bool runs = !process->exited && event != ROSTER_UNSEEN;
    list(context, process, runs ? PROCESS_RUNNING : PROCESS_VANISHED);
    return false; /* its place stays its own: it is limited as before */
}

/* The limit at the end: a reserve that was opened is part of it, and it may have been set. */
static void read_tree(struct roster *roster, struct outcome *outcome)
{
    struct roster_tree tree = roster_tree(roster);
    if (!tree.limited)
        return;
    outcome->tree_limit = tree.limit;
    outcome->tree_peak = tree.peak;
}

void reap_settle(struct reap *reap, bool sees_exit)
{
    struct outcome *outcome = reap->outcome;
    if (outcome->process_count > 0)
        qsort(outcome->processes, outcome->process_count, sizeof *outcome->processes, by_beginning);
    settle_main(reap, sees_exit);
    if (reap->lost > 0)
        outcome_warn(outcome, "no memory: %llu processes are not listed",
                     (unsigned long long)reap->lost);
    free(reap);
}

void reap_close(struct reap *reap, struct roster *roster, bool sees_exit)
{
    struct outcome *outcome = reap->outcome;
    look_for_the_last(reap, roster);
    roster_look(roster, list_rest, reap);
    if (reap->unlimited != NULL)
        unlimited_close(reap->unlimited);
    if (reap->unjoined != NULL)
        unjoined_close(reap->unjoined, roster);
    read_tree(roster, outcome);
    outcome->no_room = roster_no_room(roster);
    outcome->lies = roster_lies(roster);
    if (roster_lock_was_kept(roster))
        outcome_warn(outcome, "a process kept the lock of the accounts, being stopped, or lying: "
                              "places of those that had ended were not free meanwhile");
    reap_settle(reap, sees_exit);
}
