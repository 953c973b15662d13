/* SPDX-License-Identifier: MIT
 *
 * Which address ranges the program mapped itself: disjoint intervals in order, a treap, neighbours
 * of one state, site and note joined. A charged range is writable and counts; a reserved one would
 * count once it is made writable. Ranges of unknown origin (the loader's, shared files) are simply
 * not there.
 *
 * A change is three steps, so that no lock is held over a system call: take the pieces of a range
 * out, make the call, then put back what is there now, which after a failed call is the pieces as
 * they were. Meanwhile the pieces belong to the thread that took them. A step after the call that
 * may need a new record can have it set aside before, so that it cannot fail.
 */
#ifndef MEMRESTRICT_REGIONS_H
#define MEMRESTRICT_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum region_state {
    REGION_NONE,
    REGION_RESERVED,
    REGION_CHARGED,
    REGION_INHERITED /* charged, but held since fork: a tree's budget pays for it elsewhere */
};

struct region; /* one interval */

/* The intervals of one address space. All zero: none. All share one lock and one pool. */
struct regions {
    struct region *root;
};

/* Those of this process itself. */
extern struct regions regions_own;

/* Pieces taken out of [low, high). All zero: nothing. */
struct regions_cut {
    uintptr_t low, high;
    struct region *pieces;
    struct region *spare;                  /* a record set aside for regions_add */
    uint64_t charged, reserved, inherited; /* bytes of the pieces, by state */
    uint64_t noted;                        /* bytes of those that have a note */
    uint64_t note;                         /* for what becomes charged (48 bits); 0: none */
    uint16_t site;                         /* the call site of what becomes charged; 0: not known */
    enum region_state last;  /* the state of the byte before `high`; NONE if no piece has it */
    enum region_state whole; /* what regions_take_recent took; it has no piece */
};

/* Takes out what lies in [low, high), splitting at the ends. False: no memory, nothing changed. */
bool regions_take(struct regions *regions, uintptr_t low, uintptr_t high, bool with_spare,
                  struct regions_cut *cut);
/* The same, but false also when another thread holds the lock: for a thread that must not wait. */
bool regions_take_if_free(struct regions *regions, uintptr_t low, uintptr_t high,
                          struct regions_cut *cut);
/* The same of what regions_add_recent entered, and is [low, high) still, without the lock. False:
 * do it the other way. */
bool regions_take_recent(uintptr_t low, uintptr_t high, struct regions_cut *cut);
/* Forgets the pieces. Lock-free. */
void regions_drop(struct regions_cut *cut);
/* A second set of pieces like those in `cut`, in *copy; none of it is inherited, and what is
 * charged has cut->note. False: no memory. */
bool regions_copy(const struct regions_cut *cut, struct regions_cut *copy);

/* Calls `see` for each of the pieces that has a note. Lock-free. */
void regions_each_noted(const struct regions_cut *cut,
                        void (*see)(uint64_t note, uint64_t bytes, void *context), void *context);

/* What the next three found in their way and forgot: somebody unmapped it behind our back, and it
 * is to be refunded. */
struct regions_gone {
    uint64_t charged, inherited; /* bytes */
};

static inline void regions_add_gone(struct regions_gone *gone, struct regions_gone more)
{
    gone->charged += more.charged;
    gone->inherited += more.inherited;
}

/* Puts the pieces back as they were, `shift` bytes further up (for a mapping that moved). */
struct regions_gone regions_put_back(struct regions *regions, struct regions_cut *cut,
                                     intptr_t shift);
/* Puts them back with all of them in the given state; what was inherited stays so instead of
 * CHARGED. */
struct regions_gone regions_put_as(struct regions *regions, struct regions_cut *cut,
                                   enum region_state state);
/* Enters [low, high) with a record from cut->spare, which cannot fail, or of its own making: then
 * *done is false when there is no memory for it. */
struct regions_gone regions_add(struct regions *regions, struct regions_cut *cut, uintptr_t low,
                                uintptr_t high, enum region_state state, bool *done);

/* Enters a mapping of regions_own that overlaps no other, and has no call site, without the lock.
 * False: regions_add does it. *gone grows by what was found in the way, either way. */
bool regions_add_recent(uintptr_t low, uintptr_t high, enum region_state state,
                        struct regions_gone *gone);

/* What is in the way of all that regions_add_recent entered. Without a system call where there is
 * nothing. */
struct regions_gone regions_settle(void);

/* If not NULL: a call site now has so many charged or inherited bytes more, or less. Called under
 * the lock, and for less before they are gone. */
extern void (*regions_on_change)(uint16_t site, int64_t bytes);
/* If not NULL: what had a note was found gone, as in struct regions_gone. Called by who holds the
 * lock. */
extern void (*regions_on_noted_gone)(uint64_t note, uint64_t bytes, void *unused);
/* All intervals' sites become 0: in the child of a fork. */
void regions_forget_sites(struct regions *regions);

/* The state of one byte. */
enum region_state regions_at(struct regions *regions, uintptr_t address);

/* The first interval that ends behind `at`. False: there is none. */
struct regions_span {
    uintptr_t low, high;
    enum region_state state;
    uint16_t site;
    uint64_t note;
};
bool regions_next(struct regions *regions, uintptr_t at, struct regions_span *span);

struct regions_live {
    uint64_t regions, bytes; /* the charged ones, inherited or not */
};
struct regions_live regions_live(struct regions *regions);

/* In the child of a fork: all that is charged becomes inherited. */
void regions_inherit(struct regions *regions);

/* Is nobody in the midst of a change? */
bool regions_are_free(void);

void regions_fork_take(void);
void regions_fork_drop(void);
void regions_fork_reset(void);
/* In a copy of the process that was made without fork handlers: if the lock was copied while it was
 * held, frees it and forgets all records, which may be half changed. What they hold stays charged.
 */
void regions_recover(struct regions *regions);

#endif
