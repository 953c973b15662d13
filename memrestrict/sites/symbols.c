/* SPDX-License-Identifier: MIT */
#include "sites/symbols.h"

#include "base/text.h"
#include "base/hash.h"
#include "sites/debuginfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of one address. */
struct address_names {
    uint64_t offset;
    struct symbols_name *names;
    size_t count;
    UT_hash_handle hh;
};

/* A file that processes of the run had loaded. */
struct module {
    char *key; /* path and build-id */
    char *path;
    struct debuginfo *debuginfo; /* NULL: there is none */
    struct address_names *locations;
    UT_hash_handle hh;
};

struct symbols {
    struct module *modules;
    struct module nowhere; /* for addresses in no module, and labels */
};

struct symbols *symbols_open(void) { return calloc(1, sizeof(struct symbols)); }

static void free_place(struct address_names *place)
{
    for (size_t i = 0; place != NULL && i < place->count; i++) {
        free((char *)place->names[i].function);
        free((char *)place->names[i].file);
    }
    if (place != NULL)
        free(place->names);
    free(place);
}

static void free_places(struct module *module)
{
    struct address_names *place, *next;
    HASH_ITER (hh, module->locations, place, next) {
        HASH_DEL(module->locations, place);
        free_place(place);
    }
}

static void free_module(struct module *module)
{
    free_places(module);
    debuginfo_close(module->debuginfo);
    free(module->key);
    free(module->path);
    free(module);
}

void symbols_close(struct symbols *symbols)
{
    struct module *module, *next;
    if (symbols == NULL)
        return;
    HASH_ITER (hh, symbols->modules, module, next) {
        HASH_DEL(symbols->modules, module);
        free_module(module);
    }
    free_places(&symbols->nowhere);
    free(symbols);
}

static struct module *make_module(struct symbols *symbols, const struct sites_object *object,
                                  char *key)
{
    struct module *module = calloc(1, sizeof *module);
    if (module == NULL || (module->path = strdup(object->path)) == NULL) {
        free(module);
        return NULL;
    }
    module->key = key;
    module->debuginfo = debuginfo_open(object->path, object->build_id);
    HASH_ADD_KEYPTR(hh, symbols->modules, module->key, strlen(module->key), module);
    if (HASH_ADDED(module))
        return module;
    module->key = NULL; /* the caller's again */
    free_module(module);
    return NULL;
}

/* NULL: no memory. */
static struct module *module_of(struct symbols *symbols, const struct sites_object *object)
{
    struct module *module;
    char *key;
    if (object == NULL || object->path == NULL)
        return &symbols->nowhere;
    if (asprintf(&key, "%s:%s", object->build_id != NULL ? object->build_id : "", object->path) < 0)
        return NULL;
    HASH_FIND_STR(symbols->modules, key, module);
    if (module == NULL && (module = make_module(symbols, object, key)) != NULL)
        return module;
    free(key);
    return module;
}

/* Where no name is known: what is the same in every run. */
static char *plain_name(const struct module *module, uint64_t offset)
{
    char *name;
    int length = module->path != NULL ? asprintf(&name, "%s+0x%llx", basename(module->path),
                                                 (unsigned long long)offset)
                                      : asprintf(&name, "0x%llx", (unsigned long long)offset);
    return length < 0 ? NULL : name;
}

/* Fills in what debug information there is; at least one name. False: no memory. */
static bool find_names(struct module *module, struct address_names *place)
{
    place->names = debuginfo_names(module->debuginfo, place->offset, &place->count);
    if (place->names == NULL) {
        place->names = calloc(1, sizeof *place->names);
        place->count = place->names != NULL;
    }
    for (size_t i = 0; i < place->count; i++) {
        struct symbols_name *name = &place->names[i];
        name->object = module->path;
        name->offset = place->offset;
        if (name->function == NULL && (name->function = plain_name(module, place->offset)) == NULL)
            return false;
    }
    return place->count > 0;
}

/* Only a place whose names are all there is kept: whoever finds it uses them. NULL: no memory. */
static struct address_names *make_place(struct module *module, uint64_t offset)
{
    struct address_names *place = calloc(1, sizeof *place);
    if (place == NULL)
        return NULL;
    place->offset = offset;
    if (find_names(module, place)) {
        HASH_ADD(hh, module->locations, offset, sizeof place->offset, place);
        if (HASH_ADDED(place))
            return place;
    }
    free_place(place);
    return NULL;
}

const struct symbols_name *symbols_of(struct symbols *symbols, const struct sites_frame *frame,
                                      size_t *count)
{
    struct module *module = module_of(symbols, frame->object);
    struct address_names *place = NULL;
    *count = 0;
    if (module == NULL)
        return NULL;
    HASH_FIND(hh, module->locations, &frame->offset, sizeof frame->offset, place);
    if (place == NULL)
        place = make_place(module, frame->offset);
    if (place == NULL)
        return NULL;
    *count = place->count;
    return place->names;
}

/* NULL: no memory. */
static struct address_names *make_label(struct symbols *symbols, const char *label, uint64_t key)
{
    struct address_names *place = calloc(1, sizeof *place);
    if (place != NULL && (place->names = calloc(1, sizeof *place->names)) != NULL) {
        place->offset = key;
        place->count = 1;
        place->names->function = strdup(label);
        if (place->names->function != NULL) {
            HASH_ADD(hh, symbols->nowhere.locations, offset, sizeof place->offset, place);
            if (HASH_ADDED(place))
                return place;
        }
    }
    free_place(place);
    return NULL;
}

/* A label is a name of its own, at no address: kept like those in no module. */
static const struct symbols_name *name_of_label(struct symbols *symbols, const char *label)
{
    struct address_names *place;
    uint64_t key = (uintptr_t)label; /* static strings */
    HASH_FIND(hh, symbols->nowhere.locations, &key, sizeof key, place);
    if (place != NULL)
        return place->names;
    place = make_label(symbols, label, key);
    return place != NULL ? place->names : NULL;
}

size_t symbols_of_stack(struct symbols *symbols, const struct sites_stack *stack,
                        const struct symbols_name *names[], size_t room)
{
    size_t entered = 0;
    if (stack->label != NULL) {
        names[0] = name_of_label(symbols, stack->label);
        return names[0] != NULL;
    }
    for (size_t i = 0; i < stack->frame_count; i++) {
        size_t count;
        const struct symbols_name *found = symbols_of(symbols, &stack->frames[i], &count);
        for (size_t j = 0; j < count && entered < room; j++)
            names[entered++] = &found[j];
    }
    return entered;
}

bool symbols_is_plumbing(const struct symbols_name *name)
{
    static const char *const starts[] = {
        "operator new", "std::",    "void std::", "__gnu_cxx::", "void* std::", "xmalloc",
        "xcalloc",      "xrealloc", "xstrdup",    "g_malloc",    "g_realloc",   "g_strdup"};
    static const char *const objects[] = {"libc.so.", "libstdc++.so.", "ld-linux",
                                          "libmemrestrict.so"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (text_begins(name->function, starts[i]))
            return true;
    for (size_t i = 0; name->object != NULL && i < sizeof objects / sizeof objects[0]; i++)
        if (text_begins(basename(name->object), objects[i]))
            return true;
    return name->file != NULL && strstr(name->file, "/include/c++/") != NULL;
}
