/* SPDX-License-Identifier: MIT
 *
 * Which calls a plan strikes, by counts, sizes, lots and threads, without a preload. What asks for
 * call stacks is tested by programs that run under the library.
 */
#include "common/accounts.h"
#include "records/fault.h"
#include "ground/guard.h"
#include "unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST = 128 };

static struct text complaint;

static void start(const char *plan)
{
    const struct config config = {.fault = plan};
    ck_assert_msg(fault_start(&config, "unit", &complaint), "not understood: %s", plan);
}

static bool strikes(enum call call, uint64_t size)
{
    struct fault fault;
    struct stack_at from = stack_here();
    return fault_strikes(call, size, &from, &fault);
}

/* Of that many calls: x for each that fails. */
static const char *struck(unsigned calls)
{
    static char line[LONGEST + 1];
    for (unsigned i = 0; i < calls; i++)
        line[i] = strikes(CALL_malloc, 24) ? 'x' : '.';
    line[calls] = '\0';
    return line;
}

#define PATTERN(name, plan, expected)                                                              \
    START_TEST(name)                                                                               \
    {                                                                                              \
        start(plan);                                                                               \
        ck_assert_str_eq(struck(strlen(expected)), expected);                                      \
    }                                                                                              \
    END_TEST

PATTERN(nth_is_one_call, "nth=3", "..x.......")
PATTERN(nth_is_a_range, "nth=3..5", "..xxx.....")
PATTERN(nth_goes_in_steps, "nth=3..8+2", "..x.x.x...")
PATTERN(nth_has_no_end, "nth=8..", ".......xxx")
PATTERN(after_spares_the_first, "after=7", ".......xxx")
PATTERN(every_is_each_nth, "every=4", "...x...x..")
PATTERN(triggers_must_agree, "after=4,every=2,nth=..8", ".....x.x..")
PATTERN(without_a_trigger_all_fail, "call=malloc", "xxxxxxxxxx")
PATTERN(once_is_the_first, "once", "x.........")
PATTERN(once_waits_for_its_trigger, "once,after=3", "...x......")
PATTERN(max_ends_it, "every=2,max=3", ".x.x.x....")
PATTERN(keep_goes_on, "nth=4,keep", "...xxxxxxx")
PATTERN(keep_ends_at_max, "nth=4,keep,max=3", "...xxx....")
PATTERN(rest_goes_on, "nth=4,rest", "...xxxxxxx")
PATTERN(rest_ends_at_max, "nth=4,rest,max=3", "...xxx....")
PATTERN(certain_lots, "p=1,seed=1", "xxxxxxxxxx")
PATTERN(impossible_lots, "p=0,seed=1", "..........")
PATTERN(plans_side_by_side, "nth=2;nth=5;every=4", ".x.xx..x..")
PATTERN(a_plan_counts_what_another_fails, "nth=1..3;nth=4", "xxxx......")
PATTERN(other_calls_do_not_count, "call=calloc", "..........")
PATTERN(other_sizes_do_not_count, "size=25..;size=..23", "..........")
PATTERN(any_size_of_several_will_do, "size=1,size=24,nth=2", ".x........")

START_TEST(only_calls_that_match_are_counted)
{
    start("call=malloc,size=100..,nth=2");
    ck_assert(!strikes(CALL_malloc, 100));
    ck_assert(!strikes(CALL_calloc, 100));
    ck_assert(!strikes(CALL_malloc, 99));
    ck_assert(strikes(CALL_malloc, 200));
}
END_TEST

START_TEST(regions_fail_only_where_they_are_named)
{
    start("nth=1..;call=brk");
    ck_assert(!strikes(CALL_mmap, 4096));
    ck_assert(!strikes(CALL_pthread_create, 4096));
    ck_assert(strikes(CALL_brk, 4096));
}
END_TEST

START_TEST(rest_is_every_call_of_its_kinds)
{
    start("size=100,nth=2,rest");
    ck_assert(!strikes(CALL_malloc, 100));
    ck_assert(!strikes(CALL_calloc, 24));
    ck_assert(strikes(CALL_malloc, 100));
    ck_assert(strikes(CALL_calloc, 24));
    ck_assert(strikes(CALL_realloc, 1));
    ck_assert(!strikes(CALL_mmap, 4096));
}
END_TEST

START_TEST(rest_is_of_one_plan)
{
    start("call=realloc,rest;call=calloc,size=9");
    ck_assert(strikes(CALL_realloc, 1));
    ck_assert(strikes(CALL_realloc, 2));
    ck_assert(!strikes(CALL_malloc, 1));
    ck_assert(!strikes(CALL_calloc, 8));
    ck_assert(strikes(CALL_calloc, 9));
}
END_TEST

