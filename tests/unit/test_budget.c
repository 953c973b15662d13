/* SPDX-License-Identifier: MIT
 *
 * The budget's two promises: what is charged never exceeds the limit, not by one byte, and a charge
 * that fits is never refused. First with one thread, then with stocks, then with a crowd at the
 * edge.
 */
#include "unit.h"

#include "records/budget.h"
#include "ground/counter.h"
#include "ground/guard.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

enum { CROWD = 64, PIECES = 16 };

static uint64_t used(void) { return budget_read().used; }
static uint64_t peak(void) { return budget_read().peak; }

static pthread_t start_thread(void *(*body)(void *), uintptr_t argument)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, body, (void *)argument), 0);
    return thread;
}

/* A crowd begins only when all are there: one after the other they would never meet. */
static pthread_barrier_t all_there;

static void run_threads(unsigned count, void *(*body)(void *))
{
    pthread_t threads[2 * CROWD];
    pthread_barrier_init(&all_there, NULL, count);
    for (unsigned i = 0; i < count; i++)
        threads[i] = start_thread(body, i);
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void *open_stock(void *unused)
{
    if (budget_charge(100))
        budget_refund(100);
    return unused;
}

/* From here on this thread spends from a stock too. */
static void be_one_of_two(void)
{
    run_threads(1, open_stock);
    open_stock(NULL);
}

static struct {
    pthread_barrier_t opened, release;
    pthread_t threads[2 * CROWD];
    unsigned count;
} idle;

static void *open_stock_and_idle(void *unused)
{
    open_stock(NULL);
    pthread_barrier_wait(&idle.opened);
    pthread_barrier_wait(&idle.release);
    return unused;
}

/* `count` threads with bytes in their stocks that do nothing until idle_end. */
static void idle_begin(unsigned count)
{
    idle.count = count;
    pthread_barrier_init(&idle.opened, NULL, count + 1);
    pthread_barrier_init(&idle.release, NULL, count + 1);
    for (unsigned i = 0; i < count; i++)
        idle.threads[i] = start_thread(open_stock_and_idle, i);
    pthread_barrier_wait(&idle.opened);
}

static void idle_end(void)
{
    pthread_barrier_wait(&idle.release);
    for (unsigned i = 0; i < idle.count; i++)
        pthread_join(idle.threads[i], NULL);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

START_TEST(charges_up_to_the_limit_to_the_byte)
{
    budget_start(1000);
    ck_assert(budget_charge(999));
    ck_assert(budget_charge(1));
    ck_assert_uint_eq(used(), 1000);
}
END_TEST

START_TEST(refuses_one_byte_past_the_limit)
{
    budget_start(1000);
    ck_assert(budget_charge(1000));
    ck_assert(!budget_charge(1));
    ck_assert_uint_eq(used(), 1000);
}
END_TEST

START_TEST(a_refused_charge_takes_nothing)
{
    budget_start(1000);
    ck_assert(budget_charge(600));
    ck_assert(!budget_charge(401));
    ck_assert_uint_eq(used(), 600);
    ck_assert(budget_charge(400));
}
END_TEST

START_TEST(a_refund_makes_room_to_the_byte)
{
    budget_start(1000);
    ck_assert(budget_charge(1000));
    budget_refund(10);
    ck_assert(!budget_charge(11));
    ck_assert(budget_charge(10));
    ck_assert_uint_eq(used(), 1000);
}
END_TEST

START_TEST(a_limit_of_zero_leaves_room_for_nothing_but_nothing)
{
    budget_start(0);
    ck_assert(!budget_charge(1));
    ck_assert(budget_charge(0));
    ck_assert_uint_eq(used(), 0);
}
END_TEST

START_TEST(unlimited_refuses_no_size_that_can_be_had)
{
    budget_start(BUDGET_UNLIMITED);
    ck_assert(budget_charge(UINT64_C(1) << 62));
    ck_assert(budget_charge((UINT64_C(1) << 62) - 1));
    ck_assert(!budget_charge(1));
    ck_assert_uint_eq(used(), INT64_MAX);
    ck_assert_uint_eq(budget_read().limit, BUDGET_UNLIMITED);
}
END_TEST

START_TEST(sums_past_64_bits_are_refused)
{
    static const uint64_t limits[] = {1000, INT64_MAX, BUDGET_UNLIMITED};
    for (unsigned i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        budget_start(limits[i]);
        ck_assert(budget_charge(10));
        ck_assert(!budget_charge(UINT64_MAX));
        ck_assert(!budget_charge(UINT64_MAX - 9));
        ck_assert_uint_eq(used(), 10);
        budget_refund(10);
    }
}
END_TEST

START_TEST(sums_past_64_bits_are_refused_with_stocks)
{
    budget_start(BUDGET_UNLIMITED);
    be_one_of_two();
    ck_assert(budget_charge(10));
    ck_assert(!budget_charge(UINT64_MAX));
    ck_assert(!budget_charge(UINT64_MAX - 9));
    ck_assert(budget_charge(INT64_MAX - 10));
    ck_assert_uint_eq(used(), INT64_MAX);
}
END_TEST

/* Two threads ask for more than there can be, which the C library is about to find out, while a
 * third one's stock is taken back. */
START_TEST(huge_requests_at_once_leave_what_is_held)
{
    const uint64_t huge = INT64_MAX - MIB;
    budget_start(BUDGET_UNLIMITED);
    be_one_of_two();
    ck_assert(budget_charge(10000));
    bool first = budget_charge(huge), second = budget_charge(huge);
    budget_read();
    if (first)
        budget_refund(huge);
    if (second)
        budget_refund(huge);
    ck_assert_uint_eq(used(), 10000);
}
END_TEST

START_TEST(the_peak_stays_when_bytes_go)
{
    budget_start(1000);
    ck_assert(budget_charge(700));
    budget_refund(600);
    ck_assert(budget_charge(100));
    ck_assert_uint_eq(used(), 200);
    ck_assert_uint_eq(peak(), 700);
}
END_TEST

START_TEST(a_large_charge_is_a_peak_when_it_is_had)
{
    budget_start(64 * MIB);
    ck_assert(budget_charge(BUDGET_SURE));
    ck_assert_uint_eq(peak(), BUDGET_SURE);
    budget_note_peak(BUDGET_SURE);
    ck_assert(budget_charge(9 * MIB)); /* which the kernel refuses */
    budget_refund(9 * MIB);
    ck_assert_uint_eq(peak(), BUDGET_SURE);
    ck_assert(budget_charge(5 * MIB));
    budget_refund(BUDGET_SURE); /* meanwhile, by another thread */
    budget_note_peak(5 * MIB);
    ck_assert_uint_eq(peak(), BUDGET_SURE + 5 * MIB);
}
END_TEST

START_TEST(a_refused_charge_does_not_raise_the_peak)
{
    budget_start(1000);
    ck_assert(budget_charge(700));
    ck_assert(!budget_charge(301));
    ck_assert_uint_eq(peak(), 700);
}
END_TEST

START_TEST(a_limit_below_used_refuses_until_enough_is_given_back)
{
    budget_start(1000);
    ck_assert(budget_charge(800));
    budget_set_limit(500);
    ck_assert_uint_eq(budget_read().limit, 500);
    ck_assert_uint_eq(used(), 800);
    ck_assert(!budget_charge(1));
    budget_refund(300);
    ck_assert(!budget_charge(1));
    budget_refund(1);
    ck_assert(budget_charge(1));
    ck_assert(!budget_charge(1));
}
END_TEST

START_TEST(a_limit_below_used_refuses_with_stocks)
{
    budget_start(64 * MIB);
    be_one_of_two();
    ck_assert(budget_charge(8 * MIB));
    budget_set_limit(4 * MIB);
    ck_assert(!budget_charge(1));
    budget_refund(4 * MIB);
    ck_assert(!budget_charge(1));
    budget_refund(1);
    ck_assert(budget_charge(1));
}
END_TEST

START_TEST(a_higher_limit_opens_at_once)
{
    budget_start(1000);
    ck_assert(budget_charge(1000));
    budget_set_limit(1001);
    ck_assert(budget_charge(1));
    ck_assert(!budget_charge(1));
}
END_TEST

/* Sizes that do not divide the limit, then byte by byte. */
static uint64_t fill(uint64_t piece)
{
    uint64_t sum = 0;
    while (budget_charge(piece))
        sum += piece;
    while (budget_charge(1))
        sum++;
    return sum;
}

START_TEST(a_stock_is_exact_to_the_byte)
{
    static const uint64_t limits[] = {1, 999, 4096, 100 * KIB + 7, 3 * MIB + 1, 20 * MIB + 13};
    for (unsigned i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        budget_start(limits[i]);
        be_one_of_two();
        ck_assert_uint_eq(fill(777), limits[i]);
        ck_assert_uint_eq(used(), limits[i]);
        budget_refund(limits[i]);
        ck_assert_uint_eq(used(), 0);
    }
}
END_TEST

START_TEST(used_does_not_count_what_lies_in_stocks)
{
    budget_start(64 * MIB);
    idle_begin(8);
    ck_assert(budget_charge(12345));
    ck_assert_uint_eq(used(), 12345);
    idle_end();
}
END_TEST

START_TEST(every_size_comes_back_whole)
{
    static const uint64_t sizes[] = {0,      1, 4095, 4096, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1,
                                     5 * MIB};
    budget_start(64 * MIB);
    be_one_of_two();
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (unsigned j = 0; j < 5; j++)
            ck_assert(budget_charge(sizes[i]));
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (unsigned j = 0; j < 5; j++)
            budget_refund(sizes[i]);
    ck_assert_uint_eq(used(), 0);
}
END_TEST

START_TEST(the_peak_is_never_more_than_the_limit)
{
    budget_start(2 * MIB + 5);
    be_one_of_two();
    for (int i = 0; i < 50; i++)
        budget_refund(fill(1 + 997 * i));
    ck_assert_uint_eq(peak(), 2 * MIB + 5);
}
END_TEST

static pthread_barrier_t all_hold;

static void *hold_one_mebibyte(void *unused)
{
    for (unsigned i = 0; i < 1024; i++)
        budget_charge(KIB);
    pthread_barrier_wait(&all_hold);
    for (unsigned i = 0; i < 1024; i++)
        budget_refund(KIB);
    return unused;
}

START_TEST(the_peak_counts_at_most_128_kib_a_thread_too_much)
{
    enum { THREADS = 8 };
    budget_start(256 * MIB);
    pthread_barrier_init(&all_hold, NULL, THREADS);
    run_threads(THREADS, hold_one_mebibyte);
    ck_assert_uint_eq(used(), 0);
    ck_assert_uint_ge(peak(), THREADS * MIB);
    ck_assert_uint_le(peak(), THREADS * (MIB + 128 * KIB));
}
END_TEST

static struct {
    uint64_t limit;
    uint64_t largest; /* piece, of the PIECES that a thread may hold */
    _Atomic uint64_t held, charges, refusals, overshoots;
    _Atomic bool stop;
} crowd;

static void note_charged(uint64_t bytes)
{
    atomic_fetch_add(&crowd.charges, 1);
    if (atomic_fetch_add(&crowd.held, bytes) + bytes > crowd.limit)
        atomic_fetch_add(&crowd.overshoots, 1);
}

static void give_back(uint64_t bytes)
{
    atomic_fetch_sub(&crowd.held, bytes);
    budget_refund(bytes);
}

/* On a few processors most of a crowd would not even hold something at the same time. */
static void meet_others(unsigned step)
{
    if (step % 100 == 0)
        sched_yield();
}

/* Mostly small sizes, some beyond what a stock holds. */
static uint64_t some_size(uint64_t *seed)
{
    uint64_t kind = next_random(seed) % 16, number = next_random(seed);
    return kind == 0 ? number % (200 * KIB) : kind < 4 ? number % (16 * KIB) : number % 1000;
}

static void *hold_random_sizes(void *argument)
{
    enum { SLOTS = 32 };
    const unsigned steps = unit_rounds(20000);
    uint64_t seed = (uintptr_t)argument, slots[SLOTS] = {0};
    pthread_barrier_wait(&all_there);
    for (unsigned step = 0; step < steps; step++) {
        uint64_t *slot = &slots[next_random(&seed) % SLOTS];
        uint64_t size = some_size(&seed);
        meet_others(step);
        give_back(*slot);
        *slot = 0;
        if (budget_charge(size)) {
            note_charged(size);
            *slot = size;
        } else {
            atomic_fetch_add(&crowd.refusals, 1);
        }
    }
    for (unsigned i = 0; i < SLOTS; i++)
        give_back(slots[i]);
    return NULL;
}

static void hammer(uint64_t limit)
{
    budget_start(limit);
    crowd.limit = limit;
    run_threads(CROWD, hold_random_sizes);
    ck_assert_uint_eq(crowd.overshoots, 0);
    ck_assert_uint_gt(crowd.charges, 0);
    ck_assert_uint_gt(crowd.refusals, 0);
    ck_assert_uint_eq(crowd.held, 0);
    ck_assert_uint_eq(used(), 0);
    ck_assert_uint_le(peak(), limit);
}

START_TEST(a_crowd_never_holds_more_than_a_small_limit) { hammer(300 * KIB + 1); }
END_TEST

START_TEST(a_crowd_never_holds_more_than_a_limit_with_room_for_stocks) { hammer(8 * MIB + 3); }
END_TEST

/* At times a thread holds next to nothing, so that there is room for stocks, at times all it may.
 */
static void *stay_within_quota(void *argument)
{
    enum { STEPS = 10000, LEVEL_STEPS = 200 };
    uint64_t seed = (uintptr_t)argument, pieces[PIECES] = {0}, level = 0;
    for (unsigned step = 0; step < STEPS && !atomic_load(&crowd.stop); step++) {
        meet_others(step);
        if (step % LEVEL_STEPS == 0)
            level = next_random(&seed) % 5;
        uint64_t *piece = &pieces[step % PIECES];
        budget_refund(*piece);
        *piece = (crowd.largest - next_random(&seed) % 8) * level / 4;
        if (!budget_charge(*piece)) {
            atomic_fetch_add(&crowd.refusals, 1);
            *piece = 0;
        }
    }
    for (unsigned i = 0; i < PIECES; i++)
        budget_refund(pieces[i]);
    return NULL;
}

static void *stay_within_quota_together(void *argument)
{
    pthread_barrier_wait(&all_there);
    return stay_within_quota(argument);
}

static void share_a_limit(unsigned threads, uint64_t largest)
{
    crowd.largest = largest;
    budget_start(threads * PIECES * largest);
    run_threads(threads, stay_within_quota_together);
    ck_assert_uint_eq(crowd.refusals, 0);
    ck_assert_uint_eq(used(), 0);
    ck_assert_uint_le(peak(), threads * PIECES * largest);
}

START_TEST(a_crowd_whose_quotas_add_up_to_the_limit_is_never_refused) { share_a_limit(CROWD, 200); }
END_TEST

START_TEST(more_threads_than_stocks_are_never_refused_either) { share_a_limit(2 * CROWD, 200); }
END_TEST

START_TEST(some_threads_with_stocks_are_never_refused_either) { share_a_limit(4, 20000); }
END_TEST

START_TEST(a_crowd_with_stocks_is_never_refused_either) { share_a_limit(CROWD, 20000); }
END_TEST

START_TEST(idle_stocks_do_not_stand_in_the_way_of_the_last_byte)
{
    budget_start(64 * MIB);
    idle_begin(CROWD);
    ck_assert(budget_charge(64 * MIB));
    ck_assert(!budget_charge(1));
    idle_end();
}
END_TEST

START_TEST(idle_stocks_beyond_the_64th_do_not_either)
{
    budget_start(64 * MIB);
    idle_begin(2 * CROWD);
    ck_assert(budget_charge(64 * MIB));
    ck_assert(!budget_charge(1));
    idle_end();
}
END_TEST

START_TEST(stocks_of_ended_threads_do_not_stand_in_the_way)
{
    budget_start(64 * MIB);
    run_threads(CROWD, open_stock);
    ck_assert(budget_charge(64 * MIB));
    budget_refund(64 * MIB);
    ck_assert_uint_eq(used(), 0);
}
END_TEST

static void *ask_for_far_too_much(void *unused)
{
    while (!atomic_load(&crowd.stop))
        if (budget_charge(crowd.limit + 1) || budget_charge(UINT64_MAX / 2))
            atomic_fetch_add(&crowd.overshoots, 1);
    return unused;
}

START_TEST(what_fits_is_had_while_others_idle_and_one_asks_for_far_too_much)
{
    budget_start(crowd.limit = 64 * MIB);
    pthread_t greedy = start_thread(ask_for_far_too_much, 0);
    for (unsigned round = 0; round < unit_rounds(20); round++) {
        idle_begin(CROWD);
        bool charged = budget_charge(64 * MIB);
        ck_assert(charged);
        budget_refund(64 * MIB);
        idle_end();
    }
    atomic_store(&crowd.stop, true);
    pthread_join(greedy, NULL);
    ck_assert_uint_eq(crowd.overshoots, 0);
}
END_TEST

START_TEST(what_fits_is_had_while_others_work_and_one_asks_for_far_too_much)
{
    enum { WORKERS = 6, ROUNDS = 3000, LARGEST = 3000 };
    const uint64_t rest = 16 * MIB - WORKERS * PIECES * LARGEST;
    pthread_t workers[WORKERS];
    budget_start(crowd.limit = 16 * MIB);
    crowd.largest = LARGEST;
    pthread_t greedy = start_thread(ask_for_far_too_much, 0);
    for (unsigned i = 0; i < WORKERS; i++)
        workers[i] = start_thread(stay_within_quota, i);
    unsigned refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (budget_charge(rest))
            budget_refund(rest);
        else
            refused++;
    }
    atomic_store(&crowd.stop, true);
    for (unsigned i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    pthread_join(greedy, NULL);
    ck_assert_uint_eq(refused, 0);
    ck_assert_uint_eq(crowd.refusals, 0);
    ck_assert_uint_eq(crowd.overshoots, 0);
    ck_assert_uint_eq(used(), 0);
}
END_TEST

/* Two threads in turn: the barrier is the schedule. */
static pthread_barrier_t turn;

static void *fill_and_free_half_into_own_stock(void *unused)
{
    for (unsigned i = 0; i < 1024; i++)
        budget_charge(KIB);
    for (unsigned i = 0; i < 100; i++)
        budget_refund(KIB);
    pthread_barrier_wait(&turn);
    pthread_barrier_wait(&turn);
    for (unsigned i = 0; i < 924; i++)
        budget_refund(KIB);
    return unused;
}

START_TEST(what_one_thread_freed_into_its_stock_another_gets_at_once)
{
    budget_start(MIB);
    be_one_of_two();
    pthread_barrier_init(&turn, NULL, 2);
    pthread_t other = start_thread(fill_and_free_half_into_own_stock, 0);
    pthread_barrier_wait(&turn);
    ck_assert(!budget_charge(100 * KIB + 1));
    ck_assert(budget_charge(100 * KIB));
    ck_assert(!budget_charge(1));
    pthread_barrier_wait(&turn);
    pthread_join(other, NULL);
    ck_assert_uint_eq(used(), 100 * KIB);
}
END_TEST

static uint64_t counted(void) { return atomic_load(&budget_account()->used); }

/* How much the counter that all threads share went down. */
static uint64_t counted_refunds(void)
{
    uint64_t before = counted();
    for (int i = 0; i < 10; i++)
        budget_refund(KIB);
    return before - counted();
}

static _Atomic uint64_t counted_first, counted_again;

static void *refund_before_and_after_a_recall(void *unused)
{
    atomic_store(&counted_first, counted_refunds());
    pthread_barrier_wait(&turn);
    pthread_barrier_wait(&turn);
    atomic_store(&counted_again, counted_refunds());
    return unused;
}

/* Else the threads that free what others allocate would all write to one place. */
START_TEST(a_thread_that_only_refunds_does_so_into_a_stock_of_its_own)
{
    budget_start(64 * MIB);
    be_one_of_two();
    pthread_barrier_init(&turn, NULL, 2);
    ck_assert(budget_charge(MIB));
    pthread_t other = start_thread(refund_before_and_after_a_recall, 0);
    pthread_barrier_wait(&turn);
    ck_assert_uint_eq(used(), MIB - 10 * KIB); /* which takes all stocks back */
    pthread_barrier_wait(&turn);
    pthread_join(other, NULL);
    ck_assert_uint_eq(counted_first, 0);
    ck_assert_uint_eq(counted_again, 0);
    ck_assert_uint_eq(used(), MIB - 20 * KIB);
}
END_TEST

static _Atomic bool charged_first;

static void *refund_then_charge(void *unused)
{
    budget_refund(60000);
    atomic_store(&charged_first, budget_charge(60000));
    return unused;
}

/* The first bytes in a thread's stock come from a refund; the limit is lower than what is held. */
START_TEST(a_thread_that_refunds_first_may_not_charge_past_a_lower_limit)
{
    budget_start(64 * MIB);
    ck_assert(budget_charge(12 * MIB));
    budget_set_limit(MIB);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        threads[i] = start_thread(refund_then_charge, 0);
        pthread_join(threads[i], NULL);
        ck_assert(!charged_first);
    }
    ck_assert_uint_eq(used(), 12 * MIB - 4 * 60000);
}
END_TEST

static _Atomic uint64_t parcels[256];

static void *send_parcels(void *unused)
{
    for (unsigned i = 0; i < 256; i++)
        if (budget_charge(1000 + i))
            atomic_store(&parcels[i], 1000 + i);
    return unused;
}

static void *refund_parcels(void *unused)
{
    for (unsigned i = 0; i < 256; i++)
        budget_refund(atomic_exchange(&parcels[i], 0));
    return unused;
}

START_TEST(a_thread_may_refund_what_another_charged)
{
    budget_start(2 * MIB);
    be_one_of_two();
    for (int round = 0; round < 50; round++) {
        run_threads(1, send_parcels);
        run_threads(1, refund_parcels);
        ck_assert_uint_eq(used(), 0);
    }
    ck_assert(budget_charge(2 * MIB));
}
END_TEST

static _Atomic unsigned handled;

static void charge_in_handler(int signal)
{
    (void)signal;
    if (budget_charge(500))
        budget_refund(500);
    if (budget_charge(80 * KIB))
        budget_refund(80 * KIB);
    atomic_fetch_add(&handled, 1);
}

static void *send_signals(void *argument)
{
    for (unsigned i = 0; i < 300; i++) {
        unsigned before = atomic_load(&handled);
        pthread_kill((pthread_t)argument, SIGUSR1);
        for (int yields = 0; yields < 100 && atomic_load(&handled) == before; yields++)
            sched_yield();
    }
    atomic_store(&crowd.stop, true);
    return NULL;
}

START_TEST(handlers_may_charge_in_the_middle_of_a_charge)
{
    budget_start(256 * KIB);
    be_one_of_two();
    signal(SIGUSR1, charge_in_handler);
    pthread_t sender = start_thread(send_signals, (uintptr_t)pthread_self());
    while (!atomic_load(&crowd.stop)) {
        uint64_t sum = fill(20 * KIB);
        budget_refund(sum);
    }
    pthread_join(sender, NULL);
    ck_assert_uint_gt(handled, 0);
    ck_assert_uint_eq(used(), 0);
    ck_assert_uint_eq(fill(KIB), 256 * KIB);
}
END_TEST

static void fork_prepare(void)
{
    budget_fork_take();
    guard.forking = 1;
}

static void fork_parent(void)
{
    guard.forking = 0;
    budget_fork_drop();
}

static void fork_child(void)
{
    budget_fork_reset();
    guard.forking = 0;
    budget_fork_child(BUDGET_AS_NOTED);
}

static int child_status(pid_t child)
{
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* 0: the child starts with its parent's charge and can have all the rest, to the byte. */
static int check_child(uint64_t inherited, uint64_t limit)
{
    if (used() != inherited)
        return 1;
    if (!budget_charge(limit - inherited))
        return 2;
    if (budget_charge(1))
        return 3;
    budget_refund(limit);
    return used() == 0 ? 0 : 4;
}

START_TEST(a_forked_child_gets_what_lay_in_other_threads_stocks)
{
    budget_start(64 * MIB);
    idle_begin(CROWD);
    ck_assert(budget_charge(5 * MIB));
    fork_prepare();
    pid_t child = fork();
    if (child == 0) {
        fork_child();
        _exit(check_child(5 * MIB, 64 * MIB));
    }
    fork_parent();
    ck_assert_int_eq(child_status(child), 0);
    idle_end();
    ck_assert_uint_eq(used(), 5 * MIB);
}
END_TEST

START_TEST(a_forked_child_has_a_peak_of_its_own)
{
    budget_start(64 * MIB);
    ck_assert(budget_charge(5 * MIB));
    budget_note_peak(5 * MIB);
    budget_refund(4 * MIB);
    fork_prepare();
    pid_t child = fork();
    if (child == 0) {
        fork_child();
        _exit(peak() == MIB ? 0 : 1);
    }
    fork_parent();
    ck_assert_int_eq(child_status(child), 0);
    ck_assert_uint_eq(peak(), 5 * MIB);
}
END_TEST

/* Another thread held the lock when a copy of the process was made without fork handlers. */
START_TEST(a_copy_can_free_a_lock_that_nobody_holds_there)
{
    budget_start(64 * MIB);
    idle_begin(2);
    budget_fork_take();
    pid_t child = fork();
    if (child == 0) {
        budget_recover();
        _exit(check_child(0, 64 * MIB));
    }
    budget_fork_drop();
    ck_assert_int_eq(child_status(child), 0);
    idle_end();
}
END_TEST

START_TEST(the_parent_of_a_fork_goes_on)
{
    budget_start(64 * MIB);
    idle_begin(2);
    fork_prepare();
    fork_parent();
    ck_assert(budget_charge(64 * MIB));
    ck_assert(!budget_charge(1));
    idle_end();
}
END_TEST

START_TEST(the_thread_that_forks_may_charge_meanwhile)
{
    budget_start(64 * MIB);
    idle_begin(2);
    fork_prepare();
    ck_assert(budget_charge(64 * MIB)); /* takes all stocks back, so it needs the lock */
    ck_assert_uint_eq(used(), 64 * MIB);
    budget_refund(64 * MIB);
    fork_parent();
    idle_end();
}
END_TEST

/* Charges and refunds that open, drain and close this thread's stock; nothing is left of them. */
static void use_the_stock(unsigned rounds)
{
    static const uint64_t sizes[] = {60000, 30000, 7, 50000, 64000, 40000, 100, 65000};
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t held[8];
        for (unsigned k = 0; k < 8; k++)
            held[k] = budget_charge(sizes[k]) ? sizes[k] : 0;
        for (unsigned k = 0; k < 8; k++)
            budget_refund(held[k]);
    }
}

static void use_the_stock_in_a_handler(int signal)
{
    (void)signal;
    use_the_stock(2);
    budget_read();
    atomic_fetch_add(&handled, 1);
}

START_TEST(handlers_may_charge_while_their_thread_forks)
{
    budget_start(64 * MIB);
    be_one_of_two();
    idle_begin(2);
    signal(SIGUSR1, use_the_stock_in_a_handler);
    fork_prepare();
    pthread_t sender = start_thread(send_signals, (uintptr_t)pthread_self());
    while (!atomic_load(&crowd.stop)) {
        use_the_stock(1);
        budget_read();
    }
    fork_parent();
    pthread_join(sender, NULL);
    idle_end();
    ck_assert_uint_gt(handled, 0);
    ck_assert_uint_eq(used(), 0);
}
END_TEST

/* What the one gives back lands in a stock that the other has just swept. */
static void *give_back_and_take_again(void *unused)
{
    while (!atomic_load(&crowd.stop))
        if (budget_charge(KIB))
            budget_refund(KIB);
    return unused;
}

START_TEST(what_comes_late_into_a_stock_is_seen)
{
    budget_start(64 * KIB + 2 * KIB);
    be_one_of_two();
    pthread_t other = start_thread(give_back_and_take_again, 0);
    for (unsigned i = 0; i < 20000; i++) {
        ck_assert(budget_charge(64 * KIB)); /* the other holds 1 KiB at most */
        budget_refund(64 * KIB);
    }
    atomic_store(&crowd.stop, true);
    pthread_join(other, NULL);
}
END_TEST

static _Atomic bool fork_over, read_too_early;

static void *read_figures(void *unused)
{
    budget_read();
    if (!atomic_load(&fork_over))
        atomic_store(&read_too_early, true);
    return unused;
}

static struct account_stock *first_stock(void) { return &budget_account()->stocks[0]; }

static void begin_with_stocks(void)
{
    budget_start(64 * MIB);
    be_one_of_two();
    ck_assert(budget_charge(10000));
    ck_assert_uint_eq(used(), 10000);
}

/* Its last instruction comes after the fork, to a stock that nobody has any more. */
START_TEST(a_refund_that_a_forking_handler_interrupted_counts_in_the_child)
{
    begin_with_stocks();
    pid_t child = fork();
    if (child == 0) {
        budget_fork_child(BUDGET_AS_NOTED);
        counter_subtract_own(&first_stock()->spent, 1000);
        _exit(used() == 9000 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_thread_that_got_its_number_in_its_parent_charges_in_the_child)
{
    begin_with_stocks();
    pid_t child = fork();
    if (child == 0) {
        budget_fork_child(BUDGET_AS_NOTED);
        guard.number = 7;
        _exit(check_child(10000, 64 * MIB));
    }
    ck_assert_int_eq(child_status(child), 0);
}
END_TEST

START_TEST(what_a_stock_has_too_much_is_not_taken_from_the_counter)
{
    begin_with_stocks();
    atomic_store(&first_stock()->spent, 0);
    atomic_store(&first_stock()->drawn, 20000);
    atomic_store(&budget_account()->stocks_open, 1);
    atomic_store(&first_stock()->allowance, 20000);
    ck_assert_uint_eq(used(), 0);
    ck_assert(budget_charge(64 * MIB));
}
END_TEST

START_TEST(other_threads_wait_for_the_end_of_a_fork)
{
    budget_start(MIB);
    fork_prepare();
    pthread_t reader = start_thread(read_figures, 0);
    usleep(20 * 1000);
    atomic_store(&fork_over, true);
    fork_parent();
    pthread_join(reader, NULL);
    ck_assert(!read_too_early);
}
END_TEST

Suite *suite_budget(void)
{
    Suite *suite = suite_create("budget");
    unit_add(suite, charges_up_to_the_limit_to_the_byte);
    unit_add(suite, refuses_one_byte_past_the_limit);
    unit_add(suite, a_refused_charge_takes_nothing);
    unit_add(suite, a_refund_makes_room_to_the_byte);
    unit_add(suite, a_limit_of_zero_leaves_room_for_nothing_but_nothing);
    unit_add(suite, unlimited_refuses_no_size_that_can_be_had);
    unit_add(suite, huge_requests_at_once_leave_what_is_held);
    unit_add(suite, sums_past_64_bits_are_refused);
    unit_add(suite, sums_past_64_bits_are_refused_with_stocks);
    unit_add(suite, the_peak_stays_when_bytes_go);
    unit_add(suite, a_large_charge_is_a_peak_when_it_is_had);
    unit_add(suite, a_refused_charge_does_not_raise_the_peak);
    unit_add(suite, a_limit_below_used_refuses_until_enough_is_given_back);
    unit_add(suite, a_limit_below_used_refuses_with_stocks);
    unit_add(suite, a_higher_limit_opens_at_once);
    unit_add(suite, a_stock_is_exact_to_the_byte);
    unit_add(suite, used_does_not_count_what_lies_in_stocks);
    unit_add(suite, every_size_comes_back_whole);
    unit_add(suite, the_peak_is_never_more_than_the_limit);
    unit_add(suite, the_peak_counts_at_most_128_kib_a_thread_too_much);
    unit_add(suite, a_crowd_never_holds_more_than_a_small_limit);
    unit_add(suite, a_crowd_never_holds_more_than_a_limit_with_room_for_stocks);
    unit_add(suite, a_crowd_whose_quotas_add_up_to_the_limit_is_never_refused);
    unit_add(suite, more_threads_than_stocks_are_never_refused_either);
    unit_add(suite, some_threads_with_stocks_are_never_refused_either);
    unit_add(suite, a_crowd_with_stocks_is_never_refused_either);
    unit_add(suite, idle_stocks_do_not_stand_in_the_way_of_the_last_byte);
    unit_add(suite, idle_stocks_beyond_the_64th_do_not_either);
    unit_add(suite, stocks_of_ended_threads_do_not_stand_in_the_way);
    unit_add(suite, what_fits_is_had_while_others_idle_and_one_asks_for_far_too_much);
    unit_add(suite, what_fits_is_had_while_others_work_and_one_asks_for_far_too_much);
    unit_add(suite, what_one_thread_freed_into_its_stock_another_gets_at_once);
    unit_add(suite, a_thread_that_only_refunds_does_so_into_a_stock_of_its_own);
    unit_add(suite, a_thread_that_refunds_first_may_not_charge_past_a_lower_limit);
    unit_add(suite, a_refund_that_a_forking_handler_interrupted_counts_in_the_child);
    unit_add(suite, a_thread_that_got_its_number_in_its_parent_charges_in_the_child);
    unit_add(suite, what_a_stock_has_too_much_is_not_taken_from_the_counter);
    unit_add(suite, a_thread_may_refund_what_another_charged);
    unit_add(suite, handlers_may_charge_in_the_middle_of_a_charge);
    unit_add(suite, a_forked_child_gets_what_lay_in_other_threads_stocks);
    unit_add(suite, a_forked_child_has_a_peak_of_its_own);
    unit_add(suite, a_copy_can_free_a_lock_that_nobody_holds_there);
    unit_add(suite, the_parent_of_a_fork_goes_on);
    unit_add(suite, the_thread_that_forks_may_charge_meanwhile);
    unit_add(suite, handlers_may_charge_while_their_thread_forks);
    unit_add(suite, what_comes_late_into_a_stock_is_seen);
    unit_add(suite, other_threads_wait_for_the_end_of_a_fork);
    return suite;
}
