/* SPDX-License-Identifier: MIT */
#define HASH_NONFATAL_OOM 1
#define uthash_malloc(size) pages_alloc(&pool, size)
#define uthash_free(memory, size) pages_free(&pool, memory, size)
#define uthash_nonfatal_oom(item) (out_of_memory = true)
#include "records/ledger_inside.h"
#include "ground/lock.h"
#include "ground/pages.h"

enum { FEW_WINDOWS = 3, FEWEST_SWEPT = 64 };

static struct lock lock; /* guards all but the recent windows and the words */
static struct pages_pool pool;
static struct pages_huge huge;
static const struct window *newest; /* of all that were made */
static unsigned windows_made;
static unsigned sweep_at = FEWEST_SWEPT;
static struct window *spare; /* of huge pages, which do not go back; linked through their keys */
static struct table now,
    inherited; /* `inherited`: of before the fork; the lock guards its words too */
static _Atomic size_t odd_count; /* in `now`, read without the lock: mostly there are none */
static _Atomic bool has_inherited;
static bool out_of_memory; /* set by uthash when an insertion failed */

unsigned ledger_fold;
LARGE_ZEROS struct window *_Atomic ledger_recent[RECENT];
static const _Alignas(struct window) uintptr_t nowhere = UINTPTR_MAX; /* begins no window */

static inline void forget_one(unsigned i)
{
    atomic_store_explicit(&ledger_recent[i], (struct window *)&nowhere, memory_order_relaxed);
}

static void forget_recent(void)
{
    for (unsigned i = 0; i < RECENT; i += 4) { /* each process does it as it starts */
        forget_one(i);
        forget_one(i + 1);
        forget_one(i + 2);
        forget_one(i + 3);
    }
}

void ledger_start(size_t apart)
{
    ledger_fold = apart >= 2 << ALIGNMENT_BITS;
    forget_recent();
}

/* Do small blocks stand all over the window? As far as some places tell. */
static bool is_dense(const struct window *window)
{
    enum { PLACES = 32, LOOKED_AT = 64, ENOUGH = PLACES * 3 / 4 }; /* 64 words: 1 or 2 KiB */
    unsigned used = 0;
    for (unsigned place = 0; place < PLACES; place++) {
        const size_word *words = &window->words[WORDS / PLACES * place];
        uint16_t any = 0;
        for (unsigned i = 0; i < LOOKED_AT; i++)
            any |= atomic_load_explicit(&words[i], memory_order_relaxed);
        used += any != 0;
    }
    return used >= ENOUGH;
}

/* Zeros. Huge pages save a process that has filled some windows and begins another
 * the faults, and what a fork has to copy; a smaller one should not have as many. */
static struct window *window_room_locked(void)
{
    lock_assert_held(&lock);
    struct window *window = spare;
    if (window != NULL) {
        spare = (struct window *)window->key;
        return window;
    }
    if (windows_made >= FEW_WINDOWS && newest != NULL && is_dense(newest))
        window = pages_alloc_huge(&huge, sizeof *window);
    if (window != NULL)
        window->huge = true;
    return window != NULL ? window : pages_alloc(&pool, sizeof *window);
}

/* It is in no table. */
static void window_free_locked(struct window *window)
{
    lock_assert_held(&lock);
    site_number *sites = atomic_load(&window->sites);
    note_word *notes = atomic_load(&window->notes);
    pages_free(&pool, sites, WORDS * sizeof *sites);
    pages_free(&pool, notes, WORDS * sizeof *notes);
    if (newest == window)
        newest = NULL;
    if (window->huge) {
        window->key = (uintptr_t)spare;
        spare = window;
    } else {
        pages_free(&pool, window, sizeof *window);
    }
}

void ledger_assert_locked(void) { lock_assert_held(&lock); }

/* Takes down the windows that have no block, and at whose addresses nothing can be
 * written: then no thread is about to enter one either. It would have got the block before it
 * looked for the window, and who looks from here on does not find it. Each time that there are
 * twice as many; a program in a sandbox that allows no look at /proc is a small one, as a rule. */
static void sweep_locked(void)
{
    lock_assert_held(&lock);
    struct window *window, *next;
    forget_recent();
    atomic_thread_fence(memory_order_seq_cst);
    if (ledger_mark_writable_locked(now.windows))
        HASH_ITER (hh, now.windows, window, next)
            if (!window->writable && window_next_word(window, 0) == WORDS) {
                HASH_DEL(now.windows, window);
                window_free_locked(window);
            }
    unsigned left = HASH_COUNT(now.windows);
    sweep_at = left > FEWEST_SWEPT / 2 ? 2 * left : FEWEST_SWEPT;
}

/* NULL: no memory. */
static struct window *window_make_locked(uintptr_t key)
{
    lock_assert_held(&lock);
    if (HASH_COUNT(now.windows) >= sweep_at)
        sweep_locked();
    struct window *window = window_room_locked();
    if (window == NULL)
        return NULL;
    window->key = key;
    atomic_store_explicit(&window->sites, NULL, memory_order_relaxed);
    atomic_store_explicit(&window->notes, NULL, memory_order_relaxed);
    out_of_memory = false;
    HASH_ADD(hh, now.windows, key, sizeof key, window);
    if (out_of_memory) {
        window_free_locked(window);
        return NULL;
    }
    windows_made++;
    newest = window;
    return window;
}

