/* SPDX-License-Identifier: MIT */
#include "records/pools.h"

#include "common/kernel.h"
#include "common/span.h"
#include "ground/lock.h"
#include "ground/pages.h"

#include <errno.h>
#include <string.h>

enum { FIRST_RUN = 64 << 10, LARGEST_RUN = 16 << 20, FIRST_BLOCKS = 64 };

struct block {
    uintptr_t start;
    size_t size;
};

/* Pages, and their blocks by rising address. */
struct run {
    struct run *next; /* the one before it in time */
    uintptr_t low, high, at;
    uint64_t offset; /* of its first byte in the pool */
    struct block *blocks;
    size_t count, room;
};

struct memrestrict_pool {
    struct memrestrict_pool *next;
    struct run *runs; /* the newest first */
    size_t size;      /* 0: it grows */
    bool sealed, forever;
    char name[POOLS_NAME];
};

static struct {
    struct lock lock;
    struct pages_pool memory;
    struct memrestrict_pool *first;
} pools;

static struct memrestrict_pool **find_locked(const struct memrestrict_pool *pool)
{
    struct memrestrict_pool **link = &pools.first;
    lock_assert_held(&pools.lock);
    while (*link != NULL && *link != pool)
        link = &(*link)->next;
    return link;
}

static bool is_one_locked(const struct memrestrict_pool *pool)
{
    lock_assert_held(&pools.lock);
    return pool != NULL && *find_locked(pool) == pool;
}

struct memrestrict_pool *pools_add(const char *name, size_t size)
{
    struct lock_hold hold;
    lock_take(&pools.lock, &hold);
    struct memrestrict_pool *pool = pages_alloc(&pools.memory, sizeof *pool);
    if (pool != NULL) {
        *pool = (struct memrestrict_pool){.next = pools.first, .size = size};
        if (name != NULL)
            memcpy(pool->name, name, span_within(name, POOLS_NAME - 1));
        pools.first = pool;
    }
    lock_drop(&pools.lock, &hold);
    return pool;
}

static void free_run_locked(struct run *run)
{
    lock_assert_held(&pools.lock);
    pages_free(&pools.memory, run->blocks, run->room * sizeof *run->blocks);
    pages_free(&pools.memory, run, sizeof *run);
}

bool pools_remove(struct memrestrict_pool *pool, uintptr_t *low, uintptr_t *high)
{
    struct lock_hold hold;
    *low = *high = 0;
    lock_take(&pools.lock, &hold);
    bool known = is_one_locked(pool) && !pool->forever;
    struct run *run = known ? pool->runs : NULL;
    if (run != NULL) {
        *low = run->low;
        *high = run->high;
        pool->runs = run->next;
        free_run_locked(run);
    } else if (known) {
        *find_locked(pool) = pool->next;
        pages_free(&pools.memory, pool, sizeof *pool);
    }
    lock_drop(&pools.lock, &hold);
    return known;
}

static bool make_room_locked(struct run *run)
{
    lock_assert_held(&pools.lock);
    size_t room = run->room == 0 ? FIRST_BLOCKS : 2 * run->room;
    if (run->count < run->room)
        return true;
    struct block *more = pages_alloc(&pools.memory, room * sizeof *more);
    if (more == NULL)
        return false;
    if (run->count > 0)
        memcpy(more, run->blocks, run->count * sizeof *more);
    pages_free(&pools.memory, run->blocks, run->room * sizeof *more);
    run->blocks = more;
    run->room = room;
    return true;
}

/* Of the next run: a quarter of all so far, so that not much is had in vain; or as much as the
 * block needs. */
static size_t next_run_locked(const struct memrestrict_pool *pool, size_t size)
{
    lock_assert_held(&pools.lock);
    const struct run *last = pool->runs;
    uint64_t want = last != NULL ? (last->offset + (last->high - last->low)) / 4 : 0;
    want = want < FIRST_RUN ? FIRST_RUN : want > LARGEST_RUN ? LARGEST_RUN : want;
    return pages_round(size > want ? size : (size_t)want);
}

static enum pools_answer take_locked(struct memrestrict_pool *pool, size_t size, void **block,
                                     size_t *need)
{
    lock_assert_held(&pools.lock);
    if (!is_one_locked(pool))
        return POOLS_UNKNOWN;
    if (pool->sealed)
        return POOLS_SEALED;
    if (size > PTRDIFF_MAX - POOLS_ALIGNMENT)
        return POOLS_FULL;
    size_t takes = (size + (size == 0) + POOLS_ALIGNMENT - 1) & -(size_t)POOLS_ALIGNMENT;
    struct run *run = pool->runs;
    if (run == NULL || takes > run->high - run->at) {
        *need = next_run_locked(pool, takes);
        return pool->size != 0 ? POOLS_FULL : POOLS_NO_RUN;
    }
    if (!make_room_locked(run))
        return POOLS_NO_MEMORY;
    *block = (void *)run->at;
    run->blocks[run->count++] = (struct block){run->at, size};
    run->at += takes;
    return POOLS_DONE;
}

