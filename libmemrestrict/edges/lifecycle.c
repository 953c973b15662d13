/* SPDX-License-Identifier: MIT */
#include "edges/lifecycle.h"

#include "common/kernel.h"
#include "decide/crash.h"
#include "decide/gate.h"
#include "decide/gate_regions.h"
#include "decide/membership.h"
#include "decide/report.h"
#include "edges/delayed_free.h"
#include "edges/fork.h"
#include "edges/front.h"
#include "edges/next_heap.h"
#include "ground/process.h"
#include "ground/real.h"
#include "records/fault.h"
#include "records/site_name.h"

#include <unistd.h>

enum { EXIT_BAD_SETTING = 125 };

extern char **environ;

_Atomic enum life lifecycle_state;
struct config lifecycle_config;

static _Noreturn void give_up(const struct text *complaint)
{
    writer_stderr(complaint);
    kernel_exit(EXIT_BAD_SETTING);
}

static enum life read_settings(void)
{
    struct text complaint = {.length = 0};
    bool understood = config_read(environ, &lifecycle_config, &complaint);
    if (lifecycle_config.program != NULL && !process_is_named(lifecycle_config.program))
        return LIFE_DORMANT;
    if (!understood)
        give_up(&complaint);
    if (!report_start(&lifecycle_config, &complaint))
        give_up(&complaint);
    next_heap_start();
    site_name_start();
    if (lifecycle_config.fault != NULL &&
        !fault_start(&lifecycle_config, process_program(), &complaint))
        give_up(&complaint);
    gate_start(&lifecycle_config, process_called());
    gate_regions_start(&lifecycle_config);
    if (!membership_start(&lifecycle_config, process_called(), &complaint))
        writer_stderr(&complaint);
    crash_start();
    fork_start_exploring();
    return lifecycle_config.count & COUNT_HEAP ? LIFE_ACTIVE : LIFE_HEAPLESS;
}

bool COLD life_counts_heap_first(void)
{
    if (life() != LIFE_ACTIVE || guard_is_inside())
        return false;
    guard_errno();
    guard.level = gate_is_fast() && !front_awaits_heap() && delayed_free_start_thread()
                      ? GUARD_PLAIN
                      : GUARD_COUNTED;
    return true;
}

void COLD lifecycle_start(void)
{
    enum life cold = LIFE_COLD;
    if (environ == NULL) /* the loader allocates before the C library has read what it was given */
        return;
    if (!atomic_compare_exchange_strong(&lifecycle_state, &cold, LIFE_STARTING))
        return;
    real_find();
    front_start();
    process_start();
    enum life state = real_is_first_copy() ? read_settings() : LIFE_DORMANT;
    if (state >= LIFE_HEAPLESS)
        fork_start();
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
    front_say();
    real_at_quick_exit(report_write);
    if (membership_in_run())
        real_on_exit(note_exit);
}

static __attribute__((destructor)) void on_unload(void)
{
    if (life_active())
        report_write();
}
