/* SPDX-License-Identifier: MIT
 *
 * Mappings under the library: every call that makes, changes or removes one, and threads' stacks.
 * A victim shows each property, and its name says which; most of them also hold the library's
 * count against the kernel's own, VmData.
 */
#include "driver.h"

/* A victim's status when this machine cannot show its property. */
enum { NOT_HERE = 77 };

static void show(const char *name, const char *const settings[])
{
    char victim[200] = "victims/";
    const struct run *run = RUN(settings, strncat(victim, name, 150));
    if (run->status == NOT_HERE)
        harness_skip(name, "this kernel does not have what it needs");
    else
        expect_ok(run);
}

/* mmap and mmap64 */
#define MAPS(X)                                                                                    \
    X(map_at_an_offset_past_2g)                                                                    \
    X(map_calls_keep_errno_when_they_succeed)                                                      \
    X(map_charges_whole_pages)                                                                     \
    X(map_fills_the_limit_to_the_byte)                                                             \
    X(map_fixed_commits_a_reservation)                                                             \
    X(map_fixed_file_over_charged_memory_credits_it)                                               \
    X(map_fixed_inside_a_mapping_splits_it)                                                        \
    X(map_fixed_noreplace_over_a_mapping_changes_nothing)                                          \
    X(map_fixed_over_more_charges_the_difference)                                                  \
    X(map_fixed_over_the_same_charges_nothing_more)                                                \
    X(map_fixed_partly_over_two_mappings)                                                          \
    X(map_fixed_refused_keeps_the_old_mapping)                                                     \
    X(map_fixed_that_fails_late_leaves_the_count_right)                                            \
    X(map_mmap64_charges_like_mmap)                                                                \
    X(map_none_is_free)                                                                            \
    X(map_private_file_is_charged_once_made_writable)                                              \
    X(map_private_file_is_charged_when_writable)                                                   \
    X(map_read_only_is_free)                                                                       \
    X(map_refusals_do_not_raise_the_peak)                                                          \
    X(map_refused_past_the_limit)                                                                  \
    X(map_shared_and_read_only_files_are_free)                                                     \
    X(map_shared_anonymous_is_charged)                                                             \
    X(map_that_the_kernel_refuses_changes_nothing)                                                 \
    X(map_where_another_was_unmapped_unseen_charges_once)                                          \
    X(map_with_bad_arguments_changes_nothing)

/* munmap */
#define UNMAPS(X)                                                                                  \
    X(map_unmap_across_mappings_and_holes_credits_each_once)                                       \
    X(map_unmap_in_the_middle_credits_the_middle)                                                  \
    X(map_unmap_of_what_was_mapped_unseen_credits_nothing)                                         \
    X(map_unmap_twice_credits_once)                                                                \
    X(map_unmap_with_bad_arguments_changes_nothing)

/* mprotect and pkey_mprotect */
#define PROTECTS(X)                                                                                \
    X(map_protect_commits_a_reservation)                                                           \
    X(map_protect_decommits)                                                                       \
    X(map_protect_of_shared_files_is_free)                                                         \
    X(map_protect_of_writable_memory_fits_at_the_limit)                                            \
    X(map_protect_over_a_hole_counts_what_it_made_writable)                                        \
    X(map_protect_over_a_hole_credits_what_it_made_read_only)                                      \
    X(map_protect_refused_leaves_the_reservation)                                                  \
    X(map_protect_up_to_a_read_only_file_counts_what_it_made_writable)                             \
    X(map_protect_with_bad_arguments_changes_nothing)                                              \
    X(map_pkey_protect_counts_like_mprotect)

/* mremap */
#define REMAPS(X)                                                                                  \
    X(map_remap_dontunmap_charges_both)                                                            \
    X(map_remap_dontunmap_refused_changes_nothing)                                                 \
    X(map_remap_fixed_grows_over_what_was_there)                                                   \
    X(map_remap_fixed_of_a_shared_file_over_a_reservation_is_free)                                 \
    X(map_remap_fixed_of_several_mappings_counts_as_the_kernel)                                    \
    X(map_remap_fixed_over_a_hole_counts_as_the_kernel)                                            \
    X(map_remap_fixed_refused_keeps_both_mappings)                                                 \
    X(map_remap_fixed_replaces_what_was_there)                                                     \
    X(map_remap_fixed_shrinks)                                                                     \
    X(map_remap_fixed_that_fails_late_leaves_the_count_right)                                      \
    X(map_remap_grows_and_moves)                                                                   \
    X(map_remap_grows_in_place)                                                                    \
    X(map_remap_of_a_reservation_is_free)                                                          \
    X(map_remap_of_a_shared_file_is_free)                                                          \
    X(map_remap_of_size_0_charges_the_copy_of_a_shared_mapping)                                    \
    X(map_remap_of_size_0_of_a_private_mapping_changes_nothing)                                    \
    X(map_remap_refused_keeps_the_mapping)                                                         \
    X(map_remap_shrinks)                                                                           \
    X(map_remap_that_may_not_move_fails_and_changes_nothing)                                       \
    X(map_remap_with_bad_arguments_changes_nothing)

/* brk and sbrk */
#define BREAKS(X)                                                                                  \
    X(map_brk_below_the_start_changes_nothing)                                                     \
    X(map_brk_charges_bytes)                                                                       \
    X(map_brk_into_another_mapping_fails_and_changes_nothing)                                      \
    X(map_brk_of_malloc_is_not_charged_beside_its_blocks)                                          \
    X(map_brk_refused_leaves_the_break)                                                            \
    X(map_sbrk_charges_bytes)                                                                      \
    X(map_sbrk_refused_leaves_the_break)

