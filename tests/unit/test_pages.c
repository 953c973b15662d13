/* SPDX-License-Identifier: MIT
 *
 * The library's own memory: aligned records that never overlap, are used again, and big ones that
 * go back to the kernel.
 */
#include "unit.h"

#include "ground/pages.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static struct pages_pool pool;

static bool is_mapped(const void *memory)
{
    uintptr_t page = (uintptr_t)memory & ~(uintptr_t)(pages_size() - 1);
    return mincore((void *)page, pages_size(), &(unsigned char){0}) == 0;
}

static struct rlimit allowed;

/* From here on every mmap fails. */
static void memory_runs_out(void)
{
    getrlimit(RLIMIT_AS, &allowed);
    setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = 4096, .rlim_max = allowed.rlim_max});
}

static void memory_is_back(void) { setrlimit(RLIMIT_AS, &allowed); }

START_TEST(the_page_size_is_the_kernels)
{
    ck_assert_uint_eq(pages_size(), (size_t)sysconf(_SC_PAGESIZE));
    ck_assert_uint_eq(pages_size() & (pages_size() - 1), 0);
}
END_TEST

START_TEST(bytes_are_rounded_up_to_whole_pages)
{
    size_t page = pages_size();
    ck_assert_uint_eq(pages_round(0), 0);
    ck_assert_uint_eq(pages_round(1), page);
    ck_assert_uint_eq(pages_round(page - 1), page);
    ck_assert_uint_eq(pages_round(page), page);
    ck_assert_uint_eq(pages_round(page + 1), 2 * page);
    ck_assert_uint_eq(pages_round(SIZE_MAX - page + 1), SIZE_MAX - page + 1);
}
END_TEST

START_TEST(rounding_past_the_largest_size_is_0)
{
    ck_assert_uint_eq(pages_round(SIZE_MAX), 0);
    ck_assert_uint_eq(pages_round(SIZE_MAX - pages_size() + 2), 0);
}
END_TEST

START_TEST(records_are_aligned_to_16)
{
    for (size_t bytes = 0; bytes < 10000; bytes += 7) {
        void *record = pages_alloc(&pool, bytes);
        ck_assert_ptr_nonnull(record);
        ck_assert_msg((uintptr_t)record % 16 == 0, "%zu bytes at %p", bytes, record);
    }
}
END_TEST

static size_t odd_size(unsigned i)
{
    static const size_t sizes[] = {1,    16,   17,   24,   100,  512, 513,
                                   1000, 2048, 4095, 4096, 4097, 9000};
    return sizes[i % (sizeof sizes / sizeof sizes[0])];
}

static bool is_filled(const char *bytes, size_t length, char value)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* Each record is filled with its own number, and a third of them change hands on the way. */
START_TEST(records_do_not_overlap)
{
    enum { RECORDS = 2000 };
    static char *records[RECORDS];
    for (unsigned i = 0; i < RECORDS; i++) {
        records[i] = pages_alloc(&pool, odd_size(i));
        memset(records[i], (int)i, odd_size(i));
    }
    for (unsigned i = 0; i < RECORDS; i += 3)
        pages_free(&pool, records[i], odd_size(i));
    for (unsigned i = 0; i < RECORDS; i += 3) {
        records[i] = pages_alloc(&pool, odd_size(i));
        memset(records[i], (int)i, odd_size(i));
    }
    for (unsigned i = 0; i < RECORDS; i++)
        ck_assert_msg(is_filled(records[i], odd_size(i), (char)i), "record %u", i);
}
END_TEST

START_TEST(a_released_record_is_used_again)
{
    void *first = pages_alloc(&pool, 100);
    pages_free(&pool, first, 100);
    ck_assert_ptr_eq(pages_alloc(&pool, 100), first);
}
END_TEST

START_TEST(released_records_serve_for_ever)
{
    pages_free(&pool, pages_alloc(&pool, 24), 24);
    uint64_t held = pages_held();
    for (unsigned i = 0; i < 100000; i++) {
        void *one = pages_alloc(&pool, 17 + i % 16), *other = pages_alloc(&pool, 17 + i % 16);
        pages_free(&pool, one, 17 + i % 16);
        pages_free(&pool, other, 17 + i % 16);
    }
    ck_assert_uint_eq(pages_held(), held);
}
END_TEST

