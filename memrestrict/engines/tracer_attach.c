/* SPDX-License-Identifier: MIT
 *
 * A process that runs: taken hold of with all of its threads, and with what descends from it, and
 * left. Each thread is told to stand still as soon as it is traced, and what it makes until then is
 * traced by the kernel: so when a look at all that stand still shows nobody new, nobody is missing.
 * Only then are they charged with what they have; the stops themselves wait to be dealt with.
 */
#include "base/duration.h"
#include "engines/space_maps.h"
#include "engines/tracer_inside.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

/* Of those that stand in the kernel, as who waits for a disk: they are not waited for longer. */
static const uint64_t patience = UINT64_C(1000) * 1000 * 1000;

struct numbers {
    int *list;
    size_t count;
};

struct taking {
    struct tracer *tracer;
    struct numbers threads;   /* that are traced, and stand still or will */
    struct numbers processes; /* whose threads those are */
    uint64_t until;
};

static bool has(const struct numbers *numbers, int number)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (numbers->list[i] == number)
            return true;
    return false;
}

static bool add(struct numbers *numbers, int number)
{
    if ((numbers->count & (numbers->count - 1)) == 0) {
        size_t room = numbers->count == 0 ? 1 : 2 * numbers->count;
        int *list = reallocarray(numbers->list, room, sizeof *list);
        if (list == NULL)
            return false;
        numbers->list = list;
    }
    numbers->list[numbers->count++] = number;
    return true;
}

/* The next entry that is a number; 0: there is none. */
static int next_number(DIR *folder)
{
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]))
            return atoi(entry->d_name);
    return 0;
}

static bool is_gone(int tid)
{
    struct proc_stat stat;
    return proc_stat_of(tid, &stat) != 0 || stat.state == 'Z' || stat.state == 'X';
}

/* 0, or an errno value. A thread that ends cannot be traced, and by exec its number may be
 * another's in the next moment: so whoever is there still is tried once more. */
static int seize(int tid)
{
    enum { TRIES = 50 };
    const struct timespec moment = {.tv_nsec = 200 * 1000};
    int error = 0;
    for (int i = 0; i < TRIES; i++) {
        if (ptrace(PTRACE_SEIZE, tid, NULL, (void *)(uintptr_t)TRACER_LEAVES_OPTIONS) == 0)
            return 0;
        error = errno;
        if (error != EPERM || is_gone(tid) || tracer_family_tracer_of(tid) != 0)
            break;
        nanosleep(&moment, NULL);
    }
    return error;
}

/* One that the kernel gave us is told of by its first stop. */
static int take_thread(struct taking *taking, int tid, int tgid)
{
    int error = seize(tid);
    if (error == 0) {
        ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
        bool entered = tracer_family_enter(taking->tracer, tid, tgid) != NULL;
        return entered && add(&taking->threads, tid) ? 0 : ENOMEM;
    }
    if (tracer_family_tracer_of(tid) == gettid())
        return add(&taking->threads, tid) ? 0 : ENOMEM;
    return is_gone(tid) ? 0 : error;
}

static bool is_still(int tid)
{
    siginfo_t info = {0};
    int flags = WSTOPPED | WEXITED | WNOWAIT | WNOHANG | __WALL;
    return waitid(P_PID, (id_t)tid, &info, flags) != 0 || info.si_pid != 0;
}

static void wait_until_still(const struct taking *taking)
{
    const struct timespec moment = {.tv_nsec = 100 * 1000};
    for (size_t i = 0; i < taking->threads.count;)
        if (is_still(taking->threads.list[i]))
            i++;
        else if (duration_now() < taking->until)
            nanosleep(&moment, NULL);
        else
            break;
}

/* By exec of a thread that is not traced yet, the first one has its number taken, and is gone
 * without a word. False: nobody is. */
static bool forget_lost(struct taking *taking)
{
    struct numbers *threads = &taking->threads;
    size_t left = 0, all = threads->count;
    for (size_t i = 0; i < all; i++) {
        int tid = threads->list[i], flags = WSTOPPED | WEXITED | WNOWAIT | WNOHANG | __WALL;
        siginfo_t info = {0};
        struct tracee *tracee = tracee_find(taking->tracer, tid);
        if (waitid(P_PID, (id_t)tid, &info, flags) == 0)
            threads->list[left++] = tid;
        else if (tracee != NULL)
            tracer_family_drop(taking->tracer, tracee);
    }
    threads->count = left;
    return left < all;
}

static int take_new_threads(struct taking *taking, int pid)
{
    char path[64];
    int tid, error = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (threads == NULL)
        return errno == ENOENT ? ESRCH : errno;
    while (error == 0 && (tid = next_number(threads)) != 0)
        if (!has(&taking->threads, tid))
            error = take_thread(taking, tid, pid);
    closedir(threads);
    return error;
}

