/* SPDX-License-Identifier: MIT */
#include "decide/crash.h"

#include "arch/arch.h"
#include "common/kernel.h"
#include "records/modules.h"
#include "ground/fatal_signal.h"
#include "ground/object.h"
#include "ground/pages.h"
#include "records/sites.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum {
    ROOM = 64 << 10, /* of the handler's stack, beside what the kernel puts there */
    PATIENCE = 10    /* waits of 100 ms at most for another thread that takes its crash down */
};

static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

/* That of the process. Nobody can ask the kernel when it is dead, nor can a program that has shut
 * itself off from files. */
static char command[SITES_COMMAND];
static size_t command_length; /* 0: not known, or there is no room for it */

static void take_command(void)
{
    int fd = kernel_open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got = fd < 0 ? 0 : 1;
    while (got > 0 && length < sizeof command) {
        got = kernel_read(fd, command + length, sizeof command - length);
        length += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        kernel_close(fd);
    command_length = length < sizeof command ? length : 0;
}

/* A program that jumped to where no code is has come from where the call left its address, if its
 * stack is still there. */
static struct stack_at before_wild_call(const struct stack_at *at)
{
    struct object object;
    struct stack_window window;
    stack_window_open(&window, at->sp);
    if (ARCH_CALL_PUSHES && !object_at(at->pc, &object) && at->sp % sizeof(uintptr_t) == 0 &&
        stack_window_has(&window, at->sp))
        return (struct stack_at){*(const uintptr_t *)at->sp, at->sp + sizeof(uintptr_t), at->fp};
    return (struct stack_at){at->pc + 1, at->sp, at->fp};
}

/* What goes wrong in reading the stack leaves the first frame. */
static void take_stack(struct sites_map *map, unsigned depth, const struct stack_at *at)
{
    struct sites_crash *crash = &map->area->crash;
    uintptr_t addresses[SITES_DEEPEST];
    uint32_t kept = 1;
    crash->frames[0] = modules_frame(map, at->pc + 1);
    atomic_store_explicit(&crash->frame_count, kept, memory_order_release);
    struct stack_at from = before_wild_call(at);
    unsigned length = stack_walk(&from, addresses, depth, NULL);
    for (unsigned i = from.pc == at->pc + 1; i < length && kept < SITES_DEEPEST; i++)
        if (!stack_is_library(addresses[i]))
            crash->frames[kept++] = modules_frame(map, addresses[i]);
    atomic_store_explicit(&crash->frame_count, kept, memory_order_release);
}

static void take_down(struct sites_map *map, unsigned depth, const siginfo_t *info,
                      const void *context)
{
    struct sites_crash *crash = &map->area->crash;
    struct stack_at at;
    bool at_address = info->si_signo == SIGSEGV || info->si_signo == SIGBUS;
    crash->signal = info->si_signo;
    crash->has_address = at_address && fatal_signal_comes_again(info);
    crash->address = crash->has_address ? (uintptr_t)info->si_addr : 0;
    memcpy(crash->command, command, command_length);
    crash->command_length = command_length;
    if (stack_interrupted(context, &at))
        take_stack(map, depth, &at);
    atomic_store(&crash->done, 1);
}

/* What the stack says was wrong: the first signal ends the process. */
static void end_of_first(const struct sites_crash *crash)
{
    fatal_signal_set_default(crash->signal);
    kernel_signal_send(crash->signal, NULL);
}

static void note(struct sites_map *map, unsigned depth, const siginfo_t *info, const void *context)
{
    struct sites_crash *crash = &map->area->crash;
    int32_t nobody = 0, thread = kernel_thread();
    if (atomic_compare_exchange_strong(&crash->thread, &nobody, thread)) {
        take_down(map, depth, info, context);
        return;
    }
    if (nobody == thread && !atomic_load(&crash->done))
        end_of_first(crash);
    for (int i = 0; i < PATIENCE && !atomic_load(&crash->done); i++)
        kernel_wait_shared(&crash->done, 0, 100);
}

static void handle(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    unsigned depth;
    (void)number;
    struct sites_map *map = sites_own(&depth);
    if (map != NULL)
        note(map, depth, info, context);
    fatal_signal_let_end(info);
    errno = saved;
}

/* So that a stack overflow finds room; a program that has one for its handlers keeps that. */
static void use_own_stack(void)
{
    stack_t stack;
    size_t size = pages_round(ROOM + getauxval(AT_MINSIGSTKSZ));
    if (kernel_signal_stack(NULL, &stack) != 0 || !(stack.ss_flags & SS_DISABLE))
        return;
    stack = (stack_t){.ss_sp = kernel_pages(size), .ss_size = size};
    if (stack.ss_sp != NULL && kernel_signal_stack(&stack, NULL) == 0)
        pages_note(size);
}

void crash_start(void)
{
    int saved = errno;
    struct sigaction ours = {.sa_sigaction = handle,
                             .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    struct sigaction theirs;
    if (!sites_wants_crashes())
        return;
    use_own_stack();
    take_command();
    for (int i = 0; i < NUMBERS; i++)
        if (sigaction(numbers[i], NULL, &theirs) == 0 && !(theirs.sa_flags & SA_SIGINFO) &&
            theirs.sa_handler == SIG_DFL)
            sigaction(numbers[i], &ours, NULL);
    errno = saved;
}