START_TEST(pools_do_not_share)
{
    static struct pages_pool other;
    void *record = pages_alloc(&pool, 64);
    pages_free(&pool, record, 64);
    ck_assert_ptr_ne(pages_alloc(&other, 64), record);
}
END_TEST

START_TEST(a_big_block_goes_back_to_the_kernel)
{
    char *block = pages_alloc(&pool, 3 * MIB);
    ck_assert_ptr_nonnull(block);
    ck_assert(is_mapped(block));
    ck_assert(is_mapped(block + 3 * MIB - 1));
    pages_free(&pool, block, 3 * MIB);
    ck_assert(!is_mapped(block));
    ck_assert(!is_mapped(block + 3 * MIB - 1));
}
END_TEST

START_TEST(a_big_block_is_zeroed_and_writable_to_its_end)
{
    char *block = pages_alloc(&pool, MIB + 1);
    ck_assert(is_filled(block, MIB + 1, 0));
    memset(block, 'x', MIB + 1);
    pages_free(&pool, block, MIB + 1);
}
END_TEST

START_TEST(held_counts_what_is_mapped)
{
    uint64_t before = pages_held();
    void *block = pages_alloc(&pool, MIB + 1);
    ck_assert_uint_eq(pages_held(), before + MIB + pages_size());
    pages_free(&pool, block, MIB + 1);
    ck_assert_uint_eq(pages_held(), before);
    pages_alloc(&pool, 16);
    ck_assert_uint_gt(pages_held(), before);
}
END_TEST

START_TEST(held_counts_what_others_note)
{
    uint64_t before = pages_held();
    pages_note(12345);
    ck_assert_uint_eq(pages_held(), before + 12345);
}
END_TEST

START_TEST(releasing_nothing_is_ignored)
{
    pages_free(&pool, NULL, 0);
    pages_free(&pool, NULL, 100);
    pages_free(&pool, NULL, MIB);
    ck_assert_ptr_nonnull(pages_alloc(&pool, 100));
}
END_TEST

START_TEST(sizes_that_cannot_be_are_null)
{
    uint64_t before = pages_held();
    errno = 4095;
    ck_assert_ptr_null(pages_alloc(&pool, SIZE_MAX));
    ck_assert_ptr_null(pages_alloc(&pool, SIZE_MAX - pages_size() + 1));
    ck_assert_ptr_null(pages_alloc(&pool, SIZE_MAX / 2));
    ck_assert_int_eq(errno, 4095);
    ck_assert_uint_eq(pages_held(), before);
}
END_TEST

START_TEST(without_memory_there_is_null_and_later_there_is_some)
{
    uint64_t before = pages_held();
    memory_runs_out();
    void *small = pages_alloc(&pool, 32), *big = pages_alloc(&pool, MIB);
    memory_is_back();
    ck_assert_ptr_null(small);
    ck_assert_ptr_null(big);
    ck_assert_uint_eq(pages_held(), before);
    ck_assert_ptr_nonnull(pages_alloc(&pool, 32));
    ck_assert_ptr_nonnull(pages_alloc(&pool, MIB));
}
END_TEST

START_TEST(without_memory_released_records_still_serve)
{
    void *record = pages_alloc(&pool, 32);
    pages_free(&pool, record, 32);
    memory_runs_out();
    void *again = pages_alloc(&pool, 32);
    memory_is_back();
    ck_assert_ptr_eq(again, record);
}
END_TEST

Suite *suite_pages(void)
{
    Suite *suite = suite_create("pages");
    unit_add(suite, the_page_size_is_the_kernels);
    unit_add(suite, bytes_are_rounded_up_to_whole_pages);
    unit_add(suite, rounding_past_the_largest_size_is_0);
    unit_add(suite, records_are_aligned_to_16);
    unit_add(suite, records_do_not_overlap);
    unit_add(suite, a_released_record_is_used_again);
    unit_add(suite, released_records_serve_for_ever);
    unit_add(suite, pools_do_not_share);
    unit_add(suite, a_big_block_goes_back_to_the_kernel);
    unit_add(suite, a_big_block_is_zeroed_and_writable_to_its_end);
    unit_add(suite, held_counts_what_is_mapped);
    unit_add(suite, held_counts_what_others_note);
    unit_add(suite, releasing_nothing_is_ignored);
    unit_add(suite, sizes_that_cannot_be_are_null);
    unit_add(suite, without_memory_there_is_null_and_later_there_is_some);
    unit_add(suite, without_memory_released_records_still_serve);
    return suite;
}
