/* SPDX-License-Identifier: MIT
 *
 * The order of decisions for heap blocks: what is charged, entered and given back at each step,
 * what a refusal leaves behind, and what it says. No block is ever touched, so addresses are made
 * up.
 */
#include "unit.h"

#include "records/budget.h"
#include "ground/counter.h"
#include "decide/gate.h"
#include "decide/gate_refusals.h"
#include "records/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UNTOUCHED = 4095 }; /* an errno that nobody sets */

static const void *const block = (const void *)((uintptr_t)0x7f1234 << 22);
static const void *const elsewhere = (const void *)((uintptr_t)0x7f5678 << 22);

static void start(uint64_t limit, uint64_t reserve, enum on_refusal on_refusal)
{
    struct config config = {
        .limit = limit, .reserve = reserve, .count = COUNT_HEAP, .on_refusal = on_refusal};
    ledger_start(16);
    gate_start(&config, "me");
    errno = UNTOUCHED;
}

static void start_plain(uint64_t limit) { start(limit, 0, REFUSAL_ERRNO); }

static uint64_t used(void) { return budget_read().used; }

static void allocate(const void *address, size_t size)
{
    ck_assert(gate_admit(CALL_malloc, size));
    ck_assert(gate_commit(CALL_malloc, address, size, NULL));
}

/* The ledger and the budget agree on this many blocks and bytes. */
static void expect_held(uint64_t blocks, uint64_t bytes)
{
    struct ledger_live live = ledger_live();
    ck_assert_uint_eq(live.blocks, blocks);
    ck_assert_uint_eq(live.bytes, bytes);
    ck_assert_uint_eq(used(), bytes);
}

static void expect_block(const void *address, size_t size)
{
    size_t found = 0;
    ck_assert(ledger_take(address, &found));
    ck_assert_uint_eq(found, size);
    ck_assert(ledger_put(address, found));
}

static void expect_refusals(uint64_t count)
{
    ck_assert_uint_eq(gate_figures().refusals, count);
    ck_assert_int_eq(errno, count > 0 ? ENOMEM : UNTOUCHED);
}

static void expect_shortage(enum account_shortage_kind kind, uint64_t count, enum call call,
                            uint64_t size)
{
    struct gate_figures figures = gate_figures();
    ck_assert_uint_eq(figures.shortages[kind].count, count);
    ck_assert_uint_eq(figures.shortages[kind].call, call);
    ck_assert_uint_eq(figures.shortages[kind].size, size);
}

static struct rlimit allowed;

/* From here on every mmap fails. */
static void memory_runs_out(void)
{
    getrlimit(RLIMIT_AS, &allowed);
    setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = 4096, .rlim_max = allowed.rlim_max});
}

static void memory_is_back(void) { setrlimit(RLIMIT_AS, &allowed); }

START_TEST(an_admitted_call_is_charged_before_it_is_made)
{
    start_plain(1000);
    ck_assert(gate_admit(CALL_malloc, 1000));
    ck_assert_uint_eq(used(), 1000);
    ck_assert_uint_eq(ledger_live().blocks, 0);
    ck_assert_uint_eq(gate_figures().refusals, 0);
}
END_TEST

START_TEST(a_committed_block_is_entered)
{
    start_plain(1000);
    allocate(block, 400);
    expect_held(1, 400);
    expect_block(block, 400);
}
END_TEST

START_TEST(a_released_block_is_refunded_and_forgotten)
{
    start_plain(1000);
    allocate(block, 1000);
    ck_assert(gate_release(block));
    expect_held(0, 0);
    ck_assert(!gate_release(block));
    expect_held(0, 0);
}
END_TEST

START_TEST(a_block_of_no_bytes_is_entered_too)
{
    start_plain(0);
    allocate(block, 0);
    expect_held(1, 0);
    ck_assert(gate_release(block));
    expect_held(0, 0);
}
END_TEST

START_TEST(a_cancelled_call_is_refunded)
{
    start_plain(1000);
    ck_assert(gate_admit(CALL_malloc, 1000));
    gate_cancel(1000);
    expect_held(0, 0);
    expect_refusals(0);
}
END_TEST

