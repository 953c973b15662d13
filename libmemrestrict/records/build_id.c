/* SPDX-License-Identifier: MIT */
#include "records/build_id.h"

#include <elf.h>
#include <link.h>
#include <string.h>

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

struct build_id build_id_of(const struct object *object)
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
