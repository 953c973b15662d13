/* SPDX-License-Identifier: MIT
 *
 * Intervals: what is entered, taken, put back and forgotten, and what becomes of neighbours. Ranges
 * are made up and need not be pages; nothing is ever mapped there.
 */
#include "unit.h"

#include "ground/guard.h"
#include "ground/pages.h"
#include "records/regions.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static bool add_to(struct regions_cut *cut, uintptr_t low, uintptr_t high, enum region_state state)
{
    bool done;
    ck_assert_uint_eq(regions_add(&regions_own, cut, low, high, state, &done).charged, 0);
    return done;
}

static void add(uintptr_t low, uintptr_t high, enum region_state state)
{
    struct regions_cut none = {0};
    ck_assert(add_to(&none, low, high, state));
}

static struct regions_cut take(uintptr_t low, uintptr_t high)
{
    struct regions_cut cut;
    ck_assert(regions_take(&regions_own, low, high, false, &cut));
    return cut;
}

static void forget(uintptr_t low, uintptr_t high)
{
    struct regions_cut cut = take(low, high);
    regions_drop(&cut);
}

static void expect_live(uint64_t regions, uint64_t bytes)
{
    struct regions_live live = regions_live(&regions_own);
    ck_assert_uint_eq(live.regions, regions);
    ck_assert_uint_eq(live.bytes, bytes);
}

/* One state from `low` up to `high`, by its first and last byte. */
static void expect_range(uintptr_t low, uintptr_t high, enum region_state state)
{
    ck_assert_int_eq(regions_at(&regions_own, low), state);
    ck_assert_int_eq(regions_at(&regions_own, high - 1), state);
}

START_TEST(at_first_there_is_nothing)
{
    struct regions_cut cut = take(0, UINTPTR_MAX);
    ck_assert_ptr_null(cut.pieces);
    ck_assert_int_eq(regions_at(&regions_own, 0), REGION_NONE);
    expect_live(0, 0);
}
END_TEST

START_TEST(what_was_entered_is_there_from_its_first_to_its_last_byte)
{
    add(1000, 2000, REGION_CHARGED);
    expect_range(1000, 2000, REGION_CHARGED);
    ck_assert_int_eq(regions_at(&regions_own, 999), REGION_NONE);
    ck_assert_int_eq(regions_at(&regions_own, 2000), REGION_NONE);
}
END_TEST

START_TEST(only_charged_ranges_are_live)
{
    add(1000, 2000, REGION_CHARGED);
    add(3000, 9000, REGION_RESERVED);
    add(9000, 9001, REGION_CHARGED);
    expect_live(2, 1001);
}
END_TEST

START_TEST(neighbours_of_one_state_become_one)
{
    add(1000, 2000, REGION_CHARGED);
    add(3000, 4000, REGION_CHARGED);
    expect_live(2, 2000);
    add(2000, 3000, REGION_CHARGED);
    expect_live(1, 3000);
}
END_TEST

START_TEST(neighbours_of_two_states_stay_two)
{
    add(1000, 2000, REGION_CHARGED);
    add(3000, 4000, REGION_CHARGED);
    add(2000, 3000, REGION_RESERVED);
    expect_live(2, 2000);
    expect_range(2000, 3000, REGION_RESERVED);
}
END_TEST

START_TEST(taking_from_the_middle_leaves_both_ends)
{
    add(1000, 4000, REGION_CHARGED);
    struct regions_cut cut = take(2000, 3000);
    ck_assert_uint_eq(cut.charged, 1000);
    ck_assert_uint_eq(cut.reserved, 0);
    expect_live(2, 2000);
    expect_range(1000, 2000, REGION_CHARGED);
    expect_range(2000, 3000, REGION_NONE);
    expect_range(3000, 4000, REGION_CHARGED);
    regions_drop(&cut);
    expect_live(2, 2000);
}
END_TEST

START_TEST(a_cut_sums_its_pieces_by_state)
{
    add(1000, 2000, REGION_CHARGED);
    add(2000, 2500, REGION_RESERVED);
    add(3000, 4000, REGION_CHARGED);
    struct regions_cut cut = take(1500, 3100);
    ck_assert_uint_eq(cut.charged, 600);
    ck_assert_uint_eq(cut.reserved, 500);
    expect_live(2, 1400);
    regions_drop(&cut);
}
END_TEST

