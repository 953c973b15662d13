/* SPDX-License-Identifier: MIT
 *
 * The order of decisions for mappings: what is charged before each call, entered after it, given
 * back when it failed, and what a refusal leaves behind. Addresses are made up; the kernel's list
 * of mappings, which is read when a call may have done a part, is a file of the test's own.
 */
#include "unit.h"

#include "records/budget.h"
#include "decide/gate.h"
#include "decide/gate_refusals.h"
#include "decide/gate_regions.h"
#include "ground/maps.h"
#include "ground/pages.h"

#include "../fuzz/fuzz_regions.c"

#include <fcntl.h>
#include <sys/resource.h>

enum { LIMIT_PAGES = 16, UNTOUCHED = 4095 /* an errno that nobody sets */ };
enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

/* Address and length of the test's page number `n`, counted from an arbitrary place. */
static char *at(size_t n) { return (char *)LOW + n * pages_size(); }
static size_t pages(size_t n) { return n * pages_size(); }

static void start_counting(unsigned count)
{
    struct config config = {.limit = pages(LIMIT_PAGES), .count = count};
    gate_start(&config, "me");
    gate_regions_start(&config);
    maps_source = "/nowhere";
    errno = UNTOUCHED;
}

static void start(void) { start_counting(COUNT_HEAP | COUNT_REGIONS); }

/* What the kernel says is mapped: spans of pages, ended by one of none. */
struct span {
    size_t from, to;
    bool writable;
};

static void kernel_has(const struct span *spans)
{
    static char path[64];
    int fd = memfd_create("maps", MFD_CLOEXEC);
    for (const struct span *span = spans; span->from != span->to; span++)
        dprintf(fd, "%zx-%zx %s 00000000 00:00 0 \n", (size_t)at(span->from), (size_t)at(span->to),
                span->writable ? "rw-p" : "r--p");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    maps_source = path;
}
#define KERNEL_HAS(...) kernel_has((const struct span[]){__VA_ARGS__, {0, 0, false}})

/* Budget and records agree on so many pages. */
static void expect_charged(size_t count)
{
    ck_assert_uint_eq(budget_read().used, pages(count));
    ck_assert_uint_eq(regions_live(&regions_own).bytes, pages(count));
}

static void expect_state(size_t from, size_t to, enum region_state state)
{
    for (size_t i = from; i < to; i++)
        ck_assert_int_eq(regions_at(&regions_own, (uintptr_t)at(i)), state);
}

/* Said no, once so far, and nothing else. */
static void expect_refusal(bool admitted, enum call call, uint64_t size)
{
    struct gate_figures figures = gate_figures();
    ck_assert(!admitted);
    ck_assert_int_eq(errno, ENOMEM);
    ck_assert_uint_eq(figures.refusals, 1);
    ck_assert_int_eq(figures.first_call, call);
    ck_assert_uint_eq(figures.first_size, size);
}

/* Successful calls, as they would be made. */
static void map_as(size_t from, size_t count, int prot, int flags)
{
    struct gate_region region;
    ck_assert(gate_map_begin(&region, at(from), pages(count), prot, flags, -1));
    ck_assert(gate_map_end(&region, at(from)));
}

static void map(size_t from, size_t count) { map_as(from, count, RW, ANON); }
static void reserve(size_t from, size_t count) { map_as(from, count, PROT_NONE, ANON); }

static void unmap(size_t from, size_t count)
{
    struct gate_region region;
    ck_assert(gate_unmap_begin(&region, at(from), pages(count), false));
    gate_unmap_end(&region, true);
}

static void protect(size_t from, size_t count, int prot)
{
    struct gate_region region;
    ck_assert(gate_protect_begin(&region, at(from), pages(count), prot));
    gate_protect_end(&region, true);
}

static void remap(size_t from, size_t old, size_t new, int flags, size_t to)
{
    struct gate_region region;
    ck_assert(gate_remap_begin(&region, at(from), pages(old), pages(new), flags, at(to)));
    gate_remap_end(&region, at(to));
}

static void move_break(size_t from, size_t to)
{
    struct gate_region region;
    ck_assert(gate_break_begin(&region, CALL_brk, (uintptr_t)from, (uintptr_t)to));
    gate_break_end(&region, true);
}

/* mmap */

