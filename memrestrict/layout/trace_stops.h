/* SPDX-License-Identifier: MIT
 *
 * The stops of a traced program's threads, one after the other.
 */
#ifndef MEMRESTRICT_TRACE_STOPS_H
#define MEMRESTRICT_TRACE_STOPS_H

#include "layout/trace.h"

enum trace_kind {
    TRACE_AT_CALL, /* at a system call's begin or end */
    TRACE_AT_EXIT, /* about to end; its memory is still there */
    TRACE_AT_SIGNAL,
    TRACE_AT_GROUP_STOP, /* somebody stopped the process: it is to stay so */
    TRACE_AT_OTHER       /* on the way: an exec, a new thread */
};

/* The next stop of any thread. False: the program has ended; `ended` and `end` are set. */
bool trace_next(struct tracing *tracing, struct traced_stop *stop);
enum trace_kind trace_kind(const struct traced_stop *stop);

/* Stops all threads but this one, which is stopped; what they meet meanwhile is kept for
 * trace_next. */
void trace_stop_others(struct tracing *tracing, int thread);

/* What is known of a thread; made when it is first asked for. NULL: no memory. */
struct traced_thread *trace_thread(struct tracing *tracing, int thread);

#endif
