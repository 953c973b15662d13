/* SPDX-License-Identifier: MIT */
#include "records/modules.h"

#include "records/build_id.h"
#include "common/kernel.h"
#include "ground/object.h"
#include "common/span.h"
#include "records/stack_cache.h"

#include <stdatomic.h>
#include <string.h>

_Static_assert((int)BUILD_ID_MOST == SITES_BUILD_ID, "an area has room for a build-id");

static bool is_module(const struct sites_module *module, const struct object *object,
                      const struct build_id *id)
{
    return atomic_load_explicit(&module->ready, memory_order_acquire) &&
           module->start == object->start && module->end == object->end &&
           module->bias == object->bias && module->build_id_length == id->length &&
           memcmp(module->build_id, id->bytes, id->length) == 0;
}

static void enter_path(char *path, const char *known)
{
    size_t length = 0;
    if (*known == '\0' && !kernel_readlink("/proc/self/exe", path, SITES_PATH))
        path[0] = '\0';
    if (*known == '\0')
        return;
    if (*known != '/' && strchr(known, '/') != NULL && kernel_cwd(path, SITES_PATH)) {
        length = strlen(path);
        if (length + 1 < SITES_PATH)
            path[length++] = '/';
    }
    size_t more = span_within(known, SITES_PATH - length - 1);
    memcpy(path + length, known, more);
    path[length + more] = '\0';
}

/* A number may be given out, and not have its room yet. */
static bool has_room(struct sites_map *map, uint32_t number)
{
    return number < SITES_MODULES && sites_map_has_module(map, number);
}

/* Its number; 0: there is no room. */
static uint32_t enter(struct sites_map *map, const struct object *object, const struct build_id *id)
{
    if (!has_room(map, atomic_load(&map->area->module_count)))
        return 0;
    uint32_t number = atomic_fetch_add(&map->area->module_count, 1);
    if (!has_room(map, number))
        return 0;
    struct sites_module *module = sites_map_module(map, number);
    module->start = object->start;
    module->end = object->end;
    module->bias = object->bias;
    module->build_id_length = id->length;
    memcpy(module->build_id, id->bytes, id->length);
    enter_path(module->path, object->path);
    atomic_store_explicit(&module->ready, 1, memory_order_release);
    return number + 1;
}

/* Another object in a place that was known: what was there has gone. */
static bool overlaps(const struct sites_module *module, const struct object *object)
{
    return atomic_load_explicit(&module->ready, memory_order_acquire) &&
           module->start < object->end && object->start < module->end;
}

static uint32_t number_of(struct sites_map *map, const struct object *object)
{
    struct build_id id = build_id_of(object);
    uint32_t known = atomic_load(&map->area->module_count);
    if (known > SITES_MODULES)
        known = SITES_MODULES;
    for (uint32_t i = known; i-- > 0;)
        if (has_room(map, i) && is_module(sites_map_module(map, i), object, &id))
            return i + 1;
    for (uint32_t i = 0; i < known; i++)
        if (has_room(map, i) && overlaps(sites_map_module(map, i), object)) {
            stack_forget();
            stack_cache_forget();
            break;
        }
    return enter(map, object, &id);
}

uint64_t modules_frame(struct sites_map *map, uintptr_t address)
{
    struct object object;
    uint32_t number = object_at(address, &object) ? number_of(map, &object) : 0;
    uint64_t offset = number == 0 ? address : address - object.bias;
    return (uint64_t)number << SITES_OFFSET_BITS | (offset & SITES_OFFSET_MASK);
}
