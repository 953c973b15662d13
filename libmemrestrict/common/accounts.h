/* SPDX-License-Identifier: MIT
 *
 * The accounts of a run: memory that the command makes (memfd_create(2)) and that every process of
 * the run maps, one slot a process. The library writes its figures here by atomics, so the command
 * still has them after _exit, SIGKILL or exec. accounts.c (the slots, and the lock), accounts_map.c
 * (how much of them is mapped) and tree_scope.c (what a process may charge) are compiled into
 * both.
 *
 * With a limit for the whole tree, a process charges its own counter up to its ceiling, which is
 * what the tree has granted it; a grant is drawn in larger pieces, under the one lock. Who would be
 * refused first lowers the grants of all others to what they use. Every change of a grant is a
 * single store, so a process may die between any two instructions: what it held is what its slot
 * says, and is free when the slot is. Whoever finds the lock's owner dead takes the lock over.
 */
#ifndef MEMRESTRICT_ACCOUNTS_H
#define MEMRESTRICT_ACCOUNTS_H

#include "common/accounts_enums.h"
#include "common/exec_notes.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    ACCOUNTS_MAGIC = 0x6d72616d,
    ACCOUNTS_VERSION = 9,
    ACCOUNTS_STOCKS = 64,  /* of threads, each process; see stocks.h */
    ACCOUNTS_LINE = 64,    /* bytes of a cache line */
    ACCOUNTS_PAGE = 4096,  /* a slot can be mapped by itself, where pages are no larger */
    ACCOUNTS_UNUSED = 3456 /* what it lacks to a whole number of pages */
};

/* The first refusal of a process. Written before `refusals` becomes 1. */
struct account_refusal {
    _Atomic uint32_t call;    /* enum call */
    _Atomic uint32_t by_tree; /* the tree's limit said no, and `used` and `limit` are the tree's */
    _Atomic uint64_t size;    /* bytes asked for */
    _Atomic uint64_t used, limit; /* bytes */
    _Atomic uint64_t when;        /* CLOCK_MONOTONIC, in nanoseconds */
};

/* The first fault of a process, a call that failed as planned. Written before `faults` becomes 1.
 */
struct account_fault {
    _Atomic uint32_t call; /* enum call */
    uint32_t reserved;
    _Atomic uint64_t size;   /* bytes asked for */
    _Atomic uint64_t number; /* of the call, among those that match the plan */
    _Atomic uint64_t site;   /* its name; 0: unknown */
    _Atomic uint64_t when;   /* CLOCK_MONOTONIC, in nanoseconds */
};

/* Calls of a process that failed though its budget had room: of one kind, and the first of them,
 * which is written before `count` becomes 1. */
struct account_shortage {
    _Atomic uint64_t count;
    _Atomic uint32_t call; /* enum call */
    uint32_t reserved;
    _Atomic uint64_t size; /* bytes asked for */
    _Atomic uint64_t when; /* CLOCK_MONOTONIC, in nanoseconds */
};

/* The address space as its process found it when the kernel failed a call for the first time. Valid
 * once `known` is 1: another thread may count a call of its own before that. */
struct account_space {
    _Atomic uint64_t known;        /* 0: it could not look, or has not yet */
    _Atomic uint64_t mapped, data; /* bytes, as VmSize and VmData count them */
    _Atomic uint64_t mappings;
    _Atomic uint64_t largest_gap;               /* bytes */
    _Atomic uint64_t heap_gap;                  /* from the break to the next mapping */
    _Atomic uint64_t address_limit, data_limit; /* RLIMIT_AS, RLIMIT_DATA */
    char next[ACCOUNTS_NAME];                   /* of that mapping: the last part of its name */
};

#define ACCOUNT_STOCK_TAKEN (UINT64_C(1) << 63)
/* Values of `allowance` that let no charge pass: closed by its own process; by another. */
#define ACCOUNT_STOCK_CLOSED (-(INT64_C(1) << 62))
#define ACCOUNT_STOCK_STOPPED (ACCOUNT_STOCK_CLOSED - 1)

