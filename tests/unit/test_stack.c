/* SPDX-License-Identifier: MIT
 *
 * Call stacks: the same as the compiler's own unwinder takes, for every kind of frame.
 */
#include "unit.h"

#include "records/unwind.h"
#include "ground/object.h"
#include "ground/pages.h"
#include "records/stack_cache.h"
#include "records/stack.h"

#include <alloca.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#define FUNCTION __attribute__((noinline, noclone))

enum { DEEPEST = 64 };

struct taken {
    uintptr_t addresses[DEEPEST];
    unsigned count;
};

static void start(void)
{
    stack_note_main();
    ck_assert(stack_start());
    ck_assert(stack_cache_start());
}

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *context, void *to)
{
    struct taken *taken = to;
    int exact;
    uintptr_t address = _Unwind_GetIPInfo(context, &exact);
    if (taken->count < DEEPEST && address != 0)
        taken->addresses[taken->count++] = address;
    return _URC_NO_REASON;
}

/* All frames but this one's own, which the unwinder sees at another instruction. */
FUNCTION static bool is_as_unwound(void)
{
    struct taken theirs = {.count = 0}, ours;
    struct stack_at here = stack_here();
    _Unwind_Backtrace(note_frame, &theirs);
    ours.count = stack_walk(&here, ours.addresses, DEEPEST - 1, NULL);
    return ours.count > 1 && ours.count == theirs.count - 1 &&
           memcmp(ours.addresses, theirs.addresses + 1, ours.count * sizeof ours.addresses[0]) == 0;
}

START_TEST(stack_is_as_unwound)
{
    start();
    ck_assert(is_as_unwound());
}
END_TEST

FUNCTION static bool deep(unsigned more)
{
    volatile char room[200];
    room[more] = 1;
    bool same = more > 0 ? deep(more - 1) : is_as_unwound();
    return same && room[more] == 1;
}

START_TEST(stack_of_a_recursion)
{
    start();
    for (unsigned depth = 0; depth < 40; depth += 3)
        ck_assert(deep(depth));
}
END_TEST

FUNCTION static bool with_variable_size(size_t size)
{
    volatile char *room = alloca(size);
    room[0] = 1;
    return is_as_unwound() && room[0] == 1;
}

START_TEST(stack_of_a_frame_of_variable_size)
{
    start();
    for (size_t size = 1; size < 20000; size *= 3)
        ck_assert(with_variable_size(size));
}
END_TEST

FUNCTION static bool realigned(size_t size)
{
    _Alignas(128) volatile char buffer[128];
    volatile char *room = alloca(size);
    buffer[0] = room[0] = 1;
    return is_as_unwound() && buffer[0] == room[0];
}

START_TEST(stack_of_a_realigned_frame)
{
    start();
    for (size_t size = 1; size < 20000; size *= 3)
        ck_assert(realigned(size));
}
END_TEST

static bool handled, same_in_handler;

static void handler(int number)
{
    (void)number;
    same_in_handler = is_as_unwound();
    handled = true;
}

static void handle(int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    start();
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    ck_assert(handled);
#if !defined(__i386__) /* there it ends at the handler */
    ck_assert(same_in_handler);
#endif
}

START_TEST(stack_goes_on_below_a_signal_handler) { handle(0); }
END_TEST

START_TEST(stack_goes_on_below_a_signal_stack)
{
    static char memory[65536];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    sigaltstack(&stack, NULL);
    handle(SA_ONSTACK);
}
END_TEST

static int compare(const void *left, const void *right)
{
    (void)left;
    (void)right;
    same_in_handler = is_as_unwound();
    return 0;
}

START_TEST(stack_goes_through_the_c_library)
{
    int numbers[] = {2, 1};
    start();
    qsort(numbers, 2, sizeof numbers[0], compare);
    ck_assert(same_in_handler);
}
END_TEST

static void *in_thread(void *unused) { return deep(5) ? unused : NULL; }

START_TEST(stack_of_a_thread)
{
    pthread_t thread;
    void *result;
    start();
    ck_assert_int_eq(pthread_create(&thread, NULL, in_thread, (void *)1), 0);
    pthread_join(thread, &result);
    ck_assert_ptr_nonnull(result);
}
END_TEST

static bool knows_own_stack(void)
{
    struct stack_window window;
    struct stack_at here = stack_here();
    stack_window_open(&window, here.sp);
    return window.end != UINTPTR_MAX;
}

static void *start_late(void *unused)
{
    pthread_barrier_wait(unused);
    ck_assert(stack_start());
    ck_assert(knows_own_stack());
    return NULL;
}

