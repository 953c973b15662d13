/* SPDX-License-Identifier: MIT */
#include "ground/object.h"

#include <link.h>
#include <stddef.h>
#include <sys/auxv.h>

#ifndef __GLIBC_PREREQ
#define __GLIBC_PREREQ(major, minor) 0
#endif
#if !__GLIBC_PREREQ(2, 35) /* it may run with a newer one all the same */
struct dl_find_object {
    unsigned long long dlfo_flags;
    void *dlfo_map_start, *dlfo_map_end;
    struct link_map *dlfo_link_map;
    void *dlfo_eh_frame;
    void *rest[10];
};
#endif
extern int _dl_find_object(void *, struct dl_find_object *) __attribute__((weak));

bool object_is_known(void) { return _dl_find_object != NULL; }

bool object_at(uintptr_t address, struct object *object)
{
    struct dl_find_object found;
    if (!object_is_known() || _dl_find_object((void *)address, &found) != 0)
        return false;
    object->start = (uintptr_t)found.dlfo_map_start;
    object->end = (uintptr_t)found.dlfo_map_end;
    object->bias = found.dlfo_link_map->l_addr;
    object->path = found.dlfo_link_map->l_name;
    object->eh_frame_hdr = found.dlfo_eh_frame;
    return true;
}

bool object_of_loader(struct object *object) { return object_at(getauxval(AT_BASE), object); }
