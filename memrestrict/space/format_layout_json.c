/* SPDX-License-Identifier: MIT */
#include "space/format_layout.h"

#include "base/json_object.h"
#include "base/json_text.h"
#include "base/json_write.h"
#include "space/charges.h"
#include "space/mapping_kinds.h"
#include "base/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

static json_t *address(uint64_t value) { return json_sprintf("0x%" PRIx64, value); }

static json_t *limit_object(const struct space_limits *limits)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "stack_bytes", json_number_or_null(limits->stack),
                     "data_bytes", json_number_or_null(limits->data), "address_space_bytes",
                     json_number_or_null(limits->address_space), "locked_bytes",
                     json_number_or_null(limits->locked));
}

static json_t *mapping_object(const struct mapping *mapping, bool charges)
{
    char access[] = {mapping->read ? 'r' : '-', mapping->write ? 'w' : '-',
                     mapping->execute ? 'x' : '-', mapping->shared ? 's' : 'p', '\0'};
    struct json_object object = json_begin();
    json_put(&object, "start", address(mapping->low));
    json_put(&object, "end", address(mapping->high));
    json_put(&object, "size_bytes", json_number(mapping->high - mapping->low));
    json_put(&object, "access", json_string(access));
    json_put(&object, "kind", json_string(mapping_kind_id(mapping->kind)));
    json_put(&object, "name", json_text(mapping->name));
    json_put(&object, "offset_bytes", json_number(mapping->offset));
    json_put(&object, "inode", json_number(mapping->inode));
    json_put(&object, "deleted", json_boolean(mapping->deleted));
    object.failed |= !json_text_add_bytes(object.json, "name", mapping->name);
    json_put(&object, "resident_bytes", json_number_or_null(mapping->resident));
    json_put(&object, "anonymous_bytes", json_number_or_null(mapping->anonymous));
    json_put(&object, "huge_page_bytes", json_number_or_null(mapping->huge));
    json_put(&object, "swapped_bytes", json_number_or_null(mapping->swapped));
    json_put(&object, "locked_bytes", json_number_or_null(mapping->locked));
    if (mapping->thread != 0)
        json_put(&object, "thread", json_integer(mapping->thread));
    if (charges) {
        const struct charge_rule *rule = charge_rule_of(mapping);
        json_put(&object, "charge", json_string(charge_id(rule->charge)));
        json_put(&object, "charge_rule", json_string(rule->id));
    }
    return json_end(&object);
}

/* Which mapping, as text: its place in the list may change with its length. */
static json_t *fault_object(const struct fault_found *found)
{
    char *words = text_safe_string(found->words);
    json_t *mapping = found->mapping != NULL ? mapping_object(found->mapping, false) : json_null();
    json_t *object = json_pack("{s:s, s:s, s:s?, s:o, s:s?, s:s, s:s, s:o}", "severity",
                               found->severity == FAULT_FAULT ? "fault" : "note", "kind",
                               found->row->kind, "words", words, "bytes_left",
                               json_number_or_null(found->left), "cause", found->cause, "why",
                               found->row->why, "advice", found->row->advice, "mapping", mapping);
    free(words);
    return object;
}

static json_t *process_object(const struct address_space *space, const char *moment)
{
    struct json_object object = json_begin();
    json_put(&object, "pid", json_integer(space->pid));
    json_put(&object, "program", json_text(space->program));
    json_put(&object, "bits", json_integer(space->bits));
    json_put(&object, "parent_bits",
             space->parent_bits != 0 ? json_integer(space->parent_bits) : json_null());
    json_put(&object, "threads", json_integer(space->threads));
    json_put(&object, "personality",
             space->knows_personality ? address(space->personality) : json_null());
    json_put(&object, "moment", json_string(moment));
    object.failed |= !json_text_add_bytes(object.json, "program", space->program);
    return json_end(&object);
}