START_TEST(a_cut_knows_the_state_of_its_last_byte)
{
    add(1000, 2000, REGION_CHARGED);
    add(2000, 3000, REGION_RESERVED);
    struct regions_cut charged = take(500, 1500), reserved = take(1500, 2500),
                       none = take(2500, 3001);
    ck_assert_int_eq(charged.last, REGION_CHARGED);
    ck_assert_int_eq(reserved.last, REGION_RESERVED);
    ck_assert_int_eq(none.last, REGION_NONE);
}
END_TEST

START_TEST(taking_nothing_changes_nothing)
{
    add(1000, 2000, REGION_CHARGED);
    struct regions_cut beside = take(2000, 3000), empty = take(1500, 1500);
    ck_assert_ptr_null(beside.pieces);
    ck_assert_ptr_null(empty.pieces);
    expect_live(regions_live(&regions_own).regions, 1000);
    expect_range(1000, 2000, REGION_CHARGED);
}
END_TEST

START_TEST(what_is_put_back_is_as_it_was)
{
    add(1000, 2000, REGION_CHARGED);
    add(2000, 3000, REGION_RESERVED);
    add(4000, 5000, REGION_CHARGED);
    struct regions_cut cut = take(1500, 4500);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 0);
    expect_live(2, 2000); /* joined with the ends that were not taken */
    expect_range(1000, 2000, REGION_CHARGED);
    expect_range(2000, 3000, REGION_RESERVED);
    expect_range(3000, 4000, REGION_NONE);
    expect_range(4000, 5000, REGION_CHARGED);
}
END_TEST

START_TEST(what_is_put_back_further_up_has_moved)
{
    add(1000, 2000, REGION_CHARGED);
    add(2500, 3000, REGION_RESERVED);
    struct regions_cut cut = take(1500, 3000);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 10000).charged, 0);
    expect_live(2, 1000);
    expect_range(1500, 3000, REGION_NONE);
    expect_range(11500, 12000, REGION_CHARGED);
    expect_range(12000, 12500, REGION_NONE);
    expect_range(12500, 13000, REGION_RESERVED);
}
END_TEST

START_TEST(what_is_put_back_further_down_has_moved)
{
    add(11000, 12000, REGION_CHARGED);
    struct regions_cut cut = take(11000, 12000);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, -10500).charged, 0);
    expect_live(1, 1000);
    expect_range(500, 1500, REGION_CHARGED);
}
END_TEST

START_TEST(pieces_that_are_put_back_in_one_state_join)
{
    add(1000, 2000, REGION_CHARGED);
    add(2000, 3000, REGION_RESERVED);
    add(3500, 4000, REGION_RESERVED);
    struct regions_cut cut = take(1500, 3800);
    ck_assert_uint_eq(regions_put_as(&regions_own, &cut, REGION_CHARGED).charged, 0);
    expect_live(2, 2300);
    expect_range(1000, 3000, REGION_CHARGED);
    expect_range(3000, 3500, REGION_NONE); /* a hole stays a hole */
    expect_range(3500, 3800, REGION_CHARGED);
    expect_range(3800, 4000, REGION_RESERVED);
}
END_TEST

START_TEST(what_is_in_the_way_is_forgotten_and_told)
{
    struct regions_cut none = {0};
    bool done;
    add(1000, 2000, REGION_CHARGED);
    add(2000, 3000, REGION_RESERVED);
    add(3000, 4000, REGION_CHARGED);
    ck_assert_uint_eq(regions_add(&regions_own, &none, 1600, 3300, REGION_RESERVED, &done).charged,
                      400 + 300);
    ck_assert(done);
    expect_live(2, 600 + 700);
    expect_range(1600, 3300, REGION_RESERVED);
}
END_TEST

START_TEST(what_is_in_the_way_of_pieces_is_forgotten_and_told)
{
    add(1000, 2000, REGION_CHARGED);
    struct regions_cut cut = take(1000, 2000);
    add(1200, 1500, REGION_CHARGED);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 300);
    expect_live(1, 1000);
}
END_TEST

START_TEST(a_copy_is_a_second_set_of_pieces)
{
    struct regions_cut cut, copy;
    add(1000, 2000, REGION_CHARGED);
    add(2000, 3000, REGION_RESERVED);
    add(4000, 5000, REGION_CHARGED);
    ck_assert(regions_take(&regions_own, 1000, 5000, true, &cut));
    ck_assert(regions_copy(&cut, &copy));
    ck_assert_uint_eq(copy.charged, 2000);
    ck_assert_uint_eq(regions_put_back(&regions_own, &copy, 0).charged, 0);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 10000).charged, 0);
    expect_live(4, 4000);
    expect_range(2000, 3000, REGION_RESERVED);
    expect_range(12000, 13000, REGION_RESERVED);
    regions_drop(&cut);
    regions_drop(&copy); /* the spare record is not in both */
    for (uintptr_t at = 20000; at < 21000; at += 10)
        add(at, at + 1, REGION_CHARGED);
    expect_live(104, 4100);
}
END_TEST