/* Not by the main thread first, and by several at once. */
START_TEST(stack_started_by_threads)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    pthread_barrier_t barrier;
    uint64_t before = pages_held();
    stack_note_main();
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, start_late, &barrier), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    uint64_t of_threads = pages_held() - before;
    ck_assert(stack_start() && knows_own_stack() && is_as_unwound());
    ck_assert_uint_eq(pages_held() - before, of_threads);
    ck_assert_uint_eq(of_threads, 128 << 10);
}
END_TEST

START_TEST(stack_is_cut_at_the_outer_end)
{
    uintptr_t all[DEEPEST], some[3];
    start();
    struct stack_at here = stack_here();
    unsigned count = stack_walk(&here, all, DEEPEST, NULL);
    ck_assert_uint_gt(count, 3);
    ck_assert_uint_eq(stack_walk(&here, some, 3, NULL), 3);
    ck_assert_mem_eq(some, all, sizeof some);
}
END_TEST

START_TEST(stack_of_no_code_is_one_frame)
{
    static char no_code[64];
    uintptr_t addresses[DEEPEST];
    start();
    struct stack_at here = stack_here();
    here.pc = (uintptr_t)no_code + 16;
    ck_assert_uint_eq(stack_walk(&here, addresses, DEEPEST, NULL), 1);
}
END_TEST

/* A stack as others left it: the frame pointer leads anywhere. */
START_TEST(stack_with_a_wild_frame_pointer_ends)
{
    uintptr_t addresses[DEEPEST];
    start();
    struct stack_at here = stack_here();
    for (unsigned i = 0; i < 64; i++) {
        here.fp = (uintptr_t)1 << (i % (8 * sizeof here.fp - 1));
        ck_assert_uint_ge(stack_walk(&here, addresses, DEEPEST, NULL), 1);
    }
}
END_TEST

START_TEST(rule_outside_of_all_code_is_unknown)
{
    struct object object;
    ck_assert(object_at((uintptr_t)stack_start, &object));
    ck_assert_uint_eq(unwind_find(object.eh_frame_hdr, object.end + 4096).kind, UNWIND_UNKNOWN);
    ck_assert_uint_eq(unwind_find(object.eh_frame_hdr, 0).kind, UNWIND_UNKNOWN);
}
END_TEST

/* Two ways to one place, at the same depth of the stack. */
FUNCTION static struct stack_at innermost(void) { return stack_here(); }

static bool recalls(uint32_t site, bool keep)
{
    struct stack_at at = innermost();
    struct stack_reads reads;
    uintptr_t addresses[DEEPEST];
    stack_walk(&at, addresses, DEEPEST, &reads);
    if (keep)
        stack_cache_keep(&at, &reads, site);
    return stack_cache_find(&at) == site;
}

FUNCTION static bool by_left(uint32_t site, bool keep)
{
    bool recalled = recalls(site, keep);
    __asm__ volatile("# left");
    return recalled;
}

FUNCTION static bool by_right(uint32_t site, bool keep)
{
    bool recalled = recalls(site, keep);
    __asm__ volatile("# right");
    return recalled;
}

START_TEST(recalled_is_only_the_same_stack)
{
    bool (*const ways[])(uint32_t, bool) = {by_left, by_left, by_right, by_left};
    bool found[4];
    start();
    for (volatile int i = 0; i < 4; i++) { /* all from one place: not to be unrolled */
        if (i == 3)
            stack_cache_forget();
        found[i] = ways[i](7, i == 0);
    }
    ck_assert(found[0]);
    ck_assert(found[1]);
    ck_assert(!found[2]);
    ck_assert(!found[3]);
}
END_TEST

Suite *suite_stack(void)
{
    Suite *suite = suite_create("stack");
    unit_add(suite, stack_is_as_unwound);
    unit_add(suite, stack_of_a_recursion);
    unit_add(suite, stack_of_a_frame_of_variable_size);
    unit_add(suite, stack_of_a_realigned_frame);
    unit_add(suite, stack_goes_on_below_a_signal_handler);
    unit_add(suite, stack_goes_on_below_a_signal_stack);
    unit_add(suite, stack_goes_through_the_c_library);
    unit_add(suite, stack_of_a_thread);
    unit_add(suite, stack_started_by_threads);
    unit_add(suite, stack_is_cut_at_the_outer_end);
    unit_add(suite, stack_of_no_code_is_one_frame);
    unit_add(suite, stack_with_a_wild_frame_pointer_ends);
    unit_add(suite, rule_outside_of_all_code_is_unknown);
    unit_add(suite, recalled_is_only_the_same_stack);
    return suite;
}