START_TEST(success_leaves_errno_alone)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 100);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 200));
    gate_resize_end(&resize, elsewhere);
    ck_assert(gate_release(elsewhere));
    ck_assert(!gate_release(elsewhere));
    gate_count_unknown();
    ck_assert_int_eq(errno, UNTOUCHED);
}
END_TEST

START_TEST(a_refused_call_is_enomem_and_charges_nothing)
{
    start_plain(1000);
    ck_assert(!gate_admit(CALL_malloc, 1001));
    expect_refusals(1);
    expect_held(0, 0);
    ck_assert(gate_admit(CALL_malloc, 1000));
}
END_TEST

START_TEST(sizes_past_64_bits_are_refused)
{
    start_plain(CONFIG_UNLIMITED);
    allocate(block, 100);
    ck_assert(!gate_admit(CALL_malloc, UINT64_MAX));
    expect_refusals(1);
    expect_held(1, 100);
}
END_TEST

START_TEST(a_block_past_what_any_object_may_have_is_refused)
{
    start_plain(CONFIG_UNLIMITED);
    ck_assert(gate_is_fast());
    ck_assert(!gate_admit_block(CALL_malloc, (size_t)PTRDIFF_MAX + 1));
    ck_assert(!gate_admit_block(CALL_malloc, SIZE_MAX));
    expect_refusals(2);
    expect_held(0, 0);
}
END_TEST

START_TEST(the_figures_are_those_of_the_first_refusal)
{
    start_plain(1000);
    allocate(block, 300);
    ck_assert(!gate_admit(CALL_posix_memalign, 701));
    ck_assert(gate_release(block));
    ck_assert(!gate_admit(CALL_calloc, 5000));
    struct gate_figures figures = gate_figures();
    ck_assert_uint_eq(figures.refusals, 2);
    ck_assert_uint_eq(figures.first_call, CALL_posix_memalign);
    ck_assert_uint_eq(figures.first_size, 701);
    ck_assert_uint_eq(figures.first_used, 300);
}
END_TEST

START_TEST(a_block_that_is_in_no_record_gives_nothing_back)
{
    start_plain(1000);
    allocate(block, 300);
    ck_assert(!gate_release(elsewhere));
    ck_assert(!gate_release((const char *)block + 8));
    ck_assert(!gate_release((const char *)block + 16));
    expect_held(1, 300);
}
END_TEST

START_TEST(unknown_blocks_are_counted)
{
    ck_assert_uint_eq(gate_figures().unknown, 0);
    gate_count_unknown();
    gate_count_unknown();
    ck_assert_uint_eq(gate_figures().unknown, 2);
}
END_TEST

static void replace_unseen(const void *address)
{
    start_plain(1000);
    allocate(address, 300);
    ck_assert(gate_admit(CALL_malloc, 200));
    ck_assert(gate_commit(CALL_malloc, address, 200, NULL));
    expect_held(1, 200);
    expect_block(address, 200);
    expect_refusals(0);
}

START_TEST(a_block_that_was_freed_behind_our_back_is_refunded_when_its_place_is_used)
{
    replace_unseen(block);
}
END_TEST

/* One half of a granule of 32 bytes has a block, so the other has none any more. */
START_TEST(a_block_that_was_freed_behind_our_back_is_refunded_when_its_neighbour_comes)
{
    start_plain(1000);
    ledger_start(32);
    allocate(block, 300);
    allocate((const char *)block + 16, 200);
    expect_held(1, 200);
    expect_block((const char *)block + 16, 200);
    expect_refusals(0);
}
END_TEST

START_TEST(a_large_block_that_was_freed_behind_our_back_is_refunded_whole)
{
    const char *there = (const char *)block + 4096;
    start_plain(1000000);
    allocate(there, 100000);
    allocate(there + 32, 24);
    expect_held(1, 24);
    allocate(there + 96, 25);
    allocate(there, 26);
    expect_held(3, 24 + 25 + 26);
    allocate(there - 32, 200000);
    expect_held(2, 25 + 200000);
    expect_refusals(0);
}
END_TEST

