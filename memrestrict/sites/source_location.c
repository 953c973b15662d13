/* SPDX-License-Identifier: MIT */
#include "sites/source_location.h"

#include "base/hash.h"
#include "base/text.h"
#include "sites/symbols.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What symbols keep pointers to. */
struct object {
    struct sites_object known;
    char *key;
    UT_hash_handle hh;
};

struct source_locations {
    struct symbols *symbols;
    struct object *objects;
};

struct source_locations *source_locations_open(void)
{
    struct source_locations *locations = calloc(1, sizeof *locations);
    if (locations != NULL && (locations->symbols = symbols_open()) != NULL)
        return locations;
    free(locations);
    return NULL;
}

static void free_object(struct object *object)
{
    if (object != NULL) {
        free(object->known.path);
        free(object->known.build_id);
        free(object->key);
    }
    free(object);
}

void source_locations_close(struct source_locations *locations)
{
    struct object *object, *next;
    if (locations == NULL)
        return;
    symbols_close(locations->symbols);
    HASH_ITER (hh, locations->objects, object, next) {
        HASH_DEL(locations->objects, object);
        free_object(object);
    }
    free(locations);
}

static struct object *make_object(struct source_locations *locations, const char *path,
                                  const char *build_id, char *key)
{
    struct object *object = calloc(1, sizeof *object);
    if (object == NULL) {
        free(key);
        return NULL;
    }
    object->key = key;
    object->known.path = strdup(path);
    object->known.build_id = build_id != NULL ? strdup(build_id) : NULL;
    if (object->known.path == NULL || (build_id != NULL && object->known.build_id == NULL)) {
        free_object(object);
        return NULL;
    }
    HASH_ADD_KEYPTR(hh, locations->objects, object->key, strlen(object->key), object);
    if (HASH_ADDED(object))
        return object;
    free_object(object);
    return NULL;
}

/* NULL: the frame is in no module that is known, or there is no memory. */
static const struct sites_object *object_of(struct source_locations *locations, const json_t *json)
{
    const char *path = json_string_value(json_object_get(json, "path"));
    const char *build_id = json_string_value(json_object_get(json, "build_id"));
    struct object *object = NULL;
    char *key;
    if (path == NULL || asprintf(&key, "%s:%s", build_id != NULL ? build_id : "", path) < 0)
        return NULL;
    HASH_FIND_STR(locations->objects, key, object);
    if (object == NULL)
        object = make_object(locations, path, build_id, key);
    else
        free(key);
    return object != NULL ? &object->known : NULL;
}

/* Parts of the C library that a header puts into the program. */
static bool is_header_of_library(const char *file)
{
    return file != NULL && strstr(file, "/include/") != NULL && strstr(file, "/bits/") != NULL;
}

static bool is_one_of(const struct symbols_name *name, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(patterns[i], basename(name->object), 0) == 0)
            return true;
    return false;
}

/* Its own code: not what allocates or throws for a language. */
static bool is_c_library(const struct symbols_name *name)
{
    static const char *const patterns[] = {"libc.so*", "libc-*.so", "libnss_*.so*", "ld-musl-*"};
    return name->object != NULL && is_one_of(name, patterns, sizeof patterns / sizeof patterns[0]);
}

static bool is_library_of_language(const struct symbols_name *name)
{
    static const char *const patterns[] = {
        "libc.so*",    "libc-*.so",          "ld-*.so*",      "libpthread*.so*",
        "libm.so*",    "ld-musl-*",          "libstdc++.so*", "libgcc_s.so*",
        "libc++*.so*", "libmemrestrict.so*", "linux-vdso*",
    };
    if (name->object == NULL)
        return true;
    return is_one_of(name, patterns, sizeof patterns / sizeof patterns[0]) ||
           is_header_of_library(name->file) || symbols_is_plumbing(name);
}

static char *words_of(const struct symbols_name *name)
{
    char *words, *safe;
    int length;
    if (name->file != NULL && name->line > 0)
        length = asprintf(&words, "%s (%s:%d)", name->function, basename(name->file), name->line);
    else if (name->object != NULL && strchr(name->function, '+') == NULL)
        length = asprintf(&words, "%s (%s)", name->function, basename(name->object));
    else
        length = asprintf(&words, "%s", name->function);
    if (length < 0)
        return NULL;
    safe = text_safe_string(words);
    free(words);
    return safe;
}

