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

static size_word *word_find(const void *address, bool make)
{
    size_word *word = word_recent(address);
    if (word == NULL) {
        struct spot spot = spot_of(address);
        struct window *window = ledger_find_window(spot.key, make);
        word = window != NULL ? &window->words[spot.index] : NULL;
    }
    return word;
}

static COLD bool put_slowly(const void *address, size_t size)
{
    if (is_odd(address))
        return ledger_put_odd(address, size);
    size_word *word = word_find(address, true);
    return word != NULL && word_enter(word, size);
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
    return LIKELY(ledger_put_fast(address, size)) || put_slowly(address, size);
}

static COLD bool take_slowly(const void *address, size_t *size)
{
    if (is_odd(address))
        return ledger_take_odd(address, size);
    size_word *word = word_find(address, false);
    return word != NULL && word_remove(word, size);
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
    if (UNLIKELY(taken < 0))
        return take_slowly(address, size);
    *size = (size_t)taken;
    return true;
}

static struct window *window_of(uintptr_t key)
{
    struct window *window = window_recent(key);
    return LIKELY(window != NULL) ? window : ledger_find_window(key, false);
}

bool ledger_keep_site(const void *address, uint16_t site)
{
    struct spot spot = spot_of(address);
    struct window *window = is_odd(address) ? NULL : window_of(spot.key);
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
    if (UNLIKELY(value == 0) || UNLIKELY(value >= LARGE))
        return false;
    word_set(word, 0);
    *size = value - 1u;
    return true;
}

uint16_t ledger_site(const void *address)
{
    struct spot spot = spot_of(address);
    struct window *window = is_odd(address) ? NULL : window_of(spot.key);
    site_number *sites =
        window != NULL ? atomic_load_explicit(&window->sites, memory_order_acquire) : NULL;
    return sites != NULL ? atomic_load_explicit(&sites[spot.index], memory_order_relaxed) : 0;
}
