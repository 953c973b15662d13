/* SPDX-License-Identifier: MIT */
#include "records/sites_list.h"

#include "common/span.h"
#include "common/utf8.h"
#include "common/writer.h"
#include "ground/counter.h"
#include "records/sites_inside.h"

#include <errno.h>
#include <string.h>

struct list {
    struct sites_map *map;
    int fd, error;
    struct text text;
};

/* Room for one more piece, which has less than this. */
enum { PIECE = 256 };

static void flush(struct list *list)
{
    if (list->error == 0)
        list->error = -writer_send(list->fd, &list->text);
    list->text.length = 0;
}

static void add(struct list *list, const char *words)
{
    if (list->text.length > WRITER_ROOM - PIECE)
        flush(list);
    text_add(&list->text, words);
}

static void add_number(struct list *list, const char *before, uint64_t number)
{
    add(list, before);
    text_add_number(&list->text, number);
}

/* As the command has it: a string with a byte that is no UTF-8 has \\xNN for that, and for what
 * steers a terminal. */
static void add_odd(struct list *list, const char *at, unsigned bytes, bool valid)
{
    for (unsigned i = 0; i < bytes; i++) {
        text_add(&list->text, valid ? "\\u00" : "\\\\x");
        text_add_hexadecimal(&list->text, (unsigned char)at[i], 2);
    }
}

static bool is_text(const char *word, size_t length)
{
    unsigned bytes = 1;
    for (size_t i = 0; i < length && bytes != 0; i += bytes)
        bytes = utf8_length(word + i, length - i);
    return bytes != 0;
}

static void add_character(struct list *list, const char *at, unsigned bytes, bool valid)
{
    add(list, "");
    if (bytes == 0 || (!valid && utf8_steers(at, bytes)) || (unsigned char)*at < ' ')
        add_odd(list, at, bytes != 0 ? bytes : 1, valid);
    else if (*at == '"' || *at == '\\')
        text_add(&list->text, *at == '"' ? "\\\"" : "\\\\");
    else
        for (unsigned i = 0; i < bytes; i++)
            text_add_char(&list->text, at[i]);
}

static void add_string(struct list *list, const char *word, size_t length)
{
    bool valid = is_text(word, length);
    add(list, "\"");
    for (size_t i = 0; i < length;) {
        unsigned bytes = utf8_length(word + i, length - i);
        add_character(list, word + i, bytes, valid);
        i += bytes != 0 ? bytes : 1;
    }
    add(list, "\"");
}

/* NULL: nothing is known of it, or not yet. */
static const struct sites_module *module_of(struct sites_map *map, uint32_t number)
{
    if (number >= SITES_MODULES || !sites_map_has_module(map, number))
        return NULL;
    const struct sites_module *module = sites_map_module(map, number);
    return atomic_load_explicit(&module->ready, memory_order_acquire) ? module : NULL;
}

static void add_object(struct list *list, const struct sites_module *module)
{
    if (module == NULL || module->path[0] == '\0')
        add(list, "{\"path\":null");
    else {
        add(list, "{\"path\":");
        add_string(list, module->path, span_within(module->path, SITES_PATH));
    }
    bool has_id = module != NULL && module->build_id_length > 0;
    add(list, has_id ? ",\"build_id\":\"" : ",\"build_id\":null}");
    for (uint32_t i = 0; has_id && i < module->build_id_length && i < SITES_BUILD_ID; i++)
        text_add_hexadecimal(&list->text, module->build_id[i], 2);
    if (has_id)
        add(list, "\"}");
}

static void add_objects(struct list *list)
{
    uint32_t count = atomic_load(&list->map->area->module_count);
    add(list, "\"objects\":[");
    for (uint32_t i = 0; i < count && i < SITES_MODULES; i++) {
        add(list, i > 0 ? ",\n  " : "\n  ");
        add_object(list, module_of(list->map, i));
    }
    add(list, "]");
}

static void add_frame(struct list *list, uint64_t frame)
{
    uint64_t number = frame >> SITES_OFFSET_BITS;
    const struct sites_module *module =
        number > 0 ? module_of(list->map, (uint32_t)number - 1) : NULL;
    if (module != NULL && module->path[0] != '\0')
        add_number(list, "[", number - 1);
    else
        add(list, "[-1");
    add_number(list, ",", frame & SITES_OFFSET_MASK);
    add(list, "]");
}

