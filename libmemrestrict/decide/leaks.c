/* SPDX-License-Identifier: MIT */
#include "decide/leaks.h"

#include "arch/arch.h"
#include "common/kernel_threads.h"
#include "decide/leaks_roots.h"
#include "decide/map_barrier.h"
#include "ground/counter.h"
#include "ground/guard.h"
#include "ground/kernel_copy.h"
#include "ground/pause.h"
#include "ground/process.h"
#include "ground/risky_read.h"
#include "records/ledger.h"
#include "records/reach.h"
#include "records/regions.h"
#include "records/sites.h"
#include "records/sites_lost.h"

#include <pthread.h>
#include <stdatomic.h>

enum { APART = 16 }; /* the ledger has the addresses of blocks to the byte */

bool leaks_on;

static struct {
    uintptr_t main_sp, main_return; /* 0: not known */
    uintptr_t exit_sp;
    int exit_thread;          /* who called exit; 0: nobody, as far as is known */
    bool by_daemon, has_heap; /* it was looked for there; see leaks_look_now */
} noted;

void leaks_prepare(const struct config *config, uintptr_t glibc_malloc)
{
    if (config->leaks)
        leaks_roots_start(glibc_malloc, config->count & COUNT_REGIONS);
}

void leaks_start(const struct config *config)
{
    if (!config->leaks || !sites_on)
        return;
    leaks_on = true;
    ledger_start(APART);
    sites_lost_ask();
}

void leaks_fork_child(void)
{
    noted.by_daemon = false;
    if (leaks_on)
        sites_lost_ask();
}

/* The slot of main's return address, which the next call from there takes. */
static uintptr_t return_slot(void) { return *(const volatile uintptr_t *)noted.main_sp; }

void leaks_note_main(uintptr_t sp)
{
    if (!leaks_on || !ARCH_CALL_PUSHES)
        return;
    noted.main_sp = sp - sizeof(uintptr_t);
    noted.main_return = return_slot();
}

static __attribute__((noinline)) void note_exit_below(void)
{
    noted.exit_sp = (uintptr_t)__builtin_dwarf_cfa();
    noted.exit_thread = kernel_thread();
}

void leaks_note_exit(void)
{
    if (leaks_on && kernel_pid() == process_pid())
        note_exit_below();
}

/* Where the program's part of this thread's stack begins. */
static uintptr_t stack_at_exit(uintptr_t sp)
{
    int self = kernel_thread();
    if (noted.exit_thread == self)
        return noted.exit_sp;
    bool returned = self == kernel_pid() && noted.main_sp != 0 && noted.main_sp > sp &&
                    return_slot() != noted.main_return;
    return returned ? noted.main_sp : sp;
}

static bool has_unknown_stack(const struct pause *pause)
{
    for (size_t i = 0; i < pause->count; i++)
        if (pause->threads[i].state == PAUSE_DEAF && pause->threads[i].sp == 0)
            return true;
    return false;
}

static void scan_threads(struct reach *reach, const struct leaks_maps *maps,
                         const struct pause *pause, uintptr_t sp)
{
    int first = kernel_pid();
    leaks_roots_thread(reach, maps, sp, (uintptr_t)pthread_self(), kernel_thread() == first);
    for (size_t i = 0; i < pause->count; i++) {
        const struct paused *thread = &pause->threads[i];
        if (thread->state == PAUSE_STOPPED || thread->state == PAUSE_DEAF)
            leaks_roots_thread(reach, maps, thread->sp, thread->pointer, thread->thread == first);
    }
}

/* While all others wait. */
static enum sites_leaks_reason scan(struct reach *reach, struct leaks_maps *maps,
                                    const struct pause *pause, uintptr_t sp)
{
    if (has_unknown_stack(pause))
        return SITES_LEAKS_NO_THREADS;
    if (!ledger_is_free() || !regions_are_free())
        return SITES_LEAKS_WITHIN;
    if (!leaks_maps_read(maps))
        return SITES_LEAKS_NO_MAPS;
    if (!reach_open(reach, maps->readable, maps->readable_count))
        return SITES_LEAKS_NO_MEMORY;
    risky_read_begin();
    leaks_roots_scan(reach, maps);
    scan_threads(reach, maps, pause, sp);
    reach_settle(reach);
    risky_read_end();
    return SITES_LEAKS_NO_REASON;
}

static enum sites_leaks_reason look(struct reach *reach, struct pause *pause, uintptr_t sp)
{
    struct leaks_maps maps = {0};
    bool alone = counter_alone();
    if (!alone)
        map_barrier_fork_take();
    bool paused = alone || pause_begin(pause);
    enum sites_leaks_reason reason =
        paused ? scan(reach, &maps, pause, sp) : SITES_LEAKS_NO_THREADS;
    if (!alone && paused)
        pause_end(pause);
    if (!alone)
        map_barrier_fork_drop();
    leaks_maps_free(&maps);
    return reason;
}

/* Signals that come meanwhile wait. */
static void look_from(uintptr_t sp, bool has_heap)
{
    struct kernel_mask mask;
    struct reach reach = {0};
    struct pause pause = {0};
    uint64_t began = kernel_clock_now();
    if (!sites_lost_begin())
        return;
    kernel_signals_block(&mask);
    kernel_signals_block_but_faults();
    enum sites_leaks_reason reason = has_heap ? look(&reach, &pause, sp) : SITES_LEAKS_NO_HEAP;
    kernel_signals_restore(&mask);
    if (reason == SITES_LEAKS_NO_REASON) {
        sites_lost_enter(&reach);
        sites_lost_end(pause.stopped, pause.deaf, kernel_clock_now() - began);
    } else {
        sites_lost_cannot(reason);
    }
    reach_close(&reach);
}

static bool is_wanted(void) { return leaks_on && kernel_pid() == process_pid(); }

static __attribute__((noinline)) void look_below(bool at_exit, bool has_heap)
{
    uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();
    look_from(at_exit ? stack_at_exit(sp) : sp, has_heap);
}

/* What the callers keep in registers goes to these frames, which the last call leaves there. */
COLD void leaks_look_at_exit(bool has_heap)
{
    __builtin_unwind_init();
    if (is_wanted())
        look_below(true, has_heap);
    atomic_signal_fence(memory_order_seq_cst);
}

COLD void leaks_look_now(bool has_heap)
{
    __builtin_unwind_init();
    if (is_wanted())
        look_below(false, has_heap);
    atomic_signal_fence(memory_order_seq_cst);
}

void leaks_begin_daemon(bool has_heap)
{
    noted.has_heap = has_heap;
    guard.in_daemon = is_wanted();
}

void leaks_fork_parent(void)
{
    if (!guard.in_daemon)
        return;
    noted.by_daemon = true;
    leaks_look_now(noted.has_heap);
}

void leaks_end_daemon(bool failed)
{
    guard.in_daemon = false;
    if (noted.by_daemon && failed && is_wanted())
        sites_lost_cannot(SITES_LEAKS_DAEMON);
}
