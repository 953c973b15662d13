/* SPDX-License-Identifier: MIT */
#include "edges/lifecycle.h"

#include "common/kernel.h"
#include "decide/crash.h"
#include "decide/exec_environment.h"
#include "decide/gate.h"
#include "decide/gate_regions.h"
#include "decide/leaks.h"
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
#include "records/stack.h"

#include <stdint.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { EXIT_BAD_SETTING = 125 };

extern char **environ;
extern void *__libc_stack_end __attribute__((weak));

_Atomic enum life lifecycle_state;
struct config lifecycle_config;

static char **given; /* the environment, once we were told */

/* Where the kernel has put it; NULL: that cannot be found. glibc alone says where. */
static char **first_environment(void)
{
    const uintptr_t *stack = &__libc_stack_end != NULL ? __libc_stack_end : NULL;
    uintptr_t above = getauxval(AT_RANDOM);
    if (stack == NULL || stack[0] >= (above - (uintptr_t)stack) / sizeof *stack)
        return NULL;
    const uintptr_t *end = &stack[1 + stack[0]]; /* of the arguments */
    return *end == 0 ? (char **)(end + 1) : NULL;
}

/* As the program was given it: the constructors of other libraries may come before ours. */
static char **environment(void)
{
    char **first = first_environment();
    return first != NULL ? first : given != NULL ? given : environ;
}

void lifecycle_know_environment(char **environment_given) { given = environment_given; }

static _Noreturn void give_up(const struct text *complaint)
{
    writer_stderr(complaint);
    kernel_exit(EXIT_BAD_SETTING);
}

/* Who is told what is lost is the command: asked for in vain, it is said. */
static void start_leaks(void)
{
    struct text complaint = {.length = 0};
    leaks_start(&lifecycle_config);
    if (!lifecycle_config.leaks || membership_in_run())
        return;
    text_add(&complaint, "memrestrict: MEMRESTRICT_LEAKS: nobody looks: that needs "
                         "'memrestrict run --leaks'\n");
    writer_stderr(&complaint);
}

static enum life read_settings(void)
{
    struct text complaint = {.length = 0};
    char **variables = environment();
    bool understood = config_read(variables, &lifecycle_config, &complaint);
    if (lifecycle_config.program != NULL && !process_is_named(lifecycle_config.program))
        return LIFE_DORMANT;
    if (!understood)
        give_up(&complaint);
    leaks_prepare(&lifecycle_config, real_malloc_is_glibc() ? (uintptr_t)real.malloc : 0);
    if (!report_start(&lifecycle_config, &complaint))
        give_up(&complaint);
    next_heap_start(variables);
    site_name_start();
    if (lifecycle_config.fault != NULL &&
        !fault_start(&lifecycle_config, process_program(), &complaint))
        give_up(&complaint);
    gate_start(&lifecycle_config, process_called());
    gate_regions_start(&lifecycle_config);
    if (!membership_start(&lifecycle_config, process_called(), &complaint))
        writer_stderr(&complaint);
    start_leaks();
    crash_start();
    fork_start_exploring();
    return lifecycle_config.count & COUNT_HEAP ? LIFE_ACTIVE : LIFE_HEAPLESS;
}

/* The program's own copy, if something has made one already, is to show no more than the first. */
static void keep_environment(void)
{
    exec_environment_start(environment(), lifecycle_config.follow);
    if (environ != environment())
        exec_environment_clean(environ);
}

bool COLD life_counts_heap_first(void)
{
    if (life() != LIFE_ACTIVE || guard_is_inside())
        return false;
    guard_errno();
    if (!gate_is_fast() || front_awaits_heap() || !delayed_free_start_thread())
        guard.level = GUARD_COUNTED;
    else
        guard.level = guard.scope == NULL ? GUARD_PLAIN : GUARD_SCOPED;
    return true;
}

void COLD lifecycle_start(void)
{
    enum life cold = LIFE_COLD;
    if (environ == NULL && given == NULL)
        return; /* the loader allocates before the C library has read what it was given */
    if (!atomic_compare_exchange_strong(&lifecycle_state, &cold, LIFE_STARTING))
        return;
    real_find();
    front_start();
    process_start();
    stack_note_main();
    enum life state = real_is_first_copy() ? read_settings() : LIFE_DORMANT;
    if (real_is_first_copy())
        keep_environment();
    if (state >= LIFE_HEAPLESS)
        fork_start();
    else
        real_waits(); /* nobody tells us when it forks */
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

/* Beyond it nobody counts on what the program has lost by then; musl has no on_exit. */
static void leave(void)
{
    membership_note_leaving();
    leaks_look_at_exit(lifecycle_has_heap());
    report_write();
}

bool lifecycle_has_heap(void) { return life() == LIFE_ACTIVE && real_heap_owner() == NULL; }

static void note_exit(int status, void *unused)
{
    (void)unused;
    membership_note_exit(status);
}

/* glibc tells constructors what main will be told. */
static __attribute__((constructor)) void on_load(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    if (real_libc_is_glibc())
        given = envp;
    lifecycle_start();
    if (!life_active())
        return;
    if (life() == LIFE_ACTIVE)
        prime_allocator();
    front_say();
    real_at_quick_exit(leave);
    if (membership_in_run())
        real_on_exit(note_exit);
}

static __attribute__((destructor)) void on_unload(void)
{
    if (life_active())
        leave();
}
