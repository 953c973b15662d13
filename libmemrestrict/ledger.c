/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include "guard.h"
#include "lock.h"
#include "pages.h"

#include <limits.h>
#include <stdatomic.h>

#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, length, hash) ((hash) = hash_address(*(const uintptr_t *)(key)))
#define uthash_malloc(size) pages_alloc(&pool, size)
#define uthash_free(memory, size) pages_free(&pool, memory, size)
#define uthash_nonfatal_oom(item) (out_of_memory = true)
#include <uthash.h>

enum {
    ALIGNMENT_BITS = 4, /* a block starts at a multiple of 16 bytes */
    WORD_BITS = 18,     /* a window of 4 MiB, or twice that */
    WORDS = 1 << WORD_BITS,
    LARGE = LEDGER_PLAIN_LARGEST + 2, /* the word of a block whose size is in the next ones */
    LARGE_WORDS = 4,                  /* 64 bits; such a block covers thousands of granules */
    FEW_WINDOWS = 3,
    RECENT = 1 << 10 /* windows found without the table: 4 GiB of addresses, or more */
};

typedef _Atomic uint16_t size_word;
typedef _Atomic uint16_t site_number;

struct window {
    uintptr_t key; /* see spot_of; first, as all that there is of `nowhere` */
    UT_hash_handle hh;
    site_number *_Atomic sites; /* NULL until the first is kept; one for each word */
    _Alignas(64) size_word
        words[WORDS + LARGE_WORDS]; /* a large block in the last granule has its size beyond */
};

struct odd { /* a block at an address that is no multiple of 16 */
    uintptr_t key;
    size_t size;
    UT_hash_handle hh;
};

struct table {
    struct window *windows;
    struct odd *odds;
};

static struct lock lock; /* guards all but `recent` and the words */
static struct pages_pool pool;
static struct pages_huge huge;
static const struct window *newest; /* of all that were made */
static unsigned windows_made;
static struct table now,
    inherited; /* `inherited`: of before the fork; its words too are under the lock */
static _Atomic size_t odd_count; /* in `now`, read without the lock: mostly there are none */
static _Atomic bool has_inherited;
static bool out_of_memory; /* set by uthash when an insertion failed */
static unsigned fold;      /* a granule is 16 bytes << fold; constant once there is an entry */

/* Windows by the low bits of their key; `nowhere` where there is none, whose key no address has, so
 * that a look-up need not ask. */
static BEHIND struct window *_Atomic recent[RECENT];
static const _Alignas(struct window) uintptr_t nowhere = UINTPTR_MAX;

static inline void forget_one(unsigned i)
{
    atomic_store_explicit(&recent[i], (struct window *)&nowhere, memory_order_relaxed);
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
    fold = apart >= 2 << ALIGNMENT_BITS;
    forget_recent();
}

