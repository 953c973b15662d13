/* SPDX-License-Identifier: MIT
 *
 * Limits a program from outside, by ptrace(2): it and all that it starts stop at each call that
 * changes their memory (ptrace_filter.h), which is made where it fits the budget, and answered
 * with ENOMEM where not. Exact with threads: of one address space one call goes on at a time, and
 * a call that would pass the tree's limit waits until those that go on elsewhere have ended.
 *
 * All is done by the thread that opened it. When the command dies, whatever way, the kernel kills
 * all that it traces.
 */
#ifndef MEMRESTRICT_TRACER_H
#define MEMRESTRICT_TRACER_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdint.h>

struct tracer_options {
    uint64_t limit;      /* of each process, or UINT64_MAX */
    uint64_t tree_limit; /* of all together, or UINT64_MAX */
    uint64_t reserve;    /* opened by the first refusal */
    bool count_stacks;   /* mappings made for the stacks of threads are charged, too */
    bool keep_written;   /* what was writable stays charged, and writable shared files are */
    bool verify;         /* for tests: the records against the kernel's list, after each call */
    /* The program has been stopped by a signal. */
    void (*on_stop)(void *context, int signal);
    void *context;
};

struct tracer;

/* Can this machine do it? If not, why. Static. */
bool tracer_available(const char **why);

/* Rows of processes and warnings go into the outcome. NULL: no memory. Both stay the caller's. */
struct tracer *tracer_open(const struct tracer_options *options, struct outcome *outcome);

/* In the program's process, just before exec. False: errno says why. */
bool tracer_enter(void);
/* Of a process that is a child of this one and will enter. False: errno says why. */
bool tracer_seize(struct tracer *tracer, int pid);

/* Deals with all that has happened, without waiting: SIGCHLD says when there is more. */
void tracer_attend(struct tracer *tracer);
/* Has the program become the one that it is to be, or died? */
bool tracer_has_begun(const struct tracer *tracer);
/* Has it ended? *status is as of waitpid(2). */
bool tracer_has_ended(const struct tracer *tracer, int *status);

/* To all processes. */
void tracer_kill(struct tracer *tracer, int signal);

/* Ends what is left, and waits until it is gone: without us it could not go on. Frees. */
void tracer_close(struct tracer *tracer);

#endif
