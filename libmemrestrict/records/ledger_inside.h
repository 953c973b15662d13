/* SPDX-License-Identifier: MIT
 *
 * What ledger.c and ledger_table.c share, and nobody else needs: how windows and their words look,
 * and where the word of an address is.
 */
#ifndef MEMRESTRICT_LEDGER_INSIDE_H
#define MEMRESTRICT_LEDGER_INSIDE_H

#include "ground/guard.h"
#include "records/ledger.h"
#include <limits.h>
#include <stdatomic.h>

/* One multiplication: keys are addresses, whose low bits tell little. */
static inline unsigned window_hash(uintptr_t key)
{
    return (unsigned)((uint64_t)key * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}
#define HASH_FUNCTION(key, length, hash) ((hash) = window_hash(*(const uintptr_t *)(key)))

#include <uthash.h>

enum {
    ALIGNMENT_BITS = 4, /* a block starts at a multiple of 16 bytes */
    WORD_BITS = 18,     /* a window of 4 MiB, or twice that */
    WORDS = 1 << WORD_BITS,
    LARGE = LEDGER_FAST_LARGEST + 2, /* the word of a block whose size is in the next ones */
    LARGE_WORDS = 6,                 /* such a block covers thousands of granules */
    PART_BITS = 12,                  /* of the size, in each of them, */
    PART_MASK = (1 << PART_BITS) - 1,
    PART = LARGE + 1, /* added to that: so they are no block's words */
    RECENT = 1 << 10  /* windows found without the table: 4 GiB of addresses, or more */
};

_Static_assert((PART & PART_MASK) == 0 && PART + PART_MASK == UINT16_MAX, "parts fill the rest");
_Static_assert(sizeof(size_t) * CHAR_BIT <= LARGE_WORDS * PART_BITS, "any size fits");

typedef _Atomic uint16_t size_word;
typedef _Atomic uint16_t site_number;

struct window {
    uintptr_t key; /* see spot_of; first, as all that there is of no window */
    UT_hash_handle hh;
    site_number *_Atomic sites; /* NULL until the first is kept; one for each word */
    bool huge;                  /* of huge pages */
    bool writable;              /* something can be written at its addresses; while swept */
    _Alignas(64) size_word
        words[WORDS + LARGE_WORDS]; /* a large block in the last granule has its size beyond */
};

/* A granule is 16 bytes << this; constant once there is an entry. */
extern unsigned ledger_fold;
/* Windows by the low bits of their key; where there is none, one whose key no address has, so that
 * a look-up need not ask. */
extern struct window *_Atomic ledger_recent[RECENT];

/* By the table. NULL: there is none, or no memory to make it. */
struct window *ledger_find_window(uintptr_t key, bool make);
/* Says in each of the table's windows whether something can be written at its addresses. False: it
 * cannot be told. */
bool ledger_mark_writable_locked(struct window *windows);
/* As lock_assert_held, of the table's lock. */
void ledger_assert_locked(void);
/* NULL: no memory. */
site_number *ledger_make_sites(struct window *window);
/* Of addresses that are no multiple of 16. False: no memory, or there is one already; there is
 * none. */
bool ledger_put_odd(const void *address, size_t size);
bool ledger_take_odd(const void *address, size_t *size);

/* Where the word of an address is. */
struct spot {
    uintptr_t key; /* of its window */
    size_t index;  /* of the word in that */
};

/* Of an address that is no multiple of 16 the low bits are the key's highest, so that it is in no
 * window. */
static inline struct spot spot_of(const void *address)
{
    uintptr_t bits = (uintptr_t)address, granule;
    granule =
        (bits >> ALIGNMENT_BITS | bits << (sizeof bits * CHAR_BIT - ALIGNMENT_BITS)) >> ledger_fold;
    return (struct spot){granule >> WORD_BITS, granule & (WORDS - 1)};
}

static inline bool is_odd(const void *address)
{
    return (uintptr_t)address & ((1u << ALIGNMENT_BITS) - 1);
}

static inline void word_set(size_word *word, uint16_t value)
{
    atomic_store_explicit(word, value, memory_order_relaxed);
}

static inline uint16_t word_get(const size_word *word)
{
    return atomic_load_explicit(word, memory_order_relaxed);
}

static inline void large_set(size_word *first, size_t size)
{
    uint64_t rest = size;
    for (unsigned i = 1; i <= LARGE_WORDS; i++, rest >>= PART_BITS)
        word_set(&first[i], (uint16_t)(PART + (rest & PART_MASK)));
}

static inline size_t large_get(const size_word *first)
{
    uint64_t size = 0;
    for (unsigned i = LARGE_WORDS; i > 0; i--)
        size = size << PART_BITS | (word_get(&first[i]) & PART_MASK);
    return (size_t)size;
}

static inline void large_clear(size_word *first)
{
    for (unsigned i = 1; i <= LARGE_WORDS; i++)
        word_set(&first[i], 0);
}

/* The first word from `at` on that is not zero; WORDS: none. Four at a time: most are zero. */
static inline unsigned window_next_word(const struct window *window, unsigned at)
{
    typedef uint64_t __attribute__((may_alias)) four_words;
    while (at < WORDS && word_get(&window->words[at]) == 0) {
        const four_words *four =
            (const void *)&window->words[at]; /* aligned, where they are read */
        bool all = at % 4 == 0 && __atomic_load_n(four, __ATOMIC_RELAXED) == 0;
        at += all ? 4 : 1;
    }
    return at;
}

/* How many words an entry takes. */
static inline unsigned words_for(size_t size)
{
    return size <= LEDGER_FAST_LARGEST ? 1 : 1 + LARGE_WORDS;
}

/* Any size. False: there is something already. */
static inline bool word_enter(size_word *word, size_t size)
{
    for (unsigned i = 0; i < words_for(size); i++)
        if (word_get(&word[i]) != 0)
            return false;
    if (size > LEDGER_FAST_LARGEST)
        large_set(word, size);
    word_set(word, size <= LEDGER_FAST_LARGEST ? (uint16_t)(size + 1) : LARGE);
    return true;
}

/* Removes the block that starts there: its size. False: none does. */
static inline bool word_remove(size_word *word, size_t *size)
{
    uint16_t value = word_get(word);
    if (value == 0 || value > LARGE)
        return false;
    *size = value == LARGE ? large_get(word) : value - 1u;
    if (value == LARGE)
        large_clear(word);
    word_set(word, 0);
    return true;
}

#endif
