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
    NOTED = LEDGER_FAST_LARGEST + 2, /* the word of a block whose size is beside its note */
    LARGE,                           /* ... of one whose size is in the next words */
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
/* A note above, and below it the size, where that is not in the words. */
enum { NOTE_SHIFT = 16 };
typedef _Atomic uint64_t note_word;
_Static_assert(LEDGER_NOTE_BITS + NOTE_SHIFT == 64 && NOTED >> NOTE_SHIFT == 0, "they fill it");

struct window {
    uintptr_t key; /* see spot_of; first, as all that there is of no window */
    UT_hash_handle hh;
    site_number *_Atomic sites; /* NULL until the first is kept; one for each word */
    note_word *_Atomic notes;   /* the same; stale where the word is no NOTED or LARGE */
    bool huge;                  /* of huge pages */
    bool writable;              /* something can be written at its addresses; while swept */
    _Alignas(64) size_word
        words[WORDS + LARGE_WORDS]; /* a large block in the last granule has its size beyond */
};

struct odd { /* a block at an address that is no multiple of 16 */
    uintptr_t key;
    struct ledger_noted entry;
    UT_hash_handle hh;
};

struct table {
    struct window *windows;
    struct odd *odds;
};

/* Looks at both tables, under their lock, one after the other. False: a signal handler came in
 * between who holds it, and this thread is within that. */
typedef void ledger_look(const struct table *table, bool inherited, void *context);
bool ledger_with_tables(ledger_look *look, void *context);

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
note_word *ledger_make_notes(struct window *window);
note_word *ledger_make_notes_locked(struct window *window);
/* Of addresses that are no multiple of 16. False: no memory, or there is one already; there is
 * none, or it has a note, unless that is what is asked for. */
bool ledger_put_odd(const void *address, const struct ledger_noted *entry);
bool ledger_take_odd(const void *address, struct ledger_noted *entry, bool noted);
/* Of inherited entries, of either kind. */
bool ledger_take_inherited_noted(const void *address, struct ledger_noted *entry, bool noted);
bool ledger_put_inherited_noted(const void *address, const struct ledger_noted *entry);

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

/* What is beside a word that is NOTED or LARGE. */
static inline uint64_t note_at(const struct window *window, size_t index)
{
    const note_word *notes = atomic_load_explicit(&window->notes, memory_order_acquire);
    return notes != NULL ? atomic_load_explicit(&notes[index], memory_order_relaxed) : 0;
}

static inline void note_set(struct window *window, size_t index, uint64_t note, uint64_t size)
{
    note_word *notes = atomic_load_explicit(&window->notes, memory_order_acquire);
    if (notes != NULL)
        atomic_store_explicit(&notes[index], note << NOTE_SHIFT | size, memory_order_relaxed);
}

/* The entry that starts there. False: none does. */
static inline bool entry_get(const struct window *window, size_t index, struct ledger_noted *entry)
{
    uint16_t value = word_get(&window->words[index]);
    if (value == 0 || value > LARGE)
        return false;
    uint64_t note = value >= NOTED ? note_at(window, index) : 0;
    entry->note = note >> NOTE_SHIFT;
    entry->size = value == LARGE   ? large_get(&window->words[index])
                  : value == NOTED ? (uint16_t)note
                                   : value - 1u;
    return true;
}

/* Any size. A note has room: ledger_make_notes. False: there is something already. */
static inline bool entry_enter(struct window *window, size_t index,
                               const struct ledger_noted *entry)
{
    size_word *word = &window->words[index];
    for (unsigned i = 0; i < words_for(entry->size); i++)
        if (word_get(&word[i]) != 0)
            return false;
    bool large = entry->size > LEDGER_FAST_LARGEST;
    if (large)
        large_set(word, entry->size);
    if (large || entry->note != 0)
        note_set(window, index, entry->note, large ? 0 : entry->size);
    word_set(word, large              ? (uint16_t)LARGE
                   : entry->note != 0 ? (uint16_t)NOTED
                                      : (uint16_t)(entry->size + 1));
    return true;
}

/* Removes the entry that starts there. False: none does. */
static inline bool entry_remove(struct window *window, size_t index, struct ledger_noted *entry)
{
    if (!entry_get(window, index, entry))
        return false;
    size_word *word = &window->words[index];
    if (word_get(word) == LARGE)
        large_clear(word);
    word_set(word, 0);
    return true;
}

/* The same, if it has a note, or has none. */
static inline bool entry_remove_if(struct window *window, size_t index, struct ledger_noted *entry,
                                   bool noted)
{
    return entry_get(window, index, entry) && (entry->note != 0) == noted &&
           entry_remove(window, index, entry);
}

#endif