START_TEST(a_mapping_is_charged_before_it_is_made)
{
    struct gate_region region;
    start();
    ck_assert(gate_map_begin(&region, NULL, pages(3) - 7, RW, ANON, -1));
    ck_assert_uint_eq(budget_read().used, pages(3));
    ck_assert_uint_eq(regions_live(&regions_own).bytes, 0);
    ck_assert(gate_map_end(&region, at(0)));
    expect_charged(3);
    expect_state(0, 3, REGION_CHARGED);
    ck_assert_int_eq(errno, UNTOUCHED);
}
END_TEST

START_TEST(a_mapping_that_failed_is_given_back)
{
    struct gate_region region;
    start();
    ck_assert(gate_map_begin(&region, NULL, pages(3), RW, ANON, -1));
    ck_assert(gate_map_end(&region, MAP_FAILED));
    expect_charged(0);
    ck_assert_uint_eq(gate_figures().refusals, 0);
}
END_TEST

START_TEST(a_mapping_past_the_limit_is_refused)
{
    struct gate_region region;
    start();
    map(0, 4);
    expect_refusal(gate_map_begin(&region, NULL, pages(12) + 1, RW, ANON, -1), CALL_mmap,
                   pages(12) + 1);
    expect_charged(4);
    map(4, 12);
    expect_charged(16);
}
END_TEST

/* As the kernel has it: what is wrong with the file comes before what there is too little of. */
START_TEST(a_file_that_cannot_be_mapped_is_no_refusal)
{
    struct {
        int fd, error;
    } files[] = {{-1, EBADF},
                 {open("/", O_PATH), EBADF},
                 {open("/dev/null", O_WRONLY), EACCES},
                 {open("/dev/zero", O_RDONLY), ENOMEM}};
    struct gate_region region;
    start();
    for (int i = 0; i < 4; i++) {
        errno = 0;
        ck_assert(!gate_map_begin(&region, NULL, pages(17), RW, MAP_PRIVATE, files[i].fd));
        ck_assert_int_eq(errno, files[i].error);
        ck_assert_uint_eq(gate_figures().refusals, files[i].error == ENOMEM);
    }
    expect_charged(0);
}
END_TEST

START_TEST(a_mapping_nobody_can_write_to_is_a_reservation)
{
    start();
    map_as(0, 1000, PROT_NONE, ANON);
    map_as(1000, 1000, PROT_READ | PROT_EXEC, ANON);
    map_as(2000, 1000, PROT_READ, MAP_PRIVATE);
    expect_charged(0);
    expect_state(0, 3000, REGION_RESERVED);
}
END_TEST

START_TEST(shared_anonymous_memory_is_charged)
{
    start();
    map_as(0, 5, RW, MAP_SHARED | MAP_ANONYMOUS);
    expect_charged(5);
}
END_TEST

START_TEST(a_private_writable_file_is_charged)
{
    start();
    map_as(0, 5, RW, MAP_PRIVATE);
    expect_charged(5);
}
END_TEST

START_TEST(a_shared_file_is_not_even_recorded)
{
    start();
    map_as(0, 1000, RW, MAP_SHARED);
    map_as(1000, 1000, RW, MAP_SHARED_VALIDATE);
    expect_charged(0);
    expect_state(0, 2000, REGION_NONE);
}
END_TEST

START_TEST(huge_pages_are_charged_whole)
{
    struct gate_region region;
    struct config config = {.limit = BUDGET_UNLIMITED, .count = COUNT_REGIONS};
    int huge = ANON | MAP_HUGETLB;
    gate_start(&config, "me");
    gate_regions_start(&config);
    ck_assert(gate_map_begin(&region, NULL, 1, RW, huge | 21 << MAP_HUGE_SHIFT, -1));
    ck_assert(gate_map_end(&region, at(0)));
    expect_charged((2 << 20) / pages_size());
    ck_assert(gate_map_begin(&region, NULL, (2 << 20) + 1, RW, huge | 21 << MAP_HUGE_SHIFT, -1));
    ck_assert_uint_eq(budget_read().used, 6 << 20);
    ck_assert(gate_map_end(&region, MAP_FAILED));
    expect_charged((2 << 20) / pages_size());
}
END_TEST