/* The two parts have nothing in common but the line, and may be two threads'. */
struct account_stock {
    /* Bytes drawn and not spent, plus one; 0: closed. With ACCOUNT_STOCK_TAKEN: given back to the
     * tree. */
    _Alignas(ACCOUNTS_LINE) _Atomic uint64_t left;
    /* The same for one thread alone, and never in a tree: see stock.h. */
    _Atomic int64_t allowance, spent, drawn;
};

/* One process, or one program of it: exec begins another. Sizes are bytes. In a table each has
 * pages of its own; elsewhere its beginning may share one. */
struct account {
    _Alignas(ACCOUNTS_LINE) _Atomic uint64_t
        used;              /* charged, and drawn into stocks; not what was inherited */
    _Atomic uint64_t peak; /* the most that used + inherited was; may be set lower from outside */
    _Alignas(ACCOUNTS_LINE) _Atomic uint64_t ceiling; /* no charge may raise `used` above this */
    _Atomic uint64_t limit;                           /* of this process, or ACCOUNTS_UNLIMITED */
    _Atomic uint64_t grant;     /* of the tree's budget: what is set aside for this process */
    _Atomic uint64_t inherited; /* held since fork, and paid for by the parent (only in a tree) */
    _Atomic uint64_t soft;      /* one more than a charge may raise used + inherited to without the
                                   program being told; 0: it is not told */
    _Atomic uint32_t
        moves; /* of bytes between the counter and a stock: odd while one is under way */
    _Atomic uint32_t stocks_open;                   /* stocks were ever drawn */
    _Alignas(ACCOUNTS_LINE) _Atomic uint32_t state; /* enum account_state */
    _Atomic uint32_t flags;                         /* set of enum account_flag */
    _Atomic uint32_t
        ending;          /* 0: did not pass exit (yet, or killed); else ACCOUNT_EXITED + status */
    int32_t pid, parent; /* as /proc/self/stat gives them */
    int32_t ticket;      /* by which the lock knows it: another for each user of the slot */
    uint64_t start_time; /* of the process, field 22 of /proc/PID/stat; 0: unknown */
    uint64_t stack;      /* field 28, another after each exec; 0: unknown */
    uint64_t began;      /* CLOCK_MONOTONIC, in nanoseconds: when the slot was taken */
    _Atomic uint64_t given; /* the limit by who started it, or set one since: the most that the
                               process may choose for itself */
    _Atomic uint64_t refusals;
    _Atomic uint64_t unknown; /* addresses freed that are in no record */
    struct account_refusal first;
    _Atomic uint64_t faults;
    struct account_fault first_fault;
    struct account_shortage shortages[ACCOUNT_SHORTAGES];
    struct account_space space;
    _Atomic uint32_t armed;         /* enum account_armed */
    _Atomic int32_t recalled;       /* of ACCOUNT_LOAN: what is not used of it is needed */
    char program[ACCOUNTS_NAME];    /* the name that it was started by, cut short */
    char heap_owner[ACCOUNTS_NAME]; /* with ACCOUNT_OWN_HEAP: the object whose malloc it is */
    struct account_stock stocks[ACCOUNTS_STOCKS];
    char unused[ACCOUNTS_UNUSED];
};
_Static_assert(sizeof(struct account) % ACCOUNTS_PAGE == 0, "slots begin pages");

