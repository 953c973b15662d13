/* SPDX-License-Identifier: MIT
 *
 * A stock that is one thread's own, step by step, by one thread; tests/model/stock.pml has all
 * orders of the steps of several. Then budgets whose kernel has no membarrier(2), or has it no
 * more.
 */
#include "unit.h"

#include "records/budget.h"
#include "records/stock.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define MIB (UINT64_C(1024) * 1024)

static struct account_stock stock;

static int64_t drawn(void) { return atomic_load(&stock.drawn); }
static int64_t spent(void) { return atomic_load(&stock.spent); }

START_TEST(an_empty_stock_is_short_of_a_byte)
{
    ck_assert_int_eq(stock_charge(&stock, 1), STOCK_SHORT);
    ck_assert_int_eq(spent(), 0);
}
END_TEST

START_TEST(a_stock_is_spent_to_the_byte)
{
    stock_open(&stock, 10, 0);
    ck_assert_int_eq(stock_charge(&stock, 11), STOCK_SHORT);
    ck_assert_int_eq(stock_charge(&stock, 7), STOCK_CHARGED);
    ck_assert_int_eq(stock_charge(&stock, 4), STOCK_SHORT);
    ck_assert_int_eq(stock_charge(&stock, 3), STOCK_CHARGED);
    ck_assert_int_eq(stock_charge(&stock, 1), STOCK_SHORT);
    ck_assert_int_eq(spent(), 10);
}
END_TEST

START_TEST(no_stock_has_what_no_object_can)
{
    stock_open(&stock, 10, 0);
    ck_assert_int_eq(stock_charge(&stock, UINT64_MAX), STOCK_SHORT);
    ck_assert_int_eq(stock_charge(&stock, (uint64_t)INT64_MAX + 1), STOCK_SHORT);
}
END_TEST

START_TEST(what_is_given_back_can_be_spent_again)
{
    stock_open(&stock, 10, 10);
    ck_assert(stock_refund(&stock, 4));
    ck_assert_int_eq(stock_charge(&stock, 5), STOCK_SHORT);
    ck_assert_int_eq(stock_charge(&stock, 4), STOCK_CHARGED);
}
END_TEST

START_TEST(a_stock_takes_back_as_much_as_it_may_hold)
{
    stock_open(&stock, 0, 0);
    ck_assert(!stock_refund(&stock, STOCK_MOST + 1));
    ck_assert(!stock_refund(&stock, UINT64_MAX));
    ck_assert(stock_refund(&stock, STOCK_MOST));
    ck_assert(!stock_refund(&stock, 1));
    ck_assert_int_eq(stock_left(&stock), STOCK_MOST);
}
END_TEST

START_TEST(a_closed_stock_neither_gives_nor_takes)
{
    stock_open(&stock, 10, 0);
    ck_assert(stock_close(&stock));
    ck_assert(!stock_close(&stock));
    ck_assert_int_eq(stock_charge(&stock, 0), STOCK_SHORT);
    ck_assert_int_eq(stock_charge(&stock, 1), STOCK_SHORT);
    ck_assert(!stock_refund(&stock, 1));
}
END_TEST

/* Who stopped it could not wait for its threads: so who closes it must. */
START_TEST(a_stock_that_another_process_stopped_counts_as_open)
{
    stock_open(&stock, 10, 0);
    atomic_store(&stock.allowance, ACCOUNT_STOCK_STOPPED);
    ck_assert_int_eq(stock_charge(&stock, 1), STOCK_SHORT);
    ck_assert(!stock_refund(&stock, 1));
    ck_assert(stock_close(&stock));
}
END_TEST

START_TEST(a_sweep_takes_what_was_not_spent_once)
{
    stock_open(&stock, 10, 3);
    stock_close(&stock);
    ck_assert_uint_eq(stock_sweep(&stock), 7);
    ck_assert_uint_eq(stock_sweep(&stock), 0);
    ck_assert_int_eq(drawn(), 3);
}
END_TEST

/* What a thread does between its two looks, while another closes and sweeps. */
static void charge_between(uint64_t bytes) { counter_add_own(&stock.spent, (int64_t)bytes); }

START_TEST(a_charge_that_the_sweep_has_seen_stands)
{
    stock_open(&stock, 10, 0);
    charge_between(4);
    stock_close(&stock);
    ck_assert_uint_eq(stock_sweep(&stock), 6);
    ck_assert(stock_settle(&stock, 4));
    ck_assert_int_eq(spent(), 4);
}
END_TEST

