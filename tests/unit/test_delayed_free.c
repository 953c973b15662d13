/* SPDX-License-Identifier: MIT
 *
 * Blocks that a thread has freed and that the next allocator gets a little later.
 */
#include "unit.h"

#include "ground/guard.h"
#include "edges/delayed_free.h"

#include <errno.h>
#include <pthread.h>

enum { LARGEST = 1024, MOST_RELEASED = 2 * GUARD_DELAYED };

static char blocks[2 * GUARD_DELAYED + 1];
static const void *released[MOST_RELEASED];
static int release_count;

static void release(void *block)
{
    if (block != NULL && release_count < MOST_RELEASED)
        released[release_count++] = block;
}

static void start(int64_t largest)
{
    delayed_free_start(largest, true, release);
    guard.level = GUARD_PLAIN;
    ck_assert(delayed_free_start_thread());
}

/* The first GUARD_DELAYED blocks. */
static void fill(void)
{
    for (int i = 0; i < GUARD_DELAYED; i++)
        ck_assert_ptr_null(delayed_free_swap(&blocks[i], 16));
}

static void expect_all_released(void)
{
    ck_assert_int_eq(release_count, GUARD_DELAYED);
    for (int i = 0; i < GUARD_DELAYED; i++)
        ck_assert_ptr_eq(released[i], &blocks[i]);
}

START_TEST(blocks_come_out_in_the_order_in_which_they_went_in)
{
    start(LARGEST);
    fill();
    for (int i = 0; i <= GUARD_DELAYED; i++)
        ck_assert_ptr_eq(delayed_free_swap(&blocks[GUARD_DELAYED + i], LARGEST), &blocks[i]);
}
END_TEST

START_TEST(a_larger_block_is_not_kept)
{
    start(LARGEST);
    ck_assert_ptr_eq(delayed_free_swap(&blocks[0], LARGEST + 1), &blocks[0]);
    fill();
}
END_TEST

START_TEST(where_none_are_wanted_none_is_kept)
{
    start(-1);
    ck_assert_ptr_eq(delayed_free_swap(&blocks[0], 0), &blocks[0]);
}
END_TEST

START_TEST(all_are_released_once)
{
    start(LARGEST);
    fill();
    delayed_free_release(release);
    delayed_free_release(release);
    expect_all_released();
    ck_assert_uint_eq(guard.level, GUARD_PLAIN);
}
END_TEST

/* As a signal handler would that comes into delayed_free_swap: one block may be on its way out. */
START_TEST(who_is_not_on_the_plain_path_releases_none)
{
    start(LARGEST);
    fill();
    guard.level = GUARD_COUNTED;
    delayed_free_release(release);
    ck_assert_int_eq(release_count, 0);
}
END_TEST

START_TEST(the_newest_is_had_again_once)
{
    start(LARGEST);
    fill();
    ck_assert(delayed_free_fits(24) && !delayed_free_fits(40));
    ck_assert_ptr_eq(delayed_free_reuse(16), &blocks[GUARD_DELAYED - 1]);
    ck_assert_uint_eq(guard.level, GUARD_PLAIN);
    ck_assert(!delayed_free_fits(16));
    ck_assert_ptr_null(delayed_free_reuse(16));
    delayed_free_release(release);
    ck_assert_int_eq(release_count, GUARD_DELAYED - 1);
}
END_TEST

START_TEST(what_is_released_is_not_had_again)
{
    start(LARGEST);
    fill();
    delayed_free_release(release);
    ck_assert(!delayed_free_fits(16));
    expect_all_released();
}
END_TEST

START_TEST(where_blocks_are_filled_none_is_had_again)
{
    start(LARGEST);
    atomic_store(&delayed_free_reuses, false);
    fill();
    ck_assert_ptr_null(delayed_free_reuse(16));
    delayed_free_release(release);
    expect_all_released();
}
END_TEST