static char *function_of(const struct symbols_name *name)
{
    const char *where = name->file != NULL ? name->file : name->object;
    char *words, *safe;
    if (asprintf(&words, "%s@%s", name->function, where != NULL ? basename(where) : "?") < 0)
        return NULL;
    safe = text_safe_string(words);
    free(words);
    return safe;
}

static bool set_place(struct source_location *place, const struct symbols_name *name)
{
    place->words = name != NULL ? words_of(name) : strdup("an unknown place");
    place->function = name != NULL ? function_of(name) : strdup("?");
    place->file = name != NULL && name->file != NULL ? text_safe_string(name->file) : NULL;
    place->line = name != NULL ? name->line : 0;
    place->object =
        name != NULL && name->object != NULL ? text_safe_string(basename(name->object)) : NULL;
    place->path = name != NULL && name->object != NULL ? text_safe_string(name->object) : NULL;
    return place->words != NULL && place->function != NULL;
}

static bool add_words(struct string_list *stack, const struct symbols_name *name)
{
    char *words = stack != NULL ? words_of(name) : NULL;
    bool done = stack == NULL || (words != NULL && string_list_add(stack, words));
    free(words);
    return done;
}

static const struct symbols_name *names_of(struct source_locations *locations,
                                           const json_t *objects, const json_t *json, size_t *count)
{
    json_int_t number = json_integer_value(json_array_get(json, 0));
    struct sites_frame frame = {
        .object =
            number >= 0 ? object_of(locations, json_array_get(objects, (size_t)number)) : NULL,
        .offset = (uint64_t)json_integer_value(json_array_get(json, 1)),
    };
    return symbols_of(locations->symbols, &frame, count);
}

bool source_locations_find(struct source_locations *locations, const json_t *objects,
                           const json_t *frames, struct string_list *stack,
                           struct source_location *place)
{
    const struct symbols_name *first = NULL, *top = NULL;
    bool done = true;
    size_t i;
    const json_t *json;
    *place = (struct source_location){.words = NULL};
    json_array_foreach (frames, i, json) {
        size_t count;
        const struct symbols_name *names = names_of(locations, objects, json, &count);
        for (size_t j = 0; j < count && done; j++) {
            done = add_words(stack, &names[j]);
            top = top != NULL ? top : &names[j];
            if (first == NULL && !is_library_of_language(&names[j]))
                first = &names[j];
        }
    }
    return set_place(place, first != NULL ? first : top) && done;
}

/* The innermost functions of a stack, as long as they are the C library's. */
static size_t library_names(struct source_locations *locations, const struct source_stack *stack,
                            const struct symbols_name *into[SYMBOLS_DEEPEST])
{
    size_t i, total = 0;
    const json_t *json;
    json_array_foreach (stack->frames, i, json) {
        size_t count;
        const struct symbols_name *names = names_of(locations, stack->objects, json, &count);
        for (size_t j = 0; names != NULL && j < count && total < SYMBOLS_DEEPEST; j++) {
            if (!is_c_library(&names[j]))
                return total;
            into[total++] = &names[j];
        }
    }
    return total;
}

static const struct symbols_name *innermost_of_both(const struct symbols_name *const *one,
                                                    size_t count,
                                                    const struct symbols_name *const *other,
                                                    size_t others)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < others; j++)
            if (strcmp(one[i]->function, other[j]->function) == 0)
                return one[i];
    return NULL;
}

bool source_locations_blame_library(struct source_locations *locations,
                                    const struct source_stack *failed,
                                    const struct source_stack *crash, struct source_location *place)
{
    const struct symbols_name *calls[SYMBOLS_DEEPEST], *ends[SYMBOLS_DEEPEST];
    size_t call_count = library_names(locations, failed, calls);
    size_t end_count = library_names(locations, crash, ends);
    const struct symbols_name *both = innermost_of_both(ends, end_count, calls, call_count);
    if (both == NULL)
        return true;
    source_location_free(place);
    return set_place(place, both);
}

void source_location_free(struct source_location *place)
{
    free(place->words);
    free(place->function);
    free(place->file);
    free(place->object);
    free(place->path);
    *place = (struct source_location){.words = NULL};
}