static json_t *sums_object(const struct picture *picture)
{
    const struct space_sums *sums = &picture->sums;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "address_space_bytes",
                     (json_int_t)picture->space->top, "mapped_bytes", (json_int_t)sums->mapped,
                     "free_bytes", (json_int_t)sums->free, "resident_bytes",
                     (json_int_t)sums->resident, "writable_bytes", (json_int_t)sums->writable,
                     "reserved_bytes", (json_int_t)sums->reserved, "largest_gap_bytes",
                     (json_int_t)sums->largest_gap, "largest_gap", address(sums->largest_gap_low));
}

static json_t *areas_object(const struct picture *picture)
{
    static const char *const directions[] = {"down", "up", NULL};
    const struct address_space *space = picture->space;
    const struct mapping *above, *below;
    uint64_t heap = space_heap_room(space, &above), stack = space_stack_room(space, &below);
    return json_pack("{s:{s:o, s:o, s:I, s:o}, s:{s:I, s:o}, s:{s:o, s:s?}}", "heap", "start",
                     address(space->break_start), "end", address(space->break_end), "room_bytes",
                     (json_int_t)heap, "next", above != NULL ? json_text(above->name) : json_null(),
                     "stack", "room_bytes", (json_int_t)stack, "next",
                     below != NULL ? json_text(below->name) : json_null(), "mmap", "base",
                     address(picture->area.base), "direction", directions[picture->area.direction]);
}

/* What the library says; null: it has no account of the process. */
static json_t *budget_object(const struct space_account *account)
{
    if (!account->known)
        return json_null();
    return json_pack(
        "{s:o, s:I, s:I, s:I, s:o, s:o, s:b, s:b, s:s?}", "limit_bytes",
        json_number_or_null(account->limit), "used_bytes", (json_int_t)account->used, "peak_bytes",
        (json_int_t)account->peak, "refusals", (json_int_t)account->refusals, "tree_limit_bytes",
        json_number_or_null(account->tree_limit), "tree_used_bytes",
        account->tree_limit == SPACE_UNKNOWN ? json_null()
                                             : json_number_or_null(account->tree_used),
        "own_heap", account->own_heap, "own_maps", account->own_maps, "doubt", account->doubt);
}

static json_t *charges_array(const struct address_space *space)
{
    struct charge_sum sums[CHARGE_RULES];
    json_t *array = json_array();
    charge_sums(space, sums);
    for (size_t i = 0; i < CHARGE_RULES && space->account.known; i++)
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:s, s:I, s:I}", "rule", charge_rules[i].id, "charge",
                             charge_id(charge_rules[i].charge), "words", charge_rules[i].words,
                             "size_bytes", (json_int_t)sums[i].mapped, "resident_bytes",
                             (json_int_t)sums[i].resident));
    return array;
}

bool format_layout_json(FILE *file, const void *view_of)
{
    const struct layout_view *view = view_of;
    const struct picture *picture = view->picture;
    const struct address_space *space = picture->space;
    json_t *faults = json_array(), *mappings = json_array();
    for (size_t i = 0; i < picture->faults->count; i++)
        json_array_append_new(faults, fault_object(&picture->faults->faults[i]));
    for (size_t i = 0; i < space->count; i++)
        json_array_append_new(mappings, mapping_object(&space->mappings[i], space->account.known));
    bool whole = json_array_size(faults) == picture->faults->count &&
                 json_array_size(mappings) == space->count;
    json_t *json = json_pack(
        "{s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "schema", "memrestrict-layout",
        "version", 1, "process", process_object(space, view->moment), "sums", sums_object(picture),
        "areas", areas_object(picture), "limits", limit_object(&space->limits), "budget",
        budget_object(&space->account), "charges", charges_array(space), "faults", faults,
        "mappings_cut", space->cut, "mappings", mappings);
    if (!whole && json != NULL) {
        json_decref(json);
        json = NULL;
    }
    return json_write(file, json);
}