COLD struct window *ledger_find_window(uintptr_t key, bool make)
{
    struct lock_hold hold;
    struct window *window;
    if (!lock_enter(&lock, &hold))
        return NULL;
    HASH_FIND(hh, now.windows, &key, sizeof key, window);
    if (window == NULL && make)
        window = window_make_locked(key);
    if (window != NULL) /* release: its fields are written before it can be found */
        atomic_store_explicit(&ledger_recent[key % RECENT], window, memory_order_release);
    lock_drop(&lock, &hold);
    return window;
}

/* False: no memory, or there is one already. */
static bool odd_enter_locked(struct table *table, uintptr_t key, const struct ledger_noted *entry)
{
    lock_assert_held(&lock);
    struct odd *odd, *stale;
    HASH_FIND(hh, table->odds, &key, sizeof key, stale);
    odd = stale == NULL ? pages_alloc(&pool, sizeof *odd) : NULL;
    if (odd == NULL)
        return false;
    odd->key = key;
    odd->entry = *entry;
    out_of_memory = false;
    HASH_ADD(hh, table->odds, key, sizeof odd->key, odd);
    if (out_of_memory)
        pages_free(&pool, odd, sizeof *odd);
    return !out_of_memory;
}

static bool odd_remove_locked(struct table *table, uintptr_t key, struct ledger_noted *entry,
                              bool noted)
{
    lock_assert_held(&lock);
    struct odd *odd;
    HASH_FIND(hh, table->odds, &key, sizeof key, odd);
    if (odd == NULL || (odd->entry.note != 0) != noted)
        return false;
    *entry = odd->entry;
    HASH_DEL(table->odds, odd);
    pages_free(&pool, odd, sizeof *odd);
    return true;
}

COLD bool ledger_put_odd(const void *address, const struct ledger_noted *entry)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return false;
    bool done = odd_enter_locked(&now, (uintptr_t)address, entry);
    if (done)
        atomic_fetch_add_explicit(&odd_count, 1, memory_order_relaxed);
    lock_drop(&lock, &hold);
    return done;
}

COLD bool ledger_take_odd(const void *address, struct ledger_noted *entry, bool noted)
{
    if (atomic_load_explicit(&odd_count, memory_order_relaxed) == 0)
        return false;
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return false;
    bool done = odd_remove_locked(&now, (uintptr_t)address, entry, noted);
    if (done)
        atomic_fetch_sub_explicit(&odd_count, 1, memory_order_relaxed);
    lock_drop(&lock, &hold);
    return done;
}

/* Where the entry begins that has a word; it may be in the words of a large one. */
static size_t head_of(const struct window *window, size_t place)
{
    for (size_t back = 0; back <= LARGE_WORDS && back <= place; back++)
        if (word_get(&window->words[place - back]) == LARGE)
            return place - back;
    return place;
}

/* Of the entries in the way of one of `size` bytes the first. False: there is none.
 * Who was given these addresses is alone with them, but for what is stale. */
static bool remove_stale_locked(struct window *window, size_t place, size_t size, size_t *head,
                                struct ledger_noted *stale)
{
    lock_assert_held(&lock);
    for (size_t i = place; i < place + words_for(size); i++)
        if (word_get(&window->words[i]) != 0) {
            *head = head_of(window, i);
            return entry_remove(window, *head, stale);
        }
    return false;
}

COLD const void *ledger_take_stale(const void *address, size_t size, struct ledger_noted *stale)
{
    struct lock_hold hold;
    struct window *window;
    struct spot spot = spot_of(address);
    size_t head;
    stale->inherited = false;
    if (is_odd(address))
        return ledger_take_odd(address, stale, false) || ledger_take_odd(address, stale, true)
                   ? address
                   : NULL;
    if (!lock_enter(&lock, &hold))
        return NULL;
    HASH_FIND(hh, now.windows, &spot.key, sizeof spot.key, window);
    bool done = window != NULL && remove_stale_locked(window, spot.index, size, &head, stale);
    lock_drop(&lock, &hold);
    if (!done)
        return NULL;
    ptrdiff_t granules = (ptrdiff_t)head - (ptrdiff_t)spot.index;
    return (const char *)address + granules * (1 << (ALIGNMENT_BITS + ledger_fold));
}

COLD site_number *ledger_make_sites(struct window *window)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return NULL;
    site_number *sites = atomic_load(&window->sites);
    if (sites == NULL) {
        sites = pages_alloc(&pool, WORDS * sizeof *sites); /* of its own pages: zeros */
        atomic_store_explicit(&window->sites, sites, memory_order_release);
    }
    lock_drop(&lock, &hold);
    return sites;
}

note_word *ledger_make_notes_locked(struct window *window)
{
    lock_assert_held(&lock);
    note_word *notes = atomic_load(&window->notes);
    if (notes == NULL) {
        notes = pages_alloc(&pool, WORDS * sizeof *notes); /* of its own pages: zeros */
        atomic_store_explicit(&window->notes, notes, memory_order_release);
    }
    return notes;
}