/* One multiplication: keys are addresses, whose low bits tell little. */
static inline unsigned hash_address(uintptr_t key)
{
    return (unsigned)((uint64_t)key * UINT64_C(0x9e3779b97f4a7c15) >> 32);
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

/* Under the lock: zeros. Huge pages save a process that has filled some windows and begins another
 * the faults, and what a fork has to copy; a smaller one should not have as many. */
static struct window *window_room(void)
{
    struct window *window = NULL;
    if (windows_made >= FEW_WINDOWS && is_dense(newest))
        window = pages_alloc_huge(&huge, sizeof *window);
    return window != NULL ? window : pages_alloc(&pool, sizeof *window);
}

/* Under the lock. NULL: no memory. */
static struct window *window_make(uintptr_t key)
{
    struct window *window = window_room();
    if (window == NULL)
        return NULL;
    window->key = key;
    atomic_store_explicit(&window->sites, NULL, memory_order_relaxed);
    out_of_memory = false;
    HASH_ADD(hh, now.windows, key, sizeof key, window);
    if (out_of_memory) {
        pages_free(&pool, window, sizeof *window);
        return NULL;
    }
    windows_made++;
    newest = window;
    return window;
}

static COLD struct window *window_find(uintptr_t key, bool make)
{
    struct lock_hold hold;
    struct window *window;
    if (!lock_enter(&lock, &hold))
        return NULL;
    HASH_FIND(hh, now.windows, &key, sizeof key, window);
    if (window == NULL && make)
        window = window_make(key);
    if (window != NULL) /* release: its fields are written before it can be found */
        atomic_store_explicit(&recent[key % RECENT], window, memory_order_release);
    lock_drop(&lock, &hold);
    return window;
}

/* Where the word of an address is. */
struct spot {
    uintptr_t key; /* of its window */
    size_t place;  /* in that */
};

/* Of an address that is no multiple of 16 the low bits are the key's highest, so that it is in no
 * window. */
static inline struct spot spot_of(const void *address)
{
    uintptr_t bits = (uintptr_t)address, granule;
    granule = (bits >> ALIGNMENT_BITS | bits << (sizeof bits * CHAR_BIT - ALIGNMENT_BITS)) >> fold;
    return (struct spot){granule >> WORD_BITS, granule & (WORDS - 1)};
}

static inline bool is_odd(const void *address)
{
    return (uintptr_t)address & ((1u << ALIGNMENT_BITS) - 1);
}

/* A window if it was met lately, else NULL; as it is for odd addresses. */
static inline struct window *window_recent(uintptr_t key)
{
    struct window *window = atomic_load_explicit(&recent[key % RECENT], memory_order_acquire);
    return LIKELY(window->key == key) ? window : NULL;
}

/* The word of an address whose window was met lately; NULL: look for it by the table. */
static inline size_word *word_recent(const void *address)
{
    struct spot spot = spot_of(address);
    struct window *window = window_recent(spot.key);
    return LIKELY(window != NULL) ? &window->words[spot.place] : NULL;
}

static inline void word_set(size_word *word, uint16_t value)
{
    atomic_store_explicit(word, value, memory_order_relaxed);
}

static inline uint16_t word_get(const size_word *word)
{
    return atomic_load_explicit(word, memory_order_relaxed);
}

static void large_set(size_word *first, size_t size)
{
    for (unsigned i = 1; i <= LARGE_WORDS; i++)
        word_set(&first[i], (uint16_t)((uint64_t)size >> 16 * (i - 1)));
}

static size_t large_get(const size_word *first)
{
    uint64_t size = 0;
    for (unsigned i = LARGE_WORDS; i > 0; i--)
        size = size << 16 | word_get(&first[i]);
    return (size_t)size;
}

/* Under the lock. False: no memory, or there is one already. */
static bool odd_enter(struct table *table, uintptr_t key, size_t size)
{
    struct odd *odd, *stale;
    HASH_FIND(hh, table->odds, &key, sizeof key, stale);
    odd = stale == NULL ? pages_alloc(&pool, sizeof *odd) : NULL;
    if (odd == NULL)
        return false;
    odd->key = key;
    odd->size = size;
    out_of_memory = false;
    HASH_ADD(hh, table->odds, key, sizeof odd->key, odd);
    if (out_of_memory)
        pages_free(&pool, odd, sizeof *odd);
    return !out_of_memory;
}

/* Under the lock. */
static bool odd_remove(struct table *table, uintptr_t key, size_t *size)
{
    struct odd *odd;
    HASH_FIND(hh, table->odds, &key, sizeof key, odd);
    if (odd == NULL)
        return false;
    *size = odd->size;
    HASH_DEL(table->odds, odd);
    pages_free(&pool, odd, sizeof *odd);
    return true;
}

static COLD bool odd_put(const void *address, size_t size)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return false;
    bool done = odd_enter(&now, (uintptr_t)address, size);
    if (done)
        atomic_fetch_add_explicit(&odd_count, 1, memory_order_relaxed);
    lock_drop(&lock, &hold);
    return done;
}

static COLD bool odd_take(const void *address, size_t *size)
{
    if (atomic_load_explicit(&odd_count, memory_order_relaxed) == 0)
        return false;
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return false;
    bool done = odd_remove(&now, (uintptr_t)address, size);
    if (done)
        atomic_fetch_sub_explicit(&odd_count, 1, memory_order_relaxed);
    lock_drop(&lock, &hold);
    return done;
}

