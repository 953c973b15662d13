/* SPDX-License-Identifier: MIT
 *
 * Threads that are charged for their stacks until they end, or that have a number for a plan of
 * faults.
 */
#ifndef MEMRESTRICT_THREAD_H
#define MEMRESTRICT_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thread_wanted {
    size_t stack;    /* bytes to be charged; 0: none */
    unsigned number; /* as in guard.thread */
};

/* Can the end of a thread be seen? Without that no stack may be charged. */
bool thread_can_charge(void);
/* As pthread_create(3), and EAGAIN if the stack is refused. */
int thread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *),
                  void *argument, struct thread_wanted wanted);
/* Bytes charged for the stacks of threads that run. */
uint64_t thread_stacks(void);

/* In the child of a fork only one thread is left: gives back what the others' stacks were charged.
 */
void thread_fork_child(void);
/* After it, in a tree: the stack that the one thread has is inherited. */
void thread_inherit(void);
/* In a copy of the process that was made without fork handlers: frees the lock, which may be held
 * by nobody. */
void thread_recover(void);

#endif