START_TEST(a_fixed_mapping_charges_what_it_adds)
{
    struct gate_region region;
    start();
    reserve(0, 16);
    map_as(2, 3, RW, ANON | MAP_FIXED);
    ck_assert(gate_map_begin(&region, at(0), pages(16), RW, ANON | MAP_FIXED, -1));
    ck_assert_uint_eq(budget_read().used, pages(16)); /* all of the limit, and not a page twice */
    ck_assert(gate_map_end(&region, at(0)));
    expect_charged(16);
}
END_TEST

START_TEST(a_fixed_mapping_credits_what_it_replaces_only_afterwards)
{
    struct gate_region region;
    start();
    map(0, 8);
    ck_assert(gate_map_begin(&region, at(2), pages(4), PROT_NONE, ANON | MAP_FIXED, -1));
    ck_assert_uint_eq(budget_read().used, pages(8));
    ck_assert(gate_map_end(&region, at(2)));
    expect_charged(4);
    expect_state(2, 6, REGION_RESERVED);
}
END_TEST

START_TEST(a_refused_fixed_mapping_leaves_the_records)
{
    struct gate_region region;
    start();
    reserve(0, 32);
    map_as(3, 2, RW, ANON | MAP_FIXED);
    expect_refusal(gate_map_begin(&region, at(0), pages(32), RW, ANON | MAP_FIXED, -1), CALL_mmap,
                   pages(32));
    expect_charged(2);
    expect_state(0, 3, REGION_RESERVED);
    expect_state(3, 5, REGION_CHARGED);
    expect_state(5, 32, REGION_RESERVED);
}
END_TEST

START_TEST(a_fixed_mapping_that_failed_leaves_what_the_kernel_left)
{
    struct gate_region region;
    start();
    map(0, 8);
    ck_assert(gate_map_begin(&region, at(0), pages(8), RW, ANON | MAP_FIXED, -1));
    KERNEL_HAS({0, 3, true}, {6, 8, true});
    ck_assert(gate_map_end(&region, MAP_FAILED));
    expect_charged(5);
    expect_state(3, 6, REGION_NONE);
}
END_TEST

START_TEST(where_the_kernels_list_cannot_be_read_a_failed_call_changes_nothing)
{
    struct gate_region region;
    start();
    map(0, 8);
    reserve(8, 8);
    ck_assert(gate_map_begin(&region, at(4), pages(8), RW, ANON | MAP_FIXED, -1));
    ck_assert(gate_map_end(&region, MAP_FAILED));
    expect_charged(8);
    ck_assert(gate_protect_begin(&region, at(0), pages(16), RW));
    gate_protect_end(&region, false);
    expect_charged(8);
    expect_state(8, 16, REGION_RESERVED);
}
END_TEST

START_TEST(noreplace_takes_no_records_out)
{
    struct gate_region region;
    start();
    map(0, 4);
    ck_assert(gate_map_begin(&region, at(0), pages(4), RW, ANON | MAP_FIXED_NOREPLACE, -1));
    expect_state(0, 4, REGION_CHARGED);
    ck_assert_uint_eq(budget_read().used, pages(8));
    ck_assert(gate_map_end(&region, MAP_FAILED));
    expect_charged(4);
}
END_TEST

/* The kernel gave out pages that are on record as mapped. */
START_TEST(what_was_unmapped_unseen_is_credited_before_a_mapping_is_refused)
{
    start();
    map(0, 8);
    map(2, 2);
    map_as(4, 2, PROT_NONE, ANON);
    map(20, LIMIT_PAGES - 6);
    expect_charged(LIMIT_PAGES);
    expect_state(2, 4, REGION_CHARGED);
    expect_state(4, 6, REGION_RESERVED);
}
END_TEST

START_TEST(what_was_unmapped_unseen_is_credited_where_the_same_is_mapped_again)
{
    start();
    map(0, 8);
    map(0, 3);
    ck_assert_uint_eq(budget_read().used, pages(3));
    reserve(0, 5);
    ck_assert_uint_eq(budget_read().used, 0);
    unmap(0, 5);
    expect_charged(0);
}
END_TEST

/* munmap */

START_TEST(an_unmapped_range_is_credited_afterwards)
{
    struct gate_region region;
    start();
    map(0, 8);
    ck_assert(gate_unmap_begin(&region, at(2), pages(3), false));
    ck_assert_uint_eq(budget_read().used, pages(8));
    gate_unmap_end(&region, true);
    expect_charged(5);
    expect_state(2, 5, REGION_NONE);
}
END_TEST

