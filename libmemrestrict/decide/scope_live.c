/* SPDX-License-Identifier: MIT */
#include "decide/scope_live.h"

#include "decide/gate_scopes.h"
#include "records/regions.h"
#include "records/sites.h"
#include "records/stack.h"

#define MEMRESTRICT_LIBRARY
#include <memrestrict.h>

struct list {
    const struct memrestrict_scope *scope;
    struct memrestrict_live *live;
    size_t count, used;
    bool last_is_of_many;
};

static const void *caller_of(uint64_t note)
{
    uintptr_t caller = gate_scopes_caller(note);
    return stack_is_library(caller) ? NULL : (const void *)caller;
}

/* The entry of that call site; past the last one, that, which is of many then. NULL: there is none.
 */
static struct memrestrict_live *entry_of(struct list *list, const void *caller, uint64_t site)
{
    for (size_t i = 0; i < list->used; i++)
        if (list->live[i].caller == caller && list->live[i].site == site)
            return &list->live[i];
    if (list->used == list->count) {
        if (list->count == 0)
            return NULL;
        list->last_is_of_many = true;
        list->live[list->count - 1].caller = NULL;
        list->live[list->count - 1].site = 0;
        return &list->live[list->count - 1];
    }
    list->live[list->used] = (struct memrestrict_live){.caller = caller, .site = site};
    return &list->live[list->used++];
}

static void add(struct list *list, uint64_t note, uint16_t site, uint64_t bytes)
{
    if (!scopes_is_above(list->scope, gate_scopes_payer(note)))
        return;
    struct memrestrict_live *entry =
        entry_of(list, caller_of(note), site != 0 ? sites_name(site) : 0);
    if (entry == NULL)
        return;
    entry->blocks++;
    entry->bytes += bytes;
}

static void add_block(const struct ledger_block *block, void *list)
{
    add(list, block->note, block->site, block->size);
}

static void add_regions(struct list *list)
{
    struct regions_span span;
    for (uintptr_t at = 0; regions_next(&regions_own, at, &span); at = span.high)
        add(list, span.note, span.site, span.high - span.low);
}

/* Those with the most bytes first. */
static void sort(struct memrestrict_live *live, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct memrestrict_live moved = live[i];
        size_t to = i;
        for (; to > 0 && live[to - 1].bytes < moved.bytes; to--)
            live[to] = live[to - 1];
        live[to] = moved;
    }
}

size_t scope_live(const struct memrestrict_scope *scope, struct memrestrict_live *live,
                  size_t count)
{
    struct list list = {.scope = scope, .live = live, .count = count};
    ledger_walk(add_block, &list);
    add_regions(&list);
    sort(live, list.used - list.last_is_of_many);
    return list.used;
}
