/* SPDX-License-Identifier: MIT */
#include "modules.h"

#include "kernel.h"
#include "object.h"
#include "recall.h"

#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>

struct build_id {
    uint32_t length;
    unsigned char bytes[SITES_BUILD_ID];
};

/* The GNU build-id in a segment of notes. */
static bool search_notes(const char *at, const char *end, struct build_id *id)
{
    while ((size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
        const char *name = at + sizeof *note;
        size_t name_room = (note->n_namesz + 3u) & ~3u, id_room = (note->n_descsz + 3u) & ~3u;
        if ((size_t)(end - name) < name_room || (size_t)(end - name) - name_room < id_room)
            return false;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
            id->length = note->n_descsz < sizeof id->bytes ? note->n_descsz : sizeof id->bytes;
            memcpy(id->bytes, name + name_room, id->length);
            return true;
        }
        at = name + name_room + id_room;
    }
    return false;
}

/* Of an object in memory, whose headers are at its start; empty if they are not, or it has none. */
static struct build_id build_id_of(const struct object *object)
{
    struct build_id id = {.length = 0};
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)object->start;
    size_t room = object->end - object->start;
    if (room < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_phoff > room || header->e_phnum > (room - header->e_phoff) / sizeof(ElfW(Phdr)))
        return id;
    const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(object->start + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; i++) {
        uintptr_t start = object->bias + segments[i].p_vaddr, size = segments[i].p_memsz;
        if (segments[i].p_type == PT_NOTE && start >= object->start && start < object->end &&
            size <= object->end - start && search_notes((char *)start, (char *)start + size, &id))
            break;
    }
    return id;
}

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
    strncpy(path + length, known, SITES_PATH - length - 1);
    path[SITES_PATH - 1] = '\0';
}

/* Its number; 0: there is no room. */
static uint32_t enter(struct sites_area *area, const struct object *object,
                      const struct build_id *id)
{
    if (atomic_load(&area->module_count) >= SITES_MODULES)
        return 0;
    uint32_t number = atomic_fetch_add(&area->module_count, 1);
    if (number >= SITES_MODULES)
        return 0;
    struct sites_module *module = &area->modules[number];
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

static uint32_t number_of(struct sites_area *area, const struct object *object)
{
    struct build_id id = build_id_of(object);
    uint32_t known = atomic_load(&area->module_count);
    if (known > SITES_MODULES)
        known = SITES_MODULES;
    for (uint32_t i = known; i-- > 0;)
        if (is_module(&area->modules[i], object, &id))
            return i + 1;
    for (uint32_t i = 0; i < known; i++)
        if (overlaps(&area->modules[i], object)) {
            stack_forget();
            recall_forget();
            break;
        }
    return enter(area, object, &id);
}

uint64_t modules_frame(struct sites_area *area, uintptr_t address)
{
    struct object object;
    uint32_t number = object_at(address, &object) ? number_of(area, &object) : 0;
    uint64_t offset = number == 0 ? address : address - object.bias;
    return (uint64_t)number << SITES_OFFSET_BITS | (offset & SITES_OFFSET_MASK);
}
