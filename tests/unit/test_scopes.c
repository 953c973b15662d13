/* SPDX-License-Identifier: MIT
 *
 * Scopes: what a chain is charged, who is in which, and both promises among threads.
 */
#include "unit.h"

#include "records/scopes.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <unistd.h>

static _Atomic uint64_t process, process_limit = UINT64_MAX;

/* The process, in the place of its budget. */
static bool last(uint64_t bytes)
{
    uint64_t now = atomic_load(&process);
    do {
        if (bytes > atomic_load(&process_limit) - now)
            return false;
    } while (!atomic_compare_exchange_weak(&process, &now, now + bytes));
    return true;
}

static enum scopes_answer charge(struct memrestrict_scope *scope, uint64_t bytes)
{
    struct scopes_charge all = {.own = bytes, .shared = bytes, .process = bytes, .last = last};
    return scopes_charge(scope, &all);
}

static void credit(struct memrestrict_scope *scope, uint64_t bytes)
{
    scopes_credit(scope, bytes, NULL);
    atomic_fetch_sub(&process, bytes);
}

static void expect(const struct memrestrict_scope *scope, uint64_t used, uint64_t peak,
                   uint64_t refusals)
{
    struct scopes_figures figures = scopes_read(scope);
    ck_assert_uint_eq(figures.used, used);
    ck_assert_uint_eq(figures.peak, peak);
    ck_assert_uint_eq(figures.refusals, refusals);
}

/* Of `limit` in `parent`. */
static struct memrestrict_scope *below(struct memrestrict_scope *parent, uint64_t limit)
{
    ck_assert(parent == NULL || scopes_enter(parent));
    struct memrestrict_scope *scope = scopes_create("one", limit);
    ck_assert_ptr_nonnull(scope);
    ck_assert(parent == NULL || scopes_leave(parent));
    return scope;
}

/* The calling thread can charge. */
static void begin(struct memrestrict_scope *scope) { ck_assert(scopes_enter(scope)); }

START_TEST(scopes_charge_all_above_or_none)
{
    struct memrestrict_scope *outer = below(NULL, 100), *inner = below(outer, 80);
    begin(inner);
    ck_assert_int_eq(charge(inner, 60), SCOPES_CHARGED);
    ck_assert_int_eq(charge(outer, 30), SCOPES_CHARGED);
    ck_assert_int_eq(charge(inner, 21), SCOPES_FULL); /* its own limit */
    ck_assert_int_eq(charge(inner, 11), SCOPES_FULL); /* that above */
    expect(inner, 60, 60, 1);
    expect(outer, 90, 90, 1);
    atomic_store(&process_limit, 95);
    ck_assert_int_eq(charge(inner, 6), SCOPES_BEYOND);
    expect(inner, 60, 60, 1);
    expect(outer, 90, 90, 1);
    ck_assert_int_eq(charge(inner, 5), SCOPES_CHARGED);
    credit(inner, 65);
    expect(inner, 0, 65, 1);
    expect(outer, 30, 95, 1);
    ck_assert_uint_eq(process, 30);
    ck_assert_int_eq(charge(inner, UINT64_MAX), SCOPES_FULL);
}
END_TEST

START_TEST(scopes_charge_the_difference_where_chains_meet)
{
    struct memrestrict_scope *outer = below(NULL, 100);
    struct memrestrict_scope *one = below(outer, 100), *other = below(outer, 100);
    begin(one);
    ck_assert_int_eq(charge(one, 40), SCOPES_CHARGED);
    ck_assert_ptr_eq(scopes_common(one, other), outer);
    ck_assert_ptr_eq(scopes_common(one, outer), outer);
    ck_assert_ptr_null(scopes_common(one, NULL));
    struct scopes_charge more = {
        .common = outer, .own = 60, .shared = 20, .process = 20, .last = last};
    ck_assert_int_eq(scopes_charge(other, &more), SCOPES_CHARGED);
    expect(other, 60, 60, 0);
    expect(outer, 60, 60, 0);
    scopes_credit(one, 40, outer);
    expect(one, 0, 40, 0);
    expect(outer, 60, 60, 0);
    ck_assert_uint_eq(process, 60);
}
END_TEST

