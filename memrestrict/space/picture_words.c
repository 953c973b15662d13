/* SPDX-License-Identifier: MIT */
#include "space/picture.h"

#include "base/size_words.h"
#include "base/string_file.h"
#include "space/mapping_kinds.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Several mappings of several kinds: how many of which. */
static void write_counts(FILE *file, const struct picture *picture, const struct picture_row *row)
{
    static const struct {
        enum mapping_kind kind;
        const char *one, *many;
        bool files; /* a file counts once */
    } words[] = {
        {MAPPING_LIBRARY, "library", "libraries", true},
        {MAPPING_THREAD, "thread's stack", "thread stacks", false},
        {MAPPING_GUARD, "guard", "guards", false},
        {MAPPING_ARENA, "malloc arena", "malloc arenas", false},
        {MAPPING_CODE, "piece of generated code", "pieces of generated code", false},
        {MAPPING_FILE, "file", "files", true},
        {MAPPING_SHARED, "shared memory", "pieces of shared memory", false},
        {MAPPING_ANONYMOUS, "mapped memory", "pieces of mapped memory", false},
        {MAPPING_RESERVATION, "reservation", "reservations", false},
        {MAPPING_DEVICE, "device", "devices", true},
        {MAPPING_KERNEL, "vdso", "vdso and its data", false},
    };
    const char *between = "";
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        const char *last = NULL;
        size_t count = 0;
        for (size_t i = row->first; i < row->first + row->count; i++) {
            const struct mapping *mapping = &picture->space->mappings[i];
            if (mapping->kind != words[k].kind || (words[k].files && mapping->name == last) ||
                (mapping->kind == MAPPING_ARENA && !mapping_has_access(mapping)))
                continue;
            last = mapping->name;
            count++;
        }
        if (count == 1)
            fprintf(file, "%s%s", between, words[k].one);
        else if (count > 1 && words[k].kind == MAPPING_KERNEL)
            fprintf(file, "%s%s", between, words[k].many);
        else if (count > 1)
            fprintf(file, "%s%zu %s", between, count, words[k].many);
        between = count > 0 ? ", " : between;
    }
}

/* The files of a row, each once. */
static void write_names(FILE *file, const struct picture *picture, const struct picture_row *row)
{
    const char *last = NULL, *between = ": ";
    for (size_t i = row->first; i < row->first + row->count; i++) {
        const struct mapping *mapping = &picture->space->mappings[i];
        if (*mapping->name != '/' || mapping->name == last)
            continue;
        last = mapping->name;
        fputs(between, file);
        text_safe(file, text_last_part(mapping->name));
        between = ", ";
    }
}

static bool is_one_file(const struct picture *picture, const struct picture_row *row)
{
    const struct mapping *list = picture->space->mappings;
    for (size_t i = row->first + 1; i < row->first + row->count; i++)
        if (list[i].name != list[row->first].name)
            return false;
    return row->kind == MAPPING_LIBRARY || row->count == 1;
}

/* Of threads, with their guards. */
static void write_stacks(FILE *file, const struct picture *picture, const struct picture_row *row)
{
    const struct mapping *stack = NULL;
    size_t count = 0;
    for (size_t i = row->first; i < row->first + row->count; i++)
        if (picture->space->mappings[i].kind == MAPPING_THREAD) {
            stack = &picture->space->mappings[i];
            count++;
        }
    if (count != 1) {
        write_counts(file, picture, row);
        return;
    }
    if (stack->thread != 0)
        fprintf(file, "stack of thread %d%s", stack->thread, stack->more > 0 ? " and others" : "");
    else
        fputs("stack of a thread", file);
    fputs(row->count > 1 ? ", guard" : "", file);
}

static void write_one(FILE *file, const struct picture *picture, const struct picture_row *row)
{
    const struct address_space *space = picture->space;
    const struct mapping *mapping = &space->mappings[row->first];
    char size[SIZE_ROOM];
    switch (row->kind) {
    case MAPPING_TEXT: fputs("text: code", file); break;
    case MAPPING_CONSTANTS: fputs("constants", file); break;
    case MAPPING_DATA: fputs("data", file); break;
    case MAPPING_BSS: fputs("bss: data that begins as zeros", file); break;
    case MAPPING_HEAP: fputs("heap", file); break;
    case MAPPING_STACK:
        if (mapping->low != picture->stack_low)
            fputs("main stack, cut off by the guard above", file);
        else
            fprintf(file, "main stack, limit %s%s", size_words(space->limits.stack, size),
                    mapping->guard != 0 ? ", guard within" : "");
        break;
    case MAPPING_GUARD: fputs("guard: no access", file); break;
    default: text_safe(file, mapping_name(mapping));
    }
}

