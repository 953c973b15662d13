/* SPDX-License-Identifier: MIT */
#include "outcome/leaks.h"

#include <stdlib.h>

struct leak_amount leaks_found(const struct leaks *leaks)
{
    return (struct leak_amount){leaks->lost.bytes - leaks->suppressed.bytes,
                                leaks->lost.blocks - leaks->suppressed.blocks};
}

size_t leaks_places(const struct leaks *leaks)
{
    size_t places = 0;
    for (size_t i = 0; i < leaks->count; i++)
        places += leaks->list[i].lost.blocks != 0 && !leaks->list[i].suppressed;
    return places;
}

void leaks_free(struct leaks *leaks)
{
    for (size_t i = 0; i < leaks->count; i++) {
        struct leak *leak = &leaks->list[i];
        for (size_t frame = 0; frame < leak->depth; frame++)
            free(leak->stack[frame]);
        free(leak->stack);
        free(leak->place);
        free(leak->key);
        free(leak->by_place);
    }
    free(leaks->list);
    *leaks = (struct leaks){LEAKS_NOT_SEEN};
}