START_TEST(scopes_are_entered_and_left_in_order)
{
    struct memrestrict_scope *one = below(NULL, 1), *other = below(NULL, 2);
    ck_assert_ptr_null(scopes_current());
    ck_assert(!scopes_leave(one));
    ck_assert(scopes_enter(one) && scopes_enter(other) && scopes_enter(one));
    ck_assert_ptr_eq(scopes_current(), one);
    ck_assert(scopes_leave(one));
    ck_assert_ptr_eq(scopes_current(), other);
    ck_assert(scopes_push(7));
    ck_assert_uint_eq(scopes_read(scopes_current()).limit, 7);
    ck_assert_ptr_eq(scopes_current()->parent, other);
    scopes_pop();
    ck_assert_ptr_eq(scopes_current(), other);
    ck_assert(scopes_push(7) && scopes_enter(one));
    scopes_pop(); /* with what was entered within */
    ck_assert_ptr_eq(scopes_current(), other);
    ck_assert(scopes_push(7) && scopes_leave(one)); /* all of it */
    ck_assert_ptr_null(scopes_current());
    scopes_pop();
    ck_assert(!scopes_leave(other));
}
END_TEST

START_TEST(scopes_are_so_many_deep)
{
    for (int i = 0; i < SCOPES_NESTED; i++) {
        ck_assert(!scopes_is_deep());
        ck_assert(scopes_push(100));
    }
    ck_assert(scopes_is_deep());
    ck_assert(!scopes_push(100));
    ck_assert_ptr_null(scopes_create("deep", 1));
    ck_assert_int_eq(charge(scopes_current(), 100), SCOPES_CHARGED);
    ck_assert_int_eq(charge(scopes_current(), 1), SCOPES_FULL);
    credit(scopes_current(), 100);
    for (int i = 0; i < SCOPES_NESTED; i++)
        scopes_pop();
    ck_assert_ptr_null(scopes_current());
    ck_assert(scopes_push(1));
}
END_TEST

START_TEST(scopes_destroyed_go_when_nothing_is_left)
{
    struct memrestrict_scope *outer = below(NULL, 100), *inner = below(outer, 100);
    begin(inner);
    charge(inner, 10);
    scopes_destroy(outer);
    scopes_destroy(inner);
    ck_assert(!scopes_known(inner) && !scopes_known(outer));
    ck_assert_int_eq(charge(inner, 91), SCOPES_FULL); /* the thread is in it still */
    ck_assert(scopes_leave(inner));
    ck_assert_int_eq(inner->state, SCOPE_DESTROYED);
    credit(inner, 10);
    ck_assert_int_eq(inner->state, SCOPE_FREE);
    ck_assert_int_eq(outer->state, SCOPE_FREE);
    struct memrestrict_scope *next = scopes_create(NULL, 5), *after = scopes_create(NULL, 6);
    ck_assert((next == outer && after == inner) || (next == inner && after == outer));
    expect(next, 0, 0, 0);
}
END_TEST

START_TEST(scopes_popped_with_blocks_are_paid_for_by_their_parent)
{
    struct memrestrict_scope *outer = below(NULL, 100);
    begin(outer);
    ck_assert(scopes_push(50));
    struct memrestrict_scope *inner = scopes_current();
    charge(inner, 40);
    scopes_pop();
    expect(outer, 40, 40, 0);
    ck_assert(scopes_is_above(outer, inner) && !scopes_is_above(inner, outer));
    ck_assert(scopes_push(50) && scopes_current() != inner);
    ck_assert_int_eq(charge(scopes_current(), 60), SCOPES_FULL);
    credit(inner, 40);
    expect(outer, 0, 40, 0);
    ck_assert_int_eq(inner->state, SCOPE_FREE);
}
END_TEST