static size_word *word_find(const void *address, bool make)
{
    size_word *word = word_recent(address);
    if (word == NULL) {
        struct spot spot = spot_of(address);
        struct window *window = window_find(spot.key, make);
        word = window != NULL ? &window->words[spot.place] : NULL;
    }
    return word;
}

/* Any size. */
static void word_enter(size_word *word, size_t size)
{
    if (size > LEDGER_PLAIN_LARGEST)
        large_set(word, size);
    word_set(word, size <= LEDGER_PLAIN_LARGEST ? (uint16_t)(size + 1) : LARGE);
}

/* The size of the block that starts there, which is no longer known to start there; false: none
 * does. */
static bool word_remove(size_word *word, size_t *size)
{
    uint16_t value = word_get(word);
    if (value == 0)
        return false;
    *size = value == LARGE ? large_get(word) : value - 1u;
    if (value == LARGE)
        large_set(word, 0);
    word_set(word, 0);
    return true;
}

static COLD bool put_slowly(const void *address, size_t size)
{
    if (is_odd(address))
        return odd_put(address, size);
    size_word *word = word_find(address, true);
    if (word == NULL || word_get(word) != 0)
        return false;
    word_enter(word, size);
    return true;
}

bool ledger_put_plain(const void *address, size_t size)
{
    size_word *word = word_recent(address);
    if (UNLIKELY(word == NULL) || UNLIKELY(size > LEDGER_PLAIN_LARGEST) ||
        UNLIKELY(word_get(word) != 0))
        return false;
    word_set(word, (uint16_t)(size + 1));
    return true;
}

bool ledger_put(const void *address, size_t size)
{
    return LIKELY(ledger_put_plain(address, size)) || put_slowly(address, size);
}

static COLD bool take_slowly(const void *address, size_t *size)
{
    if (is_odd(address))
        return odd_take(address, size);
    size_word *word = word_find(address, false);
    return word != NULL && word_remove(word, size);
}

int64_t ledger_take_plain(const void *address)
{
    size_word *word = word_recent(address);
    unsigned size = LIKELY(word != NULL) ? word_get(word) - 1u : UINT_MAX; /* as if it were 0 */
    if (UNLIKELY(size > LEDGER_PLAIN_LARGEST))
        return -1;
    word_set(word, 0);
    return size;
}

bool ledger_take(const void *address, size_t *size)
{
    int64_t taken = ledger_take_plain(address);
    if (UNLIKELY(taken < 0))
        return take_slowly(address, size);
    *size = (size_t)taken;
    return true;
}

static struct window *window_of(uintptr_t key)
{
    struct window *window = window_recent(key);
    return LIKELY(window != NULL) ? window : window_find(key, false);
}

static COLD site_number *make_sites(struct window *window)
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

bool ledger_keep_site(const void *address, uint16_t site)
{
    struct spot spot = spot_of(address);
    struct window *window = is_odd(address) ? NULL : window_of(spot.key);
    if (window == NULL)
        return false;
    site_number *sites = atomic_load_explicit(&window->sites, memory_order_acquire);
    if (UNLIKELY(sites == NULL) && (sites = make_sites(window)) == NULL)
        return false;
    atomic_store_explicit(&sites[spot.place], site, memory_order_relaxed);
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
    *word = &window->words[spot.place];
    *number = &sites[spot.place];
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
    if (UNLIKELY(size > LEDGER_PLAIN_LARGEST) ||
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
    if (UNLIKELY(value == 0) || UNLIKELY(value == LARGE))
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
    return sites != NULL ? atomic_load_explicit(&sites[spot.place], memory_order_relaxed) : 0;
}

/* The array is not freed: a frame below a signal handler that forked may be in it. */
static void forget_sites(struct window *window) { atomic_store(&window->sites, NULL); }

void ledger_forget_sites(void)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return;
    for (struct window *window = now.windows; window != NULL; window = window->hh.next)
        forget_sites(window);
    for (struct window *window = inherited.windows; window != NULL; window = window->hh.next)
        forget_sites(window);
    lock_drop(&lock, &hold);
}

