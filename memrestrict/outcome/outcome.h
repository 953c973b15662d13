/* SPDX-License-Identifier: MIT
 *
 * What a run did: the one result that launching a program gives, and all that verdicts and reports
 * are made of. Nothing here knows the library or the accounts. All sizes are bytes, all times are
 * nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef MEMRESTRICT_OUTCOME_H
#define MEMRESTRICT_OUTCOME_H

#include "outcome/leaks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTCOME_UNLIMITED UINT64_MAX

/* The outcomes; the first five in rising order of harm. */
enum outcome_kind {
    OUTCOME_NEVER_REFUSED, /* the limit was never met */
    OUTCOME_SURVIVED,      /* something was refused, and the program ended with status 0 */
    OUTCOME_FAILED,        /* refused, and it ended with another status, in its own words */
    OUTCOME_DIED,          /* refused, and a signal ended it */
    OUTCOME_HUNG,          /* refused, and our time limit ended it */
    OUTCOME_KILLED,        /* the kernel killed processes at the limit, whatever its end */
    OUTCOME_UNOBSERVED     /* a limit held, but nobody is told whether it was met */
};

/* How a process came to its end, as far as we know. */
enum process_end {
    PROCESS_RUNNING,  /* it was still there when the command stopped looking */
    PROCESS_EXITED,   /* with `status` */
    PROCESS_KILLED,   /* by signal `status` where that is known, else 0 */
    PROCESS_REPLACED, /* by exec: the next program has a record of its own, with the same pid */
    PROCESS_ESCAPED,  /* by exec, to a program that the library could not follow: unlimited from
                         there */
    PROCESS_VANISHED  /* it ended without passing exit, or where we could not see it */
};

/* Whose limit was met, where runs are within one another. */
enum limit_owner { LIMIT_OF_RUN, LIMIT_OF_RUN_AROUND, LIMIT_OF_RUN_WITHIN };

/* What held a process back: of more than the first, a run's silence says nothing. */
enum coverage {
    COVERAGE_LIMITED,
    COVERAGE_ALONE, /* by a limit of its own; what it was refused is not known */
    COVERAGE_NONE,  /* nothing did, for a reason that is known */
    COVERAGE_UNKNOWN
};

struct refusal {
    const char *call;     /* "malloc", "mmap" ...; NULL: there was none */
    uint64_t size;        /* asked for */
    uint64_t used, limit; /* at that moment: of the process, or of the tree */
    bool by_tree;         /* it was the tree's limit that said no */
    uint64_t when;
    enum limit_owner of;
};

/* Calls that failed though the budget had room. */
struct shortage {
    uint64_t count;
    const char *call; /* the first; NULL: there was none */
    uint64_t size;    /* that it asked for */
};

/* A call that failed because the plan said so. */
struct fault_struck {
    const char *call; /* NULL: there was none */
    uint64_t size;    /* asked for */
    uint64_t number;  /* of the call, among those that match the plan */
    uint64_t site;    /* the name of its call site; 0: unknown */
    uint64_t when;
};

/* One process, or one program of it. */
struct process {
    int pid, parent;
    char *program;
    uint64_t began, ended; /* ended: when we noticed; 0 while it runs */
    enum process_end end;
    int status;
    uint64_t limit; /* or OUTCOME_UNLIMITED */
    uint64_t used;  /* at its end */
    uint64_t peak;
    uint64_t refusals;
    uint64_t unknown;     /* addresses freed that are in no record */
    struct refusal first; /* its first refusal */
    uint64_t faults;
    struct fault_struck first_fault;
    struct shortage own_memory; /* the library had none for its records */
    struct shortage kernel;     /* it, or the program's allocator, gave none */
    char *kernel_reason;        /* why that was, safe to print; NULL: it is not known */
    bool within;                /* of a run within this one, ... */
    bool beside;                /* ... and not held by the limit for all of this one */
    bool forked;                /* began by fork, not by exec */
    bool unsaid;         /* it exited past the library, though it had no way to: it may have become
                            another program */
    bool explored;       /* a copy that --explore made, or of its doing: no part of the program */
    char *heap_owner;    /* NULL, or the object that has a malloc of its own: heap not limited */
    bool maps_owned;     /* nor are its mappings */
    bool heap_unreached; /* another's malloc stands in the place of the library's: not limited */
    char *crash;         /* where a signal struck that ended it; NULL: unknown, or none did */
    uint64_t resident;   /* the most that the kernel counted of its own memory; 0: not known */
    bool beyond;         /* that was so much more than was charged that something was not */
    const char
        *doubt; /* why its figures are not to be trusted; NULL: nothing speaks against them */
    enum coverage coverage;
    const char *why;    /* it is not COVERAGE_LIMITED: for "PROGRAM: ...". Static */
    const char *engine; /* what limited it, if not what limits the run; NULL: as the run. Static */
    bool unjoined;      /* it never had a place in the accounts: there are no figures of it */
    struct leaks leaks; /* what it had lost when it ended */
    char *command;      /* its path or command line, of one unjoined; NULL: as the program's name */
};