START_TEST(an_unmap_that_failed_changes_nothing)
{
    struct gate_region region;
    start();
    map(0, 8);
    reserve(8, 2);
    ck_assert(gate_unmap_begin(&region, at(6), pages(4), false));
    gate_unmap_end(&region, false);
    expect_charged(8);
    expect_state(8, 10, REGION_RESERVED);
}
END_TEST

START_TEST(one_unmap_credits_several_mappings)
{
    start();
    map(0, 2);
    reserve(2, 2);
    map(5, 3);
    unmap(1, 6);
    expect_charged(2);
    expect_state(1, 7, REGION_NONE);
}
END_TEST

START_TEST(an_unmap_inside_the_allocator_credits_what_is_on_record)
{
    struct gate_region region;
    start();
    map(0, 8);
    ck_assert(gate_unmap_begin(&region, at(2), pages(3), true));
    gate_unmap_end(&region, true);
    expect_charged(5);
}
END_TEST

START_TEST(an_unmap_inside_the_allocator_does_not_wait)
{
    struct gate_region region;
    start();
    map(0, 8);
    regions_fork_take();
    ck_assert(gate_unmap_begin(&region, at(2), pages(3), true));
    gate_unmap_end(&region, true);
    regions_fork_drop();
    expect_charged(8);
}
END_TEST

/* mprotect */

START_TEST(a_reservation_is_charged_when_it_becomes_writable)
{
    struct gate_region region;
    start();
    reserve(0, 100);
    ck_assert(gate_protect_begin(&region, at(10), pages(3), PROT_WRITE));
    ck_assert_uint_eq(budget_read().used, pages(3));
    gate_protect_end(&region, true);
    expect_charged(3);
    expect_state(10, 13, REGION_CHARGED);
    expect_state(13, 100, REGION_RESERVED);
}
END_TEST

START_TEST(what_stops_being_writable_is_credited)
{
    start();
    map(0, 8);
    protect(1, 2, PROT_NONE);
    protect(4, 1, PROT_READ);
    expect_charged(5);
    expect_state(1, 3, REGION_RESERVED);
}
END_TEST

START_TEST(only_what_was_not_writable_is_charged)
{
    start();
    map(0, 15);
    reserve(15, 1);
    protect(0, 16, RW); /* fits to the byte */
    expect_charged(16);
    protect(0, 16, RW | PROT_EXEC);
    expect_charged(16);
}
END_TEST

START_TEST(a_refused_commit_leaves_the_reservation)
{
    struct gate_region region;
    start();
    map(0, 2);
    reserve(2, 15);
    expect_refusal(gate_protect_begin(&region, at(1), pages(16), RW), CALL_mprotect, pages(16));
    expect_charged(2);
    expect_state(2, 17, REGION_RESERVED);
}
END_TEST

START_TEST(strangers_mappings_are_not_charged_when_they_become_writable)
{
    start();
    map_as(0, 100, PROT_READ, MAP_SHARED);
    protect(0, 200, RW);
    expect_charged(0);
    expect_state(0, 200, REGION_NONE);
}
END_TEST

START_TEST(a_commit_that_failed_half_way_charges_what_became_writable)
{
    struct gate_region region;
    start();
    reserve(0, 8);
    ck_assert(gate_protect_begin(&region, at(0), pages(8), RW));
    KERNEL_HAS({0, 3, true}, {3, 8, false});
    gate_protect_end(&region, false);
    expect_charged(3);
    expect_state(3, 8, REGION_RESERVED);
}
END_TEST

START_TEST(a_decommit_that_failed_half_way_credits_what_it_reached)
{
    struct gate_region region;
    start();
    map(0, 8);
    ck_assert(gate_protect_begin(&region, at(0), pages(8), PROT_NONE));
    KERNEL_HAS({0, 3, false}, {3, 8, true});
    gate_protect_end(&region, false);
    expect_charged(5);
    expect_state(0, 3, REGION_RESERVED);
}
END_TEST

/* mremap */

START_TEST(growth_is_charged_before_the_call)
{
    struct gate_region region;
    start();
    map(0, 4);
    ck_assert(gate_remap_begin(&region, at(0), pages(4), pages(9), MOVE, NULL));
    ck_assert_uint_eq(budget_read().used, pages(9));
    gate_remap_end(&region, at(0));
    expect_charged(9);
    expect_state(0, 9, REGION_CHARGED);
}
END_TEST

