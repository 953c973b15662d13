/* SPDX-License-Identifier: MIT */
#include "records/reach_inside.h"

#include "common/kernel_threads.h"
#include "ground/guard.h"
#include "ground/pages.h"
#include "ground/risky_read.h"

#include <errno.h>

/* Memory is read that is nobody's array. */
#define READS_ANYTHING __attribute__((no_sanitize("address", "thread", "undefined")))

enum { COPY_WORDS = 4096 / sizeof(uintptr_t), BIN_ALIGNMENT = 16, BIN_REACH = 8 };

static void list(struct reach *reach, struct reach_block *block)
{
    if (block->next != (uint32_t)REACH_UNLISTED)
        return;
    block->next = reach->pending;
    reach->pending = (uint32_t)(block - reach->blocks);
}

void reach_keep(struct reach *reach, struct reach_block *block)
{
    block->state = REACH_SURE;
    list(reach, block);
}

/* glibc's bins hold the addresses of chunks, which begin 16 bytes before their blocks: in the last
 * word of the block before, as far as that has one. */
static bool is_bin(const struct reach *reach, const struct reach_block *block, uintptr_t word)
{
    return reach->kind == REACH_OF_LIBC && word % BIN_ALIGNMENT == 0 && word != block->start &&
           block->start + block->size - word <= BIN_REACH;
}

static void reached(struct reach *reach, struct reach_block *block, uintptr_t word)
{
    bool sure = word == block->start && reach->from == REACH_SURE;
    enum reach_state state = sure ? REACH_SURE : REACH_POSSIBLE;
    if (block->state >= state || is_bin(reach, block, word))
        return;
    block->state = (uint8_t)state;
    list(reach, block);
}

/* One before the leader has led already, and what it led to is the leader's as well. */
static void led_to(struct reach *reach, struct reach_block *block)
{
    uint32_t place = (uint32_t)(block - reach->blocks);
    if (block->state != REACH_LOST || place == reach->leader)
        return;
    block->state = REACH_WITHIN;
    block->leader = reach->leader;
    if (place > reach->leader)
        list(reach, block);
}

static inline void meet(struct reach *reach, uintptr_t word)
{
    if (LIKELY(word - reach->lowest >= reach->highest - reach->lowest))
        return;
    struct reach_block *block = reach_at(reach, word);
    if (block == NULL)
        return;
    if (reach->is_leading)
        led_to(reach, block);
    else
        reached(reach, block, word);
}

static READS_ANYTHING void meet_words(struct reach *reach, uintptr_t low, uintptr_t high)
{
    for (; low + sizeof(uintptr_t) <= high; low += sizeof(uintptr_t))
        meet(reach, *(const volatile uintptr_t *)low);
}

/* Where it cannot be copied, for a sandbox forbids that, it is read. */
static void meet_shared(struct reach *reach, uintptr_t low, uintptr_t high)
{
    uintptr_t words[COPY_WORDS];
    long got = kernel_memory_read(words, low, high - low);
    if (got == -ENOSYS || got == -EPERM)
        meet_words(reach, low, high);
    for (long i = 0; i < got / (long)sizeof words[0]; i++)
        meet(reach, words[i]);
}

/* The range that ends above the address and comes first; range_count: none does. */
static size_t range_from(struct reach *reach, uintptr_t address)
{
    size_t low = 0, high = reach->range_count;
    const struct reach_range *last = &reach->ranges[reach->last_range];
    if (reach->last_range < high && address - last->low < last->high - last->low)
        return reach->last_range;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reach->ranges[middle].high <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < reach->range_count)
        reach->last_range = low;
    return low;
}

/* From `at` on, what can be read next of what is scanned. False: nothing. */
static bool next_part(struct reach *reach)
{
    const uintptr_t mask = sizeof(uintptr_t) - 1;
    uintptr_t at = (reach->at + mask) & ~mask;
    size_t which = at < reach->limit ? range_from(reach, at) : reach->range_count;
    if (which == reach->range_count || reach->ranges[which].low >= reach->limit)
        return false;
    const struct reach_range *range = &reach->ranges[which];
    reach->at = at > range->low ? at : range->low;
    reach->end = range->high < reach->limit ? range->high : reach->limit;
    return true;
}

static uintptr_t page_end(uintptr_t address)
{
    uintptr_t mask = pages_size() - 1;
    return (address | mask) + 1;
}

/* Page by page: one that cannot be read is left behind by a jump. */
static void scan_part(struct reach *reach)
{
    while (reach->at < reach->end) {
        uintptr_t end = page_end(reach->at);
        end = end < reach->end ? end : reach->end;
        if (reach->kind == REACH_SHARED)
            meet_shared(reach, reach->at, end);
        else
            meet_words(reach, reach->at, end);
        reach->at = end;
    }
}

/* The next block of the list becomes what is scanned. False: there is none. */
static bool next_block(struct reach *reach)
{
    if (reach->pending == REACH_NONE)
        return false;
    struct reach_block *block = &reach->blocks[reach->pending];
    reach->pending = block->next;
    block->next = (uint32_t)REACH_UNLISTED;
    reach->at = reach->end = block->start;
    reach->limit = block->start + block->size;
    reach->kind = REACH_PLAIN;
    reach->from = (enum reach_state)block->state;
    return true;
}

/* What is scanned, and then the list. All that must outlive a jump is in *reach. */
static void run(struct reach *reach)
{
    if (RISKY_READ_HERE())
        reach->at = page_end(reach->at);
    do {
        scan_part(reach);
        while (next_part(reach))
            scan_part(reach);
    } while (next_block(reach));
}

void reach_scan(struct reach *reach, uintptr_t low, uintptr_t high, enum reach_root kind)
{
    reach->at = reach->end = low;
    reach->limit = high;
    reach->kind = kind;
    reach->from = REACH_SURE;
    run(reach);
}

void reach_settle(struct reach *reach)
{
    reach->is_leading = true;
    for (uint32_t i = 0; i < reach->count; i++) {
        struct reach_block *block = &reach->blocks[i];
        if (block->state != REACH_LOST)
            continue;
        reach->leader = i;
        list(reach, block);
        reach->at = reach->end = reach->limit = 0;
        run(reach);
    }
}

const struct reach_block *reach_leader(const struct reach *reach, const struct reach_block *block)
{
    while (block->state == REACH_WITHIN)
        block = &reach->blocks[block->leader];
    return block;
}
