/* SPDX-License-Identifier: MIT
 *
 * Mappings that are entered and taken without the lock: the same as if they had been records, for
 * all who look, and so many as there may be. Addresses are made up, and whole pages.
 */
#include "unit.h"

#include "ground/guard.h"
#include "records/regions.h"
#include "records/regions_recent.h"

#include <pthread.h>
#include <string.h>

enum { UNIT = 4096 };

static uintptr_t at(uintptr_t page) { return (100000 + page) * UNIT; }

static bool add_recent(uintptr_t page, uintptr_t count, enum region_state state)
{
    struct regions_gone gone = {0};
    bool added = regions_add_recent(at(page), at(page + count), state, &gone);
    ck_assert_uint_eq(gone.charged, 0);
    return added;
}

static void add_record(uintptr_t page, uintptr_t count, enum region_state state)
{
    struct regions_cut none = {0};
    bool done;
    regions_add(&regions_own, &none, at(page), at(page + count), state, &done);
    ck_assert(done);
}

static void add(uintptr_t page, uintptr_t count, enum region_state state)
{
    if (!add_recent(page, count, state))
        add_record(page, count, state);
}

static struct regions_cut take(uintptr_t page, uintptr_t count)
{
    struct regions_cut cut;
    ck_assert(regions_take(&regions_own, at(page), at(page + count), false, &cut));
    return cut;
}

static bool take_recent(uintptr_t page, uintptr_t count, struct regions_cut *cut)
{
    return regions_take_recent(at(page), at(page + count), cut);
}

static void expect_live(uint64_t regions, uint64_t pages)
{
    struct regions_live live = regions_live(&regions_own);
    ck_assert_uint_eq(live.regions, regions);
    ck_assert_uint_eq(live.bytes, pages * UNIT);
}

static enum region_state state_at(uintptr_t page) { return regions_at(&regions_own, at(page)); }

START_TEST(recent_ones_are_there_for_all_who_look)
{
    struct regions_span span;
    ck_assert(add_recent(1, 2, REGION_CHARGED));
    ck_assert(add_recent(5, 1, REGION_RESERVED));
    ck_assert_int_eq(state_at(0), REGION_NONE);
    ck_assert_int_eq(state_at(2), REGION_CHARGED);
    ck_assert_int_eq(state_at(3), REGION_NONE);
    ck_assert_int_eq(state_at(5), REGION_RESERVED);
    ck_assert(regions_next(&regions_own, at(3), &span) && span.low == at(5) && span.high == at(6));
    expect_live(1, 2);
}
END_TEST

START_TEST(a_recent_one_is_taken_whole_and_once)
{
    struct regions_cut cut;
    ck_assert(add_recent(1, 2, REGION_CHARGED));
    ck_assert(!take_recent(1, 1, &cut) && !take_recent(1, 3, &cut) && !take_recent(2, 1, &cut));
    ck_assert(take_recent(1, 2, &cut));
    ck_assert_uint_eq(cut.charged, 2 * UNIT);
    ck_assert_uint_eq(cut.reserved + cut.inherited, 0);
    ck_assert_int_eq(cut.last, REGION_CHARGED);
    ck_assert(!take_recent(1, 2, &cut));
    expect_live(0, 0);
}
END_TEST

START_TEST(a_part_of_a_recent_one_is_taken_as_of_a_record)
{
    struct regions_cut cut;
    ck_assert(add_recent(0, 5, REGION_CHARGED));
    cut = take(2, 1);
    ck_assert_uint_eq(cut.charged, UNIT);
    ck_assert(!take_recent(0, 5, &cut));
    expect_live(2, 4);
    ck_assert_int_eq(state_at(2), REGION_NONE);
}
END_TEST

START_TEST(recent_neighbours_are_taken_together)
{
    struct regions_cut cut;
    ck_assert(add_recent(0, 2, REGION_CHARGED));
    ck_assert(add_recent(4, 1, REGION_CHARGED));
    ck_assert(add_recent(2, 2, REGION_CHARGED));
    cut = take(1, 4);
    ck_assert_uint_eq(cut.charged, 4 * UNIT);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 0);
    expect_live(1, 5);
}
END_TEST

START_TEST(what_was_taken_is_put_back_as_it_was)
{
    struct regions_cut cut;
    ck_assert(add_recent(0, 3, REGION_RESERVED));
    ck_assert(take_recent(0, 3, &cut));
    ck_assert_int_eq(state_at(1), REGION_NONE);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 0);
    ck_assert_int_eq(state_at(1), REGION_RESERVED);
    regions_put_back(&regions_own, &cut, 0); /* once */
    regions_drop(&cut);
    ck_assert_int_eq(state_at(2), REGION_RESERVED);
}
END_TEST