START_TEST(the_number_of_the_call_is_told)
{
    struct fault fault;
    struct stack_at from = stack_here();
    start("nth=2;nth=3");
    ck_assert(!fault_strikes(CALL_malloc, 1, &from, &fault));
    ck_assert(fault_strikes(CALL_malloc, 1, &from, &fault));
    ck_assert_uint_eq(fault.number, 2);
}
END_TEST

/* With counts from 1: in a process of its own. */
static void strike_in_child(const char *plan, char line[LONGEST + 1])
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        start(plan);
        _exit(write(ends[1], struck(LONGEST), LONGEST) != LONGEST);
    }
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], line, LONGEST), LONGEST);
    line[LONGEST] = '\0';
    close(ends[0]);
}

START_TEST(lots_are_the_same_with_the_same_seed)
{
    char first[LONGEST + 1], again[LONGEST + 1], other[LONGEST + 1];
    strike_in_child("p=0.5,seed=42", first);
    strike_in_child("p=0.5,seed=42", again);
    strike_in_child("p=0.5,seed=43", other);
    ck_assert_str_eq(first, again);
    ck_assert_str_ne(first, other);
}
END_TEST

START_TEST(lots_fall_about_as_often_as_they_should)
{
    unsigned count = 0;
    start("p=0.1,seed=5");
    for (unsigned i = 0; i < 10000; i++)
        count += strikes(CALL_malloc, 24);
    ck_assert_uint_gt(count, 800);
    ck_assert_uint_lt(count, 1200);
}
END_TEST

START_TEST(a_forks_child_goes_on_counting)
{
    start("nth=5");
    ck_assert_str_eq(struck(3), "...");
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(strcmp(struck(4), ".x..") != 0);
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(struck(4), ".x..");
}
END_TEST

START_TEST(calls_before_it_is_armed_are_not_counted)
{
    start("arm=main,nth=2");
    ck_assert_str_eq(struck(5), ".....");
    fault_reach_main();
    ck_assert_str_eq(struck(5), ".x...");
}
END_TEST

START_TEST(a_signal_arms)
{
    start("arm=signal:USR2,once");
    ck_assert_str_eq(struck(3), "...");
    raise(SIGUSR2);
    ck_assert_str_eq(struck(3), "x..");
}
END_TEST

START_TEST(a_file_arms_when_it_is_there)
{
    char plan[100], path[50];
    snprintf(path, sizeof path, "/tmp/memrestrict-fault-%d", (int)getpid());
    snprintf(plan, sizeof plan, "once,arm=file:%s;call=calloc", path);
    start(plan);
    ck_assert_str_eq(struck(3), "...");
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    ck_assert_str_eq(struck(3), "x..");
    unlink(path);
}
END_TEST

START_TEST(the_command_arms_and_disarms)
{
    _Atomic uint32_t process = ACCOUNT_AS_RUN, run = ACCOUNT_AS_RUN;
    start("arm=set");
    ck_assert(fault_can_arm());
    ck_assert_str_eq(struck(2), "..");
    fault_follow(&process, &run);
    ck_assert_str_eq(struck(2), "..");
    run = ACCOUNT_ARMED;
    ck_assert_str_eq(struck(2), "xx");
    process = ACCOUNT_DISARMED;
    ck_assert_str_eq(struck(2), "..");
    process = ACCOUNT_ARMED;
    run = ACCOUNT_DISARMED;
    ck_assert_str_eq(struck(2), "xx");
}
END_TEST

START_TEST(a_forks_child_is_armed_as_its_parent)
{
    _Atomic uint32_t parent = ACCOUNT_ARMED, child = ACCOUNT_AS_RUN, run = ACCOUNT_AS_RUN;
    start("arm=set");
    fault_follow(&parent, &run);
    fault_follow(&child, &run);
    ck_assert_uint_eq(child, ACCOUNT_ARMED);
}
END_TEST

static void *strikes_here(void *result)
{
    *(bool *)result = strikes(CALL_malloc, 24);
    return NULL;
}

static bool strikes_in_thread(void)
{
    pthread_t thread;
    bool result = false;
    ck_assert_int_eq(pthread_create(&thread, NULL, strikes_here, &result), 0);
    pthread_join(thread, NULL);
    return result;
}

START_TEST(the_main_thread_alone)
{
    start("thread=main");
    ck_assert(strikes(CALL_malloc, 24));
    ck_assert(!strikes_in_thread());
}
END_TEST