struct accounts {
    uint32_t magic, version;
    uint64_t size;          /* of all of this: both sides must be of one build */
    int32_t command;        /* the command's process ID ... */
    int32_t sites;          /* ... and its descriptor of the call sites' memory, or -1 */
    int32_t explore;        /* the same of the memory for exploring */
    _Atomic uint32_t takes; /* set of ACCOUNTS_TAKES ... */
    uint64_t command_start; /* its start time, as in struct account */
    uint64_t pid_namespace; /* the inode of its /proc/self/ns/pid; 0: unknown */
    uint64_t reserve;       /* bytes that the first refusal by the tree adds to its limit */
    _Alignas(ACCOUNTS_LINE) _Atomic int32_t lock; /* 0, or who has it; see accounts_lock */
    _Atomic int32_t waiting;                      /* for the lock, or more */
    _Atomic uint64_t tree_limit;                  /* bytes, or ACCOUNTS_UNLIMITED: no tree scope */
    /* A tree within another one (tree_loan.c): what that has lent it, in bytes, and a question for
     * more: how much it would have to be, and the numbers of the last question and answer. */
    _Atomic uint32_t borrows; /* 0: it is within none */
    _Atomic uint64_t lent, wanted;
    _Atomic int32_t asked, answered;
    _Atomic uint64_t recalled_at; /* when loans of ours were last asked for, in nanoseconds */
    _Atomic uint64_t tree_peak;   /* the most that all processes used, as far as anybody looked */
    _Atomic uint32_t reserve_open;
    _Atomic uint32_t armed;        /* enum account_armed, of all that say nothing else */
    _Atomic uint32_t top;          /* no slot from here on was ever taken */
    _Atomic uint64_t joined;       /* slots taken so far, one a process and program */
    _Atomic uint64_t refused_room; /* processes that found no free slot, and are limited alone */
    /* Whose a slot is: process ID << 32 | low half of its start time; 0: nobody's. */
    _Atomic uint64_t owners[ACCOUNTS_SLOTS];
    /* How the owner of each ended, by who waited for it; see accounts_note_end. */
    _Atomic uint64_t ends[ACCOUNTS_SLOTS];
    _Alignas(ACCOUNTS_LINE) struct exec_notes notes;
    _Alignas(ACCOUNTS_PAGE) struct account slots[ACCOUNTS_SLOTS];
};

/* Who takes the lock: an account's ticket, or the command, or one who looks at its run from
 * outside, or the command's thread that lends. */
enum { ACCOUNTS_COMMAND = ACCOUNTS_SLOTS + 1, ACCOUNTS_OUTSIDE, ACCOUNTS_LENDER };

/* Are these the accounts of a command of our build? */
bool accounts_are_ours(const struct accounts *accounts);

/* The accounts behind a path: of the slots, which are most of it, only those that accounts_slot is
 * asked for. NULL, with a negative errno value in *error: not to be had; ENODATA: cut short. One
 * file in the life of a process. */
struct accounts *accounts_map(const char *path, int *error);
/* Gives back what it mapped, before any slot was asked for. */
void accounts_unmap(struct accounts *accounts);
/* A slot, below ACCOUNTS_SLOTS; NULL: it cannot be mapped. The address stays the same. */
struct account *accounts_slot(struct accounts *accounts, unsigned slot);
/* The slot that an account of a run is. */
unsigned accounts_number(const struct account *account);
/* Can this process reach the slots of all others? */
bool accounts_see_all(struct accounts *accounts);

/* Names a process, as in `owners`: its number, and when it started. */
static inline uint64_t accounts_identity(int64_t pid, uint64_t start_time)
{
    return (uint64_t)(uint32_t)pid << 32 | (uint32_t)start_time;
}
/* Takes a free slot for the process that `identity` names. NULL: there is none.
 * The slot is all zeros, and counts once its state is LIVE. */
struct account *accounts_claim(struct accounts *accounts, uint64_t identity);
/* Command only, and only slots whose processes are no longer what they were: makes them free.
 * False: not now, the lock could not be had within milliseconds. */
bool accounts_free(struct accounts *accounts, const unsigned *slots, unsigned count);

/* What wait(2) said of the process of that number, which has ended: for all slots of that number of
 * which nothing was said yet. By who sees the same numbers as the command. No lock, no call. */
void accounts_note_end(struct accounts *accounts, int pid, int status);
/* What was said of the end of the process that `identity` names, as wait(2) has it. False: nothing
 * was. */
bool accounts_end_of(const struct accounts *accounts, unsigned slot, uint64_t identity,
                     int *status);

/* How many slots had been taken before this one, modulo ACCOUNT_NUMBERS. */
uint32_t account_number(const struct account *account);

/* The processes of a table, in no order: the next slot at or after *index that is somebody's and
 * not EMPTY; NULL at the end. */
struct account *accounts_next(struct accounts *accounts, unsigned *index);