/* The first word from `at` on that is not zero; WORDS: none. Four at a time: most are zero. */
static unsigned next_word(const struct window *window, unsigned at)
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

static void count_window(const struct window *window, struct ledger_live *live)
{
    for (unsigned i = next_word(window, 0); i < WORDS; i = next_word(window, i + 1)) {
        uint16_t value = word_get(&window->words[i]);
        live->blocks++;
        live->bytes += value == LARGE ? large_get(&window->words[i]) : value - 1u;
        if (value == LARGE)
            i += LARGE_WORDS;
    }
}

static void count_table(const struct table *table, struct ledger_live *live)
{
    for (const struct window *window = table->windows; window != NULL; window = window->hh.next)
        count_window(window, live);
    for (const struct odd *odd = table->odds; odd != NULL; odd = odd->hh.next) {
        live->blocks++;
        live->bytes += odd->size;
    }
}

struct ledger_live ledger_live(void)
{
    struct ledger_live live = {0};
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return live;
    count_table(&now, &live);
    count_table(&inherited, &live);
    lock_drop(&lock, &hold);
    return live;
}

/* What was entered since the last fork joins what was inherited then: a block's words lie within
 * it, and blocks do not overlap. */
static void merge_words(struct window *from, struct window *to)
{
    size_t size;
    for (unsigned i = next_word(from, 0); i < WORDS; i = next_word(from, i + 1))
        if (word_remove(&from->words[i], &size))
            word_enter(&to->words[i], size);
}

/* Under the lock. Without memory for a larger table some entries are lost: what they hold stays
 * charged. */
static void merge_windows(void)
{
    struct window *window, *next, *older;
    HASH_ITER(hh, now.windows, window, next)
    {
        HASH_FIND(hh, inherited.windows, &window->key, sizeof window->key, older);
        if (older == NULL) {
            HASH_DEL(now.windows, window);
            HASH_ADD(hh, inherited.windows, key, sizeof window->key, window);
        } else {
            merge_words(window,
                        older); /* it stays, empty: a frame below a signal handler may be in it */
        }
    }
}

static void merge_odds(void)
{
    struct odd *odd, *next;
    HASH_ITER(hh, now.odds, odd, next)
    {
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
        merge_windows();
        merge_odds();
    }
    forget_recent();
    atomic_store(&odd_count, 0);
    atomic_store(&has_inherited, true);
    lock_drop(&lock, &hold);
    return true;
}

/* Under the lock. */
static size_word *word_inherited(const void *address)
{
    struct window *window;
    struct spot spot = spot_of(address);
    HASH_FIND(hh, inherited.windows, &spot.key, sizeof spot.key, window);
    return window != NULL ? &window->words[spot.place] : NULL;
}

bool ledger_take_inherited(const void *address, size_t *size)
{
    struct lock_hold hold;
    if (!atomic_load_explicit(&has_inherited, memory_order_relaxed) || !lock_enter(&lock, &hold))
        return false;
    size_word *word = is_odd(address) ? NULL : word_inherited(address);
    bool done = is_odd(address) ? odd_remove(&inherited, (uintptr_t)address, size)
                                : word != NULL && word_remove(word, size);
    lock_drop(&lock, &hold);
    return done;
}

bool ledger_put_inherited(const void *address, size_t size)
{
    struct lock_hold hold;
    if (!lock_enter(&lock, &hold))
        return false;
    bool done = true;
    if (is_odd(address))
        done = odd_enter(&inherited, (uintptr_t)address, size);
    else
        word_enter(word_inherited(address), size);
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
    for (unsigned i = 0; i < RECENT; i++) {
        struct window *window = atomic_load_explicit(&recent[i], memory_order_relaxed);
        if (window->key != nowhere)
            HASH_ADD(hh, now.windows, key, sizeof window->key, window);
    }
    lock_fork_reset(&lock);
}
