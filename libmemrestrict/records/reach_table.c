/* SPDX-License-Identifier: MIT */
#include "records/reach_inside.h"

#include "common/kernel.h"
#include "ground/pages.h"
#include "records/ledger.h"

#include <string.h>

enum { FIRST_ROOM = 1 << 12, FIRST_INDEXES = 64 };

/* Twice the room for what is in `memory`, of which `used` bytes are. NULL: no memory. */
static void *grow(void *memory, size_t bytes, size_t used)
{
    void *more = kernel_pages(2 * bytes);
    if (more != NULL)
        memcpy(more, memory, used);
    if (more != NULL)
        kernel_pages_free(memory, bytes);
    return more;
}

static bool make_room(struct reach *reach)
{
    size_t bytes = reach->room * sizeof *reach->blocks;
    if (reach->count < reach->room)
        return true;
    struct reach_block *more =
        reach->count < REACH_NONE / 2 ? grow(reach->blocks, bytes, bytes) : NULL;
    if (more == NULL)
        return false;
    reach->blocks = more;
    reach->room *= 2;
    return true;
}

struct gathering {
    struct reach *reach;
    bool failed;
};

static void gather(const struct ledger_block *block, void *context)
{
    struct gathering *gathering = context;
    struct reach *reach = gathering->reach;
    gathering->failed |= !make_room(reach);
    if (gathering->failed)
        return;
    reach->blocks[reach->count++] = (struct reach_block){
        .start = block->address,
        .size = block->size,
        .site = block->site,
        .inherited = block->inherited,
        .next = (uint32_t)REACH_UNLISTED,
    };
}

/* Where the run of rising addresses ends that begins there. */
static size_t run_end(const struct reach *reach, size_t at)
{
    while (at + 1 < reach->count && reach->blocks[at].start <= reach->blocks[at + 1].start)
        at++;
    return at + 1 < reach->count ? at + 1 : reach->count;
}

static void merge(const struct reach_block *from, size_t low, size_t middle, size_t high,
                  struct reach_block *to)
{
    size_t left = low, right = middle;
    for (size_t at = low; at < high; at++) {
        bool take_left = right == high || (left < middle && from[left].start <= from[right].start);
        to[at] = take_left ? from[left++] : from[right++];
    }
}

/* One pass over all runs, two and two; false: there was but one. */
static bool merge_pass(struct reach *reach, struct reach_block *spare)
{
    size_t low = 0, pairs = 0;
    while (low < reach->count) {
        size_t middle = run_end(reach, low);
        size_t high = middle < reach->count ? run_end(reach, middle) : middle;
        if (low == 0 && middle == reach->count)
            return false;
        merge(reach->blocks, low, middle, high, spare);
        pairs++;
        low = high;
    }
    return pairs > 0;
}

/* Windows come in no order: runs are merged. False: no memory. */
static bool sort(struct reach *reach)
{
    size_t bytes = reach->room * sizeof *reach->blocks;
    if (reach->count == 0 || run_end(reach, 0) == reach->count)
        return true;
    struct reach_block *spare = kernel_pages(bytes);
    if (spare == NULL)
        return false;
    while (merge_pass(reach, spare)) {
        struct reach_block *other = reach->blocks;
        reach->blocks = spare;
        spare = other;
    }
    kernel_pages_free(spare, bytes);
    return true;
}

static bool make_index_room(struct reach *reach)
{
    size_t bytes = reach->index_room * sizeof *reach->indexes;
    if (reach->index_count < reach->index_room)
        return true;
    struct reach_index *more = grow(reach->indexes, bytes, bytes);
    if (more == NULL)
        return false;
    reach->indexes = more;
    reach->index_room *= 2;
    return true;
}

/* From a page on, all that follow in its part of the address space begin with that block, until
 * another says so. */
static void fill(struct reach_index *index, size_t from, size_t block)
{
    for (size_t page = from; page <= INDEX_PAGES; page++)
        index->first[page] = (uint32_t)block;
}

