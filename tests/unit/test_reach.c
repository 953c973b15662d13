/* SPDX-License-Identifier: MIT
 *
 * Which blocks a scan reaches, on blocks and roots that are made by hand in some pages.
 */
#include "unit.h"

#include "common/kernel.h"
#include "ground/pages.h"
#include "ground/risky_read.h"
#include "records/ledger.h"
#include "records/reach.h"

#include <stdlib.h>

enum { PAGES = 64, BLOCKS = 1000 };

static char *memory;
static struct reach reach;
static struct reach_range range;

static size_t bytes(void) { return PAGES * pages_size(); }

static void set_up(void)
{
    ledger_start(16);
    memory = kernel_pages(bytes());
    ck_assert_ptr_nonnull(memory);
    range = (struct reach_range){(uintptr_t)memory, (uintptr_t)memory + bytes()};
}

/* A block of so many bytes, as many into the memory. */
static uintptr_t *block(size_t offset, size_t size)
{
    ck_assert(ledger_put(memory + offset, size));
    return (uintptr_t *)(void *)(memory + offset);
}

static void scan_of(const void *root, size_t size)
{
    ck_assert(reach_open(&reach, &range, 1));
    reach_scan(&reach, (uintptr_t)root, (uintptr_t)root + size, REACH_PLAIN);
    reach_settle(&reach);
}

static enum reach_state state_of(const void *at)
{
    for (size_t i = 0; i < reach.count; i++)
        if (reach.blocks[i].start == (uintptr_t)at)
            return (enum reach_state)reach.blocks[i].state;
    ck_abort_msg("no such block");
}

static const void *leader_of(const void *at)
{
    for (size_t i = 0; i < reach.count; i++)
        if (reach.blocks[i].start == (uintptr_t)at)
            return (const void *)reach_leader(&reach, &reach.blocks[i])->start;
    return NULL;
}

/* The root is the memory's first page. */
static uintptr_t *root(void) { return (uintptr_t *)(void *)memory; }

START_TEST(what_a_root_leads_to_is_reached)
{
    uintptr_t *first = block(8192, 64), *second = block(12288, 64), *lost = block(16384, 64);
    root()[3] = (uintptr_t)first;
    first[7] = (uintptr_t)second;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(first), REACH_SURE);
    ck_assert_int_eq(state_of(second), REACH_SURE);
    ck_assert_int_eq(state_of(lost), REACH_LOST);
}
END_TEST

START_TEST(an_address_behind_a_block_is_none_of_it)
{
    uintptr_t *first = block(8192, 64), *second = block(8192 + 80, 0);
    root()[0] = (uintptr_t)first + 64;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(first), REACH_LOST);
    ck_assert_int_eq(state_of(second), REACH_LOST);
}
END_TEST

START_TEST(a_block_of_no_byte_has_one_address)
{
    uintptr_t *empty = block(8192, 0);
    root()[0] = (uintptr_t)empty;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(empty), REACH_SURE);
}
END_TEST

START_TEST(an_address_in_the_midst_is_not_sure_nor_what_it_leads_to)
{
    uintptr_t *first = block(8192, 64), *second = block(12288, 64);
    root()[0] = (uintptr_t)first + 1;
    first[0] = (uintptr_t)second;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(first), REACH_POSSIBLE);
    ck_assert_int_eq(state_of(second), REACH_POSSIBLE);
}
END_TEST

START_TEST(a_sure_way_that_is_found_later_counts)
{
    uintptr_t *first = block(8192, 64), *second = block(12288, 64);
    root()[0] = (uintptr_t)first + 1;
    root()[1] = (uintptr_t)first;
    first[0] = (uintptr_t)second;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(second), REACH_SURE);
}
END_TEST

/* The chain's last is met first. */
START_TEST(what_is_lost_within_has_the_first_as_leader)
{
    uintptr_t *last = block(8192, 64), *middle = block(12288, 64), *first = block(16384, 64);
    first[0] = (uintptr_t)middle;
    middle[0] = (uintptr_t)last;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(first), REACH_LOST);
    ck_assert_int_eq(state_of(middle), REACH_WITHIN);
    ck_assert_int_eq(state_of(last), REACH_WITHIN);
    ck_assert_ptr_eq(leader_of(last), first);
}
END_TEST

