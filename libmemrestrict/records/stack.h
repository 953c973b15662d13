/* SPDX-License-Identifier: MIT
 *
 * Call stacks of the calling thread, as return addresses: from the call frame information, with a
 * rule cached for each address, so that a frame costs a few nanoseconds. No lock, no allocation, no
 * foreign code: safe in signal handlers and under anybody's lock, the loader's too.
 */
#ifndef MEMRESTRICT_STACK_H
#define MEMRESTRICT_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* A frame: where it goes on, and its stack and frame pointers there. */
struct stack_at {
    uintptr_t pc, sp, fp;
};

/* What a walk has read of the stack: while that is the same, so is the result. */
enum { STACK_READS = 40 };
struct stack_reads {
    bool whole; /* nothing else was read, and all of it is here */
    bool by_fp; /* the frame pointer mattered that it began with */
    uint32_t count;
    uint32_t offset[STACK_READS]; /* from the stack pointer that it began with */
    uintptr_t value[STACK_READS];
};

/* By the thread that the process began with, before it makes another. */
void stack_note_main(void);
/* Before the first, by any thread, as often as one likes. False: stacks cannot be taken here. */
bool stack_start(void);

/* The caller of the function that this is written in. */
static inline __attribute__((always_inline)) struct stack_at stack_here(void)
{
    return (struct stack_at){.pc = (uintptr_t)__builtin_return_address(0),
                             .sp = (uintptr_t)__builtin_dwarf_cfa(),
                             .fp = *(uintptr_t *)__builtin_frame_address(0)};
}

/* The frame that a signal interrupted, by the context that its handler is given (a ucontext_t).
 * False: not known on this kind of machine. */
bool stack_interrupted(const void *context, struct stack_at *at);

/* The first frame from `from` on that is outside this library. False: it cannot be found. */
bool stack_leave_library(const struct stack_at *from, struct stack_at *at);

/* Is that an address in this library? */
bool stack_is_library(uintptr_t address);

/* Up to `most` return addresses, innermost first, from that frame on; so many are returned. *reads,
 * if not NULL, tells what this depended on. */
unsigned stack_walk(const struct stack_at *from, uintptr_t *addresses, unsigned most,
                    struct stack_reads *reads);

/* What can be read without a crash: words that start in `room` bytes from `low` on. On the thread's
 * own stack that is all of it; anywhere else the kernel is asked, for one page at a time, since
 * frame rules that are wrong lead out of a stack, and into the guard page above it. */
struct stack_window {
    uintptr_t low, room;
    uintptr_t end; /* nothing is read from there on */
};
/* For a frame whose stack pointer that is. */
void stack_window_open(struct stack_window *window, uintptr_t sp);
/* False: the word cannot be read. */
bool stack_window_move(struct stack_window *window, uintptr_t address);
static inline bool stack_window_has(struct stack_window *window, uintptr_t address)
{
    return address - window->low < window->room || stack_window_move(window, address);
}

/* What is known about addresses may no longer hold: an object was loaded where another had been. */
void stack_forget(void);

#endif
