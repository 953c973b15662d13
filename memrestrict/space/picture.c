/* SPDX-License-Identifier: MIT */
#include "space/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

static enum picture_section section_of(const struct mapping *mapping)
{
    switch (mapping->kind) {
    case MAPPING_TEXT:
    case MAPPING_CONSTANTS:
    case MAPPING_DATA:
    case MAPPING_BSS: return SECTION_PROGRAM;
    case MAPPING_HEAP: return SECTION_HEAP;
    case MAPPING_STACK: return SECTION_STACK;
    default: return SECTION_AREA;
    }
}

static bool is_found(const struct fault_list *faults, const struct mapping *mapping,
                     enum fault_severity least)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->faults[i].mapping == mapping && faults->faults[i].severity >= least)
            return true;
    return false;
}

static void access_words(const struct mapping *mapping, char room[5])
{
    room[0] = mapping->read ? 'r' : '-';
    room[1] = mapping->write ? 'w' : '-';
    room[2] = mapping->execute ? 'x' : '-';
    room[3] = mapping->shared ? 's' : 'p';
    room[4] = '\0';
}

static struct picture_row row_of(const struct picture *picture, size_t index)
{
    const struct mapping *mapping = &picture->space->mappings[index];
    struct picture_row row = {
        .low = mapping->low,
        .high = mapping->high,
        .first = index,
        .count = 1,
        .mapped = mapping->high - mapping->low,
        .resident = mapping->resident == SPACE_UNKNOWN ? 0 : mapping->resident,
        .kind = mapping->kind,
        .section =
            mapping->kind == MAPPING_GUARD && mapping->grows ? SECTION_STACK : section_of(mapping),
        .fault = is_found(picture->faults, mapping, FAULT_FAULT),
        .stacks = mapping->kind == MAPPING_THREAD || mapping->kind == MAPPING_GUARD,
    };
    row.pinned = is_found(picture->faults, mapping, FAULT_NOTE) || row.section != SECTION_AREA;
    access_words(mapping, row.access);
    return row;
}

static void add_gap(struct picture *picture, size_t next, uint64_t low, uint64_t high)
{
    if (low < high)
        picture->rows[picture->count++] = (struct picture_row){
            .gap = true,
            .low = low,
            .high = high,
            .first = next,
            .kind = MAPPING_KINDS,
            .section = SECTION_NONE,
            .pinned = low == picture->space->break_end || high == picture->stack_low};
}

/* What is free is one gap, but for where the heap begins, and where the stack may come to. */
static void add_gaps(struct picture *picture, size_t next, uint64_t low, uint64_t high)
{
    uint64_t brk = picture->space->break_end;
    uint64_t most = picture->space->limits.stack, has = picture->space->stack_used;
    if (brk > low && brk < high) {
        add_gap(picture, next, low, brk);
        low = brk;
    }
    if (high == picture->stack_low && most != SPACE_UNKNOWN && most > has &&
        most - has < high - low) {
        add_gap(picture, next, low, high - (most - has));
        low = high - (most - has);
    }
    add_gap(picture, next, low, high);
}

/* Rows from the lowest address up: each mapping, and each gap. */
static bool make_rows(struct picture *picture)
{
    const struct address_space *space = picture->space;
    const struct mapping *above_heap, *below_stack;
    uint64_t end = 0;
    space_heap_room(space, &above_heap);
    space_stack_room(space, &below_stack);
    picture->stack_low = space_stack_low(space);
    picture->rows = calloc(2 * space->count + 3, sizeof *picture->rows);
    if (picture->rows == NULL)
        return false;
    for (size_t i = 0; i < space->count; i++) {
        add_gaps(picture, i, end, space->mappings[i].low);
        picture->rows[picture->count++] = row_of(picture, i);
        if (&space->mappings[i] == above_heap)
            picture->rows[picture->count - 1].pinned = true;
        end = space->mappings[i].high;
    }
    add_gaps(picture, space->count, end, space->top);
    return true;
}

/* Are they of one thing: a file, or a kind of memory? */
static bool are_alike(const struct picture *picture, const struct picture_row *one,
                      const struct picture_row *other)
{
    const struct mapping *first = &picture->space->mappings[one->first];
    const struct mapping *second = &picture->space->mappings[other->first];
    if (one->kind != other->kind || one->kind == MAPPING_KINDS)
        return false;
    if (one->kind == MAPPING_LIBRARY)
        return first->name == second->name;
    return true;
}

static void take_in(struct picture_row *row, const struct picture_row *more)
{
    row->high = more->high;
    row->count += more->count;
    row->mapped += more->mapped;
    row->resident += more->resident;
    row->fault |= more->fault;
    row->pinned |= more->pinned;
    row->stacks &= more->stacks;
    if (row->kind != more->kind)
        row->kind = MAPPING_KINDS;
    if (strcmp(row->access, more->access) != 0)
        row->access[0] = '\0';
}

/* What may be put together in a pass. */
struct pass {
    uint64_t gap; /* the largest gap between */
    bool alike;   /* only what is of one thing */
    bool stacks;  /* those of threads, too, with what is none */
    bool pinned;  /* those of interest too, if they are of one thing and nothing is between */
};

static bool may_join(const struct picture *picture, const struct pass *pass,
                     const struct picture_row *row, const struct picture_row *next, uint64_t gap)
{
    if (gap > pass->gap)
        return false;
    if (row->pinned || next->pinned)
        return pass->pinned && gap == 0 && row->section == next->section &&
               are_alike(picture, row, next);
    if (pass->alike)
        return are_alike(picture, row, next);
    return pass->stacks || row->stacks == next->stacks;
}

