/* SPDX-License-Identifier: MIT
 *
 * Threads, processes and programs as they come and go.
 */
#include "base/duration.h"
#include "base/proc_status.h"
#include "common/proc.h"
#include "engines/space_maps.h"
#include "engines/tracer_inside.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

struct space_budget *tracer_tree_of(struct tracer *tracer)
{
    bool is_tree = tracer->options.tree_limit != UINT64_MAX || tracer->options.shared != NULL;
    return is_tree ? &tracer->tree : NULL;
}

static struct tracer_space *make_space(struct tracer *tracer, int pid)
{
    struct tracer_space *space = calloc(1, sizeof *space);
    if (space == NULL)
        return NULL;
    space->space.account.limit = tracer->options.limit;
    space->space.tree = tracer_tree_of(tracer);
    space->space.count_stacks = tracer->options.count_stacks;
    space->space.keep_written = tracer->options.keep_written;
    space->row = (struct process){.pid = pid, .began = duration_now()};
    DL_APPEND2(tracer->spaces, space, previous, next);
    return space;
}

static char *name_of(int pid)
{
    char path[64], exe[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t length = readlink(path, exe, sizeof exe - 1);
    exe[length > 0 ? length : 0] = '\0';
    const char *slash = strrchr(exe, '/');
    return strdup(slash != NULL ? slash + 1 : exe);
}

static int parent_of(int pid)
{
    struct proc_stat stat;
    return proc_stat_of(pid, &stat) == 0 ? stat.parent : 0;
}

static int group_of(int tid)
{
    int tgid = proc_status_number(tid, "Tgid:");
    return tgid != 0 ? tgid : tid;
}

int tracer_family_tracer_of(int tid) { return proc_status_number(tid, "TracerPid:"); }

/* Into the outcome: how the program of this space ended. */
static void list(struct tracer *tracer, struct tracer_space *space)
{
    struct process *row = &space->row;
    if (row->program == NULL) /* what was there before the program itself */
        return;
    row->ended = duration_now();
    row->limit = space->space.account.limit;
    row->used = space->space.account.used;
    row->peak = space->space.account.peak;
    struct process *listed = outcome_add(tracer->outcome);
    if (listed == NULL) {
        free(row->program);
        return;
    }
    *listed = *row;
    listed->engine = tracer->options.seizes ? "ptrace" : NULL;
}

static void leave(struct tracer *tracer, struct tracer_space *space)
{
    if (space == NULL || --space->users > 0)
        return;
    list(tracer, space);
    space_clear(&space->space);
    tracer_hold(tracer);
    DL_DELETE2(tracer->spaces, space, previous, next);
    free(space);
}

static void join(struct tracee *tracee, struct tracer_space *space, int tgid)
{
    tracee->space = space;
    tracee->tgid = tgid;
    space->users++;
}

static void forget(struct tracer *tracer, struct tracee *tracee)
{
    HASH_DEL(tracer->tracees, tracee);
    free(tracee);
}

struct tracee *tracer_family_outsider(struct tracer *tracer, int tid, int tgid)
{
    struct tracee *tracee = tracee_add(tracer, tid);
    if (tracee == NULL)
        return NULL;
    struct tracer_space *space = make_space(tracer, tgid);
    if (space == NULL) {
        forget(tracer, tracee);
        return NULL;
    }
    space->outside = true;
    space->space.tree = NULL;
    join(tracee, space, tgid);
    return tracee;
}

/* What the command's own copy does before exec is not the program's. */
bool tracer_family_begin(struct tracer *tracer, int pid)
{
    return tracer_family_outsider(tracer, pid, pid) != NULL;
}

bool tracer_family_shares_space(int pid, int other)
{
    enum { KCMP_SPACE = 1 }; /* KCMP_VM */
    return syscall(SYS_kcmp, pid, other, KCMP_SPACE, 0, 0) == 0;
}

/* While a thread forks others may change their mappings: what the child has, the kernel knows. */
static bool copy_space(struct tracer_space *copy, struct tracer_space *from, int pid)
{
    struct space_budget *tree = from->space.tree;
    if (!space_copy(&copy->space, &from->space))
        return false;
    copy->space.tree = NULL;
    bool done = from->users == 1 || space_resync(&copy->space, pid, 0, UINTPTR_MAX);
    space_inherit(&copy->space);
    copy->space.tree = tree;
    return done;
}

static bool forked(struct tracer *tracer, struct tracee *child, struct tracer_space *from)
{
    struct tracer_space *space = make_space(tracer, child->tid);
    if (space == NULL)
        return false;
    space->row.program = from->row.program != NULL ? strdup(from->row.program) : NULL;
    space->row.parent = parent_of(child->tid);
    space->row.forked = true;
    space->outside = from->outside;
    join(child, space, child->tid);
    if (space->outside)
        space->space.tree = NULL;
    else if (!copy_space(space, from, child->tid))
        tracer_condemn(tracer, child, "its mappings cannot be read");
    return true;
}

/* Whose memory it shares, if anybody's. */
static struct tracer_space *shared_space(struct tracer *tracer, int tid, struct tracee *maker)
{
    struct tracee *other, *next;
    if (maker != NULL && tracer_family_shares_space(maker->tid, tid))
        return maker->space;
    HASH_ITER (hh, tracer->tracees, other, next) {
        if (other->tid == other->tgid && tracer_family_shares_space(other->tid, tid))
            return other->space;
    }
    return NULL;
}

bool tracer_family_is_free(struct tracer *tracer, int tid)
{
    return tracer->options.leaves_children && group_of(tid) == tid &&
           shared_space(tracer, tid, tracer->maker) == NULL;
}

struct tracee *tracer_family_enter(struct tracer *tracer, int tid, int tgid)
{
    struct tracee *tracee, *next;
    struct tracer_space *space = NULL;
    HASH_ITER (hh, tracer->tracees, tracee, next)
        space = tracee->tgid == tgid ? tracee->space : space;
    if (space == NULL)
        space = shared_space(tracer, tid, NULL);
    tracee = space != NULL ? tracee_add(tracer, tid) : tracer_family_outsider(tracer, tid, tgid);
    if (tracee == NULL)
        return NULL;
    tracee->unfiltered = true;
    if (space != NULL)
        join(tracee, space, tgid);
    return tracee;
}

void tracer_family_name(struct tracer_space *space, int tid)
{
    free(space->row.program);
    space->row.program = name_of(tid);
    space->row.parent = parent_of(space->row.pid);
}

/* Who made it is not known, or dead by now: it has what it has. */
static bool load_orphan(struct tracer *tracer, struct tracee *child)
{
    struct tracer_space *space = make_space(tracer, child->tid);
    if (space == NULL)
        return false;
    struct space_budget *tree = space->space.tree;
    space->row.program = name_of(child->tid);
    space->row.parent = parent_of(child->tid);
    space->row.forked = true;
    join(child, space, child->tid);
    space->space.tree = NULL;
    if (!space_load(&space->space, child->tid))
        tracer_condemn(tracer, child, "its mappings cannot be read");
    space_inherit(&space->space);
    space->space.tree = tree;
    return true;
}

/* Its parent may have died meanwhile, and its maker need not be its parent (CLONE_PARENT). */
void tracer_family_child(struct tracer *tracer, int tid)
{
    int tgid = group_of(tid), likely = tgid != tid ? tgid : parent_of(tid);
    struct tracee *maker = tracer->maker != NULL ? tracer->maker : tracee_find(tracer, likely);
    struct tracer_space *space = shared_space(tracer, tid, maker);
    struct tracee *child = tracee_add(tracer, tid);
    if (child == NULL)
        return;
    child->unfiltered =
        maker != NULL ? maker->unfiltered : tracer->options.seizes || tracer->options.leaves;
    bool done = true;
    if (space != NULL)
        join(child, space, tgid);
    else if (maker != NULL && maker->space != NULL)
        done = forked(tracer, child, maker->space);
    else
        done = load_orphan(tracer, child);
    if (!done)
        forget(tracer, child);
}

void tracer_family_drop(struct tracer *tracer, struct tracee *tracee)
{
    struct tracer_space *space = tracee->space;
    tracer_call_dies(tracer, tracee);
    forget(tracer, tracee);
    leave(tracer, space);
}

/* exec ends all other threads; the one that called it takes the process's number. */
static void drop_others(struct tracer *tracer, int tgid)
{
    struct tracee *tracee, *next;
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        if (tracee->tgid == tgid && tracee->tid != tgid)
            tracer_family_drop(tracer, tracee);
    }
}