START_TEST(scopes_unknown_are_told)
{
    struct memrestrict_scope *scope = below(NULL, 1);
    ck_assert(scopes_known(scope));
    ck_assert(!scopes_known(NULL));
    ck_assert(!scopes_known((void *)((char *)scope + 1)) && !scopes_known(scope + 1));
    ck_assert(!scopes_known((void *)&process));
}
END_TEST

static void *end_inside(void *scope)
{
    ck_assert(scopes_enter(scope) && scopes_push(5));
    return scopes_current();
}

START_TEST(scopes_of_a_thread_that_ends_are_left)
{
    pthread_t thread;
    void *pushed;
    struct memrestrict_scope *scope = below(NULL, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, end_inside, scope), 0);
    pthread_join(thread, &pushed);
    ck_assert_uint_eq(scope->inside, 0);
    ck_assert_uint_eq(scope->children, 0);
    ck_assert_int_eq(((struct memrestrict_scope *)pushed)->state, SCOPE_FREE);
}
END_TEST

static struct memrestrict_scope *tight_parent, *roomy;
static _Atomic bool stop;
static _Atomic unsigned handled, wrong;

static void charge_in_handler(int number)
{
    (void)number;
    if (charge(roomy, 3) == SCOPES_CHARGED)
        credit(roomy, 3);
    atomic_fetch_add(&handled, 1);
}

static pthread_barrier_t ready;

static void *wait_for_end(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_barrier_wait(&ready);
    while (!atomic_load(&stop))
        usleep(1000);
    return unused;
}

