/* SPDX-License-Identifier: MIT
 *
 * The one door to the accounts of a run (common/accounts.h). Every process of the run can write
 * there whatever it likes: so this copies each slot once, bounded and checked, and hands out copies
 * and what became of each process. What a process says of its own use is its word. Who it is, and
 * whether it lives, the kernel says: signals go only to processes that it shows as descendants of
 * the command. No call waits for a process longer than some milliseconds.
 */
#ifndef MEMRESTRICT_ROSTER_H
#define MEMRESTRICT_ROSTER_H

#include "common/accounts_enums.h"
#include "common/exec_notes.h"
#include "outcome/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum roster_event {
    ROSTER_RUNS,     /* as it was */
    ROSTER_EXECED,   /* is another program now, which has no place in the accounts, or not yet */
    ROSTER_REPLACED, /* is another program now, which has a place of its own */
    ROSTER_ENDED,
    ROSTER_UNSEEN /* is where the kernel does not show it: that it lives is its word */
};

/* What a process saw when the kernel failed a call of its for the first time: its word, as struct
 * account_space has it. */
struct roster_space {
    bool known;
    uint64_t mapped, data, mappings, largest_gap, heap_gap, address_limit, data_limit;
    char next[ACCOUNTS_NAME];
};

/* A copy. Names are terminated, and may hold any bytes; sizes are bytes, at most INT64_MAX, or
 * ACCOUNTS_UNLIMITED for a limit; times are not in the future. */
struct roster_process {
    unsigned slot;   /* its place, below ACCOUNTS_SLOTS */
    int pid;         /* as the kernel shows it if `seen`; else its word, for a reader; 0: none */
    int parent;      /* the same */
    int own_pid;     /* its word: where it is in another PID namespace, the number there */
    uint32_t number; /* its word: how many had joined before it, modulo ACCOUNT_NUMBERS */
    bool seen;       /* the kernel showed it as a process of this run */
    bool joined;     /* this is the first that is told of it */
    bool live;       /* in the program that its slot is of */
    bool forked, explored, can_arm;
    bool own_heap, own_maps; /* another malloc serves it; another mmap */
    bool hosted, unreached;  /* see ACCOUNT_HOSTED and ACCOUNT_UNREACHED */
    bool exited;             /* said that it exits, with `status` */
    bool killed;             /* of a run within: its command saw signal `status` end it */
    int status;
    bool waited;     /* another process's word: wait(2) gave `wait_status` of it */
    bool in_exec;    /* it called exec, which had not returned */
    bool tells_exit; /* had it ended by exit, `exited` would say so */
    int wait_status;
    bool beside; /* of a run within, and not held by our tree */
    bool within,
        settled;         /* of a run within this one, whose command tells of it; and has told all */
    const char *doubt;   /* why its figures are not to be trusted; NULL: nothing speaks against */
    uint64_t start_time; /* as in struct proc_stat */
    uint64_t began;      /* CLOCK_MONOTONIC, in nanoseconds */
    uint64_t limit, used, peak, refusals, unknown, faults;
    struct refusal first;
    struct shortage own_memory, kernel;
    struct roster_space space; /* if the kernel failed any */
    struct fault_struck first_fault;
    char program[ACCOUNTS_NAME], heap_owner[ACCOUNTS_NAME];
};

struct roster_tree {
    bool limited; /* all together: else the rest is 0 */
    uint64_t limit, used, peak;
};

struct roster_limits {
    uint64_t limit, tree_limit; /* or ACCOUNTS_UNLIMITED */
    bool around, tree_around;   /* they are those of the run around this one */
    uint64_t reserve;
};

struct roster;

/* Makes the accounts of a run of this command: never in the file system, of a size that nobody can
 * change. `sites` and `explore`: descriptors that processes open as well, or -1. `adopts`: whose
 * parent ends becomes a child of the command (prctl(2), PR_SET_CHILD_SUBREAPER), so that every
 * process of the run stays its descendant. NULL: it cannot be had, which has been said. */
struct roster *roster_open(const struct roster_limits *limits, int sites, int explore, bool adopts);
/* The accounts of another command, to look at; `fd` stays the caller's. NULL: they are none. */
struct roster *roster_attach(int fd, int command);
void roster_close(struct roster *roster); /* NULL is ignored */
int roster_fd(const struct roster *roster);
/* Which process is the program's: to be told as soon as it is there. */
void roster_set_main(struct roster *roster, int pid);