START_TEST(a_block_oddly_placed_that_was_freed_behind_our_back_is_refunded_too)
{
    replace_unseen((const char *)block + 8);
}
END_TEST

START_TEST(a_block_that_moves_to_where_one_was_freed_behind_our_back_is_counted_once)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 300);
    allocate(elsewhere, 400);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 350));
    gate_resize_end(&resize, elsewhere);
    expect_held(1, 350);
    expect_block(elsewhere, 350);
}
END_TEST

START_TEST(a_block_without_memory_for_its_entry_is_refunded_and_no_refusal)
{
    start_plain(1000);
    ck_assert(gate_admit(CALL_memalign, 300));
    memory_runs_out();
    bool committed = gate_commit(CALL_memalign, block, 300, NULL);
    memory_is_back();
    ck_assert(!committed);
    ck_assert_int_eq(errno, ENOMEM);
    expect_held(0, 0);
    ck_assert_uint_eq(gate_figures().refusals, 0);
    expect_shortage(SHORTAGE_OWN, 1, CALL_memalign, 300);
    expect_shortage(SHORTAGE_KERNEL, 0, CALL_malloc, 0);
}
END_TEST

/* The next allocator, or the kernel, may fail for other reasons, too. */
START_TEST(what_fails_below_the_budget_is_counted_apart)
{
    start_plain(1000);
    errno = EINVAL;
    gate_fall_short_below(CALL_aligned_alloc, 100);
    ck_assert_int_eq(errno, EINVAL);
    expect_shortage(SHORTAGE_KERNEL, 0, CALL_malloc, 0);
    errno = EAGAIN;
    gate_fall_short_below(CALL_mmap, 200);
    ck_assert_int_eq(errno, EAGAIN);
    errno = ENOMEM;
    gate_fall_short_below(CALL_malloc, 300);
    expect_shortage(SHORTAGE_KERNEL, 2, CALL_mmap, 200);
    expect_shortage(SHORTAGE_OWN, 0, CALL_malloc, 0);
    ck_assert_uint_eq(gate_figures().refusals, 0);
}
END_TEST

START_TEST(a_realloc_that_fails_below_the_budget_is_counted_apart)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 600);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 700));
    errno = ENOMEM;
    gate_resize_end(&resize, NULL);
    expect_held(1, 600);
    expect_shortage(SHORTAGE_KERNEL, 1, CALL_realloc, 700);
}
END_TEST

START_TEST(the_reserve_is_closed_before_the_first_refusal)
{
    start(1000, 500, REFUSAL_ERRNO);
    ck_assert_uint_eq(budget_read().limit, 1000);
    ck_assert(gate_admit(CALL_malloc, 1000));
    ck_assert(!gate_admit(CALL_malloc, 1));
}
END_TEST

START_TEST(the_reserve_opens_with_the_first_refusal_to_the_byte)
{
    start(1000, 500, REFUSAL_ERRNO);
    ck_assert(!gate_admit(CALL_malloc, 1001));
    ck_assert_uint_eq(budget_read().limit, 1500);
    ck_assert(gate_admit(CALL_malloc, 1500));
    ck_assert(!gate_admit(CALL_malloc, 1));
}
END_TEST

START_TEST(the_reserve_opens_once)
{
    start(1000, 500, REFUSAL_ERRNO);
    for (int i = 0; i < 3; i++)
        ck_assert(!gate_admit(CALL_malloc, 1501));
    ck_assert_uint_eq(budget_read().limit, 1500);
    expect_refusals(3);
}
END_TEST

START_TEST(a_reserve_beside_no_limit_stays_within_64_bits)
{
    start(CONFIG_UNLIMITED, 500, REFUSAL_ERRNO);
    allocate(block, 1);
    ck_assert(!gate_admit(CALL_malloc, UINT64_MAX));
    ck_assert_uint_eq(budget_read().limit, CONFIG_UNLIMITED);
}
END_TEST

START_TEST(a_growing_block_is_charged_its_growth_before_the_call)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 600);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 1000));
    ck_assert_uint_eq(used(), 1000);
    gate_resize_end(&resize, block);
    expect_held(1, 1000);
    expect_block(block, 1000);
}
END_TEST

