/* SPDX-License-Identifier: MIT
 *
 * Being told of the end of a thread, however it ends: return, exit, cancellation. By the destructor
 * of a thread-specific value. The key is none that a program takes for one of its own by mistake: a
 * variable for a key that was never made is 0.
 */
#ifndef MEMRESTRICT_THREAD_END_H
#define MEMRESTRICT_THREAD_END_H

#include <pthread.h>
#include <stdbool.h>

/* The last free one of the keys of which the C library keeps a thread's values in place; false:
 * none of these is free. Values of others are allocated, by a malloc that is ours. Takes no lock.
 */
bool thread_end_key(pthread_key_t *key, void (*at_end)(void *value));

/* When the calling thread ends, `at_end` gets the value. *key is made by the first thread that
 * needs it: UINT_MAX at first. Where there is no such key, it is never called. */
void thread_end_note(_Atomic unsigned *key, void (*at_end)(void *value), const void *value);

#endif