START_TEST(records_are_used_again)
{
    uint64_t held = 0;
    for (int i = 0; i < 20000; i++) {
        add(1000, 9000, REGION_CHARGED);
        forget(3000, 4000);
        forget(1000, 9000);
        if (i == 100)
            held = pages_held();
    }
    ck_assert_uint_eq(pages_held(), held);
    expect_live(0, 0);
}
END_TEST

START_TEST(dropping_twice_is_harmless)
{
    add(1000, 2000, REGION_CHARGED);
    struct regions_cut cut = take(1000, 2000);
    regions_drop(&cut);
    regions_drop(&cut);
    add(1000, 2000, REGION_CHARGED);
    expect_live(1, 1000);
}
END_TEST

START_TEST(the_highest_addresses_are_kept)
{
    uintptr_t top = UINTPTR_MAX - 4095;
    add(top, UINTPTR_MAX, REGION_CHARGED);
    expect_range(top, UINTPTR_MAX, REGION_CHARGED);
    expect_live(1, 4095);
    forget(top + 1000, UINTPTR_MAX);
    expect_live(1, 1000);
}
END_TEST

/* Far more than a treap without balance could take, from below, above and in between. */
START_TEST(address_spaces_are_apart_and_are_walked_in_order)
{
    struct regions one = {NULL}, other = {NULL};
    struct regions_cut none = {0};
    struct regions_span span;
    bool done;
    regions_add(&one, &none, 1000, 2000, REGION_CHARGED, &done);
    regions_add(&one, &none, 3000, 4000, REGION_RESERVED, &done);
    regions_add(&other, &none, 1500, 3500, REGION_CHARGED, &done);
    ck_assert_uint_eq(regions_live(&one).bytes, 1000);
    ck_assert_uint_eq(regions_live(&other).bytes, 2000);
    ck_assert(regions_next(&one, 0, &span) && span.low == 1000 && span.high == 2000);
    ck_assert(regions_next(&one, 1999, &span) && span.low == 1000);
    ck_assert(regions_next(&one, 2000, &span) && span.low == 3000 && span.high == 4000);
    ck_assert_int_eq(span.state, REGION_RESERVED);
    ck_assert(!regions_next(&one, 4000, &span));
}
END_TEST

START_TEST(a_hundred_thousand_regions_are_kept)
{
    enum { MANY = 100000 };
    for (uintptr_t i = 0; i < MANY; i++)
        add(i * 40, i * 40 + 10, REGION_CHARGED);
    for (uintptr_t i = MANY; i-- > 0;)
        add(i * 40 + 20, i * 40 + 30, REGION_RESERVED);
    expect_live(MANY, 10 * MANY);
    struct regions_cut all = take(0, 40 * MANY);
    ck_assert_uint_eq(all.reserved, 10 * MANY);
    expect_live(0, 0);
    ck_assert_uint_eq(regions_put_as(&regions_own, &all, REGION_CHARGED).charged, 0);
    expect_live(2 * MANY, 20 * MANY);
}
END_TEST

static struct rlimit allowed;

static void enter_many(rlim_t room)
{
    static uintptr_t next = 1 << 20;
    struct regions_cut none = {0};
    bool done = true;
    setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = room, .rlim_max = allowed.rlim_max});
    for (int i = 0; done && i < 3000; i++, next += 20)
        regions_add(&regions_own, &none, next, next + 10, REGION_RESERVED, &done);
}

/* From here on no record can be had: what the pool still has is used up. The first round is for
 * memcheck, which wants memory of its own for code that it sees for the first time. */
static void memory_runs_out(void)
{
    getrlimit(RLIMIT_AS, &allowed);
    enter_many(allowed.rlim_cur);
    enter_many(4096);
}

static void memory_is_back(void) { setrlimit(RLIMIT_AS, &allowed); }

START_TEST(without_memory_a_cut_fails_and_changes_nothing)
{
    struct regions_cut cut = take(1000, 4000);
    regions_put_back(&regions_own, &cut, 0);
    add(1000, 4000, REGION_CHARGED);
    memory_runs_out();
    bool taken = regions_take(&regions_own, 2000, 3000, false, &cut);
    memory_is_back();
    ck_assert(!taken);
    expect_live(1, 3000);
    expect_range(1000, 4000, REGION_CHARGED);
}
END_TEST