START_TEST(a_mapping_that_moves_takes_its_record_along)
{
    start();
    map(0, 4);
    remap(0, 4, 6, MOVE, 100);
    expect_charged(6);
    expect_state(0, 6, REGION_NONE);
    expect_state(100, 106, REGION_CHARGED);
}
END_TEST

START_TEST(refused_growth_leaves_the_mapping)
{
    struct gate_region region;
    start();
    map(0, 4);
    expect_refusal(gate_remap_begin(&region, at(0), pages(4), pages(17), MOVE, NULL), CALL_mremap,
                   pages(17));
    expect_charged(4);
    expect_state(0, 4, REGION_CHARGED);
}
END_TEST

START_TEST(a_remap_that_failed_changes_nothing)
{
    struct gate_region region;
    start();
    map(0, 8);
    KERNEL_HAS({0, 8, true});
    ck_assert(gate_remap_begin(&region, at(0), pages(8), pages(9), 0, NULL));
    gate_remap_end(&region, MAP_FAILED);
    ck_assert(gate_remap_begin(&region, at(0), pages(8), pages(3), 0, NULL));
    gate_remap_end(&region, MAP_FAILED);
    expect_charged(8);
    expect_state(0, 8, REGION_CHARGED);
}
END_TEST

START_TEST(shrinking_credits_the_tail_afterwards)
{
    struct gate_region region;
    start();
    map(0, 8);
    ck_assert(gate_remap_begin(&region, at(0), pages(8), pages(3), 0, NULL));
    ck_assert_uint_eq(budget_read().used, pages(8));
    gate_remap_end(&region, at(0));
    expect_charged(3);
    expect_state(3, 8, REGION_NONE);
}
END_TEST

START_TEST(growth_is_of_the_state_that_its_end_had)
{
    start();
    reserve(0, 4);
    map(4, 4);
    remap(0, 4, 100, MOVE, 200);
    expect_charged(4);
    expect_state(200, 300, REGION_RESERVED);
    map_as(500, 4, RW, MAP_SHARED);
    remap(500, 4, 100, MOVE, 600);
    expect_charged(4);
}
END_TEST

START_TEST(what_a_fixed_destination_replaces_is_credited)
{
    struct gate_region region;
    start();
    map(0, 6);
    map(100, 10); /* all of the limit */
    ck_assert(gate_remap_begin(&region, at(0), pages(6), pages(8), MOVE | ONTO, at(101)));
    gate_remap_end(&region, at(101));
    expect_charged(10);
    expect_state(0, 6, REGION_NONE);
    expect_state(100, 110, REGION_CHARGED);
}
END_TEST

START_TEST(a_fixed_remap_that_failed_leaves_what_the_kernel_left)
{
    struct gate_region region;
    start();
    map(0, 6);
    map(100, 8);
    ck_assert(gate_remap_begin(&region, at(0), pages(6), pages(4), MOVE | ONTO, at(100)));
    KERNEL_HAS({0, 4, true}, {104, 108, true}); /* target and tail are gone */
    gate_remap_end(&region, MAP_FAILED);
    expect_charged(8);
    expect_state(100, 104, REGION_NONE);
}
END_TEST

START_TEST(what_lies_opposite_a_hole_is_what_the_kernel_left)
{
    struct gate_region region;
    start();
    map(0, 1);
    map(2, 1);
    map(100, 3);
    KERNEL_HAS({0, 1, true}, {2, 3, true}, {100, 103, true});
    ck_assert(gate_remap_begin(&region, at(0), pages(3), pages(3), MOVE | ONTO, at(100)));
    KERNEL_HAS({100, 103, true});
    gate_remap_end(&region, at(100));
    expect_charged(3);
    expect_state(100, 103, REGION_CHARGED);
}
END_TEST

START_TEST(a_strangers_mapping_replaces_the_whole_destination)
{
    struct gate_region region;
    start();
    map_as(0, 3, RW, MAP_SHARED);
    map(100, 1);
    reserve(101, 2);
    KERNEL_HAS({0, 3, true}, {100, 103, true});
    ck_assert(gate_remap_begin(&region, at(0), pages(3), pages(3), MOVE | ONTO, at(100)));
    KERNEL_HAS({100, 103, true});
    gate_remap_end(&region, at(100));
    expect_charged(0);
    expect_state(100, 103, REGION_NONE);
}
END_TEST