/* There is nobody yet who could wait: so we do. */
static bool holds(struct tracer *tracer)
{
    enum { TRIES = 100 };
    bool held = tracer_hold(tracer);
    for (int i = 0; i < TRIES && !held && tracer->busy_since != 0; i++)
        held = tracer_hold(tracer);
    return held;
}

/* A new image that is too large is refused as a whole: it has nobody to tell yet. */
static void begin_program(struct tracer *tracer, struct tracee *tracee)
{
    struct tracer_space *space = tracee->space;
    space->row.program = name_of(tracee->tid);
    space->row.parent = parent_of(tracee->tid);
    if (!space_load(&space->space, tracee->tid)) {
        tracer_condemn(tracer, tracee, "its mappings cannot be read");
        return;
    }
    const struct space_budget *own = &space->space.account, *tree = space->space.tree;
    bool by_tree = tree != NULL && (tree->used > tree->limit || !holds(tracer));
    if (own->used <= own->limit && !by_tree)
        return;
    tracer_refuse(tracer, space, "exec", own->used, by_tree);
    tracee_kill(tracee->tgid);
}

static void begin(struct tracer *tracer, int tid)
{
    if (tracer->begun || tid != tracer->pid)
        return;
    tracer->begun = true;
    if (tracer->options.on_begin != NULL)
        tracer->options.on_begin(tracer->options.context);
}

