/* SPDX-License-Identifier: MIT
 *
 * The malloc family as a program meets it under a limit. Each test is a victim of the same name,
 * heap_NAME, that checks itself: it must end with status 0 and say nothing on stderr. Tests of the
 * "never refused" kind get a limit that all they hold fits into.
 */
#include "driver.h"

/* Name, limit. */
#define VICTIMS(X)                                                                                 \
    X(aligned_blocks_are_refunded, "1M")                                                           \
    X(aligned_new_is_charged, "1M")                                                                \
    X(alignment_errors_are_einval_and_cost_nothing, "1M")                                          \
    X(alignment_is_what_was_asked, "4M")                                                           \
    X(block_freed_just_now_is_had_again, "1M")                                                     \
    X(block_freed_twice_is_found_at_once, "1M")                                                    \
    X(blocks_drift_without_end, "64M")                                                             \
    X(threads_drift_and_lose_no_block, "64M")                                                      \
    X(blocks_freed_by_other_threads_are_refunded, "16M")                                           \
    X(calloc_gives_zeros, "4M")                                                                    \
    X(containers_outlive_bad_alloc, "1M")                                                          \
    X(ended_threads_give_the_allocator_all_back, "1G")                                             \
    X(every_maker_charges_what_was_asked, "2M")                                                    \
    X(every_maker_is_refused_past_the_last_byte, "1M")                                             \
    X(every_way_to_free_refunds, "1M")                                                             \
    X(exceptions_are_thrown_at_a_full_budget, "1M")                                                \
    X(failure_of_the_allocator_itself_is_refunded, "1G")                                           \
    X(free_leaves_errno, "16M")                                                                    \
    X(growth_charges_only_the_difference, "1M")                                                    \
    X(growth_takes_the_last_byte_and_no_more, "1M")                                                \
    X(handler_allocates_at_each_step_of_a_reuse, "1M")                                             \
    X(hundreds_of_thousands_of_blocks_are_counted_exactly, "64M")                                  \
    X(libc_asprintf_is_refused_cleanly, "1M")                                                      \
    X(libc_fopen_is_refused_cleanly, "1M")                                                         \
    X(libc_getaddrinfo_is_refused_cleanly, "1M")                                                   \
    X(libc_getline_is_refused_cleanly, "1M")                                                       \
    X(libc_glob_is_refused_cleanly, "1M")                                                          \
    X(libc_open_memstream_is_refused_cleanly, "1M")                                                \
    X(libc_opendir_is_refused_cleanly, "1M")                                                       \
    X(libc_pthread_create_is_refused_cleanly, "1M")                                                \
    X(libc_qsort_sorts_without_budget, "1M")                                                       \
    X(libc_realpath_is_refused_cleanly, "1M")                                                      \
    X(libc_regcomp_is_refused_cleanly, "1M")                                                       \
    X(libc_scandir_is_refused_cleanly, "1M")                                                       \
    X(libc_strdup_is_refused_cleanly, "1M")                                                        \
    X(limit_of_nothing_gives_no_byte, "0")                                                         \
    X(new_handler_makes_room, "1M")                                                                \
    X(new_is_charged_and_bad_alloc_is_caught, "1M")                                                \
    X(nothrow_new_returns_null, "1M")                                                              \
    X(overflowing_products_are_refused, "1M")                                                      \
    X(peak_is_the_most_that_was_used, "1M")                                                        \
    X(what_the_kernel_refuses_is_no_peak, "8G")                                                    \
    X(pvalloc_gives_whole_pages, "1M")                                                             \
    X(random_calls_are_counted_exactly, "64M")                                                     \
    X(realloc_to_zero_frees, "1M")                                                                 \
    X(refusal_takes_nothing_from_later_requests, "1M")                                             \
    X(refused_posix_memalign_sets_errno_and_leaves_the_pointer, "1M")                              \
    X(refused_realloc_keeps_the_block, "1M")                                                       \
    X(shrinking_refunds_the_difference, "1M")                                                      \
    X(sizes_around_64_kib_are_kept_apart, "1M")                                                    \
    X(sizes_too_large_are_refused, "1M")                                                           \
    X(success_leaves_errno, "64M")                                                                 \
    X(success_leaves_errno_where_the_break_is_blocked, "64M")                                      \
    X(threads_that_come_and_go_leave_nothing, "1M")                                                \
    X(tuning_calls_pass, "1M")                                                                     \
    X(unknown_block_survives_a_refused_realloc, "1M")                                              \
    X(unknown_blocks_are_charged_from_realloc_on, "1M")                                            \
    X(unknown_blocks_are_freed_and_counted, "1M")                                                  \
    X(usable_size_covers_what_was_asked, "4M")                                                     \
    X(what_one_thread_frees_another_can_have, "1M")                                                \
    X(zero_bytes_are_a_block_that_costs_nothing, "1M")

