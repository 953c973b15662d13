/* SPDX-License-Identifier: MIT */
#include "sweep/site_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INNERMOST = 4 };

static uint64_t number_of(const json_t *json, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(json, name));
    return number > 0 ? (uint64_t)number : 0;
}

static struct indexed_site *make(struct site_index *index, const char *name, const json_t *objects,
                                 const json_t *frames)
{
    struct indexed_site *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    memcpy(made->name, name, SITE_NAME - 1);
    made->objects = objects;
    made->frames = frames;
    HASH_ADD_STR(index->sites, name, made);
    if (HASH_ADDED(made))
        return made;
    free(made);
    return NULL;
}

static void count(struct site_index *index, struct indexed_site *site,
                  const struct site_record *record)
{
    site->calls += record->calls;
    site->end_bytes += record->end_bytes;
    site->end_blocks += record->end_blocks;
    site->lost_bytes += record->lost_bytes;
    site->lost_blocks += record->lost_blocks;
    site->leads_to_bytes += record->leads_to_bytes;
    site->leads_to_blocks += record->leads_to_blocks;
    site->indirect_blocks += record->indirect_blocks;
    site->possible_blocks += record->possible_blocks;
    index->end_bytes += record->end_bytes;
}

static struct site_record record_of(const json_t *site)
{
    return (struct site_record){
        .calls = number_of(site, "calls"),
        .end_bytes = number_of(site, "end_bytes"),
        .end_blocks = number_of(site, "end_blocks"),
        .lost_bytes = number_of(site, "lost_bytes"),
        .lost_blocks = number_of(site, "lost_blocks"),
        .leads_to_bytes = number_of(site, "leads_to_bytes"),
        .leads_to_blocks = number_of(site, "leads_to_blocks"),
        .indirect_blocks = number_of(site, "indirect_blocks"),
        .possible_blocks = number_of(site, "possible_blocks"),
    };
}

static bool read_site(struct site_index *index, const json_t *process, const json_t *site)
{
    const char *name = json_string_value(json_object_get(site, "name"));
    const struct site_record record = record_of(site);
    struct indexed_site *found;
    if (name == NULL || strlen(name) != SITE_NAME - 1)
        return true; /* what stands for no stack */
    HASH_FIND_STR(index->sites, name, found);
    if (found == NULL)
        found =
            make(index, name, json_object_get(process, "objects"), json_object_get(site, "frames"));
    if (found != NULL)
        count(index, found, &record);
    return found != NULL;
}

static bool is_of(const json_t *process, int pid)
{
    return pid == 0 || (int)number_of(process, "pid") == pid;
}

bool site_index_read(struct site_index *index, json_t *json, int pid)
{
    size_t i, j;
    const json_t *process, *site;
    const json_t *processes = json_object_get(json, "processes");
    *index = (struct site_index){.json = json_incref(json)};
    bool done = json_is_array(processes);
    json_array_foreach (processes, i, process)
        if (is_of(process, pid))
            json_array_foreach (json_object_get(process, "sites"), j, site)
                done = done && read_site(index, process, site);
    if (!done)
        site_index_free(index);
    return done;
}

/* A name is that of the frames: what has the same has the same ones. */
static struct indexed_site *make_from(struct site_index *index, const char *name,
                                      const json_t *objects, const uint64_t *frames, uint64_t count)
{
    json_t *list = site_records_frames(frames, count);
    return json_array_append_new(index->frames, list) == 0 ? make(index, name, objects, list)
                                                           : NULL;
}

static bool take_record(struct site_index *index, const json_t *objects,
                        const struct site_index *known, const struct site_record *record,
                        const uint64_t *frames)
{
    char name[SITE_NAME];
    struct indexed_site *found;
    const struct indexed_site *before = NULL;
    snprintf(name, sizeof name, "%016" PRIx64, record->name);
    HASH_FIND_STR(index->sites, name, found);
    if (found == NULL && known != NULL)
        before = site_index_find(known, name);
    if (found == NULL && before != NULL)
        found = make(index, name, before->objects, before->frames);
    else if (found == NULL)
        found = make_from(index, name, objects, frames, record->frame_count);
    if (found != NULL)
        count(index, found, record);
    return found != NULL;
}

bool site_index_take(struct site_index *index, json_t *json, struct site_records *records,
                     const struct site_index *known)
{
    size_t i;
    const json_t *process;
    if (records == NULL)
        return site_index_read(index, json, 0);
    *index = (struct site_index){.json = json_incref(json), .frames = json_array()};
    bool done = index->frames != NULL;
    site_records_rewind(records);
    json_array_foreach (json_object_get(json, "processes"), i, process) {
        const json_t *objects = json_object_get(process, "objects");
        struct site_record record;
        const uint64_t *frames;
        done = done && site_records_process(records);
        while (done && site_records_next(records, &record, &frames))
            done = take_record(index, objects, known, &record, frames);
    }
    if (!done)
        site_index_free(index);
    return done;
}

void site_index_free(struct site_index *index)
{
    struct indexed_site *site, *next;
    HASH_ITER (hh, index->sites, site, next) {
        HASH_DEL(index->sites, site);
        free(site);
    }
    json_decref(index->json);
    json_decref(index->frames);
    *index = (struct site_index){.json = NULL};
}

const struct indexed_site *site_index_find(const struct site_index *index, const char *name)
{
    struct indexed_site *found;
    HASH_FIND_STR(index->sites, name, found);
    return found;
}

void site_index_innermost(const struct indexed_site *site, char name[SITE_NAME])
{
    uint64_t hash = HASH_START;
    size_t i;
    const json_t *frame;
    json_array_foreach (site->frames, i, frame) {
        json_int_t number = json_integer_value(json_array_get(frame, 0));
        json_int_t offset = json_integer_value(json_array_get(frame, 1));
        const json_t *object = number < 0 ? NULL : json_array_get(site->objects, (size_t)number);
        const char *id = json_string_value(json_object_get(object, "build_id"));
        const char *path = json_string_value(json_object_get(object, "path"));
        const char *words = id != NULL ? id : path != NULL ? basename(path) : "";
        hash = hash_more(hash, words, strlen(words));
        hash = hash_more(hash, &offset, sizeof offset);
        if (i + 1 == INNERMOST)
            break;
    }
    snprintf(name, SITE_NAME, "%016" PRIx64, hash);
}

const json_t *site_index_crashed(const struct site_index *index, int pid, int signal)
{
    size_t i;
    const json_t *process;
    json_array_foreach (json_object_get(index->json, "processes"), i, process) {
        const json_t *crash = json_object_get(process, "crash");
        if (is_of(process, pid) && json_is_object(crash) &&
            json_integer_value(json_object_get(crash, "signal")) == signal)
            return process;
    }
    return NULL;
}
