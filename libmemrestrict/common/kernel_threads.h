/* SPDX-License-Identifier: MIT
 *
 * System calls as verbs, as in kernel.h: for a thread that looks at all others of its process.
 */
#ifndef MEMRESTRICT_KERNEL_THREADS_H
#define MEMRESTRICT_KERNEL_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The IDs of the threads that there are, as /proc lists them: how many, of which at most `room` are
 * written. Negative errno: they cannot be listed. Threads that begin or end meanwhile may be there
 * or not. */
int kernel_threads(int *ids, int room);
/* Sends one a signal. 0, or a negative errno. */
int kernel_thread_signal(int thread, int number);

/* What /proc says of a thread that does not answer. */
struct kernel_thread_state {
    char state;       /* 'R', 'S', 'D', 'T', 'Z' ...; 0: not known */
    bool is_blocking; /* the signal that was asked for */
    uintptr_t sp;     /* while it waits in a call; 0: it runs, or that is not for us to know */
};
void kernel_thread_look(int thread, int number, struct kernel_thread_state *state);

/* Copies memory of this process, and stops where it cannot be read: how much was. Negative errno:
 * nothing. */
long kernel_memory_read(void *to, uintptr_t from, size_t bytes);
/* Lets SIGSEGV and SIGBUS come, and blocks all else. */
void kernel_signals_block_but_faults(void);

#endif
