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

static struct indexed_site *make(struct site_index *index, const char *name, const json_t *process,
                                 const json_t *site)
{
    struct indexed_site *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    memcpy(made->name, name, SITE_NAME - 1);
    made->objects = json_object_get(process, "objects");
    made->frames = json_object_get(site, "frames");
    HASH_ADD_STR(index->sites, name, made);
    if (HASH_ADDED(made))
        return made;
    free(made);
    return NULL;
}

static bool read_site(struct site_index *index, const json_t *process, const json_t *site)
{
    const char *name = json_string_value(json_object_get(site, "name"));
    struct indexed_site *found;
    if (name == NULL || strlen(name) != SITE_NAME - 1)
        return true; /* what stands for no stack */
    HASH_FIND_STR(index->sites, name, found);
    if (found == NULL && (found = make(index, name, process, site)) == NULL)
        return false;
    found->calls += number_of(site, "calls");
    found->end_bytes += number_of(site, "end_bytes");
    found->end_blocks += number_of(site, "end_blocks");
    index->end_bytes += number_of(site, "end_bytes");
    return true;
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

void site_index_free(struct site_index *index)
{
    struct indexed_site *site, *next;
    HASH_ITER (hh, index->sites, site, next) {
        HASH_DEL(index->sites, site);
        free(site);
    }
    json_decref(index->json);
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