/* The next row that is mapped; picture->count where something of interest is before it. */
static size_t next_mapped(const struct picture *picture, size_t index, uint64_t *gap)
{
    for (*gap = 0; index < picture->count && picture->rows[index].gap; index++) {
        if (picture->rows[index].pinned)
            return picture->count;
        *gap += picture->rows[index].high - picture->rows[index].low;
    }
    return index;
}

/* Until there are `most` rows. */
static void fold(struct picture *picture, const struct pass *pass, size_t most)
{
    size_t kept = 0, left = picture->count;
    for (size_t i = 0; i < picture->count;) {
        struct picture_row row = picture->rows[i++];
        while (!row.gap && left > most) {
            uint64_t gap;
            size_t next = next_mapped(picture, i, &gap);
            if (next >= picture->count || !may_join(picture, pass, &row, &picture->rows[next], gap))
                break;
            take_in(&row, &picture->rows[next]);
            left -= next + 1 - i;
            i = next + 1;
        }
        picture->rows[kept++] = row;
    }
    picture->count = kept;
}

/* What is of one thing is put together wherever it is; else no more than need be. */
static void fold_to(struct picture *picture, size_t most)
{
    static const uint64_t mib = UINT64_C(1) << 20, gib = UINT64_C(1) << 30;
    const struct pass passes[] = {
        {.gap = mib, .alike = true},
        {.gap = 0},
        {.gap = mib},
        {.gap = 64 * mib, .alike = true},
        {.gap = 64 * mib},
        {.gap = 0, .stacks = true},
        {.gap = mib, .stacks = true},
        {.gap = 64 * mib, .stacks = true},
        {.gap = 4 * gib, .stacks = true},
        {.gap = 64 * gib, .stacks = true},
        {.gap = 1024 * gib, .stacks = true},
        {.gap = UINT64_C(1) << 62, .stacks = true},
    };
    fold(picture, &(struct pass){.alike = true, .pinned = true}, 0);
    for (size_t i = 0; i < sizeof passes / sizeof passes[0] && picture->count > most; i++) {
        fold(picture, &passes[i], passes[i].alike ? 0 : most);
        picture->folded = true;
    }
}

static void turn_over(struct picture *picture)
{
    for (size_t low = 0, high = picture->count; low + 1 < high; low++) {
        struct picture_row row = picture->rows[low];
        picture->rows[low] = picture->rows[--high];
        picture->rows[high] = row;
    }
}

/* Where nothing of it is in memory, of what is mapped. */
static enum mapping_kind most_of(const struct picture *picture, const struct picture_row *row)
{
    uint64_t bytes[MAPPING_KINDS] = {0};
    enum mapping_kind most = MAPPING_TEXT;
    if (row->kind != MAPPING_KINDS)
        return row->kind;
    for (size_t i = row->first; i < row->first + row->count; i++) {
        const struct mapping *mapping = &picture->space->mappings[i];
        bool resident = mapping->resident != SPACE_UNKNOWN && row->resident != 0;
        bytes[mapping->kind] += resident ? mapping->resident : mapping->high - mapping->low;
    }
    for (enum mapping_kind kind = MAPPING_TEXT; kind < MAPPING_KINDS; kind++)
        most = bytes[kind] > bytes[most] ? kind : most;
    return most;
}

static void finish_rows(struct picture *picture)
{
    enum picture_section section = SECTION_NONE;
    bool seen[SECTION_NONE] = {false};
    for (size_t i = 0; i < picture->count; i++) {
        struct picture_row *row = &picture->rows[i];
        if (row->gap)
            continue;
        row->most = most_of(picture, row);
        if (row->section == section)
            continue;
        section = row->section;
        row->begins = true;
        row->returns = seen[section];
        seen[section] = true;
    }
}

bool picture_make(struct picture *picture, const struct address_space *space,
                  const struct fault_list *faults, size_t most)
{
    *picture = (struct picture){
        .space = space, .faults = faults, .sums = space_sums(space), .area = space_area(space)};
    if (!make_rows(picture))
        return false;
    if (most != 0)
        fold_to(picture, most);
    turn_over(picture);
    finish_rows(picture);
    return true;
}

void picture_free(struct picture *picture)
{
    free(picture->rows);
    picture->rows = NULL;
    picture->count = 0;
}

/* What was mapped before of a range. */
static void overlap(const struct address_space *space, const struct picture_row *row,
                    uint64_t *mapped, uint64_t *resident)
{
    const struct mapping *end = space->mappings + space->count;
    const struct mapping *mapping = space_above(space, row->low);
    *mapped = *resident = 0;
    for (; mapping != NULL && mapping < end && mapping->low < row->high; mapping++) {
        uint64_t low = mapping->low > row->low ? mapping->low : row->low;
        uint64_t high = mapping->high < row->high ? mapping->high : row->high;
        *mapped += high - low;
        *resident += mapping->resident == SPACE_UNKNOWN ? 0 : mapping->resident;
    }
}

void picture_compare(struct picture *picture, const struct address_space *before)
{
    picture->changes = true;
    for (size_t i = 0; i < picture->count; i++) {
        struct picture_row *row = &picture->rows[i];
        uint64_t mapped, resident;
        overlap(before, row, &mapped, &resident);
        row->is_new = !row->gap && mapped == 0;
        row->grown = (int64_t)(row->mapped - mapped);
        row->resident_grown = (int64_t)(row->resident - (row->gap ? 0 : resident));
    }
}

double picture_length(const struct picture *picture, uint64_t bytes)
{
    double all = log2((double)picture->space->top / PAGE);
    if (bytes <= PAGE || all <= 0)
        return 0;
    return fmin(log2((double)bytes / PAGE) / all, 1);
}