START_TEST(dontunmap_charges_both)
{
    struct gate_region region;
    start();
    map(0, 6);
    remap(0, 6, 6, MOVE | STAY, 100);
    expect_charged(12);
    expect_state(0, 6, REGION_CHARGED);
    expect_state(100, 106, REGION_CHARGED);
    expect_refusal(gate_remap_begin(&region, at(0), pages(6), pages(6), MOVE | STAY, NULL),
                   CALL_mremap, pages(6));
    expect_charged(12);
}
END_TEST

START_TEST(dontunmap_that_failed_charges_nothing)
{
    struct gate_region region;
    start();
    map(0, 6);
    KERNEL_HAS({0, 6, true});
    ck_assert(gate_remap_begin(&region, at(0), pages(6), pages(6), MOVE | STAY, NULL));
    gate_remap_end(&region, MAP_FAILED);
    expect_charged(6);
    unmap(0, 6);
    expect_charged(0);
}
END_TEST

START_TEST(a_copy_by_old_size_0_is_charged)
{
    start();
    map_as(0, 4, RW, MAP_SHARED | MAP_ANONYMOUS);
    remap(0, 0, 4, MOVE, 100);
    expect_charged(8);
    map_as(200, 4, RW, MAP_SHARED);
    remap(200, 0, 4, MOVE, 300);
    expect_charged(8);
}
END_TEST

/* brk and sbrk */

START_TEST(the_break_is_charged_by_the_byte)
{
    start();
    move_break(1000, 1777);
    ck_assert_uint_eq(budget_read().used, 777);
    move_break(1777, 10000);
    ck_assert_uint_eq(budget_read().used, 9000);
    move_break(10000, 1001);
    ck_assert_uint_eq(budget_read().used, 1);
    ck_assert_uint_eq(regions_live(&regions_own).bytes, 1);
}
END_TEST

START_TEST(a_refused_break_is_told_by_its_call)
{
    struct gate_region region;
    start();
    expect_refusal(gate_break_begin(&region, CALL_sbrk, 1000, 1001 + pages(16)), CALL_sbrk,
                   pages(16) + 1);
    expect_charged(0);
}
END_TEST

START_TEST(a_break_that_did_not_move_changes_nothing)
{
    struct gate_region region;
    start();
    move_break(1000, 3000);
    ck_assert(gate_break_begin(&region, CALL_brk, 3000, 9000));
    gate_break_end(&region, false);
    ck_assert_uint_eq(budget_read().used, 2000);
    ck_assert(gate_break_begin(&region, CALL_brk, 3000, 0));
    gate_break_end(&region, false);
    ck_assert_uint_eq(budget_read().used, 2000);
    ck_assert_uint_eq(regions_live(&regions_own).bytes, 2000);
}
END_TEST

START_TEST(a_break_that_shrinks_over_what_was_not_ours_credits_only_ours)
{
    start();
    move_break(5000, 6000);
    move_break(6000, 1000); /* below it is the C library's */
    expect_charged(0);
}
END_TEST

/* All of them */

START_TEST(without_regions_in_count_nothing_is_charged)
{
    start_counting(COUNT_HEAP);
    map(0, 1000);
    protect(0, 1000, PROT_NONE);
    protect(0, 1000, RW);
    remap(0, 1000, 2000, MOVE, 0);
    move_break(1000, 10000000);
    expect_charged(0);
    expect_state(0, 1000, REGION_NONE);
    unmap(0, 2000);
    expect_charged(0);
    ck_assert_uint_eq(gate_figures().refusals, 0);
}
END_TEST

START_TEST(arguments_that_no_kernel_takes_are_passed_on)
{
    struct gate_region region;
    start();
    map(0, 4);
    call_badly();
    ck_assert(gate_map_begin(&region, NULL, 0, RW, ANON, -1));
    ck_assert(gate_map_end(&region, MAP_FAILED));
    ck_assert(gate_remap_begin(&region, at(0), pages(4), pages(2), MOVE | STAY, NULL));
    gate_remap_end(&region, MAP_FAILED);
    ck_assert(gate_remap_begin(&region, at(0), pages(4), pages(4), MREMAP_DONTUNMAP, NULL));
    gate_remap_end(&region, MAP_FAILED);
    expect_charged(4);
    expect_state(0, 4, REGION_CHARGED);
    ck_assert_uint_eq(gate_figures().refusals, 0);
}
END_TEST