static void add_frames(struct list *list, const struct site *site)
{
    add(list, "\",\"frames\":[");
    for (uint32_t i = 0; i < site->frame_count && i < SITES_DEEPEST; i++)
        if (sites_map_has_frame(list->map, site->frames + i)) {
            add(list, i > 0 ? "," : "");
            add_frame(list, atomic_load(sites_map_frame(list->map, site->frames + i)));
        }
    add(list, "]");
}

/* Where the amounts at the peak stand: in a copy, or, `copy` NULL, it is now. */
struct peak {
    const struct sites_copy *copy;
    uint64_t amounts;
};

static uint64_t total_of(const struct sites_copy *copy) { return copy->held + copy->others; }

/* A peak is copied when use begins to fall: what never fell, or was refused, may have been more. */
static struct peak find_peak(const struct sites_area *area, uint64_t used)
{
    struct peak peak = {.copy = NULL};
    uint32_t whole = atomic_load_explicit(&area->peak_copy, memory_order_acquire);
    if (whole != 0) {
        peak.copy = &area->peaks[whole - 1];
        peak.amounts = whole == 1 ? offsetof(struct sites_area, at_peak[0])
                                  : offsetof(struct sites_area, at_peak[1]);
    }
    if (atomic_load_explicit(&area->refusal_copy, memory_order_acquire) &&
        total_of(&area->refusal) > (peak.copy != NULL ? total_of(peak.copy) : 0))
        peak = (struct peak){.copy = &area->refusal,
                             .amounts = offsetof(struct sites_area, at_refusal)};
    if (peak.copy != NULL && used > total_of(peak.copy))
        peak.copy = NULL;
    return peak;
}

static struct site_amount at_peak(struct list *list, const struct peak *peak, uint32_t number,
                                  struct site_amount now)
{
    if (peak->copy == NULL)
        return now;
    if (number >= peak->copy->count)
        return (struct site_amount){0, 0};
    return *(struct site_amount *)sites_map_at(list->map,
                                               peak->amounts + number * sizeof(struct site_amount));
}

static void add_site(struct list *list, const struct site *site, uint32_t number,
                     const struct peak *peak)
{
    struct site_amount now = {counter_get(&site->live_bytes), counter_get(&site->live_blocks)};
    struct site_amount then = at_peak(list, peak, number, now);
    add(list, "{\"name\":\"");
    text_add_hexadecimal(&list->text, site->name, 16);
    add_frames(list, site);
    add_number(list, ",\"calls\":", counter_get(&site->total_blocks));
    add_number(list, ",\"total_bytes\":", counter_get(&site->total_bytes));
    add_number(list, ",\"peak_bytes\":", then.bytes);
    add_number(list, ",\"peak_blocks\":", then.blocks);
    add_number(list, ",\"end_bytes\":", now.bytes);
    add_number(list, ",\"end_blocks\":", now.blocks);
    add_number(list, ",\"refusals\":", counter_get(&site->refusals));
    add(list, "}");
}

static bool has_something(const struct site *site)
{
    return site->name != 0 &&
           (counter_get(&site->total_bytes) != 0 || counter_get(&site->total_blocks) != 0 ||
            counter_get(&site->refusals) != 0);
}

static void add_sites(struct list *list, uint64_t used)
{
    struct peak peak = find_peak(list->map->area, used);
    uint32_t count = atomic_load(&list->map->area->site_count);
    bool any = false;
    add(list, ",\n \"sites\":[");
    for (uint32_t i = SITE_FIRST; i < count && i < SITES_MOST; i++) {
        if (!sites_map_has_site(list->map, i) || !has_something(sites_map_site(list->map, i)))
            continue;
        add(list, any ? ",\n  " : "\n  ");
        add_site(list, sites_map_site(list->map, i), i, &peak);
        any = true;
    }
    add(list, "]}]}\n");
}

int sites_list_write(int fd, const char *program, uint64_t used)
{
    unsigned depth;
    struct list list = {.map = sites_own(&depth), .fd = fd};
    if (list.map == NULL)
        return ENOSYS;
    add_number(&list, "{\"schema\":\"memrestrict-sites\",\"version\":1,\"depth\":", depth);
    add_number(&list, ",\n\"processes\":[\n{\"pid\":", (uint64_t)kernel_pid());
    add(&list, ",\"program\":");
    add_string(&list, program, strlen(program));
    add(&list, list.map->area->forked ? ",\"forked\":true" : ",\"forked\":false");
    add(&list, ",\"explored\":false,\"trouble\":null,\"leaks\":null,\n ");
    add_objects(&list);
    add(&list, ",\n \"crash\":null");
    add_sites(&list, used);
    flush(&list);
    return list.error;
}