/* Threads, signal handlers, fork */
#define OTHERS(X)                                                                                  \
    X(map_threads_commit_one_reservation)                                                          \
    X(map_threads_never_hold_more_than_the_limit)                                                  \
    X(map_threads_that_fit_are_never_refused)                                                      \
    X(map_whole_mappings_block_no_signals)                                                         \
    X(map_handler_maps_while_the_program_maps)                                                     \
    X(map_handler_unmaps_while_the_program_allocates)                                              \
    X(map_fork_keeps_what_the_child_inherits)                                                      \
    X(map_fork_while_a_thread_maps_leaves_the_child_exact)

/* Threads' stacks */
#define STACKS(X)                                                                                  \
    X(map_stack_is_charged_until_join)                                                             \
    X(map_stack_is_given_back_after_a_detached_thread)                                             \
    X(map_stack_is_given_back_after_cancellation)                                                  \
    X(map_stack_is_given_back_after_pthread_exit)                                                  \
    X(map_stack_of_the_program_is_charged_once)                                                    \
    X(map_stack_refused_is_eagain)                                                                 \
    X(map_stacks_at_the_edge_never_exceed_the_limit)

/* Those that need no limit */
#define FREE_STACKS(X)                                                                             \
    X(map_stack_of_default_size_is_charged)                                                        \
    X(map_stack_that_the_system_refuses_is_not_charged)

#define SHOW(name, ...)                                                                            \
    START_TEST(name) { show(#name, SETTINGS(__VA_ARGS__)); }                                       \
    END_TEST

#define SHOW_MAP(name) SHOW(name, "MEMRESTRICT_LIMIT=1M")
MAPS(SHOW_MAP)
UNMAPS(SHOW_MAP)
PROTECTS(SHOW_MAP)
REMAPS(SHOW_MAP)
BREAKS(SHOW_MAP)
OTHERS(SHOW_MAP)

#define SHOW_STACK(name) SHOW(name, "MEMRESTRICT_LIMIT=1M", "MEMRESTRICT_COUNT=heap,regions,stacks")
STACKS(SHOW_STACK)
#define SHOW_FREE_STACK(name) SHOW(name, "MEMRESTRICT_COUNT=heap,stacks")
FREE_STACKS(SHOW_FREE_STACK)

SHOW(map_stack_is_not_charged_by_default, "MEMRESTRICT_LIMIT=1M")
SHOW(map_huge_pages_are_charged_whole, "MEMRESTRICT_LIMIT=16M")
SHOW(map_by_number_is_counted, "MEMRESTRICT_LIMIT=16M")
SHOW(map_more_mappings_than_the_kernel_has_changes_nothing, "MEMRESTRICT_LIMIT=1G")
SHOW(map_limit_of_nothing_leaves_reservations, "MEMRESTRICT_LIMIT=0")
SHOW(map_count_of_heap_leaves_regions_unlimited, "MEMRESTRICT_LIMIT=1M", "MEMRESTRICT_COUNT=heap")
SHOW(map_count_of_regions_leaves_the_heap_unlimited, "MEMRESTRICT_LIMIT=1M",
     "MEMRESTRICT_COUNT=regions")

/* The size that is said is what did not fit. */
START_TEST(map_huge_page_is_refused)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=1M", "MEMRESTRICT_REPORT=stderr"),
                                "victims/map_huge_page_is_refused");
    if (run->status == NOT_HERE)
        harness_skip("map_huge_page_is_refused", "this kernel has no pages of 2 MiB");
    else
        ck_assert_msg(run->status == 0 && strstr(run->err, "first: mmap of 2097152 bytes") != NULL,
                      "status %d: %s", run->status, run->err);
}
END_TEST

SHOW(map_jump_out_of_a_call_leaves_its_charge_alone, "MEMRESTRICT_LIMIT=16M")
SHOW(map_handler_maps_between_whole_mappings, "MEMRESTRICT_LIMIT=64M")

START_TEST(map_without_memory_for_records_fails)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=1G", "MEMRESTRICT_REPORT=stderr"),
                                "victims/map_without_memory_for_records_fails");
    ck_assert_msg(run->status == 0 && strstr(run->err, "refused       0\n  no records    failed 1, "
                                                       "first: mprotect of ") != NULL,
                  "status %d: %s", run->status, run->err);
}
END_TEST

START_TEST(map_random_calls_agree_with_the_kernel)
{
    show("map_random_calls_agree_with_the_kernel", SETTINGS("MEMRESTRICT_LIMIT=unlimited"));
    show("map_random_calls_agree_with_the_kernel", SETTINGS("MEMRESTRICT_LIMIT=64K"));
}
END_TEST

Suite *suite_map(void)
{
    Suite *suite = suite_create("map");
#define ADD(name) driver_add(suite, name);
    MAPS(ADD)
    UNMAPS(ADD)
    PROTECTS(ADD)
    REMAPS(ADD)
    BREAKS(ADD)
    OTHERS(ADD)
    STACKS(ADD)
    FREE_STACKS(ADD)
    ADD(map_stack_is_not_charged_by_default)
    ADD(map_huge_pages_are_charged_whole)
    ADD(map_huge_page_is_refused)
    ADD(map_without_memory_for_records_fails)
    ADD(map_jump_out_of_a_call_leaves_its_charge_alone)
    ADD(map_handler_maps_between_whole_mappings)
    ADD(map_by_number_is_counted)
    ADD(map_more_mappings_than_the_kernel_has_changes_nothing)
    ADD(map_limit_of_nothing_leaves_reservations)
    ADD(map_count_of_heap_leaves_regions_unlimited)
    ADD(map_count_of_regions_leaves_the_heap_unlimited)
    ADD(map_random_calls_agree_with_the_kernel)
    return suite;
}