START_TEST(what_was_taken_and_dropped_is_not_put_back)
{
    struct regions_cut cut;
    ck_assert(add_recent(0, 3, REGION_CHARGED));
    ck_assert(take_recent(0, 3, &cut));
    regions_drop(&cut);
    regions_put_back(&regions_own, &cut, 0);
    expect_live(0, 0);
}
END_TEST

START_TEST(more_than_there_is_room_for_become_records)
{
    enum { MANY = 40 * RECENT_MOST };
    for (uintptr_t i = 0; i < MANY; i++)
        add(3 * i, 1 + i % 2, REGION_CHARGED);
    expect_live(MANY, MANY + MANY / 2);
    for (uintptr_t i = MANY; i-- > 0;) {
        struct regions_cut cut;
        if (!take_recent(3 * i, 1 + i % 2, &cut))
            cut = take(3 * i, 1 + i % 2);
        ck_assert_uint_eq(cut.charged, (1 + i % 2) * UNIT);
        regions_drop(&cut);
    }
    expect_live(0, 0);
}
END_TEST

START_TEST(bytes_and_huge_ranges_are_left_to_records)
{
    struct regions_gone gone = {0};
    ck_assert(!regions_add_recent(at(0) + 1, at(1), REGION_CHARGED, &gone));
    ck_assert(!regions_add_recent(at(0), at(1) - 1, REGION_CHARGED, &gone));
    ck_assert(!regions_add_recent(at(0), at(0), REGION_CHARGED, &gone));
#if UINTPTR_MAX > UINT32_MAX
    ck_assert(!add_recent(0, (uintptr_t)1 << 22, REGION_RESERVED));
    ck_assert(add_recent(0, ((uintptr_t)1 << 22) - 1, REGION_RESERVED));
    uintptr_t top = (uintptr_t)1 << 52;
    ck_assert(!regions_add_recent(top, top + UNIT, REGION_CHARGED, &gone));
    ck_assert(regions_add_recent(top - UNIT, top, REGION_CHARGED, &gone));
    ck_assert_int_eq(regions_at(&regions_own, top - 1), REGION_CHARGED);
#endif
}
END_TEST

START_TEST(what_is_in_the_way_of_recent_ones_is_told_in_the_end)
{
    struct regions_gone gone = {0};
    add_record(0, 4, REGION_CHARGED);
    ck_assert(add_recent(2, 4, REGION_CHARGED));
    ck_assert(regions_add_recent(at(2), at(3), REGION_CHARGED, &gone)); /* the same place */
    ck_assert_uint_eq(gone.charged, 4 * UNIT);
    ck_assert_uint_eq(regions_settle().charged, UNIT);
    ck_assert_uint_eq(regions_settle().charged, 0);
    expect_live(1, 4);
}
END_TEST

START_TEST(in_a_forked_child_recent_ones_are_inherited)
{
    struct regions_cut cut;
    struct regions_live live = {0};
    ck_assert(add_recent(0, 4, REGION_CHARGED));
    ck_assert(add_recent(8, 4, REGION_RESERVED));
    recent_count(&live);
    ck_assert_uint_eq(live.regions, 1);
    recent_inherit();
    regions_inherit(&regions_own);
    cut = take(0, 10);
    ck_assert_uint_eq(cut.inherited, 4 * UNIT);
    ck_assert_uint_eq(cut.reserved, 2 * UNIT);
    ck_assert_uint_eq(cut.charged, 0);
}
END_TEST

START_TEST(an_inherited_one_is_taken_and_put_back_as_such)
{
    struct regions_cut cut;
    ck_assert(add_recent(0, 4, REGION_CHARGED));
    recent_inherit();
    ck_assert(take_recent(0, 4, &cut));
    ck_assert_uint_eq(cut.inherited, 4 * UNIT);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 0);
    ck_assert_int_eq(state_at(0), REGION_INHERITED);
}
END_TEST

static void on_change(uint16_t site, int64_t bytes)
{
    (void)site;
    (void)bytes;
}

START_TEST(with_call_sites_all_are_records)
{
    regions_on_change = on_change;
    ck_assert(!add_recent(0, 4, REGION_CHARGED));
    regions_on_change = NULL;
}
END_TEST

/* Random calls against an array with a state for each page. */
enum { PAGES = 300, CALLS = 20000 };
static uint8_t model[PAGES];

