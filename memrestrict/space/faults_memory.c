/* SPDX-License-Identifier: MIT
 *
 * Faults of single mappings: what may be done with them, and what they are made of.
 */
#include "space/faults.h"

#include "base/size_words.h"
#include "space/mapping_kinds.h"

#include <stdio.h>
#include <string.h>

static const uint64_t mib = 1 << 20;

/* Several mappings with the same trouble are one fault, which names the first. */
struct gathered {
    const struct mapping *first;
    size_t count;
    uint64_t bytes;
};

static void gather(struct gathered *gathered, const struct mapping *mapping)
{
    if (gathered->count++ == 0)
        gathered->first = mapping;
    gathered->bytes += mapping->high - mapping->low;
}

static void more_words(const struct gathered *gathered, char room[64])
{
    char size[SIZE_ROOM];
    if (gathered->count == 1)
        snprintf(room, 64, "%s", size_words(gathered->bytes, size));
    else
        snprintf(room, 64, "and %zu more, together %s", gathered->count - 1,
                 size_words(gathered->bytes, size));
}

static void say(struct fault_list *list, enum fault_severity severity,
                const struct gathered *gathered, const char *trouble)
{
    char more[64];
    if (gathered->count == 0)
        return;
    more_words(gathered, more);
    struct fault_found *found =
        fault_add(list, severity, "%s at %#llx (%s) %s", mapping_name(gathered->first),
                  (unsigned long long)gathered->first->low, more, trouble);
    if (found != NULL)
        found->mapping = gathered->first;
}

void fault_check_writable_code(const struct address_space *space, const struct fault_bounds *bounds,
                               struct fault_list *list)
{
    struct gathered bad = {0}, made = {0};
    (void)bounds;
    for (size_t i = 0; i < space->count; i++) {
        const struct mapping *mapping = &space->mappings[i];
        bool generated = mapping->kind == MAPPING_CODE || mapping->kind == MAPPING_SHARED;
        if (mapping->write && mapping->execute)
            gather(generated ? &made : &bad, mapping);
    }
    say(list, FAULT_FAULT, &bad, "can be written and executed");
    say(list, FAULT_NOTE, &made, "can be written and executed, as a compiler's at run time may be");
}

void fault_check_stack_guard(const struct address_space *space, const struct fault_bounds *bounds,
                             struct fault_list *list)
{
    struct gathered bad = {0}, other = {0};
    (void)bounds;
    for (size_t i = 0; i < space->count; i++) {
        const struct mapping *mapping = &space->mappings[i];
        if (mapping->thread == 0 || (mapping->guarded && mapping->more == 0))
            continue;
        gather(mapping->kind == MAPPING_THREAD && !mapping_is_go(mapping) ? &bad : &other, mapping);
    }
    say(list, FAULT_FAULT, &bad, "has no guard below");
    say(list, FAULT_NOTE, &other, "has a thread's stack in it, without a guard");
}

void fault_check_huge_pages(const struct address_space *space, const struct fault_bounds *bounds,
                            struct fault_list *list)
{
    struct space_sums sums = space_sums(space);
    char pair[SIZE_PAIR_ROOM], charged[SIZE_ROOM];
    (void)bounds;
    if (sums.huge < 8 * mib || sums.huge < sums.anonymous / 2)
        return;
    if (space->account.known)
        fault_add(list, FAULT_NOTE, "%s of its anonymous memory are in huge pages; charged are %s",
                  size_pair(sums.huge, sums.anonymous, pair),
                  size_words(space->account.used, charged));
    else
        fault_add(list, FAULT_NOTE, "%s of its anonymous memory are in huge pages",
                  size_pair(sums.huge, sums.anonymous, pair));
}

void fault_check_deleted(const struct address_space *space, const struct fault_bounds *bounds,
                         struct fault_list *list)
{
    struct gathered code = {0}, other = {0};
    const char *last = NULL;
    (void)bounds;
    for (size_t i = 0; i < space->count; i++) {
        const struct mapping *mapping = &space->mappings[i];
        bool runs = mapping->kind <= MAPPING_DATA || mapping->kind == MAPPING_LIBRARY;
        if (!mapping->deleted || mapping->name == last)
            continue;
        last = mapping->name;
        gather(runs ? &code : &other, mapping);
    }
    say(list, FAULT_FAULT, &code, "is code whose file is gone or was replaced");
    say(list, FAULT_NOTE, &other, "is a file that has no name any more");
}
