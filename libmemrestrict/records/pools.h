/* SPDX-License-Identifier: MIT
 *
 * Pools of memory that can be sealed: which blocks are in which runs of pages, and whether they may
 * be written to. What is kept about a pool stands elsewhere than in its pages, where no stray write
 * of the program's reaches it. The pages are mapped and unmapped by others, without our lock. Every
 * function may be called by any thread, and runs no foreign code meanwhile.
 */
#ifndef MEMRESTRICT_POOLS_H
#define MEMRESTRICT_POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    POOLS_NAME = 64,     /* bytes of a name, with a final zero */
    POOLS_ALIGNMENT = 16 /* of blocks */
};

struct memrestrict_pool;

/* A new pool without memory, whose name is cut short. 0: it grows; else the caller adds one run of
 * `size` bytes, which is all that it has. NULL: no memory. */
struct memrestrict_pool *pools_add(const char *name, size_t size);
/* Forgets it. Its runs, which the caller unmaps, one for each call: [*low, *high) is zeros, and the
 * pool gone, with the last. False: there is no such pool, or it is sealed for ever. */
bool pools_remove(struct memrestrict_pool *pool, uintptr_t *low, uintptr_t *high);

enum pools_answer {
    POOLS_DONE,
    POOLS_UNKNOWN, /* it is no pool */
    POOLS_SEALED,
    POOLS_FULL,   /* it has all that it may have */
    POOLS_NO_RUN, /* it lacks a run of `need` bytes, which pools_add_run brings */
    POOLS_NO_MEMORY
};

/* A block of `size` bytes. */
enum pools_answer pools_take(struct memrestrict_pool *pool, size_t size, void **block,
                             size_t *need);
/* Writable pages of zeros are the pool's from now on, and have its name in /proc/PID/maps, where
 * the kernel knows of such names. False: they are not; it is gone, or sealed, or there is no
 * memory. */
bool pools_add_run(struct memrestrict_pool *pool, uintptr_t low, uintptr_t high);

/* Makes all its pages read-only, or writable again; with `forever`, for good where the kernel can
 * (mseal(2)). False, with a negative errno value in *error: all is as it was; but a seal that
 * cannot be for good is one. */
bool pools_seal(struct memrestrict_pool *pool, bool forever, int *error);
bool pools_unseal(struct memrestrict_pool *pool, int *error);

/* Is the address in a block of the pool? */
bool pools_owns(const struct memrestrict_pool *pool, uintptr_t address);

/* What is at an address. */
struct pools_place {
    char name[POOLS_NAME];
    bool sealed;
    bool is_guard;         /* it is in a page around a run, which has no access */
    uint64_t offset;       /* from the pool's first byte, runs one after the other */
    uintptr_t block_start; /* the block that it is in, or the last one before; 0: */
    size_t block_size;     /* there is none */
};
/* False: it is in no pool. For signal handlers, too. */
bool pools_find(uintptr_t address, struct pools_place *place);

/* fork(2), as in budget.h. */
void pools_fork_take(void);
void pools_fork_drop(void);
void pools_fork_reset(void);

#endif
