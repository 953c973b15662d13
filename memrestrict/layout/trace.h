/* SPDX-License-Identifier: MIT
 *
 * A traced program, from its exec to the moment that is wanted.
 */
#ifndef MEMRESTRICT_TRACE_H
#define MEMRESTRICT_TRACE_H

#include "layout/moment.h"

#include <stddef.h>
#include <stdint.h>

/* A thread, and the system call that it is in. */
struct traced_thread {
    int id;
    uint32_t arch;
    uint64_t number, argument;
};

/* A stop that was met while we waited for another. */
struct traced_stop {
    int thread, status;
};

struct tracing {
    const struct start *start;
    int pid;
    struct traced_thread *threads;
    struct traced_stop *waiting;
    size_t thread_count, waiting_count;
    uint64_t peak; /* bytes at the last look */
    bool looked, failed, ended;
    int end; /* the status that it ended with, as of waitpid */
};

/* After exec: goes to the moment and looks. False: it did not come, or the look failed; this was
 * said. */
bool trace_to_moment(struct tracing *tracing);
/* Ends the program, unless it has ended, and frees what tracing has. */
void trace_finish(struct tracing *tracing);

#endif