static struct rlimit allowed;

static void enter_many(rlim_t room)
{
    static size_t next = 1000000;
    struct regions_cut none = {0};
    bool done = true;
    setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = room, .rlim_max = allowed.rlim_max});
    for (int i = 0; done && i < 3000; i++, next += 2)
        regions_add(&regions_own, &none, (uintptr_t)at(next), (uintptr_t)at(next + 1),
                    REGION_RESERVED, &done);
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

/* How many calls fail with ENOMEM. Each would split a record. */
static int try_all(void)
{
    struct gate_region region;
    int failed = 0;
    errno = 0;
    if (gate_map_begin(&region, at(2), pages(3), PROT_NONE, ANON | MAP_FIXED, -1))
        gate_map_end(&region, MAP_FAILED);
    else
        failed += errno == ENOMEM;
    if (gate_unmap_begin(&region, at(2), pages(3), false))
        gate_unmap_end(&region, false);
    else
        failed += errno == ENOMEM;
    if (gate_protect_begin(&region, at(2), pages(3), PROT_NONE))
        gate_protect_end(&region, false);
    else
        failed += errno == ENOMEM;
    if (gate_remap_begin(&region, at(2), pages(3), pages(2), 0, NULL))
        gate_remap_end(&region, MAP_FAILED);
    else
        failed += errno == ENOMEM;
    return failed;
}

START_TEST(without_memory_for_a_record_a_call_fails_and_changes_nothing)
{
    start();
    map(0, 8);
    ck_assert_int_eq(try_all(), 0);
    memory_runs_out();
    int failed = try_all();
    memory_is_back();
    ck_assert_int_eq(failed, 4);
    expect_charged(8);
    expect_state(0, 8, REGION_CHARGED);
    ck_assert_uint_eq(gate_figures().refusals, 0);
    ck_assert_uint_eq(gate_figures().shortages[SHORTAGE_OWN].count, 3); /* munmap asks for none */
}
END_TEST

START_TEST(without_memory_for_its_record_a_mapping_fails_and_is_no_refusal)
{
    struct gate_region region;
    start();
    map(0, 16);
    ck_assert(!gate_map_begin(&region, NULL, pages(3), RW, ANON, -1));
    unmap(0, 16);
    memory_runs_out();
    bool entered = true;
    for (size_t i = 0; entered && i < 1000; i++) { /* some need no record for now */
        entered = gate_map_begin(&region, NULL, pages(3), PROT_NONE, ANON, -1);
        errno = 0;
        entered = entered && gate_map_end(&region, at(4 * i));
    }
    int error = errno;
    memory_is_back();
    ck_assert(!entered);
    ck_assert_int_eq(error, ENOMEM);
    expect_charged(0);
    ck_assert_uint_eq(gate_figures().refusals, 1);
    ck_assert_uint_eq(gate_figures().shortages[SHORTAGE_OWN].count, 1);
    ck_assert_uint_eq(gate_figures().shortages[SHORTAGE_OWN].call, CALL_mmap);
    ck_assert_uint_eq(gate_figures().shortages[SHORTAGE_OWN].size, pages(3));
}
END_TEST

START_TEST(calls_within_calls_stay_exact)
{
    struct gate_region outer, inner;
    start();
    map(0, 4);
    map(10, 4);
    ck_assert(gate_unmap_begin(&outer, at(0), pages(4), false));
    ck_assert(gate_remap_begin(&inner, at(10), pages(4), pages(6), MOVE, NULL));
    ck_assert_uint_eq(budget_read().used, pages(10));
    gate_unmap_end(&outer, true);
    ck_assert(gate_map_begin(&outer, NULL, pages(10), RW, ANON, -1));
    gate_remap_end(&inner, at(0)); /* where the outer call has just unmapped */
    ck_assert(gate_map_end(&outer, at(100)));
    expect_charged(16);
    expect_state(0, 6, REGION_CHARGED);
}
END_TEST

START_TEST(random_calls_agree_with_a_model)
{
    enum { LENGTH = 1200 };
    static uint8_t bytes[LENGTH];
    uint32_t state = 2463534242;
    for (unsigned i = 0; i < unit_rounds(300); i++) {
        for (int k = 0; k < LENGTH; k++) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes[k] = (uint8_t)(state >> 16);
        }
        LLVMFuzzerTestOneInput(bytes, LENGTH);
    }
}
END_TEST