static unsigned next(unsigned below)
{
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

static unsigned model_pages(unsigned low, unsigned high, enum region_state state)
{
    unsigned pages = 0;
    for (unsigned i = low; i < high; i++)
        pages += model[i] == state;
    return pages;
}

static void random_call(void)
{
    struct regions_cut cut;
    unsigned low = next(PAGES - 20), count = 1 + next(next(4) == 0 ? 20 : 3);
    enum region_state state = next(3) ? REGION_CHARGED : REGION_RESERVED;
    if (next(2) == 0 && model_pages(low, low + count, REGION_NONE) == count) {
        add(low, count, state);
        memset(model + low, (int)state, count);
        return;
    }
    bool is_whole = take_recent(low, count, &cut);
    if (!is_whole)
        cut = take(low, count);
    ck_assert_uint_eq(cut.charged, model_pages(low, low + count, REGION_CHARGED) * UNIT);
    ck_assert_uint_eq(cut.reserved, model_pages(low, low + count, REGION_RESERVED) * UNIT);
    ck_assert_int_eq(cut.last, model[low + count - 1]);
    if (next(4) == 0) {
        ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 0);
        return;
    }
    regions_drop(&cut);
    memset(model + low, REGION_NONE, count);
}

START_TEST(random_calls_agree_with_an_array_of_pages)
{
    for (unsigned i = 0; i < unit_rounds(CALLS); i++) {
        random_call();
        if (next(8) != 0) /* or all would be records */
            continue;
        ck_assert_uint_eq(regions_live(&regions_own).bytes,
                          model_pages(0, PAGES, REGION_CHARGED) * UNIT);
        unsigned page = next(PAGES);
        ck_assert_int_eq(state_at(page), model[page]);
    }
}
END_TEST

/* Threads on ranges of their own, one of which makes records of all. */
enum { THREADS = 4, ROUNDS = 3000 };

static void *work(void *number)
{
    uintptr_t low = (uintptr_t)number * 50;
    for (uintptr_t i = 0; i < ROUNDS; i++) {
        struct regions_cut cut;
        struct regions_gone gone = {0};
        uintptr_t from = at(low + i % 40), to = from + (1 + i % 7) * UNIT;
        bool done = regions_add_recent(from, to, REGION_CHARGED, &gone);
        if (!done)
            regions_add(&regions_own, &(struct regions_cut){0}, from, to, REGION_CHARGED, &done);
        if (number == NULL && i % 4 == 0)
            regions_settle();
        if (!done || (!regions_take_recent(from, to, &cut) &&
                      !regions_take(&regions_own, from, to, false, &cut)))
            return NULL;
        regions_drop(&cut);
        if (gone.charged != 0 || cut.charged != (1 + i % 7) * UNIT)
            return NULL;
    }
    return (void *)1;
}

START_TEST(threads_enter_and_take_beside_each_other)
{
    pthread_t threads[THREADS];
    void *result;
    for (uintptr_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)i), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
    expect_live(0, 0);
}
END_TEST

START_TEST(recent_ones_are_taken_while_another_holds_the_lock)
{
    struct regions_cut cut;
    ck_assert(add_recent(0, 2, REGION_CHARGED));
    regions_fork_take();
    ck_assert(add_recent(4, 2, REGION_CHARGED));
    ck_assert(take_recent(0, 2, &cut));
    ck_assert(take_recent(4, 2, &cut));
    regions_fork_drop();
    expect_live(0, 0);
}
END_TEST

Suite *suite_regions_recent(void)
{
    Suite *suite = suite_create("regions_recent");
    unit_add(suite, recent_ones_are_there_for_all_who_look);
    unit_add(suite, a_recent_one_is_taken_whole_and_once);
    unit_add(suite, a_part_of_a_recent_one_is_taken_as_of_a_record);
    unit_add(suite, recent_neighbours_are_taken_together);
    unit_add(suite, what_was_taken_is_put_back_as_it_was);
    unit_add(suite, what_was_taken_and_dropped_is_not_put_back);
    unit_add(suite, more_than_there_is_room_for_become_records);
    unit_add(suite, bytes_and_huge_ranges_are_left_to_records);
    unit_add(suite, what_is_in_the_way_of_recent_ones_is_told_in_the_end);
    unit_add(suite, in_a_forked_child_recent_ones_are_inherited);
    unit_add(suite, an_inherited_one_is_taken_and_put_back_as_such);
    unit_add(suite, with_call_sites_all_are_records);
    unit_add(suite, random_calls_agree_with_an_array_of_pages);
    unit_add(suite, threads_enter_and_take_beside_each_other);
    unit_add(suite, recent_ones_are_taken_while_another_holds_the_lock);
    return suite;
}
