/* SPDX-License-Identifier: MIT
 *
 * The lock: one holder at a time, no handler of the holder's thread in between, and a fork that
 * neither waits for itself nor leaves the child with a lock that nobody will drop.
 */
#include "unit.h"

#include "ground/counter.h"
#include "ground/guard.h"
#include "ground/lock.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static struct lock lock;
static unsigned guarded; /* by the lock */
static _Atomic bool stop, over, too_early;
static _Atomic unsigned handled;

static pthread_t start_thread(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, body, argument), 0);
    return thread;
}

static bool signals_are_blocked(int signal)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, signal);
}

static bool can_be_taken(void)
{
    struct lock_hold hold;
    bool taken = lock_try(&lock, &hold);
    if (taken)
        lock_drop(&lock, &hold);
    return taken;
}

static void *try_from_thread(void *result)
{
    *(bool *)result = can_be_taken();
    return NULL;
}

static bool another_thread_can_take_it(void)
{
    bool taken;
    pthread_join(start_thread(try_from_thread, &taken), NULL);
    return taken;
}

/* Not an atomic increment: a second holder would lose one. */
static void count_one(void)
{
    volatile unsigned *number = &guarded;
    *number = *number + 1;
}

enum { COUNTERS = 8, COUNTS = 30000 };

static pthread_barrier_t all_there;
static _Atomic unsigned left_blocked; /* threads whose signals stayed blocked */

static void *count_under_the_lock(void *unused)
{
    for (unsigned i = 0; i < COUNTS; i++) {
        struct lock_hold hold;
        lock_take(&lock, &hold);
        count_one();
        lock_drop(&lock, &hold);
    }
    return unused;
}

static void *count_when_entered(void *unused)
{
    for (unsigned i = 0; i < COUNTS;) {
        struct lock_hold hold;
        if (!lock_enter(&lock, &hold))
            continue;
        count_one();
        i++;
        lock_drop(&lock, &hold);
    }
    return unused;
}

static void *count_when_it_is_free(void *unused)
{
    for (unsigned i = 0; i < COUNTS;) {
        struct lock_hold hold;
        if (!lock_try(&lock, &hold)) {
            sched_yield();
            continue;
        }
        count_one();
        i++;
        lock_drop(&lock, &hold);
    }
    return unused;
}

typedef void *counting(void *);

static void *count_together(void *count)
{
    pthread_barrier_wait(&all_there);
    (*(counting *const *)count)(NULL);
    if (signals_are_blocked(SIGUSR1))
        atomic_fetch_add(&left_blocked, 1);
    return NULL;
}

static void run_counters(counting *first, counting *second)
{
    pthread_t threads[COUNTERS];
    counting *countings[2] = {first, second};
    pthread_barrier_init(&all_there, NULL, COUNTERS);
    for (unsigned i = 0; i < COUNTERS; i++)
        threads[i] = start_thread(count_together, &countings[i % 2]);
    for (unsigned i = 0; i < COUNTERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(guarded, COUNTERS * COUNTS);
    ck_assert_uint_eq(left_blocked, 0);
    ck_assert(can_be_taken());
}

START_TEST(one_thread_holds_it_at_a_time)
{
    run_counters(count_under_the_lock, count_under_the_lock);
}
END_TEST

START_TEST(one_thread_holds_it_that_tried_or_took)
{
    run_counters(count_under_the_lock, count_when_it_is_free);
}
END_TEST

START_TEST(one_thread_holds_it_that_entered)
{
    run_counters(count_when_entered, count_when_entered);
}
END_TEST

START_TEST(a_zeroed_lock_is_free) { ck_assert(can_be_taken()); }
END_TEST

START_TEST(a_held_lock_cannot_be_taken_by_a_try)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    ck_assert(!another_thread_can_take_it());
    lock_drop(&lock, &hold);
    ck_assert(another_thread_can_take_it());
}
END_TEST

START_TEST(a_lock_had_by_a_try_is_held)
{
    struct lock_hold hold;
    ck_assert(lock_try(&lock, &hold));
    ck_assert(!another_thread_can_take_it());
    lock_drop(&lock, &hold);
    ck_assert(another_thread_can_take_it());
}
END_TEST

static void *take_and_look(void *unused)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    if (!atomic_load(&over))
        atomic_store(&too_early, true);
    lock_drop(&lock, &hold);
    return unused;
}