enum pools_answer pools_take(struct memrestrict_pool *pool, size_t size, void **block, size_t *need)
{
    struct lock_hold hold;
    lock_take(&pools.lock, &hold);
    enum pools_answer answer = take_locked(pool, size, block, need);
    lock_drop(&pools.lock, &hold);
    return answer;
}

static bool add_run_locked(struct memrestrict_pool *pool, uintptr_t low, uintptr_t high)
{
    lock_assert_held(&pools.lock);
    if (!is_one_locked(pool) || pool->sealed)
        return false;
    struct run *run = pages_alloc(&pools.memory, sizeof *run), *last = pool->runs;
    if (run == NULL)
        return false;
    *run = (struct run){.next = last, .low = low, .high = high, .at = low};
    run->offset = last != NULL ? last->offset + (last->high - last->low) : 0;
    pool->runs = run;
    kernel_pages_name((void *)low, high - low,
                      *pool->name != '\0' ? pool->name : "memrestrict pool");
    return true;
}

bool pools_add_run(struct memrestrict_pool *pool, uintptr_t low, uintptr_t high)
{
    struct lock_hold hold;
    lock_take(&pools.lock, &hold);
    bool added = add_run_locked(pool, low, high);
    lock_drop(&pools.lock, &hold);
    return added;
}

enum change { WRITABLE, READ_ONLY, READ_ONLY_FOR_EVER };

static int change_locked(const struct memrestrict_pool *pool, enum change to)
{
    lock_assert_held(&pools.lock);
    int error = 0, access = to == WRITABLE ? PROT_READ | PROT_WRITE : PROT_READ;
    for (const struct run *run = pool->runs; run != NULL && error == 0; run = run->next) {
        size_t size = run->high - run->low;
        error = to == READ_ONLY_FOR_EVER ? kernel_pages_seal((void *)run->low, size)
                                         : kernel_pages_protect((void *)run->low, size, access);
    }
    return error;
}

static int set_locked(struct memrestrict_pool *pool, bool sealed, bool forever)
{
    lock_assert_held(&pools.lock);
    if (!is_one_locked(pool))
        return -EINVAL;
    if (pool->forever)
        return sealed ? 0 : -EPERM;
    int error = change_locked(pool, sealed ? READ_ONLY : WRITABLE);
    if (error != 0) {
        change_locked(pool, pool->sealed ? READ_ONLY : WRITABLE);
        return error;
    }
    pool->sealed = sealed;
    if (forever)
        pool->forever = (error = change_locked(pool, READ_ONLY_FOR_EVER)) == 0;
    return error;
}

static bool set(struct memrestrict_pool *pool, bool sealed, bool forever, int *error)
{
    struct lock_hold hold;
    lock_take(&pools.lock, &hold);
    *error = set_locked(pool, sealed, forever);
    lock_drop(&pools.lock, &hold);
    return *error == 0;
}

bool pools_seal(struct memrestrict_pool *pool, bool forever, int *error)
{
    return set(pool, true, forever, error);
}

bool pools_unseal(struct memrestrict_pool *pool, int *error)
{
    return set(pool, false, false, error);
}

/* The last block that starts at or below an address; NULL: there is none. */
static const struct block *block_at(const struct run *run, uintptr_t address)
{
    size_t low = 0, high = run->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->blocks[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &run->blocks[low - 1] : NULL;
}

bool pools_owns(const struct memrestrict_pool *pool, uintptr_t address)
{
    struct lock_hold hold;
    const struct block *block = NULL;
    lock_take(&pools.lock, &hold);
    const struct run *run = is_one_locked(pool) ? pool->runs : NULL;
    while (run != NULL && (address < run->low || address >= run->high))
        run = run->next;
    if (run != NULL)
        block = block_at(run, address);
    bool owns = block != NULL && address - block->start < block->size + (block->size == 0);
    lock_drop(&pools.lock, &hold);
    return owns;
}

static void tell(const struct memrestrict_pool *pool, const struct run *run, uintptr_t address,
                 struct pools_place *place)
{
    const struct block *block = block_at(run, address);
    *place = (struct pools_place){
        .sealed = pool->sealed,
        .is_guard = address < run->low || address >= run->high,
        .offset = run->offset + (address - run->low),
    };
    memcpy(place->name, pool->name, POOLS_NAME);
    if (block != NULL) {
        place->block_start = block->start;
        place->block_size = block->size;
    }
}

bool pools_find(uintptr_t address, struct pools_place *place)
{
    struct lock_hold hold;
    uintptr_t page = pages_size();
    bool found = false;
    lock_take(&pools.lock, &hold);
    for (const struct memrestrict_pool *pool = pools.first; pool != NULL && !found;
         pool = pool->next)
        for (const struct run *run = pool->runs; run != NULL && !found; run = run->next)
            if ((found = address >= run->low - page && address < run->high + page))
                tell(pool, run, address, place);
    lock_drop(&pools.lock, &hold);
    return found;
}

void pools_fork_take(void) { lock_fork_take(&pools.lock); }
void pools_fork_drop(void) { lock_fork_drop(&pools.lock); }
void pools_fork_reset(void) { lock_fork_reset(&pools.lock); }
