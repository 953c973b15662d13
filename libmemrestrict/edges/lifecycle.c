/* SPDX-License-Identifier: MIT */
#include "edges/lifecycle.h"

#include "edges/block.h"
#include "records/budget.h"
#include "decide/map_barrier.h"
#include "ground/counter.h"
#include "decide/explore.h"
#include "records/fault.h"
#include "decide/crash.h"
#include "decide/gate.h"
#include "decide/gate_regions.h"
#include "records/ledger.h"
#include "ground/lock.h"
#include "decide/membership.h"
#include "edges/delayed_free.h"
#include "ground/real.h"
#include "records/regions.h"
#include "decide/report.h"
#include "records/site_name.h"
#include "records/sites.h"
#include "edges/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { EXIT_BAD_SETTING = 125, CALLED = 64 };

extern char **environ;

_Atomic enum life lifecycle_state;
struct config lifecycle_config;

static struct {
    char *executable;    /* /proc/self/exe, once it was asked for */
    char called[CALLED]; /* the name that it was started by; empty: none that says anything */
    int pid;
    bool copy_begun; /* a copy of a process was met and taken care of before fork's handler */
} process;

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

const char *lifecycle_program(void)
{
    if (process.executable == NULL) {
        process.executable = kernel_pages(WRITER_PATH);
        if (process.executable != NULL &&
            !kernel_readlink("/proc/self/exe", process.executable, WRITER_PATH))
            strcpy(process.executable, "?");
    }
    return process.executable != NULL ? base_name(process.executable) : "?";
}

/* Kept, since a program may write over what exec has left on its stack. */
static void keep_called(void)
{
    const char *path = (const char *)getauxval(AT_EXECFN);
    if (path == NULL || strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/", 6) == 0)
        return;
    const char *name = base_name(path);
    size_t length = strnlen(name, CALLED - 1);
    memcpy(process.called, name, length);
    process.called[length] = '\0';
}

static const char *called(void)
{
    return process.called[0] != '\0' ? process.called : lifecycle_program();
}

int lifecycle_pid(void) { return process.pid; }

/* A program goes by two names: the one it was called by (a link's, a script's) and its file's. */
static bool is_named(const char *patterns)
{
    const char *called = (const char *)getauxval(AT_EXECFN);
    return config_names(patterns, lifecycle_program()) ||
           (called != NULL && config_names(patterns, base_name(called)));
}

static _Noreturn void give_up(const struct text *complaint)
{
    writer_stderr(complaint);
    kernel_exit(EXIT_BAD_SETTING);
}

static void start_exploring(void);

static enum life read_settings(void)
{
    struct text complaint = {.length = 0};
    bool understood = config_read(environ, &lifecycle_config, &complaint);
    if (lifecycle_config.program != NULL && !is_named(lifecycle_config.program))
        return LIFE_DORMANT;
    if (!understood)
        give_up(&complaint);
    if (!report_start(&lifecycle_config, &complaint))
        give_up(&complaint);
    block_start();
    site_name_start();
    if (lifecycle_config.fault != NULL &&
        !fault_start(&lifecycle_config, lifecycle_program(), &complaint))
        give_up(&complaint);
    gate_start(&lifecycle_config, called());
    gate_regions_start(&lifecycle_config);
    if (!membership_start(&lifecycle_config, called(), &complaint))
        writer_stderr(&complaint);
    crash_start();
    start_exploring();
    bool heap = (lifecycle_config.count & COUNT_HEAP) && real_heap_owner() == NULL;
    return heap ? LIFE_ACTIVE : LIFE_HEAPLESS;
}

bool COLD life_counts_heap_first(void)
{
    if (life() != LIFE_ACTIVE || guard_is_inside())
        return false;
    guard_errno();
    guard.level = gate_is_fast() && delayed_free_start_thread() ? GUARD_PLAIN : GUARD_COUNTED;
    return true;
}

static void take_all(void)
{
    map_barrier_fork_take();
    regions_fork_take();
    ledger_fork_take();
    budget_fork_take();
}

/* Before fork takes its own locks: stdio's list lock, then ours. In that order, because a thread
 * that holds stdio's may be waiting for one of ours. A fork within a fork (from a signal handler,
 * or another's fork handler) has them all already. A single thread keeps nobody out, and may be a
 * signal handler that interrupted the holder of a lock, who goes on in the child as well. */
static void fork_prepare(void)
{
    struct kernel_mask mask;
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
        return;
    }
    kernel_signals_block(&mask);
    guard.forking = 0;
    budget_fork_drop();
    ledger_fork_drop();
    regions_fork_drop();
    map_barrier_fork_drop();
    kernel_signals_restore(&mask);
    real_stdio_drop();
}

static void mark_copy(void)
{
    guard_forget_path();
    fault_fork_child();
    explore_fork_child();
    process.pid = kernel_pid();
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
    membership_fork_child(called());
}

static void fork_child(void)
{
    struct kernel_mask mask;
    kernel_signals_block(&mask);
    bool alone = guard.forking == 0;
    mark_copy();
    free_locks_in_child();
    if (!process.copy_begun)
        begin_child(alone);
    process.copy_begun = false;
    report_fork_child();
    kernel_signals_restore(&mask);
}

static void explored_child(void)
{
    fork_child();
    membership_note_copy();
}

static void start_exploring(void)
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
    regions_recover(&regions_own);
    ledger_recover();
    budget_recover();
    thread_recover();
}

/* A copy of the process charges something before any handler of ours told us of it: made without
 * them, or other handlers were first. */
static void begin_copy(void)
{
    int saved = errno;
    struct kernel_mask mask;
    kernel_signals_block(&mask);
    if (guard.forking == 0)
        recover_copy();
    begin_child(false);
    process.copy_begun = guard.forking > 0; /* fork's own handler is still to come */
    kernel_signals_restore(&mask);
    errno = saved;
}

/* As early as can be: handlers that were there before ours are run by fork when it has our locks.
 */
static void follow_copies(void)
{
    lock_on_copy = recover_copy;
    budget_on_copy = begin_copy;
    real_at_fork(fork_prepare, fork_parent, fork_child);
}

void COLD lifecycle_start(void)
{
    enum life cold = LIFE_COLD;
    if (environ == NULL) /* the loader allocates before the C library has read what it was given */
        return;
    if (!atomic_compare_exchange_strong(&lifecycle_state, &cold, LIFE_STARTING))
        return;
    real_find();
    process.pid = kernel_pid();
    keep_called();
    enum life state = read_settings();
    if (state >= LIFE_HEAPLESS)
        follow_copies();
    atomic_store(&lifecycle_state, state);
}

/* An allocator that comes after us maps its first pages when it is first used: have that behind us
 * and uncounted before the program maps anything. The C library's own maps them past us anyway. */
static void prime_allocator(void)
{
    if (real_malloc_is_libc())
        return;
    guard_enter();
    real.free(real.malloc(1));
    guard_leave();
}

static void note_exit(int status, void *unused)
{
    (void)unused;
    membership_note_exit(status);
}

static __attribute__((constructor)) void on_load(void)
{
    lifecycle_start();
    if (!life_active())
        return;
    if (life() == LIFE_ACTIVE)
        prime_allocator();
    membership_note_owners(real_heap_owner(), real_heap_owner() != NULL && real_maps_are_others());
    report_owners(real_heap_owner(), real_heap_owner() != NULL && real_maps_are_others());
    real_at_quick_exit(report_write);
    if (membership_in_run())
        real_on_exit(note_exit);
}

static __attribute__((destructor)) void on_unload(void)
{
    if (life_active())
        report_write();
}