Suite *suite_gate_regions(void)
{
    Suite *suite = suite_create("gate_regions");
    unit_add(suite, a_mapping_is_charged_before_it_is_made);
    unit_add(suite, a_mapping_that_failed_is_given_back);
    unit_add(suite, a_mapping_past_the_limit_is_refused);
    unit_add(suite, a_file_that_cannot_be_mapped_is_no_refusal);
    unit_add(suite, a_mapping_nobody_can_write_to_is_a_reservation);
    unit_add(suite, shared_anonymous_memory_is_charged);
    unit_add(suite, a_private_writable_file_is_charged);
    unit_add(suite, a_shared_file_is_not_even_recorded);
    unit_add(suite, huge_pages_are_charged_whole);
    unit_add(suite, a_fixed_mapping_charges_what_it_adds);
    unit_add(suite, a_fixed_mapping_credits_what_it_replaces_only_afterwards);
    unit_add(suite, a_refused_fixed_mapping_leaves_the_records);
    unit_add(suite, a_fixed_mapping_that_failed_leaves_what_the_kernel_left);
    unit_add(suite, where_the_kernels_list_cannot_be_read_a_failed_call_changes_nothing);
    unit_add(suite, noreplace_takes_no_records_out);
    unit_add(suite, what_was_unmapped_unseen_is_credited_before_a_mapping_is_refused);
    unit_add(suite, what_was_unmapped_unseen_is_credited_where_the_same_is_mapped_again);
    unit_add(suite, an_unmapped_range_is_credited_afterwards);
    unit_add(suite, an_unmap_that_failed_changes_nothing);
    unit_add(suite, one_unmap_credits_several_mappings);
    unit_add(suite, an_unmap_inside_the_allocator_credits_what_is_on_record);
    unit_add(suite, an_unmap_inside_the_allocator_does_not_wait);
    unit_add(suite, a_reservation_is_charged_when_it_becomes_writable);
    unit_add(suite, what_stops_being_writable_is_credited);
    unit_add(suite, only_what_was_not_writable_is_charged);
    unit_add(suite, a_refused_commit_leaves_the_reservation);
    unit_add(suite, strangers_mappings_are_not_charged_when_they_become_writable);
    unit_add(suite, a_commit_that_failed_half_way_charges_what_became_writable);
    unit_add(suite, a_decommit_that_failed_half_way_credits_what_it_reached);
    unit_add(suite, growth_is_charged_before_the_call);
    unit_add(suite, a_mapping_that_moves_takes_its_record_along);
    unit_add(suite, refused_growth_leaves_the_mapping);
    unit_add(suite, a_remap_that_failed_changes_nothing);
    unit_add(suite, shrinking_credits_the_tail_afterwards);
    unit_add(suite, growth_is_of_the_state_that_its_end_had);
    unit_add(suite, what_a_fixed_destination_replaces_is_credited);
    unit_add(suite, a_fixed_remap_that_failed_leaves_what_the_kernel_left);
    unit_add(suite, what_lies_opposite_a_hole_is_what_the_kernel_left);
    unit_add(suite, a_strangers_mapping_replaces_the_whole_destination);
    unit_add(suite, dontunmap_charges_both);
    unit_add(suite, dontunmap_that_failed_charges_nothing);
    unit_add(suite, a_copy_by_old_size_0_is_charged);
    unit_add(suite, the_break_is_charged_by_the_byte);
    unit_add(suite, a_refused_break_is_told_by_its_call);
    unit_add(suite, a_break_that_did_not_move_changes_nothing);
    unit_add(suite, a_break_that_shrinks_over_what_was_not_ours_credits_only_ours);
    unit_add(suite, without_regions_in_count_nothing_is_charged);
    unit_add(suite, arguments_that_no_kernel_takes_are_passed_on);
    unit_add(suite, without_memory_for_a_record_a_call_fails_and_changes_nothing);
    unit_add(suite, without_memory_for_its_record_a_mapping_fails_and_is_no_refusal);
    unit_add(suite, calls_within_calls_stay_exact);
    unit_add(suite, random_calls_agree_with_a_model);
    return suite;
}
