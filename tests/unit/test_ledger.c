/* SPDX-License-Identifier: MIT
 *
 * Which block has which size. The ledger never looks behind an address, so the addresses here are
 * made up: they only have to be different. What was put is found once, with its size, and no other.
 * Every test runs with blocks that may be 16 bytes apart, and with blocks that are at least 32.
 */
#include "unit.h"

#include "ground/guard.h"
#include "records/ledger.h"
#include "ground/maps.h"
#include "ground/pages.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static uintptr_t apart; /* bytes from block to block, at least */

#define WINDOW (apart << 18)       /* bytes of addresses that share an array of words */
#define WORDS (WINDOW / apart * 2) /* bytes of them */
#define RECENT ((uintptr_t)1024)   /* windows found without the table */
#define BASE ((uintptr_t)0x7f1234 << 22)

static void blocks_are_near(void) { ledger_start(apart = 16); }
static void blocks_are_apart(void) { ledger_start(apart = 32); }

static const void *at(uintptr_t address) { return (const void *)address; }

static void put(uintptr_t address, size_t size)
{
    ck_assert_msg(ledger_put(at(address), size), "no entry for %zu bytes at %p", size, at(address));
}

static void expect_taken(uintptr_t address, size_t expected)
{
    size_t size = 0;
    ck_assert_msg(ledger_take(at(address), &size), "nothing at %p", at(address));
    ck_assert_msg(size == expected, "%p: %zu, not %zu", at(address), size, expected);
}

static void expect_unknown(uintptr_t address)
{
    size_t size;
    ck_assert_msg(!ledger_take(at(address), &size), "something at %p", at(address));
}

static void expect_live(uint64_t blocks, uint64_t bytes)
{
    struct ledger_live live = ledger_live();
    ck_assert_uint_eq(live.blocks, blocks);
    ck_assert_uint_eq(live.bytes, bytes);
}

/* Address ranges that are met one after the other: those without a block go back. */
START_TEST(memory_of_empty_windows_goes_back)
{
    const bool in_long = getenv("TEST_LONG") != NULL;
    const uintptr_t windows = unit_rounds(in_long ? 100000 : 5000), rounds = in_long ? 10 : 40;
    const uintptr_t kept = windows / 10, live = (windows + kept - 1) / kept;
    uintptr_t base = WINDOW * 1024;
    unsigned wrong = 0; /* Check keeps each of its assertions until the test has ended */
    for (uintptr_t i = 0; i < windows; i++)
        for (uintptr_t round = 0; round < rounds; round++) {
            size_t size = 0;
            const void *block = at(base + i * WINDOW + round * 4096);
            wrong += !ledger_put(block, 100);
            if (i % kept != 0 || round != 0)
                wrong += !ledger_take(block, &size) || size != 100;
        }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_lt(pages_held(), 200 * WORDS);
    expect_live(live, live * 100);
    for (uintptr_t i = 0; i < windows; i += kept)
        expect_taken(base + i * WINDOW, 100);
}
END_TEST

/* A thread may be about to enter a block there. */
START_TEST(windows_with_writable_addresses_stay)
{
    enum { WINDOWS = 200 };
    char path[] = "/tmp/memrestrict-maps-XXXXXX", line[100];
    uintptr_t base = WINDOW * 1024;
    int fd = mkstemp(path);
    int length = snprintf(line, sizeof line, "%lx-%lx rw-p 00000000 00:00 0\n", (unsigned long)base,
                          (unsigned long)(base + WINDOWS * WINDOW));
    ck_assert(fd >= 0 && write(fd, line, (size_t)length) == length);
    maps_source = path;
    for (uintptr_t i = 0; i < WINDOWS; i++) {
        put(base + i * WINDOW, 100);
        expect_taken(base + i * WINDOW, 100);
    }
    uint64_t held = pages_held();
    unlink(path);
    ck_assert_uint_ge(held, WINDOWS * WORDS);
}
END_TEST

enum { FILLED = 12, STEP = 512 }; /* bytes from block to block */

static void put_all_over(uintptr_t windows)
{
    for (uintptr_t i = 0; i < windows * WINDOW / STEP; i++)
        put(BASE + i * STEP, i % STEP);
}

static pthread_t start_thread(void *(*body)(void *), uintptr_t argument)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, body, (void *)argument), 0);
    return thread;
}

static size_t mapped_now(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%zu", &pages), 1);
    fclose(file);
    return pages * pages_size();
}

/* With memory for `room` more bytes of mappings. */
static bool put_within(size_t room, uintptr_t address)
{
    struct rlimit allowed;
    getrlimit(RLIMIT_AS, &allowed);
    setrlimit(RLIMIT_AS,
              &(struct rlimit){.rlim_cur = mapped_now() + room, .rlim_max = allowed.rlim_max});
    bool done = ledger_put(at(address), 100);
    setrlimit(RLIMIT_AS, &allowed);
    return done;
}