/* May this process judge who is dead? Not by another /proc than the command's. */
bool accounts_can_judge(const struct accounts *accounts);
/* Has the command ended? False also if that cannot be judged from here. */
bool accounts_command_is_gone(const struct accounts *accounts);
/* Is the process that took the slot still there, running the same program? As far as it can be seen
 * from here: without the command's /proc the answer is worth nothing. */
enum account_life {
    ACCOUNT_RUNS,
    ACCOUNT_MOVED_ON, /* it is there, but has left by exec: what the slot held is no more */
    ACCOUNT_DEAD
};
enum account_life accounts_life(const struct account *account);

/* All bytes in use by a process: its own and what it inherited, without what its threads hold in
 * stock. Approximate while it runs. */
uint64_t account_used(const struct account *account);
/* The same, for the tree: of all, and without what was inherited. */
uint64_t accounts_tree_used(struct accounts *accounts);

/* A new limit for one process, or for a tree that has one; what is held stays. It holds for every
 * charge that begins after the return. `who` as for the lock. False: the lock could not be had. */
bool accounts_set_limit(struct accounts *accounts, struct account *account, int who,
                        uint64_t limit);
/* The same, and no limit that the process chooses is more from here on. */
bool accounts_give_limit(struct accounts *accounts, struct account *account, int who,
                         uint64_t limit);
/* By the process itself: what it was given, if that is less. */
bool accounts_choose_limit(struct accounts *accounts, struct account *mine, uint64_t limit);
/* By the process itself: its soft level. False as above. */
bool accounts_set_soft(struct accounts *accounts, struct account *mine, uint64_t soft);
bool accounts_set_tree_limit(struct accounts *accounts, int who, uint64_t limit);

/* A process of the tree was refused: from now on there is its reserve, too. */
void accounts_open_reserve(struct accounts *accounts);

/* What all processes together may hold: the limit, or what was lent of it. */
uint64_t accounts_tree_room(const struct accounts *accounts);
/* Asks for a loan of `wanted` bytes in all, and waits two seconds at most. False: it is not had. */
bool accounts_borrow_locked(struct accounts *accounts, uint64_t wanted);
/* What was lent to runs within, to all but `mine`, and is not used, is given back; waits for each
 * a fifth of a second at most. False: nothing was lent, or just now they had nothing to give. */
bool accounts_recall_locked(struct accounts *accounts, const struct account *mine);
/* For who lends: leaves the processes of the tree what they use now, which is *less than before by
 * so many bytes. False: the lock could not be had soon. */
bool accounts_shorten_loan(struct accounts *accounts, uint64_t *less);

/* Room for `bytes` more of `mine`, and some beyond if there is plenty: raises its ceiling. False:
 * the limit of the process or of the tree is in the way. For `mine`'s own process, by one thread at
 * a time, signals blocked. */
bool accounts_grow(struct accounts *accounts, struct account *mine, uint64_t bytes);
/* The same, for who must not wait: *busy says that the lock could not be had, and nothing more. */
bool accounts_grow_soon(struct accounts *accounts, struct account *mine, uint64_t bytes,
                        bool *busy);
/* `mine` takes out of its own figures what others took from a stock of it. As accounts_grow. */
void accounts_settle(struct accounts *accounts, struct account *mine, struct account_stock *stock);

/* The one lock of the table, across processes: whose owner died is taken over. False: its owner is
 * there but did not let go of it, within two seconds if it is stopped, or else many more. */
bool accounts_lock(struct accounts *accounts, int who);
/* The same, for who must not wait: within a few milliseconds. */
bool accounts_lock_soon(struct accounts *accounts, int who);
void accounts_unlock(struct accounts *accounts);
/* A function of tree_scope.c whose name ends in _locked is called with it held. Builds with
 * MEMRESTRICT_DEBUG stop where nobody holds it. */
static inline void accounts_assert_locked(const struct accounts *accounts)
{
#ifdef MEMRESTRICT_DEBUG
    if (accounts->lock == 0)
        __builtin_trap();
#else
    (void)accounts;
#endif
}

#endif
