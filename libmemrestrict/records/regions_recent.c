/* SPDX-License-Identifier: MIT */
#include "records/regions_recent.h"

#include "ground/guard.h"

#include <stdatomic.h>

/* A word: the state, the number of the first page, how many they are. 0: nothing. A set is one line
 * of the cache. */
enum { WAYS = 8, SETS = RECENT_MOST / WAYS, UNIT = 4096 };
enum { COUNT_BITS = 22, PAGE_BITS = 40, STATE_SHIFT = COUNT_BITS + PAGE_BITS };

static LARGE_ZEROS _Alignas(64) _Atomic uint64_t words[RECENT_MOST];

/* 0: not in whole pages, or too large. */
static uint64_t word_of(uintptr_t low, uintptr_t high, enum region_state state)
{
    uint64_t page = low / UNIT, count = (high - low) / UNIT;
    if (((low | high) & (UNIT - 1)) != 0 || high <= low || count >> COUNT_BITS != 0 ||
        page >> PAGE_BITS != 0)
        return 0;
    return (uint64_t)state << STATE_SHIFT | page << COUNT_BITS | count;
}

static uint64_t page_of(uint64_t word) { return word << 2 >> (COUNT_BITS + 2); }
static uint64_t bytes_of(uint64_t word) { return (word & ((1 << COUNT_BITS) - 1)) * UNIT; }
static enum region_state state_of(uint64_t word)
{
    return (enum region_state)(word >> STATE_SHIFT);
}

static _Atomic uint64_t *set_of(uintptr_t low)
{
    uint32_t scrambled = (uint32_t)(low / UNIT) * 2654435769U;
    return &words[scrambled / (UINT32_MAX / SETS + 1) * WAYS];
}

static uint64_t read_word(_Atomic uint64_t *at)
{
    return atomic_load_explicit(at, memory_order_relaxed);
}

static bool swap(_Atomic uint64_t *at, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong(at, &from, to);
}

static void forget_stale(_Atomic uint64_t *at, uint64_t word, struct regions_gone *gone)
{
    if (!swap(at, word, 0))
        return;
    if (state_of(word) == REGION_CHARGED)
        gone->charged += bytes_of(word);
    if (state_of(word) == REGION_INHERITED)
        gone->inherited += bytes_of(word);
}

/* *gone: what it had from the same address on. False: no room, or no word can say it. */
static bool recent_put(uintptr_t low, uintptr_t high, enum region_state state,
                       struct regions_gone *gone)
{
    uint64_t word = word_of(low, high, state);
    _Atomic uint64_t *set = set_of(low);
    if (word == 0)
        return false;
    for (unsigned way = 0; way < WAYS; way++) {
        uint64_t there = read_word(&set[way]);
        if (there != 0 && page_of(there) == page_of(word))
            forget_stale(&set[way], there, gone);
    }
    for (unsigned way = 0; way < WAYS; way++)
        if (read_word(&set[way]) == 0 && swap(&set[way], 0, word))
            return true;
    return false;
}

bool regions_add_recent(uintptr_t low, uintptr_t high, enum region_state state,
                        struct regions_gone *gone)
{
    return regions_on_change == NULL && recent_put(low, high, state, gone);
}

bool regions_take_recent(uintptr_t low, uintptr_t high, struct regions_cut *cut)
{
    uint64_t wanted = word_of(low, high, REGION_NONE);
    _Atomic uint64_t *set = set_of(low);
    for (unsigned way = 0; wanted != 0 && way < WAYS; way++) {
        uint64_t word = read_word(&set[way]);
        if (word << 2 != wanted << 2 || !swap(&set[way], word, 0))
            continue;
        *cut = (struct regions_cut){.low = low, .high = high, .whole = state_of(word)};
        *(cut->whole == REGION_CHARGED     ? &cut->charged
          : cut->whole == REGION_INHERITED ? &cut->inherited
                                           : &cut->reserved) = high - low;
        cut->last = cut->whole;
        return true;
    }
    return false;
}

struct regions_gone recent_put_back(struct regions_cut *cut)
{
    bool done = true;
    struct regions_cut none = {0};
    struct regions_gone gone = {0};
    if (!recent_put(cut->low, cut->high, cut->whole, &gone))
        regions_add_gone(&gone,
                         regions_add(&regions_own, &none, cut->low, cut->high, cut->whole, &done));
    if (!done)
        regions_add_gone(&gone, (struct regions_gone){cut->charged, cut->inherited});
    cut->whole = REGION_NONE;
    return gone;
}

bool recent_next(unsigned *place, struct regions_span *span)
{
    unsigned at = *place;
    while (at < RECENT_MOST && read_word(&words[at]) == 0)
        at++;
    uint64_t word = at < RECENT_MOST ? read_word(&words[at]) : 0;
    *place = at;
    uintptr_t low = (uintptr_t)(page_of(word) * UNIT);
    *span = (struct regions_span){
        .low = low, .high = (uintptr_t)(low + bytes_of(word)), .state = state_of(word)};
    return at < RECENT_MOST;
}

bool recent_take_at(unsigned place, const struct regions_span *span)
{
    return swap(&words[place], word_of(span->low, span->high, span->state), 0);
}

void recent_count(struct regions_live *live)
{
    struct regions_span span;
    for (unsigned place = 0; recent_next(&place, &span); place++)
        if (span.state >= REGION_CHARGED) {
            live->regions++;
            live->bytes += span.high - span.low;
        }
}

void recent_inherit(void)
{
    const uint64_t difference = (uint64_t)(REGION_INHERITED ^ REGION_CHARGED) << STATE_SHIFT;
    for (unsigned place = 0; place < RECENT_MOST; place++) {
        uint64_t word = read_word(&words[place]);
        if (state_of(word) == REGION_CHARGED)
            swap(&words[place], word, word ^ difference);
    }
}
