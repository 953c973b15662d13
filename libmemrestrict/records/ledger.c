/* SPDX-License-Identifier: MIT */
#include "records/ledger.h"

#include "records/ledger_inside.h"

/* A window if it was met lately, else NULL; as it is for odd addresses. */
static inline struct window *window_recent(uintptr_t key)
{
    struct window *window =
        atomic_load_explicit(&ledger_recent[key % RECENT], memory_order_acquire);
    return LIKELY(window->key == key) ? window : NULL;
}

/* The word of an address whose window was met lately; NULL: look for it by the table. */
static inline size_word *word_recent(const void *address)
{
    struct spot spot = spot_of(address);
    struct window *window = window_recent(spot.key);
    return LIKELY(window != NULL) ? &window->words[spot.index] : NULL;
}

/* NULL: there is none, or no memory to make it. */
static struct window *window_of(uintptr_t key, bool make)
{
    struct window *window = window_recent(key);
    return LIKELY(window != NULL) ? window : ledger_find_window(key, make);
}

static COLD bool put_slowly(const void *address, const struct ledger_noted *entry)
{
    struct spot spot = spot_of(address);
    if (is_odd(address))
        return ledger_put_odd(address, entry);
    struct window *window = window_of(spot.key, true);
    if (window == NULL)
        return false;
    if (entry->note != 0 && atomic_load(&window->notes) == NULL &&
        ledger_make_notes(window) == NULL)
        return false;
    return entry_enter(window, spot.index, entry);
}

bool ledger_put_fast(const void *address, size_t size)
{
    size_word *word = word_recent(address);
    if (UNLIKELY(word == NULL) || UNLIKELY(size > LEDGER_FAST_LARGEST) ||
        UNLIKELY(word_get(word) != 0))
        return false;
    word_set(word, (uint16_t)(size + 1));
    return true;
}

bool ledger_put(const void *address, size_t size)
{
    return LIKELY(ledger_put_fast(address, size)) ||
           put_slowly(address, &(struct ledger_noted){.size = size});
}

static COLD bool take_slowly(const void *address, struct ledger_noted *entry, bool noted)
{
    struct spot spot = spot_of(address);
    entry->inherited = false;
    if (is_odd(address))
        return ledger_take_odd(address, entry, noted);
    struct window *window = window_of(spot.key, false);
    return window != NULL && entry_remove_if(window, spot.index, entry, noted);
}

int64_t ledger_take_fast(const void *address)
{
    size_word *word = word_recent(address);
    unsigned size = LIKELY(word != NULL) ? word_get(word) - 1u : UINT_MAX; /* as if it were 0 */
    if (UNLIKELY(size > LEDGER_FAST_LARGEST))
        return -1;
    word_set(word, 0);
    return size;
}

bool ledger_take(const void *address, size_t *size)
{
    int64_t taken = ledger_take_fast(address);
    if (LIKELY(taken >= 0)) {
        *size = (size_t)taken;
        return true;
    }
    struct ledger_noted entry;
    bool done = take_slowly(address, &entry, false);
    if (done)
        *size = entry.size;
    return done;
}

bool ledger_put_noted(const void *address, const struct ledger_noted *entry)
{
    return entry->inherited ? ledger_put_inherited_noted(address, entry)
                            : put_slowly(address, entry);
}

bool ledger_take_noted(const void *address, struct ledger_noted *entry)
{
    return take_slowly(address, entry, true) || ledger_take_inherited_noted(address, entry, true);
}

bool ledger_take_inherited(const void *address, size_t *size)
{
    struct ledger_noted entry;
    bool done = ledger_take_inherited_noted(address, &entry, false);
    if (done)
        *size = entry.size;
    return done;
}

bool ledger_put_inherited(const void *address, size_t size)
{
    return ledger_put_inherited_noted(address, &(struct ledger_noted){.size = size});
}

