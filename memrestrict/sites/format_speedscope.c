/* SPDX-License-Identifier: MIT */
#include "sites/format_speedscope.h"

#include "base/hash.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A frame, by what is shown of it. */
struct frame {
    const struct symbols_name *name;
    json_int_t index;
    UT_hash_handle hh;
};

struct file {
    struct symbols *symbols;
    struct frame *frames;
    json_t *list; /* of frames */
    json_t *profiles;
    bool failed; /* for want of memory */
};

static json_t *bytes(uint64_t value) { return json_integer((json_int_t)(value & INT64_MAX)); }

/* What is no UTF-8 becomes question marks. */
static json_t *string(const char *text)
{
    json_t *whole = json_string(text);
    if (whole != NULL)
        return whole;
    char *plain = strdup(text);
    for (char *at = plain; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    whole = plain != NULL ? json_string(plain) : NULL;
    free(plain);
    return whole;
}

static json_t *frame_json(const struct symbols_name *name)
{
    json_t *frame = json_object();
    bool failed = json_object_set_new(frame, "name", string(name->function)) != 0;
    if (name->file != NULL)
        failed |= json_object_set_new(frame, "file", string(name->file)) != 0;
    else if (name->object != NULL)
        failed |= json_object_set_new(frame, "file", string(name->object)) != 0;
    if (name->line > 0)
        failed |= json_object_set_new(frame, "line", json_integer(name->line)) != 0;
    if (!failed)
        return frame;
    json_decref(frame);
    return NULL;
}

/* The number of a frame in the file; a new one for a name not met before. */
static json_int_t index_of(struct file *file, const struct symbols_name *name)
{
    struct frame *frame;
    HASH_FIND_PTR(file->frames, &name, frame);
    if (frame != NULL)
        return frame->index;
    frame = calloc(1, sizeof *frame);
    if (frame == NULL || json_array_append_new(file->list, frame_json(name)) != 0) {
        free(frame);
        file->failed = true;
        return 0;
    }
    frame->name = name;
    frame->index = (json_int_t)json_array_size(file->list) - 1;
    HASH_ADD_PTR(file->frames, name, frame);
    if (HASH_ADDED(frame))
        return frame->index;
    free(frame);
    file->failed = true;
    return 0;
}

/* Outermost first. */
static json_t *sample_of(struct file *file, const struct sites_stack *stack)
{
    const struct symbols_name *names[SYMBOLS_DEEPEST];
    size_t depth = symbols_of_stack(file->symbols, stack, names, SYMBOLS_DEEPEST);
    json_t *sample = json_array();
    while (depth > 0)
        file->failed |=
            json_array_append_new(sample, json_integer(index_of(file, names[--depth]))) != 0;
    return sample;
}

static void add_profile(struct file *file, const struct sites_process *process,
                        enum sites_moment moment)
{
    size_t count;
    char *title;
    json_t *samples = json_array(), *weights = json_array(), *profile = json_object();
    const struct sites_stack **sorted = sites_sorted(process, moment, &count);
    for (size_t i = 0; i < count; i++) {
        file->failed |= json_array_append_new(samples, sample_of(file, sorted[i])) != 0;
        file->failed |= json_array_append_new(weights, bytes(sorted[i]->at[moment].bytes)) != 0;
    }
    if (asprintf(&title, "%s (%d): %s", process->program, process->pid, sites_moment_name(moment)) <
        0)
        title = NULL;
    file->failed |=
        sorted == NULL || json_object_set_new(profile, "type", json_string("sampled")) != 0;
    file->failed |= json_object_set_new(profile, "name", string(title != NULL ? title : "?")) != 0;
    file->failed |= json_object_set_new(profile, "unit", json_string("bytes")) != 0;
    file->failed |= json_object_set_new(profile, "startValue", json_integer(0)) != 0;
    file->failed |=
        json_object_set_new(profile, "endValue", bytes(process->sum[moment].bytes)) != 0;
    file->failed |= json_object_set_new(profile, "samples", samples) != 0;
    file->failed |= json_object_set_new(profile, "weights", weights) != 0;
    file->failed |= json_array_append_new(file->profiles, profile) != 0;
    free(title);
    free(sorted);
}

static void add_process(struct file *file, const struct sites_process *process)
{
    for (int moment = 0; moment < SITES_MOMENTS; moment++)
        if (process->has[moment])
            add_profile(file, process, (enum sites_moment)moment);
}

static json_t *whole_of(struct file *file)
{
    return json_pack("{s:s, s:s, s:i, s:{s:O}, s:O}", "$schema",
                     "https://www.speedscope.app/file-format-schema.json", "exporter",
                     "memrestrict", "activeProfileIndex", 0, "shared", "frames", file->list,
                     "profiles", file->profiles);
}

static void free_frames(struct file *file)
{
    struct frame *frame, *next;
    HASH_ITER (hh, file->frames, frame, next) {
        HASH_DEL(file->frames, frame);
        free(frame);
    }
}

/* The process that matters most comes first: a viewer shows that. */
bool format_speedscope(FILE *out, const struct sites *sites, struct symbols *symbols)
{
    struct file file = {.symbols = symbols, .list = json_array(), .profiles = json_array()};
    const struct sites_process *chosen = sites_chosen(sites);
    if (chosen != NULL)
        add_process(&file, chosen);
    for (size_t i = 0; i < sites_count(sites); i++)
        if (sites_process(sites, i) != chosen && !sites_process(sites, i)->shortened)
            add_process(&file, sites_process(sites, i));
    json_t *whole = whole_of(&file);
    bool done = whole != NULL && !file.failed && json_dumpf(whole, out, JSON_COMPACT) == 0 &&
                putc('\n', out) == '\n';
    json_decref(whole);
    json_decref(file.list);
    json_decref(file.profiles);
    free_frames(&file);
    return done;
}
