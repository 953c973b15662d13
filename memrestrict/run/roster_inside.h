/* SPDX-License-Identifier: MIT
 *
 * What the files of the roster share, and nobody else may know: where the accounts lie.
 */
#ifndef MEMRESTRICT_ROSTER_INSIDE_H
#define MEMRESTRICT_ROSTER_INSIDE_H

#include "common/accounts.h"
#include "run/roster.h"

/* What was found out about who has a place. */
enum roster_identity {
    ROSTER_NEW,      /* nothing yet */
    ROSTER_SEEN,     /* a descendant */
    ROSTER_GONE,     /* it had ended when it was first looked for */
    ROSTER_HIDDEN,   /* in another PID namespace, and not found among the descendants */
    ROSTER_UNKNOWN,  /* it is there, but whose it is cannot be seen */
    ROSTER_STRANGER, /* the process of that number is no descendant */
    ROSTER_NOBODY    /* no process has such a number */
};

struct roster_place {
    uint64_t owner; /* whose it is, as it stood there when it was first looked at; 0: nobody's */
    uint64_t start_time, began;
    uint64_t unfinished; /* since when it has an owner and no figures; 0: it has not */
    enum roster_identity identity;
    unsigned searches;
    int pid, parent; /* as the kernel shows them, if SEEN */
    bool told;       /* of its joining */
    bool done;       /* nobody wants more of it: it is to be made free */
};

struct roster {
    struct accounts *accounts;
    int fd;      /* -1: another command's accounts */
    int command; /* whose descendants are the run's */
    bool adopts;
    bool had_children; /* before the program's process was made */
    int main;          /* the program's process; 0: not known yet */
    uint64_t main_start;
    struct roster_limits limits; /* as they were given */
    bool borrows;                /* its tree is lent to by the one around it */
    unsigned top;                /* the highest that was ever seen: none is taken from there on */
    uint64_t lies;
    struct account *own;    /* the command's own place, for what it limits itself; NULL: none */
    uint32_t asked;         /* as often as had asked at the last look */
    uint64_t kept_since;    /* the lock could not be had since then; 0: it could */
    bool kept;              /* ... for too long */
    uint64_t notes_dropped; /* that nobody finished */
    uint64_t note_begun[EXEC_NOTES]; /* the state of a place that is being written, and ... */
    uint64_t note_since[EXEC_NOTES]; /* ... since when it was seen so */
    struct roster_place places[ACCOUNTS_SLOTS];
};

/* What a slot says, read once. */
struct roster_claim {
    uint64_t owner, stack;
    int64_t pid, parent;
    uint32_t state;
    bool elsewhere;
    struct roster_process process;
};

/* Copies a slot; what can be told from it alone is checked. False: it is nobody's, or not filled
 * in: claim->owner says which. */
bool roster_read(const struct roster *roster, unsigned slot, struct roster_claim *claim);

struct outer;
struct accounts *outer_accounts(struct outer *outer);

/* The accounts in the memory behind `fd`, all of them; NULL: they are none, with errno. */
struct accounts *roster_map(int fd);

#endif