static int take_process(struct taking *taking, int pid)
{
    size_t before;
    bool again;
    int error;
    if (!add(&taking->processes, pid))
        return ENOMEM;
    do {
        before = taking->threads.count;
        error = take_new_threads(taking, pid);
        wait_until_still(taking);
        again = taking->threads.count > before;
        again |= forget_lost(taking);
    } while (error == 0 && again);
    return error;
}

static const char *reason_of(int pid, int error)
{
    if (error == ENOMEM)
        return "no memory";
    if (tracer_family_tracer_of(pid) != 0)
        return "it is traced by another already";
    return "it is not ours to trace";
}

static void leave_out(struct tracer *tracer, int pid, int error)
{
    struct proc_stat stat;
    struct process *row = proc_stat_of(pid, &stat) == 0 ? outcome_add(tracer->outcome) : NULL;
    if (row == NULL)
        return;
    *row = (struct process){.pid = pid,
                            .parent = stat.parent,
                            .program = strdup(stat.name),
                            .began = duration_now(),
                            .limit = OUTCOME_UNLIMITED,
                            .coverage = COVERAGE_NONE,
                            .why = reason_of(pid, error),
                            .unjoined = true};
}

static void take_children_of(struct taking *taking, int pid, int tid)
{
    char path[64];
    int child, error;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, tid);
    FILE *children = fopen(path, "re");
    while (children != NULL && fscanf(children, "%d", &child) == 1) {
        if (child == getpid() || has(&taking->processes, child))
            continue;
        error = take_process(taking, child);
        if (error != 0 && error != ESRCH)
            leave_out(taking->tracer, child, error);
    }
    if (children != NULL)
        fclose(children);
}

/* The list grows while it is gone through, until nobody in it has a child that is new. */
static void take_descendants(struct taking *taking)
{
    char path[64];
    int tid;
    size_t before;
    do {
        before = taking->processes.count;
        for (size_t i = 0; i < taking->processes.count; i++) {
            int pid = taking->processes.list[i];
            snprintf(path, sizeof path, "/proc/%d/task", pid);
            DIR *threads = opendir(path);
            while ((tid = next_number(threads)) != 0)
                take_children_of(taking, pid, tid);
            if (threads != NULL)
                closedir(threads);
        }
    } while (taking->processes.count > before);
}

/* By any thread that is there still: who has ended has no list of mappings. */
static void load_spaces(struct taking *taking)
{
    struct tracee *tracee, *next;
    HASH_ITER (hh, taking->tracer->tracees, tracee, next) {
        struct tracer_space *space = tracee->space;
        tracee->late = !is_still(tracee->tid);
        if (!space->outside)
            continue;
        space->space.tree = tracer_tree_of(taking->tracer);
        space->outside = !space_load(&space->space, tracee->tid);
        tracer_family_name(space, tracee->tid);
        if (!space->outside)
            continue;
        space_clear(&space->space);
        space->space.tree = NULL;
    }
}

/* Those whose mappings cannot be read; one that has ended meanwhile is none. */
static int find_unread(struct tracer *tracer, int pid)
{
    struct tracee *tracee, *next;
    int error = 0;
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        struct process *row = &tracee->space->row;
        if (!tracee->space->outside || is_gone(tracee->tid))
            continue;
        row->coverage = COVERAGE_NONE;
        row->why = "its mappings cannot be read";
        error = tracee->tgid == pid ? EACCES : error;
    }
    return error;
}

static void count(struct tracer *tracer, int pid, struct tracer_taken *taken)
{
    struct tracee *tracee, *next;
    *taken = (struct tracer_taken){.tree_used = tracer->tree.used};
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        taken->threads++;
        if (tracee->tgid == pid)
            taken->used = tracee->space->space.account.used;
    }
    struct tracer_space *space;
    DL_FOREACH2(tracer->spaces, space, next)
    taken->processes += !space->outside;
}

bool tracer_attach(struct tracer *tracer, int pid, struct tracer_taken *taken)
{
    struct taking taking = {.tracer = tracer, .until = duration_now() + patience};
    tracer->pid = pid;
    tracer->begun = true;
    int error = take_process(&taking, pid);
    if (error == 0 && HASH_COUNT(tracer->tracees) == 0)
        error = ESRCH;
    if (error == 0 && !tracer->options.leaves_children)
        take_descendants(&taking);
    if (error == 0) {
        load_spaces(&taking);
        error = find_unread(tracer, pid);
        count(tracer, pid, taken);
    }
    free(taking.threads.list);
    free(taking.processes.list);
    errno = error;
    return error == 0;
}

/* Whoever waits for a turn is not answered any more. */
void tracer_leave(struct tracer *tracer)
{
    struct tracee *tracee, *next;
    struct outcome *outcome = tracer->outcome;
    tracer->waiting = NULL;
    HASH_ITER (hh, tracer->tracees, tracee, next)
        tracee->waits = false;
    HASH_ITER (hh, tracer->tracees, tracee, next)
        tracer_family_drop(tracer, tracee);
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].end == PROCESS_RUNNING)
            outcome->processes[i].ended = 0;
    tracer_settle_outcome(tracer);
    free(tracer);
}