START_TEST(a_block_has_no_record_while_it_is_resized)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 600);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 700));
    ck_assert_uint_eq(ledger_live().blocks, 0);
    gate_resize_end(&resize, block);
}
END_TEST

START_TEST(a_block_that_moved_is_entered_at_its_new_place)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 600);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 700));
    gate_resize_end(&resize, elsewhere);
    expect_held(1, 700);
    expect_block(elsewhere, 700);
}
END_TEST

START_TEST(a_refused_growth_leaves_the_block_as_it_was)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 600);
    ck_assert(!gate_resize_begin(&resize, CALL_reallocarray, block, 1001));
    expect_refusals(1);
    expect_held(1, 600);
    expect_block(block, 600);
    ck_assert_uint_eq(gate_figures().first_call, CALL_reallocarray);
    ck_assert_uint_eq(gate_figures().first_size, 1001);
    ck_assert_uint_eq(gate_figures().first_used, 600);
}
END_TEST

START_TEST(a_plain_growth_is_charged_before_the_call)
{
    if (!counter_alone())
        SKIP("there is a thread of the sanitizer's: the usual case is another");
    start_plain(1000);
    allocate(block, 300);
    ck_assert_int_eq(gate_take_fast(block), 300);
    ck_assert(gate_grow_fast(block, 300, 1000));
    ck_assert(!gate_admit(CALL_malloc, 1));
    ck_assert(gate_commit_fast(block, 1000));
    expect_held(1, 1000);
}
END_TEST

START_TEST(a_plain_growth_past_the_limit_leaves_the_block_as_it_was)
{
    start_plain(1000);
    allocate(block, 300);
    ck_assert_int_eq(gate_take_fast(block), 300);
    ck_assert(!gate_grow_fast(block, 300, 1001));
    expect_held(1, 300);
    expect_block(block, 300);
    expect_refusals(0);
}
END_TEST

START_TEST(a_refused_growth_leaves_an_oddly_placed_block_as_it_was)
{
    struct gate_resize resize;
    const void *odd = (const char *)block + 8;
    start_plain(1000);
    allocate(odd, 600);
    ck_assert(!gate_resize_begin(&resize, CALL_realloc, odd, 1001));
    expect_held(1, 600);
    expect_block(odd, 600);
}
END_TEST

START_TEST(a_growth_that_the_allocator_fails_keeps_the_block)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 600);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 1000));
    gate_resize_end(&resize, NULL);
    expect_held(1, 600);
    expect_block(block, 600);
}
END_TEST

START_TEST(a_shrinking_block_is_refunded_after_the_call)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 10));
    ck_assert_uint_eq(used(), 1000);
    gate_resize_end(&resize, block);
    expect_held(1, 10);
    expect_block(block, 10);
}
END_TEST

START_TEST(a_shrink_that_the_allocator_fails_keeps_the_block)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 10));
    gate_resize_end(&resize, NULL);
    expect_held(1, 1000);
    expect_block(block, 1000);
}
END_TEST

START_TEST(a_resize_to_the_same_size_needs_no_room)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 1000));
    gate_resize_end(&resize, elsewhere);
    expect_held(1, 1000);
    expect_block(elsewhere, 1000);
}
END_TEST

START_TEST(a_resize_to_nothing_that_returns_null_freed_the_block)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 0));
    gate_resize_end(&resize, NULL);
    expect_held(0, 0);
}
END_TEST

START_TEST(a_resize_to_nothing_that_returns_a_block_has_one_of_no_bytes)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 0));
    gate_resize_end(&resize, elsewhere);
    expect_held(1, 0);
    expect_block(elsewhere, 0);
}
END_TEST

START_TEST(large_blocks_are_resized_as_small_ones_are)
{
    const size_t huge = (size_t)1 << 40;
    struct gate_resize resize;
    start_plain(2 * huge);
    allocate(block, 100);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 2 * huge));
    gate_resize_end(&resize, elsewhere);
    expect_held(1, 2 * huge);
    ck_assert(!gate_resize_begin(&resize, CALL_realloc, elsewhere, 2 * huge + 1));
    ck_assert(gate_resize_begin(&resize, CALL_realloc, elsewhere, GATE_FAST_LARGEST));
    gate_resize_end(&resize, block);
    expect_held(1, GATE_FAST_LARGEST);
    expect_block(block, GATE_FAST_LARGEST);
}
END_TEST

