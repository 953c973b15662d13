/* SPDX-License-Identifier: MIT */
#include "space/address_space.h"

#include <string.h>

bool mapping_has_access(const struct mapping *mapping)
{
    return mapping->read || mapping->write || mapping->execute;
}

bool mapping_is_anonymous(const struct mapping *mapping)
{
    return !mapping->shared && mapping->inode == 0 &&
           (*mapping->name == '\0' || strncmp(mapping->name, "[anon:", 6) == 0);
}

/* The first mapping that ends above an address. */
static size_t index_above(const struct address_space *space, uint64_t address)
{
    size_t low = 0, high = space->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (space->mappings[middle].high > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

const struct mapping *space_above(const struct address_space *space, uint64_t address)
{
    size_t index = index_above(space, address);
    return index < space->count ? &space->mappings[index] : NULL;
}

const struct mapping *space_below(const struct address_space *space, uint64_t address)
{
    for (size_t index = index_above(space, address); index-- > 0;)
        if (space->mappings[index].high <= address)
            return &space->mappings[index];
    return NULL;
}

static void add_gap(struct space_sums *sums, uint64_t low, uint64_t high)
{
    if (low >= high)
        return;
    sums->free += high - low;
    if (high - low > sums->largest_gap) {
        sums->largest_gap = high - low;
        sums->largest_gap_low = low;
    }
}

static uint64_t known(uint64_t bytes) { return bytes == SPACE_UNKNOWN ? 0 : bytes; }

struct space_sums space_sums(const struct address_space *space)
{
    struct space_sums sums = {0};
    uint64_t end = 0;
    for (size_t i = 0; i < space->count; i++) {
        const struct mapping *mapping = &space->mappings[i];
        uint64_t size = mapping->high - mapping->low;
        add_gap(&sums, end, mapping->low);
        end = mapping->high;
        sums.mapped += size;
        sums.resident += known(mapping->resident);
        sums.anonymous += known(mapping->anonymous);
        sums.huge += known(mapping->huge);
        sums.writable += mapping->write && !mapping->shared ? size : 0;
        sums.reserved += mapping_is_anonymous(mapping) && !mapping_has_access(mapping) ? size : 0;
    }
    add_gap(&sums, end, space->top);
    return sums;
}

/* The kernel keeps so much free below a stack that grows (stack_guard_gap). */
static const uint64_t page = 4096, stack_gap = 256 * 4096;

uint64_t space_heap_part(uint64_t gap, bool below_stack)
{
    uint64_t kept = page + (below_stack ? stack_gap : 0); /* brk leaves one free below any */
    return gap > kept ? gap - kept : 0;
}

uint64_t space_heap_room(const struct address_space *space, const struct mapping **next)
{
    const struct mapping *above = space_above(space, space->break_end);
    uint64_t end = above != NULL ? above->low : space->top;
    uint64_t gap = end > space->break_end ? end - space->break_end : 0;
    *next = above;
    return above == NULL ? gap : space_heap_part(gap, above->kind == MAPPING_STACK);
}

static const struct mapping *stack_of(const struct address_space *space)
{
    for (size_t i = space->count; i-- > 0;)
        if (space->mappings[i].kind == MAPPING_STACK)
            return &space->mappings[i];
    return NULL;
}

uint64_t space_stack_low(const struct address_space *space)
{
    const struct mapping *stack = stack_of(space);
    return stack != NULL ? stack->low : 0;
}

uint64_t space_stack_room(const struct address_space *space, const struct mapping **next)
{
    const struct mapping *stack = stack_of(space);
    *next = stack != NULL && stack > space->mappings ? stack - 1 : NULL;
    if (stack != NULL && stack->guard != 0)
        *next = stack;
    if (stack == NULL || stack->guard != 0)
        return 0;
    uint64_t room = stack->low - (*next != NULL ? (*next)->high : 0);
    if (*next != NULL && !mapping_has_access(*next))
        return room; /* nothing is kept free above what has no access */
    return room > stack_gap ? room - stack_gap : 0;
}

/* Where mmap puts things when nobody says where: the dynamic loader's own place tells, or, in a
 * static program, the vdso's. From the stack down; or up from a third of the address space, which
 * is the legacy layout; or down from a sixth of it, where the stack has no limit. */
struct space_area space_area(const struct address_space *space)
{
    struct space_area area = {SPACE_DIRECTION_UNKNOWN, 0};
    const struct mapping *sign = NULL;
    if (space->interpreter != 0)
        sign = space_above(space, space->interpreter);
    if (sign != NULL && sign->low > space->interpreter)
        sign = NULL;
    for (size_t i = 0; i < space->count && sign == NULL; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): none is counted then */
        if (space->mappings[i].kind == MAPPING_KERNEL)
            sign = &space->mappings[i];
    if (sign == NULL)
        return area;
    uint64_t third = space->top / 3, half = space->top / 2;
    uint64_t lowest = space->top / 4 - space->top / 128; /* on some machines it is a quarter */
    area.direction = sign->low >= lowest && sign->low < half ? SPACE_UP : SPACE_DOWN;
    const struct mapping *edge = sign, *end = space->mappings + space->count;
    if (area.direction == SPACE_UP) {
        area.base = sign->low;
        return area;
    }
    while (edge + 1 < end && edge[1].kind != MAPPING_STACK && edge[1].low - edge->high < third / 64)
        edge++;
    area.base = edge->high;
    return area;
}