static void write_gap(FILE *file, const struct picture *picture, const struct picture_row *row)
{
    const struct address_space *space = picture->space;
    const struct mapping *above = space_above(space, row->low), *below;
    bool down = picture->area.direction == SPACE_DOWN, up = picture->area.direction == SPACE_UP;
    uint64_t limit = space->limits.stack, stack = space_stack_room(space, &below);
    if (space->break_start != 0 && row->low == space->break_end) {
        fputs("room for the heap, then ", file);
        text_safe(file, above != NULL ? mapping_name(above) : "the end");
    } else if (row->high == picture->stack_low && stack != 0 &&
               (limit == SPACE_UNKNOWN || row->high - row->low <= limit)) {
        fputs("room for the stack", file);
        if (below != NULL && below->high == row->low) {
            fputs(", then ", file);
            text_safe(file, mapping_name(below));
        }
    } else if (row->low == 0) {
        fputs("nothing, so that NULL is caught", file);
    } else if (row->high - row->low == picture->sums.largest_gap && (up || down)) {
        fprintf(file, "free: mmap takes it from %s", down ? "above" : "below");
    } else {
        fputs("free", file);
    }
}

static void write_change(FILE *file, const char *what, int64_t bytes)
{
    char size[SIZE_ROOM];
    if (bytes != 0)
        fprintf(file, "%s%c%s", what, bytes > 0 ? '+' : '-',
                size_words((uint64_t)(bytes > 0 ? bytes : -bytes), size));
}

static void write_changes(FILE *file, const struct picture_row *row)
{
    if (row->is_new) {
        fputs("new: ", file);
        return;
    }
    write_change(file, "", row->grown);
    if (row->grown != 0)
        fputs(": ", file);
    write_change(file, "in memory ", row->grown == 0 ? row->resident_grown : 0);
    if (row->grown == 0 && row->resident_grown != 0)
        fputs(": ", file);
}

char *picture_words(const struct picture *picture, const struct picture_row *row)
{
    struct string_file string;
    FILE *file = string_file_open(&string);
    if (file == NULL)
        return NULL;
    if (picture->changes)
        write_changes(file, row);
    if (row->gap) {
        write_gap(file, picture, row);
    } else if (row->stacks && row->kind != MAPPING_GUARD) {
        write_stacks(file, picture, row);
    } else if (row->count == 1 || row->section != SECTION_AREA || is_one_file(picture, row)) {
        write_one(file, picture, row);
    } else {
        write_counts(file, picture, row);
        write_names(file, picture, row);
    }
    return string_file_close(&string);
}

char *picture_section_words(const struct picture *picture, const struct picture_row *row)
{
    enum picture_section section = row->section;
    static const char *const words[] = {[SECTION_STACK] = "stack: grows down",
                                        [SECTION_HEAP] = "heap: brk, grows up",
                                        [SECTION_PROGRAM] = "program"};
    char *text = NULL;
    int length;
    if (section == SECTION_PROGRAM)
        text = text_safe_string(picture->space->program);
    else if (section != SECTION_AREA)
        text = strdup(words[section]);
    else if (row->returns || picture->area.direction == SPACE_DIRECTION_UNKNOWN)
        text = strdup("mappings");
    else {
        length = asprintf(&text, "mappings: placed from %" PRIx64 " %s", picture->area.base,
                          picture->area.direction == SPACE_DOWN ? "down" : "up");
        text = length < 0 ? NULL : text;
    }
    return text;
}

static void write_caption(FILE *file, const struct picture *picture, const char *moment)
{
    const struct address_space *space = picture->space;
    char one[SIZE_ROOM], two[SIZE_ROOM], three[SIZE_ROOM], four[SIZE_ROOM];
    text_safe(file, space->program);
    fprintf(file, " (process %d)%s%s: %u bits, %u thread%s, %zu mapping%s%s\n", space->pid,
            *moment != '\0' ? " " : "", moment, space->bits, space->threads,
            space->threads == 1 ? "" : "s", space->count, space->count == 1 ? "" : "s",
            space->cut ? ", and more that are not shown" : "");
    fprintf(file, "%s mapped of %s, %s in memory, %s private and writable",
            size_words(picture->sums.mapped, one), size_words(space->top, two),
            size_words(picture->sums.resident, three), size_words(picture->sums.writable, four));
    if (picture->sums.reserved > 0)
        fprintf(file, ", %s reserved", size_words(picture->sums.reserved, one));
    fputc('\n', file);
}

char *picture_caption(const struct picture *picture, const char *moment)
{
    struct string_file string;
    FILE *file = string_file_open(&string);
    if (file == NULL)
        return NULL;
    write_caption(file, picture, moment);
    return string_file_close(&string);
}