START_TEST(who_takes_a_held_lock_waits_for_the_drop)
{
    struct lock_hold hold;
    pthread_t threads[4];
    lock_take(&lock, &hold);
    for (unsigned i = 0; i < 4; i++)
        threads[i] = start_thread(take_and_look, NULL);
    usleep(20 * 1000);
    atomic_store(&over, true);
    lock_drop(&lock, &hold);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ck_assert(!too_early);
}
END_TEST

static void count_signal(int signal)
{
    (void)signal;
    atomic_fetch_add(&handled, 1);
}

START_TEST(a_signal_for_the_holder_waits_for_the_drop)
{
    struct lock_hold hold;
    signal(SIGUSR1, count_signal);
    lock_take(&lock, &hold);
    raise(SIGUSR1);
    ck_assert_uint_eq(handled, 0);
    lock_drop(&lock, &hold);
    ck_assert_uint_eq(handled, 1);
}
END_TEST

START_TEST(a_signal_waits_after_a_try_too)
{
    struct lock_hold hold;
    signal(SIGUSR1, count_signal);
    ck_assert(lock_try(&lock, &hold));
    raise(SIGUSR1);
    ck_assert_uint_eq(handled, 0);
    lock_drop(&lock, &hold);
    ck_assert_uint_eq(handled, 1);
}
END_TEST

START_TEST(the_signal_mask_is_the_programs_again_after_the_drop)
{
    sigset_t mask;
    struct lock_hold hold;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    lock_take(&lock, &hold);
    ck_assert(signals_are_blocked(SIGUSR1));
    lock_drop(&lock, &hold);
    ck_assert(signals_are_blocked(SIGUSR2));
    ck_assert(!signals_are_blocked(SIGUSR1));
}
END_TEST

static void *fail_to_try(void *result)
{
    struct lock_hold hold;
    bool taken = lock_try(&lock, &hold);
    *(bool *)result = !taken && !signals_are_blocked(SIGUSR1);
    return NULL;
}

START_TEST(a_try_that_fails_leaves_the_signal_mask)
{
    struct lock_hold hold;
    bool left_alone;
    lock_take(&lock, &hold);
    pthread_t thread;
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL); /* what the thread starts with */
    thread = start_thread(fail_to_try, &left_alone);
    pthread_join(thread, NULL);
    lock_drop(&lock, &hold);
    ck_assert(left_alone);
}
END_TEST

static void *do_nothing(void *unused) { return unused; }

START_TEST(entering_blocks_signals_when_there_are_threads)
{
    struct lock_hold hold;
    pthread_join(start_thread(do_nothing, NULL), NULL);
    ck_assert(lock_enter(&lock, &hold));
    ck_assert(signals_are_blocked(SIGUSR1));
    lock_drop(&lock, &hold);
    ck_assert(!signals_are_blocked(SIGUSR1));
}
END_TEST

static void fail_to_enter(int signal)
{
    struct lock_hold hold;
    (void)signal;
    if (!lock_enter(&lock, &hold))
        atomic_fetch_add(&handled, 1);
}

/* Not to be seen where a sanitizer has a thread of its own. */
START_TEST(a_lone_thread_enters_without_blocking_signals)
{
    struct lock_hold hold;
    if (!counter_alone())
        return;
    signal(SIGUSR1, fail_to_enter);
    ck_assert(lock_enter(&lock, &hold));
    ck_assert(!signals_are_blocked(SIGUSR1));
    raise(SIGUSR1);
    ck_assert_uint_eq(handled, 1);
    lock_drop(&lock, &hold);
    raise(SIGUSR1);
    ck_assert_uint_eq(handled, 1);
}
END_TEST

static void count_in_handler(int signal)
{
    struct lock_hold hold;
    (void)signal;
    lock_take(&lock, &hold);
    count_one();
    lock_drop(&lock, &hold);
    atomic_fetch_add(&handled, 1);
}

static void *send_signals(void *receiver)
{
    for (unsigned i = 0; i < 300; i++) {
        unsigned before = atomic_load(&handled);
        pthread_kill(*(pthread_t *)receiver, SIGUSR1);
        for (int yields = 0; yields < 100 && atomic_load(&handled) == before; yields++)
            sched_yield();
    }
    atomic_store(&stop, true);
    return NULL;
}

