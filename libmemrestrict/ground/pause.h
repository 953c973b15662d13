/* SPDX-License-Identifier: MIT
 *
 * All other threads of the process made to wait, each at a place where it holds no block that no
 * record has, and where its stack and registers can be read. By a signal that nobody uses; a thread
 * that is in the midst of moving a block, or of a mapping, waits behind that. Every wait has an
 * end. A thread that blocks all signals, or is held in the kernel, cannot be stopped: it is deaf.
 */
#ifndef MEMRESTRICT_PAUSE_H
#define MEMRESTRICT_PAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pause_state {
    PAUSE_AWAITED,
    PAUSE_STOPPED,
    PAUSE_DEAF, /* its registers are not known, its sp only if it waits in a call */
    PAUSE_GONE
};

struct paused {
    int thread; /* its ID */
    _Atomic int state;
    uintptr_t sp;      /* its stack has all registers from there on; 0: not known */
    uintptr_t pointer; /* to the C library's record of it; 0: not known */
};

struct pause {
    struct paused *threads; /* all but this one */
    size_t room, count;
    unsigned stopped, deaf;
    int signal;
};

/* For one thread of the process at a time. False: the others cannot be listed or told; nobody
 * waits. */
bool pause_begin(struct pause *pause);
/* They go on. */
void pause_end(struct pause *pause);

/* Around what must not be interrupted so, by the thread itself; see guard.h. */
void pause_here(void);

#endif
