/* SPDX-License-Identifier: MIT */
#include "decide/pool_fault.h"

#include "common/path_part.h"
#include "common/writer.h"
#include "ground/fatal_signal.h"
#include "ground/guard.h"
#include "ground/lock.h"
#include "ground/object.h"
#include "ground/process.h"
#include "records/names.h"
#include "records/pools.h"
#include "records/stack.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

enum {
    FRAMES = 24,
    PATIENCE = 10000 /* turns that others are let have: who speaks may be stopped */
};

/* Not on the handler's stack, which may be small. */
static LARGE_ZEROS struct {
    struct sink voice;
    struct text line;
    uintptr_t addresses[FRAMES];
} says;
static _Atomic int speaker; /* the thread that uses it; 0: none */

/* The program's own, in two places by turns: a handler may be at work while it changes. */
static struct sigaction theirs[2];
static _Atomic unsigned turn;
static struct lock lock;
static bool has_voice, has_stacks;

static bool is_handler(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static void end_line(void)
{
    text_add_char(&says.line, '\n');
    sink_write(&says.voice, &says.line);
    says.line.length = 0;
}

static void add_address(uint64_t address)
{
    text_add(&says.line, "0x");
    text_add_hexadecimal(&says.line, address, 1);
}

/* The first one told. */
static void add_function(const char *name, void *context)
{
    bool *told = context;
    char plain[100];
    size_t length = names_plain(name, plain, sizeof plain);
    if (*told)
        return;
    *told = true;
    text_add_quoted(&says.line, length > 0 ? plain : name, length > 0 ? length : strlen(name));
    text_add_char(&says.line, ' ');
}

static void say_frame(uintptr_t address)
{
    struct object object;
    bool told = false;
    text_add(&says.line, "  at ");
    names_at(address, add_function, &told);
    text_add_char(&says.line, '(');
    if (object_at(address, &object)) {
        const char *path =
            *object.path != '\0' ? path_last_part(object.path) : path_last_part(process_program());
        text_add_quoted(&says.line, path, strlen(path));
        text_add_char(&says.line, '+');
        address -= object.bias;
    }
    add_address(address);
    text_add_char(&says.line, ')');
    end_line();
}

static void say_stack(const void *context)
{
    struct stack_at at;
    if (!has_stacks || !stack_interrupted(context, &at))
        return;
    uintptr_t pc = at.pc++; /* as of a call: the one behind it */
    unsigned count = stack_walk(&at, says.addresses, FRAMES, NULL);
    say_frame(pc);
    for (unsigned i = count > 0 && says.addresses[0] == at.pc; i < count; i++)
        say_frame(says.addresses[i] - 1);
}

static void say_place(const struct pools_place *place, uintptr_t address)
{
    text_add(&says.line, ", at ");
    add_address(address);
    if (place->is_guard) {
        text_add(&says.line, ", a guard page beside it");
        return;
    }
    text_add(&says.line, ", ");
    text_add_number(&says.line, place->offset);
    text_add(&says.line, " bytes from its start");
}

static void say_block(const struct pools_place *place, uintptr_t address)
{
    uint64_t within = address - place->block_start;
    if (place->block_start == 0)
        return;
    text_add(&says.line, "  ");
    text_add_number(&says.line, within < place->block_size ? within : within - place->block_size);
    text_add(&says.line, within < place->block_size ? " bytes into" : " bytes behind");
    text_add(&says.line, " its block of ");
    text_add_number(&says.line, place->block_size);
    text_add(&says.line, " bytes at ");
    add_address(place->block_start);
    end_line();
}

static void say(const struct pools_place *place, uintptr_t address, const void *context)
{
    char thread[KERNEL_THREAD_NAME];
    kernel_thread_name(thread);
    says.line.length = 0;
    text_add(&says.line, "memrestrict: ");
    text_add_quoted(&says.line, process_called(), strlen(process_called()));
    text_add(&says.line, " (process ");
    text_add_number(&says.line, (uint64_t)kernel_pid());
    text_add(&says.line, "): thread ");
    text_add_number(&says.line, (uint64_t)kernel_thread());
    text_add(&says.line, " (");
    text_add_quoted(&says.line, thread, strlen(thread));
    text_add(&says.line, place->is_guard ? ") leaves pool " : ") writes into the sealed pool ");
    text_add_quoted(&says.line, place->name, strlen(place->name));
    say_place(place, address);
    end_line();
    say_block(place, address);
    say_stack(context);
}

/* One thread at a time; one that comes here again is lost within, and goes on. */
static void report(const siginfo_t *info, const void *context)
{
    struct pools_place place;
    uintptr_t address = (uintptr_t)info->si_addr;
    int nobody = 0, self = kernel_thread();
    if (info->si_code != SEGV_ACCERR || !pools_find(address, &place) ||
        (!place.sealed && !place.is_guard))
        return;
    for (int i = 0; !atomic_compare_exchange_strong(&speaker, &nobody, self); i++) {
        if (nobody == self || i == PATIENCE)
            return;
        nobody = 0;
        kernel_yield();
    }
    say(&place, address, context);
    atomic_store(&speaker, 0);
}

static void handle(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    const struct sigaction *to = &theirs[atomic_load(&turn) % 2];
    report(info, context);
    if (!is_handler(to) && (to->sa_handler == SIG_DFL || info->si_code > 0))
        fatal_signal_let_end(info);
    if (is_handler(to) && (to->sa_flags & SA_RESETHAND))
        fatal_signal_set_default(SIGSEGV);
    errno = saved;
    if (to->sa_flags & SA_SIGINFO)
        to->sa_sigaction(number, info, context);
    else if (is_handler(to))
        to->sa_handler(number);
}

/* Entered as theirs would be: on the same stack, with the same signals blocked. */
static void put_before(const struct sigaction *now)
{
    struct sigaction ours = {.sa_sigaction = handle, .sa_flags = SA_ONSTACK | SA_NODEFER};
    unsigned next = atomic_load(&turn) + 1;
    theirs[next % 2] = *now;
    atomic_store(&turn, next);
    if (is_handler(now)) {
        ours.sa_flags = now->sa_flags & (SA_ONSTACK | SA_NODEFER | SA_RESTART);
        ours.sa_mask = now->sa_mask;
    }
    ours.sa_flags |= SA_SIGINFO;
    sigaction(SIGSEGV, &ours, NULL);
}

void pool_fault_watch(void)
{
    struct sigaction now;
    struct lock_hold hold;
    int saved = errno;
    lock_take(&lock, &hold);
    if (!has_voice) {
        sink_note(&says.voice, 2);
        has_stacks = stack_start();
        has_voice = true;
    }
    bool is_ours = sigaction(SIGSEGV, NULL, &now) != 0 ||
                   ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == handle);
    if (!is_ours)
        put_before(&now);
    lock_drop(&lock, &hold);
    errno = saved;
}

void pool_fault_fork_take(void) { lock_fork_take(&lock); }
void pool_fault_fork_drop(void) { lock_fork_drop(&lock); }

void pool_fault_fork_reset(void)
{
    lock_fork_reset(&lock);
    atomic_store(&speaker, 0);
}
