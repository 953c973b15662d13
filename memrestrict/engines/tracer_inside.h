/* SPDX-License-Identifier: MIT
 *
 * What the parts of the tracer share: tracer.c waits and passes on, tracer_calls.c decides on
 * calls, tracer_answers.c on those that need no look at the memory, tracer_family.c follows
 * threads, processes and programs, tracer_census.c counts them and their time, tracer_seize.c takes
 * hold of threads that are about to start a program, and lets them go, tracer_attach.c of whole
 * processes that run.
 */
#ifndef MEMRESTRICT_TRACER_INSIDE_H
#define MEMRESTRICT_TRACER_INSIDE_H

#include "base/hash.h"
#include "common/proc.h"
#include "common/traced_calls.h"
#include "engines/ptrace_answer.h"
#include "engines/ptrace_registers.h"
#include "engines/space.h"
#include "engines/tracer.h"

#include <signal.h>
#include <sys/ptrace.h>

/* An address space, and the process that it is listed as. */
struct tracer_space {
    struct space space;
    unsigned users;      /* tracees */
    struct tracee *busy; /* whose call goes on */
    bool stale;          /* somebody died in the middle of a call */
    bool outside;        /* no program of the run's (yet): nothing is charged */
    bool has_reserve;
    struct process row;
    struct tracer_space *next, *previous; /* of all, in order of beginning */
};

/* A thread. */
struct tracee {
    int tid, tgid; /* tgid 0: not known to belong to anybody yet */
    struct tracer_space *space;
    bool waits;    /* at a call, for its turn */
    bool at_limit; /* ... because the tree has too little just now */
    bool widened;
    bool unfiltered;    /* for all that is known: it stops at every call */
    bool lends;         /* its next child is what is wanted; then it is let go */
    bool late;          /* it did not stand still when its space was read */
    bool left;          /* it is traced no more */
    unsigned calls;     /* while it lends */
    enum traced traced; /* the call that it is in */
    struct space_call call;
    struct traced_saved saved;
    struct ptrace_answer answer;
    struct tracee *next_waiting, *previous_waiting;
    UT_hash_handle hh;
};

struct tracer {
    struct tracer_options options;
    struct outcome *outcome;
    struct space_budget tree;
    bool tree_reserve;
    struct tracee *tracees; /* by tid */
    struct tracee *waiting; /* first come, first served */
    struct tracer_space *spaces;
    unsigned going_on; /* calls, in all spaces */
    uint64_t dead_cpu; /* what those that have ended had used, in nanoseconds */
    int pid;
    bool begun, ended, told_ptrace;
    struct tracee *maker; /* whose child comes just now */
    uint64_t busy_since;  /* the tree cannot be asked; 0: it can */
    int status;
    uint64_t mismatches;
};

/* How all are traced. */
enum {
    TRACER_OPTIONS = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |
                     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                     PTRACE_O_TRACESYSGOOD,
    /* What goes on without us. Should we die, no more than these can keep it from that: other stops
     * at calls would look like SIGTRAP to it then, and its own filters have no taker, as before. */
    TRACER_LEAVES_OPTIONS = TRACER_OPTIONS & ~(PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP)
};

struct tracee *tracee_find(struct tracer *tracer, int tid);
struct tracee *tracee_add(struct tracer *tracer, int tid);
/* Lets it go on; a tracee that is dead by now says so itself. */
void tracee_continue(int tid, int request, int signal);
/* The same, to its next stop, whatever that is to be. */
void tracee_go(struct tracee *tracee, int signal);
/* It is traced no more; afterwards it is to be dropped. */
void tracee_let_go(struct tracee *tracee, int signal);

/* The next change, as waitpid(2) of -1 with these flags tells it. */
int tracer_next_change(struct tracer *tracer, int *status, int flags);
/* What waitid tells, as waitpid has it. */
int tracer_status_of(const siginfo_t *info);
/* The same beside children that are not traced, which are left to be waited for. */
int tracer_next_seized(struct tracer *tracer, int *status, int flags);

/* Ends the process of a thread that is traced: until its death is told, its number is its own. */
void tracee_kill(int tid);

/* A thread is at a call that the filter stops; or, by PTRACE_SYSCALL, before or after one. */
void tracer_call_begins(struct tracer *tracer, struct tracee *tracee);
void tracer_call_stops(struct tracer *tracer, struct tracee *tracee);
/* In the stop before a call: it is not made, and gives this. */
void tracee_answer(const struct tracer *tracer, struct tracee *tracee, int64_t value);
/* Its registers are its own again. */
void tracee_unwiden(struct tracee *tracee);
/* What our filter answers by itself, where there is none or another asked. False: nothing. */
bool tracer_call_has_answer(const struct tracer *tracer, struct tracee *tracee);
/* Calls that had to wait may fit now. */
void tracer_call_retry(struct tracer *tracer);
/* The tree's use has changed. False: it is more than it may be (tracer_options.tree). */
bool tracer_hold(struct tracer *tracer);
/* The thread is gone: so is its call. */
void tracer_call_dies(struct tracer *tracer, struct tracee *tracee);

/* What cannot be limited is ended, or with options.leaves goes on without a limit; why is said. */
void tracer_condemn(struct tracer *tracer, const struct tracee *tracee, const char *why);
void tracer_refuse(struct tracer *tracer, struct tracer_space *space, const char *call,
                   uint64_t size, bool by_tree);

/* What all are charged to; NULL: nothing. */
struct space_budget *tracer_tree_of(struct tracer *tracer);
/* By kcmp(2): have they one address space? False also where that is not to be had. */
bool tracer_family_shares_space(int pid, int other);
/* The program's first thread. False: no memory. */
bool tracer_family_begin(struct tracer *tracer, int pid);
/* A thread that is not known has stopped: a new one. */
void tracer_family_child(struct tracer *tracer, int tid);
void tracer_family_exec(struct tracer *tracer, struct tracee *tracee);
void tracer_family_death(struct tracer *tracer, int tid, int status);
/* A thread that is not known has stopped: is it of a process that goes free? */
bool tracer_family_is_free(struct tracer *tracer, int tid);
/* A thread of a process that runs, and is charged with nothing yet. NULL: no memory. */
struct tracee *tracer_family_enter(struct tracer *tracer, int tid, int tgid);
/* What its program is called, from now on. */
void tracer_family_name(struct tracer_space *space, int tid);
/* Who traces it, as the number of a thread; 0: nobody. */
int tracer_family_tracer_of(int tid);
/* Of what is told at the end. */
void tracer_settle_outcome(const struct tracer *tracer);
/* A thread that was traced already, of no program of the run's. NULL: no memory. */
struct tracee *tracer_family_outsider(struct tracer *tracer, int tid, int tgid);
void tracer_family_drop(struct tracer *tracer, struct tracee *tracee);

/* Of a thread that stops: what came is dealt with. */
void tracer_change(struct tracer *tracer, int tid, int status);

#endif