#define VICTIM_TEST(name, limit)                                                                   \
    START_TEST(name)                                                                               \
    {                                                                                              \
        expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=" limit), "victims/heap_" #name));               \
    }                                                                                              \
    END_TEST
VICTIMS(VICTIM_TEST)

START_TEST(sizes_too_large_are_refused_without_a_limit)
{
    expect_ok(
        RUN(SETTINGS("MEMRESTRICT_LIMIT=unlimited"), "victims/heap_sizes_too_large_are_refused"));
}
END_TEST

START_TEST(pvalloc_gives_whole_pages_where_nothing_is_counted)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_COUNT=regions"), "victims/heap_pvalloc_gives_whole_pages"));
}
END_TEST

#define FILLED "victims/heap_perturbed_blocks_are_filled"
START_TEST(perturbed_blocks_are_filled)
{
    expect_ok(
        RUN(SETTINGS("MEMRESTRICT_LIMIT=1M", "GLIBC_TUNABLES=glibc.malloc.perturb=165"), FILLED));
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=1M"), FILLED, "mallopt"));
}
END_TEST

START_TEST(printf_prints_without_budget)
{
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_LIMIT=1M"), "victims/heap_libc_printf_prints_without_budget");
    expect_ok(run);
    ck_assert_str_eq(run->out, "42 words 1.50\n");
}
END_TEST

#define EDGE "victims/heap_threads_at_the_edge_hold_no_byte_too_many"
#define FITS "victims/heap_what_fits_is_never_refused_among_threads"

START_TEST(threads_at_the_edge_hold_no_byte_too_many)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=2M"), EDGE, "64", "3"));
}
END_TEST

/* Few bytes: nearly everything is refused. More: threads draw stocks all the time. */
START_TEST(narrow_and_wide_edges_are_kept)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=300K"), EDGE, "64", "1"));
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=8M"), EDGE, "64", "1"));
}
END_TEST

START_TEST(more_threads_than_stocks_hold_no_byte_too_many)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=8M"), EDGE, "200", "1"));
}
END_TEST

START_TEST(what_fits_is_never_refused_among_64_threads)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=1M"), FITS, "64", "0", "0", "1"));
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M"), FITS, "64", "0", "0", "1"));
}
END_TEST

START_TEST(what_fits_is_never_refused_beside_idle_threads)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M"), FITS, "32", "32", "0", "2"));
}
END_TEST

START_TEST(what_fits_is_never_refused_beside_greedy_threads)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=1M"), FITS, "60", "0", "4", "1"));
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=64M"), FITS, "30", "30", "4", "2"));
}
END_TEST

START_TEST(what_fits_is_never_refused_among_more_threads_than_stocks)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=32M"), FITS, "150", "49", "1", "1"));
}
END_TEST

/* Before there is a second thread the library counts in a cheaper way. */
START_TEST(what_fits_is_never_refused_beside_one_greedy_thread)
{
    expect_ok(RUN(SETTINGS("MEMRESTRICT_LIMIT=1M"), FITS, "1", "0", "1", "1"));
}
END_TEST

Suite *suite_heap(void)
{
    Suite *suite = suite_create("heap");
#define VICTIM_ADD(name, limit) driver_add(suite, name);
    VICTIMS(VICTIM_ADD)
    driver_add(suite, sizes_too_large_are_refused_without_a_limit);
    driver_add(suite, pvalloc_gives_whole_pages_where_nothing_is_counted);
    driver_add(suite, perturbed_blocks_are_filled);
    driver_add(suite, printf_prints_without_budget);
    driver_add(suite, threads_at_the_edge_hold_no_byte_too_many);
    driver_add(suite, narrow_and_wide_edges_are_kept);
    driver_add(suite, more_threads_than_stocks_hold_no_byte_too_many);
    driver_add(suite, what_fits_is_never_refused_among_64_threads);
    driver_add(suite, what_fits_is_never_refused_beside_idle_threads);
    driver_add(suite, what_fits_is_never_refused_beside_greedy_threads);
    driver_add(suite, what_fits_is_never_refused_among_more_threads_than_stocks);
    driver_add(suite, what_fits_is_never_refused_beside_one_greedy_thread);
    return suite;
}