START_TEST(an_unknown_block_is_charged_in_full_when_it_is_resized)
{
    struct gate_resize resize;
    start_plain(1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 1000));
    ck_assert_uint_eq(used(), 1000);
    gate_resize_end(&resize, elsewhere);
    expect_held(1, 1000);
    expect_block(elsewhere, 1000);
    ck_assert_uint_eq(gate_figures().unknown, 1);
}
END_TEST

START_TEST(an_unknown_block_that_the_allocator_kept_stays_unknown)
{
    struct gate_resize resize;
    start_plain(1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 1000));
    gate_resize_end(&resize, NULL);
    expect_held(0, 0);
}
END_TEST

START_TEST(an_unknown_block_that_was_refused_stays_unknown)
{
    struct gate_resize resize;
    start_plain(1000);
    ck_assert(!gate_resize_begin(&resize, CALL_realloc, block, 1001));
    expect_refusals(1);
    expect_held(0, 0);
}
END_TEST

START_TEST(an_unknown_block_resized_to_nothing_is_gone)
{
    struct gate_resize resize;
    start_plain(1000);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 0));
    gate_resize_end(&resize, NULL);
    expect_held(0, 0);
}
END_TEST

START_TEST(a_moved_block_without_memory_for_its_entry_goes_uncounted)
{
    struct gate_resize resize;
    start_plain(1000);
    allocate(block, 600);
    ck_assert(gate_resize_begin(&resize, CALL_realloc, block, 700));
    memory_runs_out();
    gate_resize_end(&resize, elsewhere);
    memory_is_back();
    expect_held(0, 0);
    expect_refusals(0);
}
END_TEST

static char said[4096];

/* Sends descriptor 2 to a file, for what the gate keeps of it at its start. */
static FILE *listen(void)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(dup2(fileno(file), 2), 2);
    return file;
}

static const char *heard(FILE *file)
{
    ssize_t length = pread(fileno(file), said, sizeof said - 1, 0);
    ck_assert_int_ge(length, 0);
    said[length] = '\0';
    return said;
}

START_TEST(errno_says_nothing)
{
    FILE *file = listen();
    start_plain(1000);
    ck_assert(!gate_admit(CALL_malloc, 1001));
    ck_assert_str_eq(heard(file), "");
}
END_TEST

START_TEST(warn_says_what_was_refused)
{
    FILE *file = listen();
    start(1 << 20, 0, REFUSAL_WARN);
    allocate(block, 1000);
    ck_assert(!gate_admit(CALL_calloc, 3 << 20));
    expect_refusals(1);
    char expected[200];
    snprintf(expected, sizeof expected,
             "memrestrict: me (process %d): refused calloc of 3145728 bytes (3.0 MiB) at 1000 bytes"
             " of 1048576 bytes (1.0 MiB), refusal 1\n",
             (int)getpid());
    ck_assert_str_eq(heard(file), expected);
}
END_TEST

START_TEST(warn_speaks_of_the_1st_10th_and_100th)
{
    FILE *file = listen();
    start(10, 0, REFUSAL_WARN);
    for (int i = 0; i < 999; i++)
        ck_assert(!gate_admit(CALL_malloc, 11));
    unsigned lines = 0;
    for (const char *at = heard(file); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    ck_assert_uint_eq(lines, 3);
    ck_assert_ptr_nonnull(strstr(said, ", refusal 1\n"));
    ck_assert_ptr_nonnull(strstr(said, ", refusal 10\n"));
    ck_assert_ptr_nonnull(strstr(said, ", refusal 100\n"));
}
END_TEST

START_TEST(warn_reaches_the_stderr_of_the_start)
{
    FILE *file = listen();
    start(10, 0, REFUSAL_WARN);
    close(2);
    ck_assert(!gate_admit(CALL_malloc, 11));
    ck_assert_ptr_nonnull(strstr(heard(file), "refused malloc"));
}
END_TEST

static int status_of(pid_t child, int options)
{
    int status;
    ck_assert_int_eq(waitpid(child, &status, options), child);
    return status;
}

START_TEST(abort_ends_the_program_at_the_first_refusal)
{
    FILE *file = listen();
    start(10, 0, REFUSAL_ABORT);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){.rlim_cur = 0});
        gate_admit(CALL_malloc, 11);
        _exit(0);
    }
    int status = status_of(child, 0);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGABRT);
    ck_assert_ptr_nonnull(strstr(heard(file), "refused malloc"));
}
END_TEST