START_TEST(of_a_circle_one_is_lost_and_the_others_within)
{
    uintptr_t *one = block(8192, 64), *other = block(12288, 64);
    one[0] = (uintptr_t)other;
    other[0] = (uintptr_t)one;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(one), REACH_LOST);
    ck_assert_int_eq(state_of(other), REACH_WITHIN);
}
END_TEST

START_TEST(what_cannot_be_read_is_passed_over)
{
#ifdef __SANITIZE_THREAD__
    SKIP("a handler that jumps out has not returned for the sanitizer");
#endif
    uintptr_t *first = block(8192, 3 * 4096), *second = block(40960, 64);
    root()[0] = (uintptr_t)first;
    first[2 * 512] = (uintptr_t)second;
    ck_assert_int_eq(kernel_pages_protect(memory + 8192 + 4096, 4096, PROT_NONE), 0);
    risky_read_begin();
    scan_of(memory, 4096);
    risky_read_end();
    ck_assert_int_eq(state_of(second), REACH_SURE);
}
END_TEST

START_TEST(what_no_range_has_is_not_read)
{
    uintptr_t *first = block(8192, 64), *second = block(12288, 64);
    root()[0] = (uintptr_t)first;
    first[0] = (uintptr_t)second;
    range.high = (uintptr_t)memory + 8192;
    scan_of(memory, 4096);
    ck_assert_int_eq(state_of(first), REACH_SURE);
    ck_assert_int_eq(state_of(second), REACH_LOST);
}
END_TEST

START_TEST(bins_of_glibc_do_not_lead_to_the_block_before)
{
    uintptr_t *first = block(8192, 24), *second = block(12288, 24);
    root()[0] = (uintptr_t)first + 16;
    root()[1] = (uintptr_t)second + 8;
    ck_assert(reach_open(&reach, &range, 1));
    reach_scan(&reach, (uintptr_t)memory, (uintptr_t)memory + 4096, REACH_OF_LIBC);
    ck_assert_int_eq(state_of(first), REACH_LOST);
    ck_assert_int_eq(state_of(second), REACH_POSSIBLE);
}
END_TEST

/* In windows of the ledger that come in no order, and of any density. */
START_TEST(each_address_leads_to_its_own_block)
{
    enum { FAR = 64 << 20 };
    char *far = mmap(NULL, FAR, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t apart = FAR / BLOCKS & ~(size_t)15;
    ck_assert_ptr_ne(far, MAP_FAILED);
    for (size_t i = 0; i < BLOCKS; i++)
        ck_assert(ledger_put(far + (i * 389 % BLOCKS) * apart, i % 2 ? apart : 16));
    ck_assert(reach_open(&reach, &range, 1));
    ck_assert_uint_eq(reach.count, BLOCKS);
    for (size_t i = 0; i + 1 < BLOCKS; i++)
        ck_assert_uint_lt(reach.blocks[i].start, reach.blocks[i + 1].start);
    for (size_t i = 0; i < BLOCKS; i += 2)
        root()[i / 2] = (uintptr_t)far + i * apart;
    reach_scan(&reach, (uintptr_t)memory, (uintptr_t)memory + 8192, REACH_PLAIN);
    for (size_t i = 0; i < BLOCKS; i++)
        ck_assert_int_eq(state_of(far + i * apart), i % 2 ? REACH_LOST : REACH_SURE);
    reach_close(&reach);
}
END_TEST

Suite *suite_reach(void)
{
    Suite *suite = suite_create("reach");
    TCase *tests = tcase_create("reach");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, what_a_root_leads_to_is_reached);
    tcase_add_test(tests, an_address_behind_a_block_is_none_of_it);
    tcase_add_test(tests, a_block_of_no_byte_has_one_address);
    tcase_add_test(tests, an_address_in_the_midst_is_not_sure_nor_what_it_leads_to);
    tcase_add_test(tests, a_sure_way_that_is_found_later_counts);
    tcase_add_test(tests, what_is_lost_within_has_the_first_as_leader);
    tcase_add_test(tests, of_a_circle_one_is_lost_and_the_others_within);
    tcase_add_test(tests, what_cannot_be_read_is_passed_over);
    tcase_add_test(tests, what_no_range_has_is_not_read);
    tcase_add_test(tests, bins_of_glibc_do_not_lead_to_the_block_before);
    tcase_add_test(tests, each_address_leads_to_its_own_block);
    suite_add_tcase(suite, tests);
    return suite;
}
