/* SPDX-License-Identifier: MIT */
#include "records/site_name.h"

#include "records/build_id.h"
#include "ground/guard.h"
#include "common/kernel.h"
#include "common/path_part.h"

#include <stdatomic.h>
#include <string.h>

enum {
    OBJECTS = 64, /* a power of two */
    NAME_ROOM = 512
};

/* What is known of objects. A hash belongs to an object if both words fit each other: a reader
 * between two writes sees that. */
static LARGE_ZEROS struct {
    _Atomic uint64_t hash, check;
} objects[OBJECTS];

static struct object ours; /* empty: not started */

void site_name_start(void)
{
    if (!object_at((uintptr_t)site_name_start, &ours))
        ours = (struct object){.start = 0};
}

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t length)
{
    for (const unsigned char *at = bytes; length-- > 0; at++)
        hash = site_name_mix(hash, *at);
    return hash;
}

static COLD uint64_t hash_file_name(const char *path)
{
    char own[NAME_ROOM];
    if (*path == '\0')
        path = kernel_readlink("/proc/self/exe", own, sizeof own) ? own : "?";
    return mix_bytes(2, path_last_part(path), strlen(path_last_part(path)));
}

static COLD uint64_t hash_object(const struct object *object)
{
    struct build_id id = build_id_of(object);
    return id.length != 0 ? mix_bytes(1, id.bytes, id.length) : hash_file_name(object->path);
}

/* By all that tells it from another that was loaded there before. */
static uint64_t key_of(const struct object *object)
{
    uint64_t key = site_name_mix(site_name_mix(0, object->start), object->end);
    return site_name_mix(site_name_mix(site_name_mix(key, object->bias), (uintptr_t)object->path),
                         (uintptr_t)object->eh_frame_hdr);
}

static uint64_t hash_of(const struct object *object)
{
    uint64_t key = key_of(object);
    unsigned at = (unsigned)(key >> 32) % OBJECTS;
    uint64_t hash = atomic_load_explicit(&objects[at].hash, memory_order_relaxed);
    uint64_t check = atomic_load_explicit(&objects[at].check, memory_order_relaxed);
    if (LIKELY(site_name_mix(key, hash) == check))
        return hash;
    hash = hash_object(object);
    atomic_store_explicit(&objects[at].hash, hash, memory_order_relaxed);
    atomic_store_explicit(&objects[at].check, site_name_mix(key, hash), memory_order_relaxed);
    return hash;
}

static inline bool is_in(const struct object *object, uintptr_t address)
{
    return address - object->start < object->end - object->start;
}

uint64_t site_name(const uintptr_t *addresses, unsigned length)
{
    struct object object = {.start = 0};
    uint64_t name = 0, hash = 0;
    bool known = false;
    for (unsigned i = 0; i < length; i++) {
        if (is_in(&ours, addresses[i]))
            continue;
        if (!known || !is_in(&object, addresses[i])) {
            known = object_at(addresses[i], &object);
            hash = known ? hash_of(&object) : 0;
        }
        name = site_name_mix(site_name_mix(name, hash), known ? addresses[i] - object.bias : 0);
    }
    return name != 0 ? name : 1;
}