void tracer_family_exec(struct tracer *tracer, struct tracee *tracee)
{
    int tid = tracee->tid;
    if (tracer->options.leaves_children && tid != tracer->pid) {
        tracee_let_go(tracee, 0);
        return;
    }
    drop_others(tracer, tid);
    struct tracer_space *space = make_space(tracer, tid);
    if (space == NULL) {
        tracee_kill(tid);
        return;
    }
    tracer_call_dies(tracer, tracee);
    if (tracee->space != NULL && tracee->space->row.pid == tid)
        tracee->space->row.end = PROCESS_REPLACED;
    leave(tracer, tracee->space);
    join(tracee, space, tid);
    begin(tracer, tid);
    begin_program(tracer, tracee);
    tracee_go(tracee, 0);
}

/* A first thread that had ended before is none of ours, and nobody tells of it. */
static bool is_last(const struct tracer *tracer, const struct tracee *dead)
{
    const struct tracee *other = tracer->tracees;
    if (!tracer->options.leaves || dead == NULL || dead->tgid != tracer->pid)
        return false;
    while (other != NULL && (other == dead || other->tgid != tracer->pid))
        other = other->hh.next;
    return other == NULL;
}

void tracer_family_death(struct tracer *tracer, int tid, int status)
{
    struct tracee *tracee = tracee_find(tracer, tid);
    if (tid == tracer->pid || is_last(tracer, tracee)) {
        tracer->ended = true;
        tracer->status = status;
    }
    if (tracee == NULL)
        return;
    if (tracee->space != NULL && (tracee->space->row.pid == tid || is_last(tracer, tracee))) {
        struct process *row = &tracee->space->row;
        row->end = WIFEXITED(status) ? PROCESS_EXITED : PROCESS_KILLED;
        row->status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    }
    tracer_family_drop(tracer, tracee);
}
