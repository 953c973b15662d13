/* SPDX-License-Identifier: MIT
 *
 * Sealed pools as <memrestrict.h> has them. Their pages are mapped by the same functions as the
 * program's own, and so are charged, or refused, alike; they stay charged while they are sealed.
 */
#include "edges/exports.h"
#include "decide/pool_fault.h"
#include "ground/guard.h"
#include "ground/pages.h"
#include "records/pools.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define MEMRESTRICT_LIBRARY
#include <memrestrict.h>

/* A run of pages between two without access: where it begins; NULL, with errno. */
static char *map_run(size_t length)
{
    size_t page = pages_size();
    if (length == 0 || length > SIZE_MAX - 2 * page) {
        errno = ENOMEM;
        return NULL;
    }
    char *all = mmap(NULL, length + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    if (mprotect(all + page, length, PROT_READ | PROT_WRITE) == 0)
        return all + page;
    int saved = errno;
    munmap(all, length + 2 * page);
    errno = saved;
    return NULL;
}

static void unmap_run(uintptr_t low, uintptr_t high)
{
    size_t page = pages_size();
    munmap((char *)low - page, high - low + 2 * page);
}

static bool add_run(struct memrestrict_pool *pool, size_t length)
{
    char *run = map_run(length);
    if (run == NULL)
        return false;
    if (pools_add_run(pool, (uintptr_t)run, (uintptr_t)run + length))
        return true;
    unmap_run((uintptr_t)run, (uintptr_t)run + length);
    errno = ENOMEM;
    return false;
}

EXPORT struct memrestrict_pool *memrestrict_pool_create(const char *name, size_t size)
{
    int saved = errno;
    struct memrestrict_pool *pool = pools_add(name, size);
    if (pool == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    if (size != 0 && !add_run(pool, pages_round(size))) {
        memrestrict_pool_destroy(pool);
        errno = ENOMEM;
        return NULL;
    }
    errno = saved;
    return pool;
}

static int error_of(enum pools_answer answer)
{
    return answer == POOLS_UNKNOWN ? EINVAL : answer == POOLS_SEALED ? EPERM : ENOMEM;
}

EXPORT void *memrestrict_pool_alloc(struct memrestrict_pool *pool, size_t size)
{
    int saved = errno;
    void *block = NULL;
    size_t need;
    enum pools_answer answer = pools_take(pool, size, &block, &need);
    while (answer == POOLS_NO_RUN && add_run(pool, need))
        answer = pools_take(pool, size, &block, &need);
    errno = answer == POOLS_DONE ? saved : error_of(answer);
    return block;
}

EXPORT char *memrestrict_pool_strdup(struct memrestrict_pool *pool, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memrestrict_pool_alloc(pool, size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

/* The handler is there before anything can strike. */
static bool seal(struct memrestrict_pool *pool, bool forever)
{
    int error;
    pool_fault_watch();
    if (pools_seal(pool, forever, &error))
        return true;
    errno = -error;
    return false;
}

EXPORT bool memrestrict_pool_seal(struct memrestrict_pool *pool) { return seal(pool, false); }

EXPORT bool memrestrict_pool_seal_forever(struct memrestrict_pool *pool)
{
    return seal(pool, true);
}

EXPORT bool memrestrict_pool_unseal(struct memrestrict_pool *pool)
{
    int error;
    if (pools_unseal(pool, &error))
        return true;
    errno = -error;
    return false;
}

EXPORT bool memrestrict_pool_owns(const struct memrestrict_pool *pool, const void *address)
{
    return pools_owns(pool, (uintptr_t)address);
}

EXPORT void memrestrict_pool_destroy(struct memrestrict_pool *pool)
{
    uintptr_t low, high;
    int saved = errno;
    while (pools_remove(pool, &low, &high) && low != 0)
        unmap_run(low, high);
    errno = saved;
}
