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

/* A call that a filter of the user's own (below) has stopped, before it is made. */
struct tracer_call {
    int tid, tgid;
    unsigned threads; /* of all that is traced */
    uint32_t arch;    /* an AUDIT_ARCH */
    uint64_t number, args[6];
};
enum tracer_decision { TRACER_GO_ON, TRACER_ANSWER, TRACER_KILL_ALL };
/* SECCOMP_RET_TRACE with this, in a filter that is installed after tracer_enter(). */
enum { TRACER_ASK = 0x6d73 };

/* A tree's budget that others than the traced draw on, too. */
enum tracer_held { TRACER_HELD, TRACER_FULL, TRACER_BUSY };
struct tracer_shared {
    /* What is traced is to hold so many bytes of it: less always may. BUSY: ask again. */
    enum tracer_held (*hold)(void *context, uint64_t bytes);
    /* It was refused; what all have, and their limit. */
    void (*refused)(void *context, uint64_t *used, uint64_t *limit);
    void *context;
};

struct tracer_options {
    uint64_t limit;      /* of each process, or UINT64_MAX */
    uint64_t tree_limit; /* of all together, or UINT64_MAX */
    uint64_t reserve;    /* opened by the first refusal */
    bool count_stacks;   /* mappings made for the stacks of threads are charged, too */
    bool keep_written;   /* what was writable stays charged, and writable shared files are */
    bool verify;         /* for tests: the records against the kernel's list, after each call */
    bool count_cpu;      /* for tracer_cpu */
    bool seizes;         /* no program of its own: what tracer_adopt and the like bring, beside
                            children of the command that are not traced */
    bool leaves;         /* what tracer_attach brings, which goes on without us: nothing is ended */
    bool leaves_children;               /* and they go free, unless they share its memory */
    const struct tracer_shared *shared; /* in the place of tree_limit; NULL: there is none */
    /* Each may be NULL. The program has been stopped by a signal. */
    void (*on_stop)(void *context, int signal);
    /* A call was stopped that carries TRACER_ASK: *answer is what it gives, if it is not made. */
    enum tracer_decision (*on_call)(void *context, const struct tracer_call *call, int64_t *answer);
    /* A signal comes to this thread, which may ignore it. */
    void (*on_signal)(void *context, int tid, int signal);
    /* There is one more, and so many now; it has not run yet. */
    void (*on_child)(void *context, unsigned processes, unsigned threads);
    /* The program has taken the place of our own copy, and has not run yet. */
    void (*on_begin)(void *context);
    void *context;
};

struct tracer;

/* For tests, a variable's "verify": the records are held against the kernel's after each call. */
bool tracer_is_verified(void);

/* Can this machine do it? If not, why. Static. */
bool tracer_available(const char **why);

/* Rows of processes and warnings go into the outcome. NULL: no memory. Both stay the caller's. */
struct tracer *tracer_open(const struct tracer_options *options, struct outcome *outcome);

/* In the program's process, just before exec. False: errno says why. */
bool tracer_enter(void);
/* Of a process that is a child of this one and will enter. False: errno says why. */
bool tracer_seize(struct tracer *tracer, int pid);

/* A thread of a process that runs, and waits to be let go: from its exec on it is limited. Or, to
 * borrow it: so is the child that it is about to make, and itself it goes free. False: errno. */
bool tracer_adopt(struct tracer *tracer, int tid, int tgid);
bool tracer_borrow(struct tracer *tracer, int tid, int tgid);
/* Tells if the process of that number dies or stops. */
void tracer_watch(struct tracer *tracer, int pid);

/* What has been taken hold of, when it was. */
struct tracer_taken {
    unsigned processes, threads;
    uint64_t used, tree_used; /* bytes that are charged: of the process, and of all */
};
/* A process that runs, with all of its threads, and unless options.leaves_children all that
 * descends from it but ourselves: charged with what it has, and limited from now on. Of descendants
 * that cannot be had there is a row in the outcome. False: errno; nothing that is traced goes on
 * before the calling thread has ended. Goes with options.leaves. */
bool tracer_attach(struct tracer *tracer, int pid, struct tracer_taken *taken);
/* The end of that: rows and warnings into the outcome, all memory freed. What is traced is told
 * nothing: the kernel lets it go, wherever it is just then, when the calling thread ends; calls
 * that wait to be decided are made. */
void tracer_leave(struct tracer *tracer);

/* Deals with all that has happened, without waiting: SIGCHLD says when there is more. */
void tracer_attend(struct tracer *tracer);
/* Has the program become the one that it is to be, or died? */
bool tracer_has_begun(const struct tracer *tracer);
/* Has it ended? *status is as of waitpid(2). */
bool tracer_has_ended(const struct tracer *tracer, int *status);

/* Is it a thread, or with `process` a process, that is traced? */
bool tracer_has(const struct tracer *tracer, int tid, bool process);
/* Is it the group of a process that is traced? */
bool tracer_has_group(const struct tracer *tracer, int group);
/* Nanoseconds of processor time that all have used, the dead too; needs count_cpu. */
uint64_t tracer_cpu(const struct tracer *tracer);

/* Bytes of the process that has the most of its own in memory or swapped, with the tables for
 * them: writes by /proc/PID/mem and touched reservations are in no record. */
uint64_t tracer_resident(const struct tracer *tracer);

/* Another limit from now on: of all together, where there is one, else of each process. */
void tracer_set_limit(struct tracer *tracer, uint64_t bytes);

/* To all processes. */
void tracer_kill(struct tracer *tracer, int signal);

/* Ends what is left, and waits until it is gone: without us it could not go on. Frees. */
void tracer_close(struct tracer *tracer);

#endif