START_TEST(without_memory_whole_regions_can_still_be_taken)
{
    struct regions_cut cut = take(1000, 6000);
    add(1000, 4000, REGION_CHARGED);
    add(4000, 5000, REGION_RESERVED);
    memory_runs_out();
    bool taken = regions_take(&regions_own, 1000, 6000, false, &cut);
    memory_is_back();
    ck_assert(taken);
    ck_assert_uint_eq(cut.charged, 3000);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 0);
    expect_live(1, 3000);
}
END_TEST

START_TEST(a_spare_record_is_there_when_memory_is_not)
{
    struct regions_cut cut;
    add(1000, 2000, REGION_CHARGED);
    ck_assert(regions_take(&regions_own, 1000, 2000, true, &cut));
    regions_drop(&(struct regions_cut){.pieces = cut.pieces});
    memory_runs_out();
    bool done;
    regions_add(&regions_own, &cut, 1000, 1500, REGION_CHARGED, &done);
    memory_is_back();
    ck_assert(done);
    expect_live(1, 500);
}
END_TEST

START_TEST(without_memory_a_copy_fails_and_the_pieces_stay)
{
    struct regions_cut cut, copy;
    for (uintptr_t at = 1000; at < 2000; at += 20)
        add(at, at + 10, REGION_CHARGED);
    ck_assert(regions_take(&regions_own, 1000, 2000, false, &cut));
    ck_assert(regions_copy(&cut, &copy));
    regions_drop(&copy);
    memory_runs_out();
    bool copied = regions_copy(&cut, &copy);
    memory_is_back();
    ck_assert(!copied);
    ck_assert_uint_eq(regions_put_back(&regions_own, &cut, 0).charged, 0);
    expect_live(50, 500);
}
END_TEST

/* Random calls against an array with a state for each byte. */
enum { BYTES = 300, CALLS = 60000 };
static uint8_t model[BYTES];

static unsigned next(unsigned below)
{
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

static uint64_t model_bytes(uintptr_t low, uintptr_t high, enum region_state state)
{
    uint64_t bytes = 0;
    for (uintptr_t at = low; at < high; at++)
        bytes += model[at] == state;
    return bytes;
}

static void random_put(struct regions_cut *cut, uintptr_t low, uintptr_t high)
{
    enum region_state state = next(2) ? REGION_CHARGED : REGION_RESERVED;
    switch (next(3)) {
    case 0:
        regions_drop(cut);
        memset(model + low, REGION_NONE, high - low);
        break;
    case 1: ck_assert_uint_eq(regions_put_back(&regions_own, cut, 0).charged, 0); break;
    default:
        ck_assert_uint_eq(regions_put_as(&regions_own, cut, state).charged, 0);
        for (uintptr_t at = low; at < high; at++)
            model[at] = model[at] == REGION_NONE ? REGION_NONE : state;
    }
}

static void random_call(void)
{
    uintptr_t low = next(BYTES - 60), high = low + 1 + next(60);
    enum region_state state = next(2) ? REGION_CHARGED : REGION_RESERVED;
    struct regions_cut cut = {0};
    bool done;
    if (next(3) == 0) {
        uint64_t evicted = regions_add(&regions_own, &cut, low, high, state, &done).charged;
        ck_assert(done && evicted == model_bytes(low, high, REGION_CHARGED));
        memset(model + low, (int)state, high - low);
        return;
    }
    ck_assert(regions_take(&regions_own, low, high, next(2), &cut));
    ck_assert_uint_eq(cut.charged, model_bytes(low, high, REGION_CHARGED));
    ck_assert_uint_eq(cut.reserved, model_bytes(low, high, REGION_RESERVED));
    ck_assert_int_eq(cut.last, model[high - 1]);
    random_put(&cut, low, high);
    regions_drop(&cut);
}

START_TEST(random_calls_agree_with_an_array_of_bytes)
{
    for (unsigned i = 0; i < unit_rounds(CALLS); i++) {
        random_call();
        ck_assert_uint_eq(regions_live(&regions_own).bytes, model_bytes(0, BYTES, REGION_CHARGED));
        uintptr_t at = next(BYTES);
        ck_assert_int_eq(regions_at(&regions_own, at), model[at]);
    }
}
END_TEST

/* Threads on ranges next to each other, so that they split and join each other's records. */
enum { THREADS = 4, ROUNDS = 3000 };

static void *work(void *number)
{
    uintptr_t low = 1000 + (uintptr_t)number * 100;
    struct regions_cut cut;
    bool done;
    for (int i = 0; i < ROUNDS; i++) {
        if (!regions_take(&regions_own, low, low + 100, true, &cut))
            return NULL;
        regions_drop(&(struct regions_cut){.pieces = cut.pieces});
        regions_add(&regions_own, &cut, low, low + 60, REGION_CHARGED, &done);
        if (!regions_take(&regions_own, low + 20, low + 30, false, &cut) || cut.charged != 10)
            return NULL;
        regions_put_as(&regions_own, &cut, REGION_RESERVED);
        if (!regions_take(&regions_own, low, low + 60, false, &cut) || cut.charged != 50 ||
            cut.reserved != 10)
            return NULL;
        regions_put_back(&regions_own, &cut, 40);
    }
    return (void *)1;
}

START_TEST(threads_beside_each_other_stay_exact)
{
    pthread_t threads[THREADS];
    void *result;
    add(1000, 1000 + THREADS * 100, REGION_CHARGED);
    for (uintptr_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)i), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
    ck_assert_uint_eq(regions_live(&regions_own).bytes, THREADS * 50);
}
END_TEST