START_TEST(a_charge_that_the_sweep_has_not_seen_is_undone)
{
    stock_open(&stock, 10, 0);
    stock_close(&stock);
    ck_assert_uint_eq(stock_sweep(&stock), 10);
    charge_between(4);
    ck_assert_uint_eq(stock_sweep(&stock), 0);
    ck_assert(!stock_settle(&stock, 4));
    ck_assert_int_eq(spent(), 0);
}
END_TEST

START_TEST(a_stock_that_is_opened_draws_what_it_lacks)
{
    stock_open(&stock, 10, 4);
    stock_close(&stock);
    stock_sweep(&stock);
    ck_assert_int_eq(stock_lacks(&stock, 5), 5);
    stock_open(&stock, stock_lacks(&stock, 5) + 100, 5);
    ck_assert_int_eq(stock_left(&stock), 100);
    ck_assert_int_eq(spent(), 9);
}
END_TEST

START_TEST(counters_that_ran_far_go_back)
{
    int64_t far = INT64_C(1) << 61;
    for (int sign = -1; sign <= 1; sign += 2) {
        atomic_store(&stock.drawn, sign * far);
        atomic_store(&stock.spent, sign * far - 30);
        stock_open(&stock, 10, 5);
        ck_assert_int_eq(stock_left(&stock), 35);
        ck_assert(spent() > -1000 && spent() < 1000);
    }
}
END_TEST

static bool forbid_membarrier(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

enum { THREADS = 4, ROUNDS = 20000 };

static struct {
    _Atomic uint64_t held;
    _Atomic bool too_much, refused;
    uint64_t limit;
} crowd;

/* All of them together may have all that each asks for. */
static void *use_what_fits(void *unused)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t bytes = i % 7 == 0 ? crowd.limit / THREADS : 100 + i % 500;
        if (!budget_charge(bytes)) {
            atomic_store(&crowd.refused, true);
            continue;
        }
        if (atomic_fetch_add(&crowd.held, bytes) + bytes > crowd.limit)
            atomic_store(&crowd.too_much, true);
        atomic_fetch_sub(&crowd.held, bytes);
        budget_refund(bytes);
    }
    return unused;
}

static void expect_both_promises(void)
{
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_what_fits, NULL), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert(!crowd.too_much);
    ck_assert(!crowd.refused);
    ck_assert_uint_eq(budget_read().used, 0);
    ck_assert(budget_charge(crowd.limit));
    ck_assert(!budget_charge(1));
}

START_TEST(without_membarrier_both_promises_hold)
{
    if (!forbid_membarrier())
        SKIP("seccomp filters are not to be had");
    ck_assert(!stock_possible());
    budget_start(crowd.limit = 1 * MIB);
    expect_both_promises();
}
END_TEST

START_TEST(when_membarrier_is_taken_away_both_promises_hold)
{
    budget_start(crowd.limit = 1 * MIB);
    if (!stock_possible())
        SKIP("membarrier is not to be had");
    if (!forbid_membarrier())
        SKIP("seccomp filters are not to be had");
    expect_both_promises();
}
END_TEST

Suite *suite_stock(void)
{
    Suite *suite = suite_create("stock");
    unit_add(suite, an_empty_stock_is_short_of_a_byte);
    unit_add(suite, a_stock_is_spent_to_the_byte);
    unit_add(suite, no_stock_has_what_no_object_can);
    unit_add(suite, what_is_given_back_can_be_spent_again);
    unit_add(suite, a_stock_takes_back_as_much_as_it_may_hold);
    unit_add(suite, a_closed_stock_neither_gives_nor_takes);
    unit_add(suite, a_stock_that_another_process_stopped_counts_as_open);
    unit_add(suite, a_sweep_takes_what_was_not_spent_once);
    unit_add(suite, a_charge_that_the_sweep_has_seen_stands);
    unit_add(suite, a_charge_that_the_sweep_has_not_seen_is_undone);
    unit_add(suite, a_stock_that_is_opened_draws_what_it_lacks);
    unit_add(suite, counters_that_ran_far_go_back);
    unit_add(suite, without_membarrier_both_promises_hold);
    unit_add(suite, when_membarrier_is_taken_away_both_promises_hold);
    return suite;
}