START_TEST(abort_leaves_a_program_that_is_not_refused)
{
    start(10, 0, REFUSAL_ABORT);
    ck_assert(gate_admit(CALL_malloc, 10));
    gate_cancel(10);
    expect_held(0, 0);
}
END_TEST

START_TEST(stop_stops_the_program_once_and_lets_it_go_on)
{
    listen();
    start(10, 0, REFUSAL_STOP);
    pid_t child = fork();
    if (child == 0) {
        bool first = gate_admit(CALL_malloc, 11), second = gate_admit(CALL_malloc, 11);
        _exit(!first && !second && errno == ENOMEM ? 7 : 1);
    }
    int status = status_of(child, WUNTRACED);
    ck_assert(WIFSTOPPED(status));
    ck_assert_int_eq(WSTOPSIG(status), SIGSTOP);
    ck_assert_int_eq(kill(child, SIGCONT), 0);
    status = status_of(child, WUNTRACED);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

START_TEST(a_forked_child_counts_anew)
{
    start(1000, 500, REFUSAL_ERRNO);
    ck_assert(!gate_admit(CALL_malloc, 1501));
    gate_count_unknown();
    budget_fork_child(BUDGET_AS_NOTED);
    ck_assert_uint_eq(gate_figures().refusals, 0);
    ck_assert_uint_eq(gate_figures().unknown, 0);
    ck_assert(!gate_admit(CALL_calloc, 1600));
    ck_assert_uint_eq(gate_figures().refusals, 1);
    ck_assert_uint_eq(gate_figures().first_call, CALL_calloc);
    ck_assert_uint_eq(gate_figures().first_size, 1600);
    ck_assert_uint_eq(budget_read().limit, 1500);
}
END_TEST

enum { THREADS = 8, ROUNDS = 5000 };

static void *be_refused(void *unused)
{
    for (int i = 0; i < ROUNDS; i++)
        gate_admit(CALL_malloc, 1001);
    return unused;
}

static void *allocate_and_free(void *argument)
{
    const char *own = (const char *)block + (uintptr_t)argument * 4096;
    struct gate_resize resize;
    for (int i = 0; i < ROUNDS; i++) {
        if (!gate_admit(CALL_malloc, 50) || !gate_commit(CALL_malloc, own, 50, NULL))
            continue;
        if (gate_resize_begin(&resize, CALL_realloc, own, 200))
            gate_resize_end(&resize, own);
        gate_release(own);
    }
    return NULL;
}

static void run_threads(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, body, (void *)i), 0);
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

START_TEST(every_threads_refusals_are_counted)
{
    start_plain(1000);
    run_threads(be_refused);
    ck_assert_uint_eq(gate_figures().refusals, THREADS * ROUNDS);
    ck_assert_uint_eq(gate_figures().first_size, 1001);
    expect_held(0, 0);
}
END_TEST

START_TEST(threads_at_the_limit_leave_nothing_behind)
{
    start_plain(4 * 200 + 60);
    run_threads(allocate_and_free);
    expect_held(0, 0);
    ck_assert_uint_le(budget_read().peak, 4 * 200 + 60);
}
END_TEST

