/* SPDX-License-Identifier: MIT */
#include "edges/fork.h"

#include "decide/explore.h"
#include "decide/gate.h"
#include "decide/gate_scopes.h"
#include "decide/leaks.h"
#include "decide/map_barrier.h"
#include "decide/membership.h"
#include "decide/pool_fault.h"
#include "decide/report.h"
#include "edges/thread.h"
#include "ground/counter.h"
#include "ground/lock.h"
#include "ground/process.h"
#include "ground/real.h"
#include "records/budget.h"
#include "records/fault.h"
#include "records/ledger.h"
#include "records/pools.h"
#include "records/regions.h"
#include "records/sites.h"

#include <errno.h>

/* A copy of the process was met and taken care of before fork's own handler. */
static bool copy_begun;

static void take_all(void)
{
    pool_fault_fork_take();
    pools_fork_take();
    map_barrier_fork_take();
    regions_fork_take();
    ledger_fork_take();
    budget_fork_take();
    scopes_fork_take();
}

/* Before fork takes its own locks: stdio's list lock, then ours. In that order, because a thread
 * that holds stdio's may be waiting for one of ours. A fork within a fork (from a signal handler,
 * or another's fork handler) has them all already. A single thread keeps nobody out, and may be a
 * signal handler that interrupted the holder of a lock, who goes on in the child as well. */
static void fork_prepare(void)
{
    struct kernel_mask mask;
    real_waits();
    sites_fork_note();
    if (guard.forking > 0)
        guard.forking++;
    budget_fork_note();
    if (guard.forking > 0 || counter_alone())
        return;
    real_stdio_take();
    kernel_signals_block(&mask);
    take_all();
    guard.forking = 1;
    kernel_signals_restore(&mask);
}

static void fork_parent(void)
{
    struct kernel_mask mask;
    sites_fork_done();
    if (guard.forking != 1) {
        guard.forking -= guard.forking > 0;
        leaks_fork_parent();
        return;
    }
    kernel_signals_block(&mask);
    guard.forking = 0;
    scopes_fork_drop();
    budget_fork_drop();
    ledger_fork_drop();
    regions_fork_drop();
    map_barrier_fork_drop();
    pools_fork_drop();
    pool_fault_fork_drop();
    kernel_signals_restore(&mask);
    real_stdio_drop();
    leaks_fork_parent();
}

static void mark_copy(void)
{
    guard_forget_path();
    fault_fork_child();
    explore_fork_child();
    process_fork_child();
    lock_copy_known();
}

/* The outer one of two forks goes on in the child as well, as a parent: it finds things as it left
 * them. */
static void free_locks_in_child(void)
{
    if (guard.forking == 0)
        return;
    map_barrier_fork_reset();
    regions_fork_reset();
    ledger_fork_reset();
    budget_fork_reset();
    scopes_fork_reset();
    pools_fork_reset();
    pool_fault_fork_reset();
    real_stdio_reset();
    if (--guard.forking > 0) {
        real_stdio_take();
        take_all();
    }
}

/* What the child holds. In a run the parent's figures go on changing where they stand: those of
 * before the fork are right if nobody else could change them, else what is live is counted. */
static uint64_t held_in_child(bool as_noted)
{
    if (!membership_in_run() || as_noted)
        return BUDGET_AS_NOTED;
    return ledger_live().bytes + regions_live(&regions_own).bytes + thread_stacks();
}

static void begin_child(bool as_noted)
{
    budget_fork_child(held_in_child(as_noted));
    thread_fork_child();
    if (membership_in_tree() &&
        ledger_inherit()) { /* not from a handler within the ledger: then all is charged anew */
        regions_inherit(&regions_own);
        thread_inherit();
        budget_inherit();
    }
    gate_scopes_fork_child(as_noted);
    membership_fork_child(process_called());
    leaks_fork_child();
}

static void fork_child(void)
{
    struct kernel_mask mask;
    kernel_signals_block(&mask);
    bool alone = guard.forking == 0;
    mark_copy();
    free_locks_in_child();
    if (!copy_begun)
        begin_child(alone);
    copy_begun = false;
    report_fork_child();
    kernel_signals_restore(&mask);
}

static void explored_child(void)
{
    fork_child();
    membership_note_copy();
}

void fork_start_exploring(void)
{
    static const struct explore_hooks hooks = {fork_prepare, fork_parent, explored_child};
    if (!explore_start(membership_accounts(), &hooks))
        return;
    gate_expect_faults();
    if (explore_is_copy())
        membership_note_copy();
}

/* A thread waits for a lock in a copy made without our handlers. */
static void recover_copy(void)
{
    mark_copy();
    map_barrier_fork_reset();
    pools_fork_reset();
    pool_fault_fork_reset();
    regions_recover(&regions_own);
    ledger_recover();
    budget_recover();
    scopes_fork_reset();
    thread_recover();
}

/* A copy of the process charges something before any handler of ours told us of it: made without
 * them, or other handlers were first. */
static void begin_copy(void)
{
    int saved = errno;
    struct kernel_mask mask;
    kernel_signals_block(&mask);
    if (guard.forking == 0) {
        membership_note_raw_copy();
        recover_copy();
    }
    begin_child(false);
    copy_begun = guard.forking > 0; /* fork's own handler is still to come */
    kernel_signals_restore(&mask);
    errno = saved;
}

void fork_start(void)
{
    lock_on_copy = recover_copy;
    budget_on_copy = begin_copy;
    real_at_fork(fork_prepare, fork_parent, fork_child);
}