START_TEST(who_must_not_wait_takes_nothing_from_a_held_lock)
{
    struct regions_cut cut;
    add(1000, 2000, REGION_CHARGED);
    regions_fork_take();
    ck_assert(!regions_take_if_free(&regions_own, 1000, 2000, &cut));
    regions_fork_drop();
    ck_assert(regions_take_if_free(&regions_own, 1500, 3000, &cut));
    ck_assert_uint_eq(cut.charged, 500);
    expect_live(1, 500);
}
END_TEST

static void expect_child(void (*run)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        run();
        _exit(regions_live(&regions_own).bytes == 2500 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void reset_and_use(void)
{
    regions_fork_reset();
    guard.forking = false;
    add(5000, 6500, REGION_CHARGED);
}

START_TEST(a_forked_child_has_the_records_and_a_free_lock)
{
    add(1000, 2000, REGION_CHARGED);
    regions_fork_take();
    guard.forking = true;
    expect_child(reset_and_use);
    guard.forking = false;
    regions_fork_drop();
    expect_live(1, 1000);
}
END_TEST

Suite *suite_regions(void)
{
    Suite *suite = suite_create("regions");
    unit_add(suite, at_first_there_is_nothing);
    unit_add(suite, what_was_entered_is_there_from_its_first_to_its_last_byte);
    unit_add(suite, only_charged_ranges_are_live);
    unit_add(suite, neighbours_of_one_state_become_one);
    unit_add(suite, neighbours_of_two_states_stay_two);
    unit_add(suite, taking_from_the_middle_leaves_both_ends);
    unit_add(suite, a_cut_sums_its_pieces_by_state);
    unit_add(suite, a_cut_knows_the_state_of_its_last_byte);
    unit_add(suite, taking_nothing_changes_nothing);
    unit_add(suite, what_is_put_back_is_as_it_was);
    unit_add(suite, what_is_put_back_further_up_has_moved);
    unit_add(suite, what_is_put_back_further_down_has_moved);
    unit_add(suite, pieces_that_are_put_back_in_one_state_join);
    unit_add(suite, what_is_in_the_way_is_forgotten_and_told);
    unit_add(suite, what_is_in_the_way_of_pieces_is_forgotten_and_told);
    unit_add(suite, a_copy_is_a_second_set_of_pieces);
    unit_add(suite, records_are_used_again);
    unit_add(suite, dropping_twice_is_harmless);
    unit_add(suite, the_highest_addresses_are_kept);
    unit_add(suite, address_spaces_are_apart_and_are_walked_in_order);
    unit_add(suite, a_hundred_thousand_regions_are_kept);
    unit_add(suite, without_memory_a_cut_fails_and_changes_nothing);
    unit_add(suite, without_memory_whole_regions_can_still_be_taken);
    unit_add(suite, a_spare_record_is_there_when_memory_is_not);
    unit_add(suite, without_memory_a_copy_fails_and_the_pieces_stay);
    unit_add(suite, random_calls_agree_with_an_array_of_bytes);
    unit_add(suite, threads_beside_each_other_stay_exact);
    unit_add(suite, who_must_not_wait_takes_nothing_from_a_held_lock);
    unit_add(suite, a_forked_child_has_the_records_and_a_free_lock);
    return suite;
}
