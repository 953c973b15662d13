/* SPDX-License-Identifier: MIT
 *
 * What the words in the accounts of a run stand for: for who has copies of them, and does not know
 * where they lie.
 */
#ifndef MEMRESTRICT_ACCOUNTS_ENUMS_H
#define MEMRESTRICT_ACCOUNTS_ENUMS_H

#include <stdint.h>

enum {
    ACCOUNTS_SLOTS = 4096, /* processes at a time */
    ACCOUNTS_NAME = 64     /* bytes of a name, with a final zero */
};

#define ACCOUNTS_UNLIMITED UINT64_MAX

/* Plans with arm=set: of a process, and of a run. In a run ACCOUNT_AS_RUN is not armed. */
enum account_armed { ACCOUNT_AS_RUN, ACCOUNT_ARMED, ACCOUNT_DISARMED };

/* A slot's life. Only its process goes from EMPTY to LIVE; only the command back to EMPTY. */
enum account_state {
    ACCOUNT_EMPTY, /* or being filled */
    ACCOUNT_LIVE,
    ACCOUNT_REPLACED /* the process went on to another program by exec, which has a slot of its own
                      */
};

enum account_flag {
    ACCOUNT_FORKED = 1,    /* began as a copy of its parent, not by exec */
    ACCOUNT_OWN_HEAP = 2,  /* another malloc serves the program: its blocks are not limited ... */
    ACCOUNT_OWN_MAPS = 4,  /* ... and its mappings are not either */
    ACCOUNT_ELSEWHERE = 8, /* in another PID namespace, or without /proc: cannot be seen to die */
    ACCOUNT_IN_TREE = 16,  /* draws on the tree's budget */
    ACCOUNT_CAN_ARM = 32,  /* has a plan of faults with arm=set */
    ACCOUNT_EXPLORED = 64, /* a copy that was made to see what a fault does; see explore.h */
    ACCOUNT_WITHIN = 128,  /* of a run within this one, whose command tells of it */
    ACCOUNT_SETTLED = 256, /* ... and has told all */
    ACCOUNT_HOSTED = 512, /* the program was loaded by another one in the same process (valgrind) */
    ACCOUNT_BORROWS = 4096,     /* of a run within: what it holds is held of our tree, by a loan */
    ACCOUNT_LOAN = 2048,        /* no process of its own: what is lent to a run within */
    ACCOUNT_UNREACHED = 1024,   /* calls of our malloc end elsewhere: its heap is not limited */
    ACCOUNT_IN_EXEC = 8192,     /* called exec, which has not returned */
    ACCOUNT_TELLS_EXIT = 16384, /* if it exits, `ending` says so: it has no other way */
    ACCOUNT_LEAVES = 32768      /* ... but for the one that it may be on now */
};

/* In `takes`: the command limits by ptrace what the library does not get into; it does by now. */
enum { ACCOUNTS_TAKES = 1, ACCOUNTS_HAS_TAKEN = 2 };

enum { ACCOUNT_NUMBERS = 1 << 18 }; /* by which users of slots are told apart */

/* In `ending`, with the exit status or the signal in the low 8 bits. */
enum { ACCOUNT_EXITED = 0x100, ACCOUNT_KILLED = 0x200 };

/* What else than the budget let a call fail. */
enum account_shortage_kind {
    SHORTAGE_OWN,    /* the library had no memory for its records */
    SHORTAGE_KERNEL, /* the kernel, or the next allocator, gave none */
    ACCOUNT_SHORTAGES
};

#endif