static void *fill_and_end(void *unused)
{
    guard.level = GUARD_PLAIN;
    ck_assert(delayed_free_start_thread());
    fill();
    return unused;
}

START_TEST(a_thread_that_ends_leaves_none)
{
    pthread_t thread;
    start(LARGEST);
    delayed_free_before_thread();
    ck_assert_int_eq(pthread_create(&thread, NULL, fill_and_end, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    expect_all_released();
}
END_TEST

static pthread_key_t later;
static unsigned level_later;

/* Sets itself up once more, so that it surely runs after the other's. */
static void look(void *rounds)
{
    level_later = guard.level;
    if (rounds == &blocks[0])
        pthread_setspecific(later, &blocks[1]);
}

static void *end_with_a_look(void *unused)
{
    pthread_setspecific(later, &blocks[0]);
    return fill_and_end(unused);
}

START_TEST(what_an_ending_thread_frees_is_kept_no_more)
{
    pthread_t thread;
    start(LARGEST);
    delayed_free_before_thread();
    ck_assert_int_eq(pthread_key_create(&later, look), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, end_with_a_look, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    expect_all_released();
    ck_assert_uint_eq(level_later, GUARD_COUNTED);
}
END_TEST

static void *ask(void *keeps)
{
    *(bool *)keeps = delayed_free_start_thread();
    return NULL;
}

static bool another_thread_keeps(void)
{
    pthread_t thread;
    bool keeps = true;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask, &keeps), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return keeps;
}

/* Values of later keys are allocated, by a malloc that is ours. */
START_TEST(without_an_early_key_another_thread_keeps_none)
{
    pthread_key_t key;
    for (int i = 0; i < 40; i++)
        ck_assert_int_eq(pthread_key_create(&key, NULL), 0);
    start(LARGEST);
    delayed_free_before_thread();
    ck_assert(!another_thread_keeps());
}
END_TEST

/* It was made by the C library itself, say, and its end would not be seen. */
START_TEST(a_thread_before_the_key_keeps_none)
{
    start(LARGEST);
    ck_assert(!another_thread_keeps());
    delayed_free_before_thread();
    ck_assert(another_thread_keeps());
}
END_TEST

/* A key that a program never made is 0, and is to stay none. */
START_TEST(the_key_is_the_last_of_those_in_place)
{
    pthread_key_t key;
    ck_assert(pthread_key_create(&key, NULL) == 0 && pthread_key_delete(key) == 0);
    if (key != 0)
        SKIP("%s", "somebody else holds keys: a sanitizer");
    start(LARGEST);
    ck_assert_int_eq(pthread_key_delete(0), EINVAL);
    delayed_free_before_thread();
    for (pthread_key_t i = 0; i < 31; i++)
        ck_assert(pthread_key_create(&key, NULL) == 0 && key == i);
    ck_assert(pthread_key_create(&key, NULL) == 0 && key == 32);
}
END_TEST

Suite *suite_delayed_free(void)
{
    Suite *suite = suite_create("delayed_free");
    unit_add(suite, blocks_come_out_in_the_order_in_which_they_went_in);
    unit_add(suite, a_larger_block_is_not_kept);
    unit_add(suite, where_none_are_wanted_none_is_kept);
    unit_add(suite, all_are_released_once);
    unit_add(suite, who_is_not_on_the_plain_path_releases_none);
    unit_add(suite, the_newest_is_had_again_once);
    unit_add(suite, what_is_released_is_not_had_again);
    unit_add(suite, where_blocks_are_filled_none_is_had_again);
    unit_add(suite, a_thread_that_ends_leaves_none);
    unit_add(suite, what_an_ending_thread_frees_is_kept_no_more);
    unit_add(suite, without_an_early_key_another_thread_keeps_none);
    unit_add(suite, a_thread_before_the_key_keeps_none);
    unit_add(suite, the_key_is_the_last_of_those_in_place);
    return suite;
}