struct outcome {
    char **argv;      /* the program and its arguments */
    const char *name; /* the last part of argv[0] */
    int pid;          /* of the program; 0: it was never started */
    bool exited;      /* with `status`; else ended by signal `status` */
    int status;
    bool core_dumped;
    bool timed_out; /* our time limit ended it */
    bool left;      /* it ran before the command came, and runs on without a limit */
    bool
        refusals_fail; /* --error-exitcode: what was refused is a failure, though it was survived */
    bool leaks_asked;  /* --leaks */
    bool leaks_fail;   /* --error-exitcode: what was lost is a failure */
    const char *engine;     /* what limited it, in a word; NULL: it is not known */
    bool unobserved;        /* the limit holds, but nobody is told of refusals */
    const char *fault_plan; /* NULL: none */
    bool seed_made;         /* a seed in it, which nobody gave */
    uint64_t began, ended;
    uint64_t limit;            /* of each process, or OUTCOME_UNLIMITED */
    uint64_t tree_limit;       /* of all together, or OUTCOME_UNLIMITED */
    bool raised;               /* one of the two was less in the beginning */
    uint64_t tree_peak;        /* as far as anybody looked; 0 without a tree scope */
    bool grouped;              /* the kernel has the limit: it counts and kills, refuses nothing */
    uint64_t limit_met;        /* how often it was met, mostly to give back what could be */
    uint64_t limit_kills;      /* processes that it killed at the limit */
    struct process *processes; /* in order of beginning */
    size_t process_count;
    uint64_t no_room; /* processes that found the accounts full: limited alone, and not listed */
    uint64_t unseen;  /* programs that were started, and nothing more is known of them */
    bool lenient;     /* --lenient: what was not limited is no failure */
    uint64_t lies;    /* places in the accounts of processes that cannot be */
    char **warnings;  /* what could not be limited or seen, a line each without a newline */
    size_t warning_count;
};

enum outcome_kind outcome_kind(const struct outcome *outcome);
/* "never refused", "refused and survived" ... Static. */
const char *outcome_kind_name(enum outcome_kind kind);
uint64_t outcome_refusals(const struct outcome *outcome); /* of all processes */
/* Was anything of those, or killed at the limit? */
bool outcome_met_limit(const struct outcome *outcome);
uint64_t outcome_faults(const struct outcome *outcome); /* of all processes */
/* The process that was refused first of all; NULL: none was. */
const struct process *outcome_first_refused(const struct outcome *outcome);
/* The same, of what failed as planned. */
const struct process *outcome_first_fault(const struct outcome *outcome);
/* The largest peak of a single process. */
uint64_t outcome_peak(const struct outcome *outcome);

/* Was any limit asked for? Without one nothing counts as not limited. */
bool outcome_is_limited(const struct outcome *outcome);
/* How many processes were covered so; 0 without a limit. Of COVERAGE_LIMITED, those that joined. */
uint64_t outcome_count(const struct outcome *outcome, enum coverage coverage);
/* All but those that were limited. */
uint64_t outcome_uncovered(const struct outcome *outcome);
/* The first of a kind that has a row; NULL: none has. */
const struct process *outcome_first_covered(const struct outcome *outcome, enum coverage coverage);

/* The main process's last program; NULL: it is not known. */
const struct process *outcome_main(const struct outcome *outcome);

/* What was lost in all processes and is a finding. */
struct leak_amount outcome_lost(const struct outcome *outcome);
/* Why a process did not look what it had lost, though it should have; NULL: it did, or was not to,
 * since a signal ended it or another program followed. Static. */
const char *outcome_why_leaks_unknown(const struct outcome *outcome, const struct process *process);
/* Have all looked that should have, the main process first of all? */
bool outcome_leaks_known(const struct outcome *outcome);
/* Is what was lost, or is not known, a failure? */
bool outcome_leaks_fail(const struct outcome *outcome);

/* Adds a warning, one line. */
void outcome_warn(struct outcome *outcome, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A process more at the end of the list, all zeros; NULL: no memory. Good until the next. */
struct process *outcome_add(struct outcome *outcome);
/* The program itself, of which nobody else tells: without figures, since it never joined; `why` is
 * static. NULL: no memory. */
struct process *outcome_add_main(struct outcome *outcome, enum coverage coverage, const char *why);
void process_free(struct process *process); /* what is in it */
/* Frees the processes and the warnings; argv is not the outcome's own. */
void outcome_free(struct outcome *outcome);

#endif