/* The place of a word's note, if its window was met lately and has notes. */
static inline note_word *note_recent(const void *address, size_word **word)
{
    struct spot spot = spot_of(address);
    struct window *window = window_recent(spot.key);
    note_word *notes =
        LIKELY(window != NULL) ? atomic_load_explicit(&window->notes, memory_order_acquire) : NULL;
    if (UNLIKELY(notes == NULL))
        return NULL;
    *word = &window->words[spot.index];
    return &notes[spot.index];
}

bool ledger_put_noted_fast(const void *address, size_t size, uint64_t note)
{
    size_word *word;
    note_word *at = note_recent(address, &word);
    if (UNLIKELY(at == NULL) || UNLIKELY(word_get(word) != 0))
        return false;
    word_set(word, NOTED);
    atomic_store_explicit(at, note << NOTE_SHIFT | size, memory_order_relaxed);
    return true;
}

int64_t ledger_take_noted_fast(const void *address, uint64_t *note)
{
    size_word *word;
    note_word *at = note_recent(address, &word);
    unsigned value = LIKELY(at != NULL) ? word_get(word) : 0;
    uint64_t size = value - 1u;
    *note = 0;
    if (LIKELY(value == NOTED)) {
        uint64_t both = atomic_load_explicit(at, memory_order_relaxed);
        *note = both >> NOTE_SHIFT;
        size = (uint16_t)both;
        if (*note == 0)
            __builtin_unreachable(); /* a test the less for who asks */
    } else if (UNLIKELY(value == 0) || UNLIKELY(value > NOTED)) {
        return -1;
    }
    word_set(word, 0);
    return (int64_t)size;
}

bool ledger_keep_site(const void *address, uint16_t site)
{
    struct spot spot = spot_of(address);
    struct window *window = is_odd(address) ? NULL : window_of(spot.key, false);
    if (window == NULL)
        return false;
    site_number *sites = atomic_load_explicit(&window->sites, memory_order_acquire);
    if (UNLIKELY(sites == NULL) && (sites = ledger_make_sites(window)) == NULL)
        return false;
    atomic_store_explicit(&sites[spot.index], site, memory_order_relaxed);
    return true;
}

/* The places of a block's size and site, if its window was met lately and has sites. */
static inline bool find_with_site(const void *address, size_word **word, site_number **number)
{
    struct spot spot = spot_of(address);
    struct window *window = window_recent(spot.key);
    site_number *sites =
        LIKELY(window != NULL) ? atomic_load_explicit(&window->sites, memory_order_acquire) : NULL;
    if (UNLIKELY(sites == NULL))
        return false;
    *word = &window->words[spot.index];
    *number = &sites[spot.index];
    return true;
}

void ledger_expect(const void *address)
{
    size_word *word;
    site_number *number;
    if (LIKELY(find_with_site(address, &word, &number))) {
        __builtin_prefetch((void *)word, 1);
        __builtin_prefetch((void *)number, 1);
    }
}

bool ledger_put_with_site(const void *address, size_t size, uint16_t site)
{
    size_word *word;
    site_number *number;
    if (UNLIKELY(size > LEDGER_FAST_LARGEST) ||
        UNLIKELY(!find_with_site(address, &word, &number)) || UNLIKELY(word_get(word) != 0))
        return false;
    word_set(word, (uint16_t)(size + 1));
    atomic_store_explicit(number, site, memory_order_relaxed);
    return true;
}

bool ledger_take_with_site(const void *address, size_t *size, uint16_t *site)
{
    size_word *word;
    site_number *number;
    if (UNLIKELY(!find_with_site(address, &word, &number)))
        return false;
    *site = atomic_load_explicit(number, memory_order_relaxed);
    uint16_t value = word_get(word);
    if (UNLIKELY(value == 0) || UNLIKELY(value >= NOTED))
        return false;
    word_set(word, 0);
    *size = value - 1u;
    return true;
}

uint16_t ledger_site(const void *address)
{
    struct spot spot = spot_of(address);
    struct window *window = is_odd(address) ? NULL : window_of(spot.key, false);
    site_number *sites =
        window != NULL ? atomic_load_explicit(&window->sites, memory_order_acquire) : NULL;
    return sites != NULL ? atomic_load_explicit(&sites[spot.index], memory_order_relaxed) : 0;
}