Suite *suite_gate(void)
{
    Suite *suite = suite_create("gate");
    unit_add(suite, an_admitted_call_is_charged_before_it_is_made);
    unit_add(suite, a_committed_block_is_entered);
    unit_add(suite, a_released_block_is_refunded_and_forgotten);
    unit_add(suite, a_block_of_no_bytes_is_entered_too);
    unit_add(suite, a_cancelled_call_is_refunded);
    unit_add(suite, success_leaves_errno_alone);
    unit_add(suite, a_refused_call_is_enomem_and_charges_nothing);
    unit_add(suite, sizes_past_64_bits_are_refused);
    unit_add(suite, a_block_past_what_any_object_may_have_is_refused);
    unit_add(suite, the_figures_are_those_of_the_first_refusal);
    unit_add(suite, a_block_that_is_in_no_record_gives_nothing_back);
    unit_add(suite, unknown_blocks_are_counted);
    unit_add(suite, a_block_that_was_freed_behind_our_back_is_refunded_when_its_place_is_used);
    unit_add(suite, a_block_that_was_freed_behind_our_back_is_refunded_when_its_neighbour_comes);
    unit_add(suite, a_large_block_that_was_freed_behind_our_back_is_refunded_whole);
    unit_add(suite, a_block_oddly_placed_that_was_freed_behind_our_back_is_refunded_too);
    unit_add(suite, a_block_that_moves_to_where_one_was_freed_behind_our_back_is_counted_once);
    unit_add(suite, a_block_without_memory_for_its_entry_is_refunded_and_no_refusal);
    unit_add(suite, what_fails_below_the_budget_is_counted_apart);
    unit_add(suite, a_realloc_that_fails_below_the_budget_is_counted_apart);
    unit_add(suite, the_reserve_is_closed_before_the_first_refusal);
    unit_add(suite, the_reserve_opens_with_the_first_refusal_to_the_byte);
    unit_add(suite, the_reserve_opens_once);
    unit_add(suite, a_reserve_beside_no_limit_stays_within_64_bits);
    unit_add(suite, a_growing_block_is_charged_its_growth_before_the_call);
    unit_add(suite, a_block_has_no_record_while_it_is_resized);
    unit_add(suite, a_block_that_moved_is_entered_at_its_new_place);
    unit_add(suite, a_refused_growth_leaves_the_block_as_it_was);
    unit_add(suite, a_plain_growth_is_charged_before_the_call);
    unit_add(suite, a_plain_growth_past_the_limit_leaves_the_block_as_it_was);
    unit_add(suite, a_refused_growth_leaves_an_oddly_placed_block_as_it_was);
    unit_add(suite, a_growth_that_the_allocator_fails_keeps_the_block);
    unit_add(suite, a_shrinking_block_is_refunded_after_the_call);
    unit_add(suite, a_shrink_that_the_allocator_fails_keeps_the_block);
    unit_add(suite, a_resize_to_the_same_size_needs_no_room);
    unit_add(suite, a_resize_to_nothing_that_returns_null_freed_the_block);
    unit_add(suite, a_resize_to_nothing_that_returns_a_block_has_one_of_no_bytes);
    unit_add(suite, large_blocks_are_resized_as_small_ones_are);
    unit_add(suite, an_unknown_block_is_charged_in_full_when_it_is_resized);
    unit_add(suite, an_unknown_block_that_the_allocator_kept_stays_unknown);
    unit_add(suite, an_unknown_block_that_was_refused_stays_unknown);
    unit_add(suite, an_unknown_block_resized_to_nothing_is_gone);
    unit_add(suite, a_moved_block_without_memory_for_its_entry_goes_uncounted);
    unit_add(suite, errno_says_nothing);
    unit_add(suite, warn_says_what_was_refused);
    unit_add(suite, warn_speaks_of_the_1st_10th_and_100th);
    unit_add(suite, warn_reaches_the_stderr_of_the_start);
    unit_add(suite, abort_ends_the_program_at_the_first_refusal);
    unit_add(suite, abort_leaves_a_program_that_is_not_refused);
    unit_add(suite, stop_stops_the_program_once_and_lets_it_go_on);
    unit_add(suite, a_forked_child_counts_anew);
    unit_add(suite, every_threads_refusals_are_counted);
    unit_add(suite, threads_at_the_limit_leave_nothing_behind);
    return suite;
}