/* Each block that begins in another page than the one before it says so. */
static bool make_indexes(struct reach *reach)
{
    struct reach_index *index = NULL;
    size_t done = 0; /* the index's pages below are right */
    for (size_t i = 0; i < reach->count; i++) {
        uintptr_t start = reach->blocks[i].start,
                  page = start >> INDEX_PAGE_BITS & INDEX_PAGES_MASK;
        if (index == NULL || index->key != start >> INDEX_BITS) {
            if (index != NULL)
                fill(index, done, i);
            if (!make_index_room(reach))
                return false;
            index = &reach->indexes[reach->index_count++];
            index->key = start >> INDEX_BITS;
            done = 0;
        }
        for (; done <= page; done++)
            index->first[done] = (uint32_t)i;
    }
    if (index != NULL)
        fill(index, done, reach->count);
    return true;
}

static void find_ends(struct reach *reach)
{
    reach->lowest = UINTPTR_MAX;
    reach->highest = 0;
    for (size_t i = 0; i < reach->count; i++) {
        const struct reach_block *block = &reach->blocks[i];
        uintptr_t end = block->start + (block->size != 0 ? block->size : 1);
        reach->lowest = block->start < reach->lowest ? block->start : reach->lowest;
        reach->highest = end > reach->highest ? end : reach->highest;
    }
}

bool reach_open(struct reach *reach, const struct reach_range *ranges, size_t count)
{
    *reach = (struct reach){.room = FIRST_ROOM,
                            .index_room = FIRST_INDEXES,
                            .pending = REACH_NONE,
                            .ranges = ranges,
                            .range_count = count};
    reach->blocks = kernel_pages(FIRST_ROOM * sizeof *reach->blocks);
    reach->indexes = kernel_pages(FIRST_INDEXES * sizeof *reach->indexes);
    struct gathering gathering = {reach, reach->blocks == NULL || reach->indexes == NULL};
    if (gathering.failed || !ledger_walk(gather, &gathering) || gathering.failed)
        return false;
    if (!sort(reach) || !make_indexes(reach))
        return false;
    find_ends(reach);
    return true;
}

void reach_close(struct reach *reach)
{
    if (reach->blocks != NULL)
        kernel_pages_free(reach->blocks, reach->room * sizeof *reach->blocks);
    if (reach->indexes != NULL)
        kernel_pages_free(reach->indexes, reach->index_room * sizeof *reach->indexes);
    *reach = (struct reach){0};
}

/* The part of the address space; NULL: no block begins there. */
static const struct reach_index *find_index(struct reach *reach, uintptr_t key)
{
    size_t low = 0, high = reach->index_count;
    if (reach->last_index < high && reach->indexes[reach->last_index].key == key)
        return &reach->indexes[reach->last_index];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reach->indexes[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == reach->index_count || reach->indexes[low].key != key)
        return NULL;
    reach->last_index = low;
    return &reach->indexes[low];
}

/* The first block in [low, high) that begins above the address. */
static size_t first_above(const struct reach *reach, size_t low, size_t high, uintptr_t address)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reach->blocks[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct reach_block *reach_at(struct reach *reach, uintptr_t address)
{
    const struct reach_index *index = find_index(reach, address >> INDEX_BITS);
    size_t page = address >> INDEX_PAGE_BITS & INDEX_PAGES_MASK;
    size_t above = index != NULL
                       ? first_above(reach, index->first[page], index->first[page + 1], address)
                       : first_above(reach, 0, reach->count, address);
    if (above == 0)
        return NULL;
    struct reach_block *block = &reach->blocks[above - 1];
    uintptr_t length = block->size != 0 ? block->size : 1;
    return address - block->start < length ? block : NULL;
}

bool reach_has_block(struct reach *reach, uintptr_t low, uintptr_t high)
{
    size_t above = first_above(reach, 0, reach->count, high - 1);
    return above > 0 && (reach->blocks[above - 1].start >= low || reach_at(reach, low) != NULL);
}