COLD note_word *ledger_make_notes(struct window *window)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return NULL;
    note_word *notes = ledger_make_notes_locked(window);
    lock_drop(&lock, &hold);
    return notes;
}

bool ledger_with_tables(ledger_look *look, void *context)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return false;
    look(&now, false, context);
    look(&inherited, true, context);
    lock_drop(&lock, &hold);
    return true;
}

bool ledger_is_free(void) { return lock_is_free(&lock); }

/* What was entered since the last fork joins what was inherited then: a block's words lie within
 * it, and blocks do not overlap, but for what is stale there. That stays charged. */
static void merge_words_locked(struct window *from, struct window *to)
{
    lock_assert_held(&lock);
    size_t head;
    struct ledger_noted entry, stale;
    for (unsigned i = window_next_word(from, 0); i < WORDS; i = window_next_word(from, i + 1)) {
        if (!entry_remove(from, i, &entry))
            continue;
        if (entry.note != 0 && ledger_make_notes_locked(to) == NULL)
            entry.note = 0;
        while (!entry_enter(to, i, &entry) && remove_stale_locked(to, i, entry.size, &head, &stale))
            ;
    }
}

/* Without memory for a larger table some entries are lost: what they hold stays
 * charged. */
static void merge_windows_locked(void)
{
    lock_assert_held(&lock);
    struct window *window, *next, *older;
    HASH_ITER (hh, now.windows, window, next) {
        HASH_FIND(hh, inherited.windows, &window->key, sizeof window->key, older);
        if (older == NULL) {
            HASH_DEL(now.windows, window);
            HASH_ADD(hh, inherited.windows, key, sizeof window->key, window);
        } else {
            merge_words_locked(
                window, older); /* it stays, empty: a frame below a signal handler may be in it */
        }
    }
}

static void merge_odds_locked(void)
{
    lock_assert_held(&lock);
    struct odd *odd, *next;
    HASH_ITER (hh, now.odds, odd, next) {
        HASH_DEL(now.odds, odd);
        HASH_ADD(hh, inherited.odds, key, sizeof odd->key, odd);
    }
}

bool ledger_inherit(void)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return false;
    if (inherited.windows == NULL && inherited.odds == NULL) {
        inherited = now;
        now = (struct table){NULL, NULL};
    } else {
        merge_windows_locked();
        merge_odds_locked();
    }
    forget_recent();
    atomic_store(&odd_count, 0);
    atomic_store(&has_inherited, true);
    lock_drop(&lock, &hold);
    return true;
}

/* NULL: it was lost, for want of memory. */
static struct window *window_inherited_locked(uintptr_t key)
{
    lock_assert_held(&lock);
    struct window *window;
    HASH_FIND(hh, inherited.windows, &key, sizeof key, window);
    return window;
}

static bool take_inherited_locked(const void *address, struct ledger_noted *entry, bool noted)
{
    lock_assert_held(&lock);
    struct spot spot = spot_of(address);
    if (is_odd(address))
        return odd_remove_locked(&inherited, (uintptr_t)address, entry, noted);
    struct window *window = window_inherited_locked(spot.key);
    return window != NULL && entry_remove_if(window, spot.index, entry, noted);
}

bool ledger_take_inherited_noted(const void *address, struct ledger_noted *entry, bool noted)
{
    struct lock_hold hold;
    if (!atomic_load_explicit(&has_inherited, memory_order_relaxed) || !lock_enter(&lock, &hold))
        return false;
    bool done = take_inherited_locked(address, entry, noted);
    entry->inherited = true;
    lock_drop(&lock, &hold);
    return done;
}

bool ledger_put_inherited_noted(const void *address, const struct ledger_noted *entry)
{
    struct lock_hold hold;
    struct spot spot = spot_of(address);
    if (!lock_enter(&lock, &hold))
        return false;
    struct window *window = is_odd(address) ? NULL : window_inherited_locked(spot.key);
    bool done = is_odd(address) ? odd_enter_locked(&inherited, (uintptr_t)address, entry)
                                : window != NULL && entry_enter(window, spot.index, entry);
    lock_drop(&lock, &hold);
    return done;
}

void ledger_fork_take(void) { lock_fork_take(&lock); }
void ledger_fork_drop(void) { lock_fork_drop(&lock); }
void ledger_fork_reset(void) { lock_fork_reset(&lock); }

void ledger_recover(void)
{
    if (lock_is_free(&lock))
        return;
    now = inherited = (struct table){NULL, NULL};
    atomic_store(&odd_count, 0);
    atomic_store(&has_inherited, false);
    pool = (struct pages_pool){0};
    huge = (struct pages_huge){0};
    newest = spare = NULL;
    for (unsigned i = 0; i < RECENT; i++) {
        struct window *window = atomic_load_explicit(&ledger_recent[i], memory_order_relaxed);
        if (window->key != nowhere)
            HASH_ADD(hh, now.windows, key, sizeof window->key, window);
    }
    lock_fork_reset(&lock);
}
