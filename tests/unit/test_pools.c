/* SPDX-License-Identifier: MIT
 *
 * What is kept of pools: blocks, runs, and what an address is.
 */
#include "unit.h"

#include "ground/pages.h"
#include "records/pools.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static size_t page;
static char *pages;
enum { PAGES = 16 };

static struct memrestrict_pool *make(size_t size)
{
    page = pages_size();
    pages = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pools_add("a name", size);
}

static bool add(struct memrestrict_pool *pool, size_t from, size_t to)
{
    return pools_add_run(pool, (uintptr_t)pages + from * page, (uintptr_t)pages + to * page);
}

static char *take(struct memrestrict_pool *pool, size_t size, enum pools_answer expected)
{
    void *block = NULL;
    size_t need = 0;
    ck_assert_int_eq(pools_take(pool, size, &block, &need), expected);
    ck_assert(expected != POOLS_NO_RUN || need >= size);
    return block;
}

START_TEST(pools_blocks_are_found_by_their_addresses)
{
    struct pools_place place;
    struct memrestrict_pool *pool = make(0);
    take(pool, 10, POOLS_NO_RUN);
    ck_assert(add(pool, 1, 2) && pools_find((uintptr_t)pages + page, &place));
    ck_assert_uint_eq(place.block_start, 0);
    char *first = take(pool, 10, POOLS_DONE), *second = take(pool, 0, POOLS_DONE);
    ck_assert_ptr_eq(first, pages + page);
    ck_assert_ptr_eq(second, first + 16);
    ck_assert(pools_owns(pool, (uintptr_t)first + 9) && !pools_owns(pool, (uintptr_t)first + 10));
    ck_assert(pools_owns(pool, (uintptr_t)second) && !pools_owns(pool, (uintptr_t)second + 1));
    ck_assert(pools_find((uintptr_t)first + 12, &place) && !place.sealed && !place.is_guard);
    ck_assert_str_eq(place.name, "a name");
    ck_assert_uint_eq(place.block_start, (uintptr_t)first);
    ck_assert_uint_eq(place.block_size, 10);
    take(pool, page, POOLS_NO_RUN);
    ck_assert(add(pool, 4, 6));
    ck_assert_ptr_eq(take(pool, page, POOLS_DONE), pages + 4 * page);
    ck_assert(pools_find((uintptr_t)pages + 4 * page + 5, &place));
    ck_assert_uint_eq(place.offset, page + 5);
    ck_assert(pools_find((uintptr_t)pages + 3 * page, &place) && place.is_guard);
    ck_assert(pools_find((uintptr_t)pages + 7 * page - 1, &place) && place.is_guard);
    ck_assert(!pools_find((uintptr_t)pages + 7 * page, &place));
    ck_assert(!pools_find((uintptr_t)pages - 1, &place) && !pools_find(0, &place));
}
END_TEST

START_TEST(pools_give_back_runs_one_by_one)
{
    uintptr_t low, high;
    struct memrestrict_pool *pool = make(0), *other = pools_add(NULL, 0);
    ck_assert(add(pool, 1, 2) && add(pool, 4, 6));
    ck_assert(pools_remove(pool, &low, &high));
    ck_assert(low == (uintptr_t)pages + 4 * page && high == low + 2 * page);
    ck_assert(pools_remove(pool, &low, &high) && low == (uintptr_t)pages + page);
    ck_assert(pools_remove(pool, &low, &high) && low == 0);
    ck_assert(!pools_remove(pool, &low, &high) && !pools_remove(NULL, &low, &high));
    take(pool, 1, POOLS_UNKNOWN);
    take(NULL, 1, POOLS_UNKNOWN);
    ck_assert(!add(pool, 1, 2) && add(other, 1, 2));
    ck_assert_ptr_nonnull(take(other, 1, POOLS_DONE));
}
END_TEST

START_TEST(pools_of_a_size_have_one_run)
{
    struct memrestrict_pool *pool = make(1);
    ck_assert(add(pool, 1, 2));
    take(pool, page + 1, POOLS_FULL);
    take(pool, page - 16, POOLS_DONE);
    take(pool, 17, POOLS_FULL);
    take(pool, 16, POOLS_DONE);
    take(pool, 0, POOLS_FULL);
    take(pool, SIZE_MAX, POOLS_FULL);
}
END_TEST

/* A page without a mapping cannot change its access: the first pages are as they were. */
START_TEST(pools_are_sealed_whole_or_not_at_all)
{
    int error;
    struct memrestrict_pool *pool = make(0);
    ck_assert(add(pool, 1, 2) && add(pool, 4, 6));
    char *block = take(pool, 1, POOLS_DONE);
    munmap(pages + page, page);
    ck_assert(!pools_seal(pool, false, &error));
    ck_assert_int_eq(error, -ENOMEM);
    *block = 1;
    ck_assert_ptr_nonnull(take(pool, 1, POOLS_DONE));
    ck_assert(!pools_seal(NULL, false, &error));
    ck_assert_int_eq(error, -EINVAL);
}
END_TEST

Suite *suite_pools(void)
{
    Suite *suite = suite_create("pools");
    unit_add(suite, pools_blocks_are_found_by_their_addresses);
    unit_add(suite, pools_give_back_runs_one_by_one);
    unit_add(suite, pools_of_a_size_have_one_run);
    unit_add(suite, pools_are_sealed_whole_or_not_at_all);
    return suite;
}