START_TEST(all_threads_but_the_main_one)
{
    start("thread=others");
    ck_assert(!strikes(CALL_malloc, 24));
    ck_assert(strikes_in_thread());
}
END_TEST

START_TEST(a_thread_by_its_name)
{
    start("thread=poo[l]*");
    ck_assert(!strikes(CALL_malloc, 24));
    pthread_setname_np(pthread_self(), "pool-1");
    ck_assert(strikes(CALL_malloc, 24));
}
END_TEST

START_TEST(threads_get_numbers_only_if_somebody_asks)
{
    start("thread=main");
    ck_assert_uint_eq(fault_next_thread(), 0);
    start("thread=2");
    ck_assert_uint_eq(fault_next_thread(), 2);
    ck_assert_uint_eq(fault_next_thread(), 3);
    fault_fork_child();
    ck_assert_uint_eq(fault_next_thread(), 2);
}
END_TEST

enum { THREADS = 4, CALLS = 20000 };

static void *count_strikes(void *result)
{
    unsigned long count = 0;
    for (unsigned i = 0; i < CALLS; i++)
        count += strikes(CALL_malloc, 24);
    *(unsigned long *)result = count;
    return NULL;
}

static unsigned long count_in_threads(void)
{
    pthread_t threads[THREADS];
    unsigned long counts[THREADS], sum = 0;
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_strikes, &counts[i]), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += counts[i];
    }
    return sum;
}

START_TEST(threads_count_together)
{
    start("every=100");
    ck_assert_uint_eq(count_in_threads(), THREADS * CALLS / 100);
}
END_TEST

START_TEST(threads_take_no_more_than_the_most)
{
    start("after=1000,max=777");
    ck_assert_uint_eq(count_in_threads(), 777);
}
END_TEST

START_TEST(a_bad_plan_is_not_followed)
{
    const struct config config = {.fault = "nth=5,x"};
    complaint.length = 0;
    ck_assert(!fault_start(&config, "unit", &complaint));
    ck_assert(!fault_on);
    ck_assert_uint_gt(complaint.length, 0);
}
END_TEST

Suite *suite_fault(void)
{
    Suite *suite = suite_create("fault");
    unit_add(suite, nth_is_one_call);
    unit_add(suite, nth_is_a_range);
    unit_add(suite, nth_goes_in_steps);
    unit_add(suite, nth_has_no_end);
    unit_add(suite, after_spares_the_first);
    unit_add(suite, every_is_each_nth);
    unit_add(suite, triggers_must_agree);
    unit_add(suite, without_a_trigger_all_fail);
    unit_add(suite, once_is_the_first);
    unit_add(suite, once_waits_for_its_trigger);
    unit_add(suite, max_ends_it);
    unit_add(suite, keep_goes_on);
    unit_add(suite, keep_ends_at_max);
    unit_add(suite, rest_goes_on);
    unit_add(suite, rest_ends_at_max);
    unit_add(suite, certain_lots);
    unit_add(suite, impossible_lots);
    unit_add(suite, plans_side_by_side);
    unit_add(suite, a_plan_counts_what_another_fails);
    unit_add(suite, other_calls_do_not_count);
    unit_add(suite, other_sizes_do_not_count);
    unit_add(suite, any_size_of_several_will_do);
    unit_add(suite, only_calls_that_match_are_counted);
    unit_add(suite, regions_fail_only_where_they_are_named);
    unit_add(suite, rest_is_every_call_of_its_kinds);
    unit_add(suite, rest_is_of_one_plan);
    unit_add(suite, the_number_of_the_call_is_told);
    unit_add(suite, lots_are_the_same_with_the_same_seed);
    unit_add(suite, lots_fall_about_as_often_as_they_should);
    unit_add(suite, a_forks_child_goes_on_counting);
    unit_add(suite, calls_before_it_is_armed_are_not_counted);
    unit_add(suite, a_signal_arms);
    unit_add(suite, a_file_arms_when_it_is_there);
    unit_add(suite, the_command_arms_and_disarms);
    unit_add(suite, a_forks_child_is_armed_as_its_parent);
    unit_add(suite, the_main_thread_alone);
    unit_add(suite, all_threads_but_the_main_one);
    unit_add(suite, a_thread_by_its_name);
    unit_add(suite, threads_get_numbers_only_if_somebody_asks);
    unit_add(suite, threads_count_together);
    unit_add(suite, threads_take_no_more_than_the_most);
    unit_add(suite, a_bad_plan_is_not_followed);
    return suite;
}
