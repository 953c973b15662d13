/* SPDX-License-Identifier: MIT */
#include "ground/maps.h"

#include "common/kernel.h"

#include <fcntl.h>

const char *maps_source = "/proc/self/maps";

bool maps_open(struct maps *maps)
{
    maps->length = maps->at = 0;
    maps->failed = false;
    maps->fd = kernel_open(maps_source, O_RDONLY | O_CLOEXEC);
    return maps->fd >= 0;
}

/* The next character; 0 at the end. */
static char next(struct maps *maps)
{
    if (maps->at == maps->length) {
        ssize_t got = kernel_read(maps->fd, maps->buffer, sizeof maps->buffer);
        maps->at = 0;
        maps->failed = got < 0;
        maps->length = got > 0 ? (size_t)got : 0;
        if (got <= 0)
            return '\0';
    }
    return maps->buffer[maps->at++];
}

/* A hexadecimal number, and the character after it is read too. */
static uintptr_t next_number(struct maps *maps)
{
    uintptr_t number = 0;
    for (;;) {
        char c = next(maps);
        if (c >= '0' && c <= '9')
            number = number << 4 | (uintptr_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            number = number << 4 | (uintptr_t)(c - 'a' + 10);
        else
            return number;
    }
}

/* A line is "LOW-HIGH rwxp ...". */
bool maps_next(struct maps *maps, struct maps_range *range)
{
    range->low = next_number(maps);
    range->high = next_number(maps);
    next(maps);
    range->writable = next(maps) == 'w';
    for (char c = next(maps); c != '\n'; c = next(maps))
        if (c == '\0') {
            kernel_close(maps->fd);
            return false;
        }
    return true;
}

bool maps_have_hole(uintptr_t low, uintptr_t high)
{
    struct maps maps;
    struct maps_range range;
    if (!maps_open(&maps))
        return false;
    while (maps_next(&maps, &range))
        if (range.low <= low && range.high > low)
            low = range.high;
    return low < high && !maps.failed;
}