START_TEST(a_handler_may_take_it_in_a_thread_that_takes_it_all_the_time)
{
    pthread_t self = pthread_self(), other = start_thread(count_under_the_lock, NULL);
    signal(SIGUSR1, count_in_handler);
    pthread_t sender = start_thread(send_signals, &self);
    unsigned counts = 0;
    for (; !atomic_load(&stop); counts++) {
        struct lock_hold hold;
        lock_take(&lock, &hold);
        count_one();
        lock_drop(&lock, &hold);
    }
    pthread_join(sender, NULL);
    pthread_join(other, NULL);
    ck_assert_uint_gt(handled, 0);
    ck_assert_uint_eq(guarded, counts + handled + COUNTS);
}
END_TEST

START_TEST(errno_is_left_alone)
{
    struct lock_hold hold;
    errno = 4095;
    lock_take(&lock, &hold);
    lock_drop(&lock, &hold);
    can_be_taken();
    ck_assert_int_eq(errno, 4095);
}
END_TEST

/* Longer than one wait in the kernel lasts. */
static void *hold_for_a_while(void *unused)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    atomic_store(&over, true);
    usleep(250 * 1000);
    lock_drop(&lock, &hold);
    return unused;
}

START_TEST(errno_is_left_alone_by_a_wait)
{
    struct lock_hold hold;
    pthread_t holder = start_thread(hold_for_a_while, NULL);
    while (!atomic_load(&over))
        sched_yield();
    errno = 4095;
    lock_take(&lock, &hold);
    lock_drop(&lock, &hold);
    ck_assert_int_eq(errno, 4095);
    pthread_join(holder, NULL);
}
END_TEST

static void fork_take(void)
{
    lock_fork_take(&lock);
    guard.forking = 1;
}

static void fork_drop(void)
{
    guard.forking = 0;
    lock_fork_drop(&lock);
}

static void free_the_lock(void)
{
    atomic_fetch_add(&handled, 1);
    lock_fork_reset(&lock);
}

static void *take_once(void *unused)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    lock_drop(&lock, &hold);
    return unused;
}

/* Takes a lock that was held when the process was copied, by a thread that was not. */
static int status_of_copy(void)
{
    int status;
    struct lock_hold hold;
    pid_t copy = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (copy == 0) {
        lock_take(&lock, &hold);
        syscall(SYS_exit_group, handled == 1 ? 0 : 1);
    }
    return waitpid(copy, &status, 0) == copy ? status : -1;
}

START_TEST(a_waiter_in_a_copy_whose_holder_is_gone_calls_for_help)
{
    lock_on_copy = free_the_lock;
    pthread_join(start_thread(take_once, NULL), NULL); /* with two threads copies are watched for */
    lock_fork_take(&lock);
    ck_assert(!lock_is_free(&lock));
    ck_assert_int_eq(status_of_copy(), 0);
    lock_fork_drop(&lock);
    ck_assert_uint_eq(handled, 0);
}
END_TEST

START_TEST(other_threads_wait_for_the_end_of_a_fork)
{
    fork_take();
    pthread_t waiter = start_thread(take_and_look, NULL);
    usleep(20 * 1000);
    atomic_store(&over, true);
    fork_drop();
    pthread_join(waiter, NULL);
    ck_assert(!too_early);
}
END_TEST

START_TEST(a_fork_leaves_signals_as_they_are)
{
    fork_take();
    ck_assert(!signals_are_blocked(SIGUSR1));
    fork_drop();
    ck_assert(!signals_are_blocked(SIGUSR1));
}
END_TEST

START_TEST(a_fork_waits_for_the_holder)
{
    pthread_t holder = start_thread(hold_for_a_while, NULL);
    while (!atomic_load(&over))
        sched_yield();
    fork_take();
    ck_assert(!another_thread_can_take_it());
    fork_drop();
    pthread_join(holder, NULL);
    ck_assert(can_be_taken());
}
END_TEST

START_TEST(the_thread_that_forks_passes_and_the_lock_stays_held)
{
    struct lock_hold hold;
    fork_take();
    lock_take(&lock, &hold);
    lock_drop(&lock, &hold);
    ck_assert(lock_try(&lock, &hold));
    lock_drop(&lock, &hold);
    ck_assert(!another_thread_can_take_it());
    fork_drop();
    ck_assert(another_thread_can_take_it());
}
END_TEST