/* Tells of each process what has become of it. `take` returns true when it wants no more of that
 * one: then its place is made free, at once or at a later look. */
typedef bool roster_take(void *context, const struct roster_process *process,
                         enum roster_event event);
void roster_look(struct roster *roster, roster_take *take, void *context);
/* Is there so little room left that the dead had better be found soon? */
bool roster_is_crowded(const struct roster *roster);
/* Who wrote into the accounts what cannot be: two places of one process, say. Each is counted once.
 */
uint64_t roster_lies(const struct roster *roster);
/* Did somebody keep the lock, so that places of the dead could not be made free for a second or
 * more? One who was stopped, or lies. */
bool roster_lock_was_kept(const struct roster *roster);

/* The processes that have a place, from *index on: false at the end. What the kernel says is looked
 * up by the second only, which passes over those that do not run. */
bool roster_next(struct roster *roster, unsigned *index, struct roster_process *process);
bool roster_next_running(struct roster *roster, unsigned *index, struct roster_process *process);
/* Has a process of that number joined? */
bool roster_has(const struct roster *roster, int pid);
struct roster_tree roster_tree(struct roster *roster);
uint64_t roster_joined(const struct roster *roster);  /* how many ever did */
uint64_t roster_no_room(const struct roster *roster); /* and found no place */

/* A copy as an outcome has it. Names and all stay in the copy. */
struct process roster_figures(struct roster_process *process);

struct descendants_told;
/* Who is to be sent a signal besides the program: the processes of the run that the kernel shows as
 * descendants, but the probe. What the command had started before it was the command is none of the
 * run's. The list begins all zeros, and is freed by descendants_told_free. */
void roster_note(const struct roster *roster, int program, int probe,
                 struct descendants_told *told);
/* Once the program has got the signal: to those, to all that are new, and to those that have a
 * place in the accounts and were seen. */
void roster_signal(struct roster *roster, int signal, int program, struct descendants_told *told);

/* New limits, for one process or the tree: false: the lock could not be had. */
bool roster_set_limit(struct roster *roster, const struct roster_process *process, uint64_t limit);
bool roster_set_tree_limit(struct roster *roster, uint64_t limit);
/* Of one process, or of the run (NULL). */
void roster_arm(struct roster *roster, const struct roster_process *process,
                enum account_armed armed);
/* Sets its peak (NULL: the tree's) to what is used now; or raises it to that. */
void roster_reset_peak(struct roster *roster, const struct roster_process *process);
void roster_raise_peak(struct roster *roster, const struct roster_process *process);

/* Notes of programs that processes of the run went on to, or started (exec_notes.h). They are
 * testimony, and their strings end. `gone`: who wrote it, or the child, is no longer there. */
struct roster_note_taker {
    /* Is it known what came of it? Else it stays, and is asked about again. */
    bool (*is_settled)(void *context, const struct exec_note *note, bool gone);
    /* Takes one that is, and was not withdrawn meanwhile; its place is free again. */
    void (*take)(void *context, const struct exec_note *note, bool gone);
    void *context;
};
void roster_look_at_notes(struct roster *roster, const struct roster_note_taker *taker);

/* Processes that the command limits itself, and not the library. From roster_offer on, whoever is
 * about to become one, or to start one, asks, and waits for an answer. */
void roster_offer(struct roster *roster, bool offered);
bool roster_is_asked(struct roster *roster); /* since the last time? */
/* Answers all who ask; `take` says what: is it taken? */
void roster_answer(struct roster *roster, bool (*take)(void *context, const struct exec_note *note),
                   void *context);
/* There is one by now. With a tree's limit, a place of the command's own to charge them to; false:
 * there is none free. */
bool roster_begin_own(struct roster *roster);
/* They are to hold so many bytes of the tree's budget, together. */
enum roster_held { ROSTER_HELD, ROSTER_FULL, ROSTER_BUSY };
enum roster_held roster_hold_own(struct roster *roster, uint64_t bytes);
/* That was refused: opens the reserve. */
void roster_refuse_own(struct roster *roster);

/* That there was no place for, or that were never written to the end. */
uint64_t roster_notes_lost(const struct roster *roster);

#endif