/* With one thread, and with two. */
static void charge_among_signals(unsigned until)
{
    struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
    signal(SIGALRM, charge_in_handler);
    setitimer(ITIMER_REAL, &often, NULL);
    while (atomic_load(&handled) < until) {
        uint64_t bytes = 90 + atomic_load(&handled) % 20; /* past 100: refused */
        if (charge(roomy, bytes) == SCOPES_CHARGED)
            credit(roomy, bytes);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    ck_assert_uint_eq(scopes_read(roomy).used, 0);
    ck_assert_uint_eq(process, 0);
    ck_assert_uint_eq(guard.scopes->charging, 0);
}

START_TEST(scopes_are_charged_by_signal_handlers_in_between)
{
    pthread_t other;
    tight_parent = below(NULL, 100);
    roomy = below(tight_parent, 200);
    begin(roomy);
    charge_among_signals(unit_rounds(200));
    pthread_barrier_init(&ready, NULL, 2);
    ck_assert_int_eq(pthread_create(&other, NULL, wait_for_end, NULL), 0);
    pthread_barrier_wait(&ready);
    charge_among_signals(unit_rounds(400));
    atomic_store(&stop, true);
    pthread_join(other, NULL);
}
END_TEST

/* A parent that is full, and a scope below it in which a small charge always fits: others' large
 * ones in that scope are refused above, and give back what they were charged. */

enum { GREEDY = 3, LARGE = 1000, SMALL = 1 };

static void *be_greedy(void *unused)
{
    (void)unused;
    begin(roomy);
    while (!atomic_load(&stop))
        if (charge(roomy, LARGE) != SCOPES_FULL)
            atomic_fetch_add(&wrong, 1);
    return NULL;
}

static void *be_modest(void *unused)
{
    (void)unused;
    begin(roomy);
    for (unsigned i = 0; i < unit_rounds(40000); i++) {
        if (charge(roomy, SMALL) != SCOPES_CHARGED)
            atomic_fetch_add(&wrong, 1);
        else
            credit(roomy, SMALL);
    }
    return NULL;
}

START_TEST(scopes_what_fits_is_not_refused_for_what_is_refused_above)
{
    pthread_t greedy[GREEDY], modest[2];
    tight_parent = below(NULL, LARGE / 2);
    roomy = below(tight_parent, LARGE); /* a large one, while it lasts, leaves no room for others */
    for (int i = 0; i < GREEDY; i++)
        ck_assert_int_eq(pthread_create(&greedy[i], NULL, be_greedy, NULL), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&modest[i], NULL, be_modest, NULL), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(modest[i], NULL);
    atomic_store(&stop, true);
    for (int i = 0; i < GREEDY; i++)
        pthread_join(greedy[i], NULL);
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(scopes_read(roomy).used, 0);
    ck_assert_uint_le(scopes_read(roomy).peak, LARGE);
    ck_assert_uint_eq(process, 0);
}
END_TEST

/* Threads that push, charge, pop and let others give back. */

enum { CROWD = 8, HANDED = 64 };
static struct handed {
    struct memrestrict_scope *scope;
    uint64_t bytes;
} handed[HANDED];
static pthread_mutex_t handing = PTHREAD_MUTEX_INITIALIZER;

static struct handed hand_over(unsigned place, struct handed with)
{
    pthread_mutex_lock(&handing);
    struct handed old = handed[place % HANDED];
    handed[place % HANDED] = with;
    pthread_mutex_unlock(&handing);
    return old;
}

static void *come_and_go(void *number)
{
    unsigned state = (unsigned)(uintptr_t)number + 1;
    for (unsigned i = 0; i < unit_rounds(20000); i++) {
        state = state * 1103515245 + 12345;
        if (!scopes_enter(tight_parent) || !scopes_push(600))
            atomic_fetch_add(&wrong, 1);
        struct handed own = {scopes_current(), 1 + state / 65536 % 500};
        if (charge(own.scope, own.bytes) != SCOPES_CHARGED)
            own = (struct handed){NULL, 0};
        if (atomic_load(&tight_parent->used) > tight_parent->limit)
            atomic_fetch_add(&wrong, 1);
        scopes_leave(tight_parent);
        struct handed old = hand_over(state / 4096, own);
        if (old.scope != NULL)
            credit(old.scope, old.bytes);
    }
    return NULL;
}

START_TEST(scopes_of_a_crowd_add_up)
{
    pthread_t crowd[CROWD];
    tight_parent = below(NULL, 3000);
    for (uintptr_t i = 0; i < CROWD; i++)
        ck_assert_int_eq(pthread_create(&crowd[i], NULL, come_and_go, (void *)i), 0);
    for (int i = 0; i < CROWD; i++)
        pthread_join(crowd[i], NULL);
    uint64_t sum = 0;
    for (int i = 0; i < HANDED; i++)
        sum += handed[i].bytes;
    ck_assert_uint_eq(scopes_read(tight_parent).used, sum);
    ck_assert_uint_eq(process, sum);
    for (int i = 0; i < HANDED; i++)
        if (handed[i].scope != NULL)
            credit(handed[i].scope, handed[i].bytes);
    expect(tight_parent, 0, scopes_read(tight_parent).peak, scopes_read(tight_parent).refusals);
    ck_assert_uint_eq(tight_parent->children, 0);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

Suite *suite_scopes(void)
{
    Suite *suite = suite_create("scopes");
    unit_add(suite, scopes_charge_all_above_or_none);
    unit_add(suite, scopes_charge_the_difference_where_chains_meet);
    unit_add(suite, scopes_are_entered_and_left_in_order);
    unit_add(suite, scopes_are_so_many_deep);
    unit_add(suite, scopes_destroyed_go_when_nothing_is_left);
    unit_add(suite, scopes_popped_with_blocks_are_paid_for_by_their_parent);
    unit_add(suite, scopes_unknown_are_told);
    unit_add(suite, scopes_of_a_thread_that_ends_are_left);
    unit_add(suite, scopes_are_charged_by_signal_handlers_in_between);
    unit_add(suite, scopes_what_fits_is_not_refused_for_what_is_refused_above);
    unit_add(suite, scopes_of_a_crowd_add_up);
    return suite;
}