START_TEST(passing_leaves_the_signal_mask)
{
    struct lock_hold hold;
    fork_take();
    lock_take(&lock, &hold);
    lock_drop(&lock, &hold);
    ck_assert(!signals_are_blocked(SIGUSR1));
    fork_drop();
}
END_TEST

static int in_child(bool reset)
{
    pid_t child = fork();
    if (child == 0) {
        if (reset)
            lock_fork_reset(&lock);
        guard.forking = 0;
        _exit(can_be_taken() ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(a_reset_frees_it_in_the_child_of_a_fork)
{
    fork_take();
    ck_assert_int_eq(in_child(true), 0);
    ck_assert_int_eq(in_child(false), 1);
    ck_assert(!another_thread_can_take_it());
    fork_drop();
}
END_TEST

/* Waiters leave their mark in the word: a reset must clear that as well. */
START_TEST(a_reset_frees_it_in_the_child_when_others_were_waiting)
{
    fork_take();
    pthread_t waiter = start_thread(take_and_look, NULL);
    for (int yields = 0; yields < 100000 && atomic_load(&lock.word) != 2; yields++)
        sched_yield();
    ck_assert_int_eq(in_child(true), 0);
    fork_drop();
    pthread_join(waiter, NULL);
}
END_TEST

#ifdef MEMRESTRICT_DEBUG
/* Does a function that needs the lock pass its check in this thread? A child tries. */
static bool passes_the_check(void)
{
    int status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        lock_assert_held(&lock);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(status == 0 || WIFSIGNALED(status));
    return status == 0;
}

static void *check_from_thread(void *result)
{
    *(bool *)result = passes_the_check();
    return NULL;
}

START_TEST(a_debug_build_stops_who_needs_the_lock_and_does_not_hold_it)
{
    struct lock_hold hold;
    bool passed_in_another = true;
    ck_assert(!passes_the_check());
    lock_take(&lock, &hold);
    ck_assert(passes_the_check());
    pthread_join(start_thread(check_from_thread, &passed_in_another), NULL);
    lock_drop(&lock, &hold);
    ck_assert(!passed_in_another);
    ck_assert(!passes_the_check());
    ck_assert(lock_try(&lock, &hold) && passes_the_check());
    lock_drop(&lock, &hold);
    ck_assert(lock_enter(&lock, &hold) && passes_the_check());
    lock_fork_reset(&lock);
    ck_assert(!passes_the_check());
}
END_TEST
#endif

Suite *suite_lock(void)
{
    Suite *suite = suite_create("lock");
    unit_add(suite, one_thread_holds_it_at_a_time);
    unit_add(suite, one_thread_holds_it_that_tried_or_took);
    unit_add(suite, one_thread_holds_it_that_entered);
    unit_add(suite, a_zeroed_lock_is_free);
    unit_add(suite, a_held_lock_cannot_be_taken_by_a_try);
    unit_add(suite, a_lock_had_by_a_try_is_held);
    unit_add(suite, who_takes_a_held_lock_waits_for_the_drop);
    unit_add(suite, a_signal_for_the_holder_waits_for_the_drop);
    unit_add(suite, a_signal_waits_after_a_try_too);
    unit_add(suite, the_signal_mask_is_the_programs_again_after_the_drop);
    unit_add(suite, a_try_that_fails_leaves_the_signal_mask);
    unit_add(suite, entering_blocks_signals_when_there_are_threads);
    unit_add(suite, a_lone_thread_enters_without_blocking_signals);
    unit_add(suite, a_handler_may_take_it_in_a_thread_that_takes_it_all_the_time);
    unit_add(suite, errno_is_left_alone);
    unit_add(suite, errno_is_left_alone_by_a_wait);
    unit_add(suite, a_waiter_in_a_copy_whose_holder_is_gone_calls_for_help);
    unit_add(suite, other_threads_wait_for_the_end_of_a_fork);
    unit_add(suite, a_fork_leaves_signals_as_they_are);
    unit_add(suite, a_fork_waits_for_the_holder);
    unit_add(suite, the_thread_that_forks_passes_and_the_lock_stays_held);
    unit_add(suite, passing_leaves_the_signal_mask);
    unit_add(suite, a_reset_frees_it_in_the_child_of_a_fork);
    unit_add(suite, a_reset_frees_it_in_the_child_when_others_were_waiting);
#ifdef MEMRESTRICT_DEBUG
    unit_add(suite, a_debug_build_stops_who_needs_the_lock_and_does_not_hold_it);
#endif
    return suite;
}