static bool put_without_memory(uintptr_t address) { return put_within(0, address); }

/* The edges of a 16-bit word, and sizes that need all of four of them. */
static const size_t sizes[] = {
    0,
    1,
    15,
    16,
    255,
    61436,
    61437,
    61438,
    61439,
    65534,
    65535,
    65536,
    65537,
    1 << 20,
    0x12345678,
    (size_t)1 << 32,
    ((size_t)1 << 32) + 1,
    ((size_t)1 << 48) - 1,
    SIZE_MAX / 4,
    PTRDIFF_MAX,
};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

START_TEST(a_size_comes_back_as_it_went_in)
{
    for (unsigned i = 0; i < SIZES; i++) {
        put(BASE, sizes[i]);
        expect_taken(BASE, sizes[i]);
        expect_live(0, 0);
    }
}
END_TEST

START_TEST(every_size_up_to_a_word_and_beyond_comes_back)
{
    unsigned wrong = 0;
    for (size_t size = 0; size <= 70000; size++) {
        size_t found;
        wrong += !ledger_put(at(BASE + 64), size) || !ledger_take(at(BASE + 64), &found) ||
                 found != size;
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(the_first_and_last_granules_of_windows_hold_all_sizes)
{
    const uintptr_t places[] = {BASE, BASE + WINDOW - apart, BASE + WINDOW,
                                BASE + 2 * WINDOW - apart};
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned j = 0; j < sizeof places / sizeof places[0]; j++) {
            put(places[j], sizes[i]);
            expect_live(1, sizes[i]);
            expect_taken(places[j], sizes[i]);
            expect_live(0, 0);
        }
}
END_TEST

START_TEST(a_large_block_at_a_windows_end_leaves_the_next_window_alone)
{
    for (uintptr_t granules = 1; granules <= 5; granules++) {
        put(BASE + WINDOW, 7);
        put(BASE + WINDOW + apart, 8);
        put(BASE + WINDOW - apart * granules, SIZE_MAX / 4);
        expect_taken(BASE + WINDOW, 7);
        expect_taken(BASE + WINDOW + apart, 8);
        expect_taken(BASE + WINDOW - apart * granules, SIZE_MAX / 4);
    }
    expect_live(0, 0);
}
END_TEST

START_TEST(blocks_side_by_side_keep_their_sizes)
{
    uintptr_t second = BASE + 0x100 + apart;
    put(BASE + 0x100, apart);
    put(second, LEDGER_FAST_LARGEST + 1);
    put(second + 65536, LEDGER_FAST_LARGEST);
    put(second + 2 * 65536, 0);
    expect_live(4, apart + LEDGER_FAST_LARGEST + 1 + LEDGER_FAST_LARGEST);
    expect_taken(second, LEDGER_FAST_LARGEST + 1);
    expect_taken(BASE + 0x100, apart);
    expect_taken(second + 2 * 65536, 0);
    expect_taken(second + 65536, LEDGER_FAST_LARGEST);
}
END_TEST

START_TEST(a_large_block_leaves_no_words_behind)
{
    put(BASE + 0x200, SIZE_MAX / 4);
    expect_taken(BASE + 0x200, SIZE_MAX / 4);
    for (uintptr_t granule = 0; granule < 8; granule++)
        expect_unknown(BASE + 0x200 + apart * granule);
    expect_live(0, 0);
}
END_TEST

START_TEST(small_blocks_may_come_where_a_large_one_was)
{
    put(BASE, SIZE_MAX / 4);
    expect_taken(BASE, SIZE_MAX / 4);
    for (uintptr_t granule = 0; granule < 8; granule++)
        put(BASE + apart * granule, granule);
    expect_live(8, 28);
    for (uintptr_t granule = 0; granule < 8; granule++)
        expect_taken(BASE + apart * granule, granule);
}
END_TEST

/* What is in the way of so many bytes there, next. */
static void expect_stale(uintptr_t address, size_t size, uintptr_t start, size_t expected)
{
    struct ledger_noted stale = {0};
    ck_assert(!ledger_put(at(address), size));
    const void *found = ledger_take_stale(at(address), size, &stale);
    ck_assert_msg(found == at(start), "at %p, not %p", found, at(start));
    ck_assert_uint_eq(stale.size, expected);
}

static void expect_nothing_stale(uintptr_t address, size_t size)
{
    struct ledger_noted stale;
    ck_assert_ptr_null(ledger_take_stale(at(address), size, &stale));
}

/* The words of such a block: its own, and those that hold its size. */
enum { LARGE_SIZE = 0x12345678, LARGE_WORDS = 7 };

START_TEST(within_a_large_block_none_starts)
{
    put(BASE, LARGE_SIZE);
    for (uintptr_t granule = 1; granule < 2 * LARGE_WORDS; granule++)
        expect_unknown(BASE + apart * granule);
    expect_taken(BASE, LARGE_SIZE);
}
END_TEST

START_TEST(a_stale_large_block_makes_way_whole)
{
    for (uintptr_t granule = 0; granule < LARGE_WORDS; granule++) {
        uintptr_t inside = BASE + apart * granule;
        put(BASE, LARGE_SIZE);
        expect_stale(inside, 7, BASE, LARGE_SIZE);
        expect_nothing_stale(inside, 7);
        put(inside, 7);
        expect_live(1, 7);
        expect_taken(inside, 7);
        expect_live(0, 0);
    }
}
END_TEST

START_TEST(a_stale_large_block_is_not_in_the_way_farther_on)
{
    put(BASE, LARGE_SIZE);
    expect_nothing_stale(BASE + apart * LARGE_WORDS, 7);
    put(BASE + apart * LARGE_WORDS, 7);
    expect_nothing_stale(BASE - apart, 7);
    expect_live(2, LARGE_SIZE + 7);
    expect_taken(BASE, LARGE_SIZE);
    expect_taken(BASE + apart * LARGE_WORDS, 7);
}
END_TEST

START_TEST(stale_blocks_make_way_for_a_large_one_each)
{
    put(BASE + apart, LEDGER_FAST_LARGEST);
    put(BASE + apart * 3, 0);
    put(BASE + apart * 4, LEDGER_FAST_LARGEST + 1);
    expect_stale(BASE, LARGE_SIZE, BASE + apart, LEDGER_FAST_LARGEST);
    expect_stale(BASE, LARGE_SIZE, BASE + apart * 3, 0);
    expect_stale(BASE, LARGE_SIZE, BASE + apart * 4, LEDGER_FAST_LARGEST + 1);
    expect_nothing_stale(BASE, LARGE_SIZE);
    put(BASE, LARGE_SIZE);
    expect_taken(BASE, LARGE_SIZE);
    for (uintptr_t granule = 0; granule < 2 * LARGE_WORDS; granule++)
        expect_unknown(BASE + apart * granule);
}
END_TEST

START_TEST(a_stale_large_block_at_a_windows_end_makes_way)
{
    uintptr_t last = BASE + WINDOW - apart;
    put(last, LARGE_SIZE);
    put(BASE + WINDOW, 8);
    expect_stale(last - apart, LEDGER_FAST_LARGEST + 1, last, LARGE_SIZE);
    put(last - apart, LEDGER_FAST_LARGEST + 1);
    expect_live(2, LEDGER_FAST_LARGEST + 1 + 8);
}
END_TEST

START_TEST(what_is_inherited_makes_way_where_it_is_stale)
{
    put(BASE, LARGE_SIZE);
    ck_assert(ledger_inherit());
    put(BASE + apart * 2, 7);
    put(BASE + apart * 10, LARGE_SIZE);
    ck_assert(ledger_inherit());
    expect_live(2, 7 + LARGE_SIZE);
    size_t size = 0;
    ck_assert(!ledger_take_inherited(at(BASE), &size));
    ck_assert(ledger_take_inherited(at(BASE + apart * 2), &size));
    ck_assert_uint_eq(size, 7);
    ck_assert(ledger_take_inherited(at(BASE + apart * 10), &size));
    ck_assert_uint_eq(size, LARGE_SIZE);
    expect_live(0, 0);
}
END_TEST

static const size_t noted_sizes[] = {1, 600, LEDGER_FAST_LARGEST, LEDGER_FAST_LARGEST + 1,
                                     LARGE_SIZE};
#define NOTE ((UINT64_C(1) << LEDGER_NOTE_BITS) - 3)

static void expect_noted(uintptr_t address, size_t size, bool inherited)
{
    struct ledger_noted entry;
    expect_unknown(address);
    ck_assert_int_lt(ledger_take_fast(at(address)), 0);
    ck_assert(ledger_take_noted(at(address), &entry));
    ck_assert(entry.size == size && entry.note == NOTE && entry.inherited == inherited);
    ck_assert(!ledger_take_noted(at(address), &entry));
}

START_TEST(what_has_a_note_is_found_with_it_alone)
{
    for (size_t i = 0; i < sizeof noted_sizes / sizeof noted_sizes[0]; i++) {
        const struct ledger_noted entry = {.size = noted_sizes[i], .note = NOTE};
        const uintptr_t places[] = {BASE, BASE + 5}; /* the latter has a node */
        for (int place = 0; place < 2; place++) {
            ck_assert(ledger_put_noted(at(places[place]), &entry));
            ck_assert(!ledger_put_noted(at(places[place]), &entry));
            expect_live(1, entry.size);
            expect_noted(places[place], entry.size, false);
            ck_assert(ledger_put_noted(at(places[place]), &entry) && ledger_inherit());
            expect_noted(places[place], entry.size, true);
            put(places[place], entry.size); /* none of the note is left */
            struct ledger_noted other;
            ck_assert(!ledger_take_noted(at(places[place]), &other));
            expect_taken(places[place], entry.size);
        }
    }
    expect_live(0, 0);
}
END_TEST

START_TEST(notes_are_kept_from_fork_to_fork_and_found_when_stale)
{
    const struct ledger_noted entry = {.size = 600, .note = NOTE};
    struct ledger_noted stale;
    uint64_t note;
    ck_assert(ledger_put_noted(at(BASE), &entry) && ledger_inherit());
    ck_assert(ledger_put_noted(at(BASE + 10 * apart), &entry) && ledger_inherit());
    expect_noted(BASE, 600, true);
    expect_noted(BASE + 10 * apart, 600, true);
    ck_assert(ledger_put_noted(at(BASE), &entry));
    ck_assert_ptr_eq(ledger_take_stale(at(BASE), 7, &stale), at(BASE));
    ck_assert(stale.size == 600 && stale.note == NOTE);
    ck_assert(ledger_put_noted_fast(at(BASE), 600, NOTE));
    ck_assert_int_eq(ledger_take_noted_fast(at(BASE), &note), 600);
    ck_assert_uint_eq(note, NOTE);
    put(BASE, 7);
    ck_assert_int_eq(ledger_take_noted_fast(at(BASE), &note), 7);
    ck_assert_uint_eq(note, 0);
    put(BASE, LARGE_SIZE);
    ck_assert_int_lt(ledger_take_noted_fast(at(BASE), &note), 0);
}
END_TEST

static pthread_barrier_t together;
static _Atomic size_t stale_bytes;

/* What malloc does with a block that it was given there. */
static void *put_where_something_is_stale(void *address)
{
    struct ledger_noted stale;
    pthread_barrier_wait(&together);
    while (!ledger_put(address, 7))
        if (ledger_take_stale(address, 7, &stale) != NULL)
            stale_bytes += stale.size;
    return NULL;
}

START_TEST(threads_find_a_stale_large_block_once)
{
    const size_t rounds = unit_rounds(300);
    pthread_t threads[LARGE_WORDS];
    ck_assert_int_eq(pthread_barrier_init(&together, NULL, LARGE_WORDS), 0);
    for (size_t round = 1; round <= rounds; round++) {
        put(BASE, LARGE_SIZE);
        for (uintptr_t i = 0; i < LARGE_WORDS; i++)
            threads[i] = start_thread(put_where_something_is_stale, BASE + apart * i);
        for (uintptr_t i = 0; i < LARGE_WORDS; i++)
            pthread_join(threads[i], NULL);
        ck_assert_uint_eq(stale_bytes, round * LARGE_SIZE);
        expect_live(LARGE_WORDS, LARGE_WORDS * 7);
        for (uintptr_t i = 0; i < LARGE_WORDS; i++)
            expect_taken(BASE + apart * i, 7);
    }
}
END_TEST

START_TEST(an_address_that_was_never_put_is_unknown)
{
    uintptr_t there = BASE + 2 * apart;
    put(there, 1);
    expect_unknown(BASE);
    expect_unknown(there - apart);
    expect_unknown(there + apart);
    expect_unknown(there + WINDOW);
    expect_unknown(there + RECENT * WINDOW);
    expect_unknown(16);
    expect_unknown(UINTPTR_MAX - 15);
    expect_unknown(there + 8);
    expect_taken(there, 1);
}
END_TEST

/* The words are so few that they cannot tell; the allocator whose block it is does. */
START_TEST(an_address_16_bytes_off_is_unknown_only_where_a_block_could_be)
{
    put(BASE + apart, 100);
    if (apart == 16)
        expect_unknown(BASE + apart + 16);
    else
        expect_taken(BASE + apart + 16, 100);
}
END_TEST

START_TEST(a_block_is_taken_once)
{
    for (unsigned i = 0; i < SIZES; i++) {
        put(BASE, sizes[i]);
        expect_taken(BASE, sizes[i]);
        expect_unknown(BASE);
        put(BASE + 8, sizes[i]);
        expect_taken(BASE + 8, sizes[i]);
        expect_unknown(BASE + 8);
    }
}
END_TEST

START_TEST(a_place_is_not_put_twice)
{
    for (unsigned i = 0; i < SIZES; i++)
        for (uintptr_t odd = 0; odd <= 8; odd += 8) {
            put(BASE + odd, sizes[i]);
            ck_assert(!ledger_put(at(BASE + odd), 7));
            ck_assert(!ledger_put(at(BASE + odd), 70000));
            expect_live(1, sizes[i]);
            expect_taken(BASE + odd, sizes[i]);
        }
}
END_TEST

START_TEST(asking_for_an_unknown_address_costs_no_memory)
{
    uint64_t held = pages_held();
    for (uintptr_t i = 0; i < 100; i++) {
        expect_unknown(BASE + i * WINDOW);
        expect_unknown(BASE + i * WINDOW + 8);
    }
    ck_assert_uint_eq(pages_held(), held);
}
END_TEST

START_TEST(odd_addresses_hold_all_sizes)
{
    for (unsigned i = 0; i < SIZES; i++)
        for (uintptr_t odd = 1; odd < 16; odd += 7) {
            put(BASE + odd, sizes[i]);
            expect_live(1, sizes[i]);
            expect_taken(BASE + odd, sizes[i]);
            expect_live(0, 0);
        }
}
END_TEST

START_TEST(neighbours_at_multiples_of_8_are_told_apart)
{
    put(BASE + apart, 1);
    put(BASE + apart + 8, 2);
    put(BASE + 2 * apart, 3);
    put(BASE + 2 * apart + 8, 4);
    expect_live(4, 10);
    expect_taken(BASE + apart + 8, 2);
    expect_unknown(BASE + apart + 8);
    expect_taken(BASE + apart, 1);
    expect_taken(BASE + 2 * apart + 8, 4);
    expect_unknown(BASE + 2 * apart + 8);
    expect_taken(BASE + 2 * apart, 3);
    expect_live(0, 0);
}
END_TEST

START_TEST(many_odd_addresses_are_told_apart)
{
    for (uintptr_t i = 0; i < 10000; i++)
        put(BASE + 8 + i * 16, i);
    expect_live(10000, 9999 * 10000 / 2);
    for (uintptr_t i = 0; i < 10000; i += 2)
        expect_taken(BASE + 8 + i * 16, i);
    expect_live(5000, 5000 * 5000);
    for (uintptr_t i = 0; i < 10000; i += 2)
        expect_unknown(BASE + 8 + i * 16);
    for (uintptr_t i = 1; i < 10000; i += 2)
        expect_taken(BASE + 8 + i * 16, i);
    expect_live(0, 0);
}
END_TEST

START_TEST(taken_odd_entries_give_their_memory_to_new_ones)
{
    put(BASE + 8, 1);
    expect_taken(BASE + 8, 1);
    uint64_t held = pages_held();
    for (uintptr_t i = 0; i < 100000; i++) {
        size_t size;
        if (!ledger_put(at(BASE + 8 + 16 * i), i) || !ledger_take(at(BASE + 8 + 16 * i), &size))
            ck_abort_msg("no entry %zu", (size_t)i);
    }
    ck_assert_uint_eq(pages_held(), held);
}
END_TEST

START_TEST(more_windows_than_are_recent_are_told_apart)
{
    enum { WINDOWS = RECENT + 500 };
    for (uintptr_t i = 0; i < WINDOWS; i++) {
        put(BASE + i * WINDOW + apart * (i % 1000), i);
        put(BASE + (i + 1) * WINDOW - apart, 100000 + i);
    }
    for (uintptr_t i = WINDOWS; i-- > 0;) {
        expect_taken(BASE + i * WINDOW + apart * (i % 1000), i);
        expect_taken(BASE + (i + 1) * WINDOW - apart, 100000 + i);
    }
}
END_TEST

/* Windows 1024 apart drive each other out of the array of recent ones. */
START_TEST(windows_that_share_a_recent_place_are_told_apart)
{
    enum { ROUNDS = 50, SHARERS = 5 };
    for (uintptr_t round = 0; round < ROUNDS; round++)
        for (uintptr_t i = 0; i < SHARERS; i++)
            put(BASE + i * RECENT * WINDOW + apart * round, i);
    expect_live(ROUNDS * SHARERS, ROUNDS * 10);
    for (uintptr_t round = 0; round < ROUNDS; round++)
        for (uintptr_t i = SHARERS; i-- > 0;) {
            expect_taken(BASE + i * RECENT * WINDOW + apart * round, i);
            expect_unknown(BASE + i * RECENT * WINDOW + apart * round);
        }
}
END_TEST

START_TEST(the_highest_and_lowest_addresses_hold_all_sizes)
{
    const uintptr_t places[] = {
        16,
        WINDOW - 16,
        UINTPTR_MAX - 15,
        UINTPTR_MAX - 14,
        UINTPTR_MAX & ~(WINDOW - 1),
        (UINTPTR_MAX >> 1) & ~(uintptr_t)15,
        (UINTPTR_MAX >> 7) & ~(uintptr_t)15,
    };
    for (unsigned i = 0; i < SIZES; i++) {
        for (unsigned j = 0; j < sizeof places / sizeof places[0]; j++)
            put(places[j], sizes[i]);
        for (unsigned j = 0; j < sizeof places / sizeof places[0]; j++)
            expect_taken(places[j], sizes[i]);
    }
}
END_TEST

START_TEST(addresses_that_differ_in_one_bit_are_told_apart)
{
    put(BASE, 1);
    for (unsigned bit = 0; bit < sizeof(uintptr_t) * 8; bit++) {
        uintptr_t other = BASE ^ (uintptr_t)1 << bit;
        if (other - BASE >= 16 && other - BASE < apart) /* no two blocks are so near */
            continue;
        put(other, 100 + bit);
        expect_taken(BASE, 1);
        expect_unknown(BASE);
        put(BASE, 1);
        expect_taken(other, 100 + bit);
        expect_unknown(other);
    }
    expect_live(1, 1);
}
END_TEST

START_TEST(live_counts_blocks_and_bytes)
{
    expect_live(0, 0);
    put(BASE, 0);
    expect_live(1, 0);
    put(BASE + WINDOW - 16, 100);
    put(BASE + 5 * WINDOW, (size_t)1 << 40);
    put(BASE + 7 * WINDOW + 8, 1000);
    expect_live(4, 1100 + (UINT64_C(1) << 40));
    expect_taken(BASE + 5 * WINDOW, (size_t)1 << 40);
    expect_live(3, 1100);
    expect_taken(BASE + 7 * WINDOW + 8, 1000);
    expect_live(2, 100);
}
END_TEST

START_TEST(without_memory_for_a_window_there_is_no_entry)
{
    ck_assert(!put_without_memory(BASE));
    expect_live(0, 0);
    expect_unknown(BASE);
    put(BASE, 100);
    expect_taken(BASE, 100);
}
END_TEST

START_TEST(without_memory_for_a_node_there_is_no_entry)
{
    ck_assert(!put_without_memory(BASE + 8));
    expect_live(0, 0);
    expect_unknown(BASE + 8);
    put(BASE + 8, 100);
    expect_taken(BASE + 8, 100);
}
END_TEST

/* An entry is made whole or not at all, whichever part of it there is no memory for. */
static void fill_with_little_memory(uintptr_t first, uintptr_t step, uintptr_t entries, size_t room)
{
    unsigned failed = 0;
    for (uintptr_t address = first; address < first + entries * step; address += step)
        if (!put_within(room, address)) {
            failed++;
            expect_unknown(address);
            put(address, 100);
        }
    ck_assert_uint_gt(failed, 0);
    expect_live(entries, 100 * entries);
    for (uintptr_t address = first; address < first + entries * step; address += step)
        expect_taken(address, 100);
    expect_live(0, 0);
}

/* Which maps memory for itself when it likes, and ends when there is none. */
static bool under_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");
    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

/* Enough for a window's words, and not for the table besides. */
START_TEST(windows_survive_memory_for_half_an_entry)
{
    if (under_valgrind())
        return;
    fill_with_little_memory(BASE, WINDOW, 100, 540 * 1024);
}
END_TEST

/* So many that the table itself needs fresh pages to grow. */
START_TEST(odd_entries_survive_memory_that_comes_and_goes)
{
    fill_with_little_memory(BASE + 8, 16, 5000, 0);
}
END_TEST

START_TEST(a_known_window_needs_no_memory)
{
    put(BASE, 1);
    ck_assert(put_without_memory(BASE + apart));
    expect_taken(BASE + apart, 100);
    expect_taken(BASE, 1);
}
END_TEST

START_TEST(errno_is_left_alone)
{
    errno = 4095;
    put_without_memory(BASE);
    put_without_memory(BASE + 8);
    put(BASE, 1);
    put(BASE + 8, 1);
    expect_taken(BASE, 1);
    expect_taken(BASE + 8, 1);
    ledger_live();
    ck_assert_int_eq(errno, 4095);
}
END_TEST

enum { THREADS = 8, BLOCKS = 3000 };

static _Atomic unsigned wrong;
static pthread_barrier_t all_there;

/* A thread's blocks lie between those of the others, in windows that all make at the same time. */
static uintptr_t block_of(uintptr_t thread, uintptr_t i)
{
    return BASE + i % 50 * WINDOW + (i / 50 * THREADS + thread) * apart;
}

static void put_all(uintptr_t thread)
{
    for (uintptr_t i = 0; i < BLOCKS; i++)
        if (!ledger_put(at(block_of(thread, i)), thread * 1000 + i % 1000))
            atomic_fetch_add(&wrong, 1);
}

static void take_all(uintptr_t thread)
{
    for (uintptr_t i = 0; i < BLOCKS; i++) {
        size_t size;
        if (!ledger_take(at(block_of(thread, i)), &size) || size != thread * 1000 + i % 1000)
            atomic_fetch_add(&wrong, 1);
    }
}

static void *put_and_take_own(void *thread)
{
    pthread_barrier_wait(&all_there);
    for (int round = 0; round < 10; round++) {
        put_all((uintptr_t)thread);
        take_all((uintptr_t)thread);
    }
    return NULL;
}

static void *put_and_take_odd(void *thread)
{
    pthread_barrier_wait(&all_there);
    for (uintptr_t i = 0; i < BLOCKS; i++) {
        uintptr_t address = block_of((uintptr_t)thread, i) + 8;
        size_t size;
        if (!ledger_put(at(address), i) || !ledger_take(at(address), &size) || size != i)
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

static void *put_own_take_neighbours(void *thread)
{
    put_all((uintptr_t)thread);
    pthread_barrier_wait(&all_there);
    take_all(((uintptr_t)thread + 1) % THREADS);
    return NULL;
}

static void run_threads(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&all_there, NULL, THREADS);
    for (uintptr_t i = 0; i < THREADS; i++)
        threads[i] = start_thread(body, i);
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(wrong, 0);
    expect_live(0, 0);
}

START_TEST(threads_with_addresses_of_their_own_do_not_meet) { run_threads(put_and_take_own); }
END_TEST

START_TEST(threads_with_odd_addresses_do_not_meet) { run_threads(put_and_take_odd); }
END_TEST

START_TEST(a_thread_may_take_what_another_put) { run_threads(put_own_take_neighbours); }
END_TEST

static _Atomic bool fork_over, too_early;

static void *make_a_window(void *unused)
{
    ledger_put(at(BASE), 1);
    if (!atomic_load(&fork_over))
        atomic_store(&too_early, true);
    return unused;
}

static void fork_prepare(void)
{
    ledger_fork_take();
    guard.forking = 1;
}

static void fork_parent(void)
{
    guard.forking = 0;
    ledger_fork_drop();
}

START_TEST(other_threads_wait_with_new_windows_for_the_end_of_a_fork)
{
    fork_prepare();
    pthread_t thread = start_thread(make_a_window, 0);
    usleep(20 * 1000);
    atomic_store(&fork_over, true);
    fork_parent();
    pthread_join(thread, NULL);
    ck_assert(!too_early);
    expect_taken(BASE, 1);
}
END_TEST

START_TEST(the_thread_that_forks_goes_on_meanwhile)
{
    fork_prepare();
    put(BASE, 1);
    put(BASE + 8, 2);
    expect_live(2, 3);
    expect_taken(BASE, 1);
    fork_parent();
    expect_taken(BASE + 8, 2);
}
END_TEST

static int check_child(void)
{
    size_t size;
    if (!ledger_take(at(BASE), &size) || size != 5)
        return 1;
    if (!ledger_put(at(BASE + 9 * WINDOW), 6) || !ledger_put(at(BASE + 8), 7))
        return 2;
    return ledger_live().bytes == 13 ? 0 : 3;
}

START_TEST(a_forked_child_has_its_parents_entries_and_makes_its_own)
{
    put(BASE, 5);
    fork_prepare();
    pid_t child = fork();
    if (child == 0) {
        ledger_fork_reset();
        guard.forking = 0;
        _exit(check_child());
    }
    fork_parent();
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    expect_live(1, 5);
}
END_TEST

/* The lock was held when the copy was made, by a thread that the copy does not have. */
START_TEST(a_copy_made_without_handlers_finds_recent_blocks_again)
{
    put(BASE, 5);
    put(BASE + 3 * WINDOW, 6);
    ledger_fork_take();
    pid_t child = fork();
    if (child == 0) {
        ledger_recover();
        size_t first, second;
        bool found = ledger_take(at(BASE), &first) && ledger_take(at(BASE + 3 * WINDOW), &second);
        _exit(found && first == 5 && second == 6 && ledger_put(at(BASE + 9 * WINDOW), 7) ? 0 : 1);
    }
    ledger_fork_drop();
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    expect_live(2, 11);
}
END_TEST

START_TEST(recovering_with_a_free_lock_changes_nothing)
{
    for (uintptr_t i = 0; i < 3; i++)
        put(BASE + i * RECENT * WINDOW, i);
    put(BASE + 8, 100);
    ledger_recover();
    expect_live(4, 103);
}
END_TEST

START_TEST(a_heap_of_many_full_windows_is_entered_and_taken_out)
{
    put_all_over(FILLED);
    expect_live(FILLED * WINDOW / STEP, FILLED * WINDOW / STEP * (STEP - 1) / 2);
    for (uintptr_t i = 0; i < FILLED * WINDOW / STEP; i++)
        expect_taken(BASE + i * STEP, i % STEP);
    expect_live(0, 0);
}
END_TEST

START_TEST(full_windows_cost_no_more_than_a_few_megabytes_beside_their_words)
{
    uint64_t before = pages_held();
    put_all_over(FILLED);
    ck_assert_uint_ge(pages_held() - before, FILLED * WORDS);
    ck_assert_uint_le(pages_held() - before, FILLED * WORDS + 10 * ((uint64_t)1 << 20));
}
END_TEST

START_TEST(windows_with_few_blocks_take_no_huge_pages)
{
    uint64_t before = pages_held(), kib = 1024;
    for (uintptr_t i = 0; i < FILLED; i++)
        put(BASE + i * WINDOW, 1);
    ck_assert_uint_le(pages_held() - before, FILLED * (WORDS + 8 * kib) + 128 * kib);
}
END_TEST

START_TEST(full_windows_without_memory_for_huge_pages_are_entered_all_the_same)
{
    put_all_over(3);
    ck_assert(put_within(1 << 20, BASE + 3 * WINDOW));
    expect_taken(BASE + 3 * WINDOW, 100);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, void (*start)(void))
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, RUN_SECONDS);
    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

static void add_both(Suite *suite, const TTest *test)
{
    add(suite, "near", test, blocks_are_near);
    add(suite, "apart", test, blocks_are_apart);
}

Suite *suite_ledger(void)
{
    Suite *suite = suite_create("ledger");
    add_both(suite, a_heap_of_many_full_windows_is_entered_and_taken_out);
    add_both(suite, full_windows_cost_no_more_than_a_few_megabytes_beside_their_words);
    add_both(suite, windows_with_few_blocks_take_no_huge_pages);
    add_both(suite, full_windows_without_memory_for_huge_pages_are_entered_all_the_same);
    add_both(suite, memory_of_empty_windows_goes_back);
    add_both(suite, windows_with_writable_addresses_stay);
    add_both(suite, a_size_comes_back_as_it_went_in);
    add_both(suite, every_size_up_to_a_word_and_beyond_comes_back);
    add_both(suite, the_first_and_last_granules_of_windows_hold_all_sizes);
    add_both(suite, a_large_block_at_a_windows_end_leaves_the_next_window_alone);
    add_both(suite, blocks_side_by_side_keep_their_sizes);
    add_both(suite, a_large_block_leaves_no_words_behind);
    add_both(suite, small_blocks_may_come_where_a_large_one_was);
    add_both(suite, within_a_large_block_none_starts);
    add_both(suite, a_stale_large_block_makes_way_whole);
    add_both(suite, a_stale_large_block_is_not_in_the_way_farther_on);
    add_both(suite, stale_blocks_make_way_for_a_large_one_each);
    add_both(suite, a_stale_large_block_at_a_windows_end_makes_way);
    add_both(suite, what_is_inherited_makes_way_where_it_is_stale);
    add_both(suite, what_has_a_note_is_found_with_it_alone);
    add_both(suite, notes_are_kept_from_fork_to_fork_and_found_when_stale);
    add_both(suite, threads_find_a_stale_large_block_once);
    add_both(suite, an_address_that_was_never_put_is_unknown);
    add_both(suite, an_address_16_bytes_off_is_unknown_only_where_a_block_could_be);
    add_both(suite, a_block_is_taken_once);
    add_both(suite, a_place_is_not_put_twice);
    add_both(suite, asking_for_an_unknown_address_costs_no_memory);
    add_both(suite, odd_addresses_hold_all_sizes);
    add_both(suite, neighbours_at_multiples_of_8_are_told_apart);
    add_both(suite, many_odd_addresses_are_told_apart);
    add_both(suite, taken_odd_entries_give_their_memory_to_new_ones);
    add_both(suite, more_windows_than_are_recent_are_told_apart);
    add_both(suite, windows_that_share_a_recent_place_are_told_apart);
    add_both(suite, the_highest_and_lowest_addresses_hold_all_sizes);
    add_both(suite, addresses_that_differ_in_one_bit_are_told_apart);
    add_both(suite, live_counts_blocks_and_bytes);
    add_both(suite, without_memory_for_a_window_there_is_no_entry);
    add_both(suite, without_memory_for_a_node_there_is_no_entry);
    add_both(suite, windows_survive_memory_for_half_an_entry);
    add_both(suite, odd_entries_survive_memory_that_comes_and_goes);
    add_both(suite, a_known_window_needs_no_memory);
    add_both(suite, errno_is_left_alone);
    add_both(suite, threads_with_addresses_of_their_own_do_not_meet);
    add_both(suite, threads_with_odd_addresses_do_not_meet);
    add_both(suite, a_thread_may_take_what_another_put);
    add_both(suite, other_threads_wait_with_new_windows_for_the_end_of_a_fork);
    add_both(suite, the_thread_that_forks_goes_on_meanwhile);
    add_both(suite, a_forked_child_has_its_parents_entries_and_makes_its_own);
    add_both(suite, a_copy_made_without_handlers_finds_recent_blocks_again);
    add_both(suite, recovering_with_a_free_lock_changes_nothing);
    return suite;
}
