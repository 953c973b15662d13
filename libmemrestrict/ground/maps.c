/* SPDX-License-Identifier: MIT */
#include "ground/maps.h"

#include "common/kernel.h"

#include <fcntl.h>

const char *maps_source = "/proc/self/maps";

static bool open_list(struct maps *maps, const char *path)
{
    maps->length = maps->at = 0;
    maps->failed = false;
    maps->fd = kernel_open(path, O_RDONLY | O_CLOEXEC);
    return maps->fd >= 0;
}

bool maps_open(struct maps *maps) { return open_list(maps, maps_source); }

bool maps_open_own(struct maps *maps)
{
    return open_list(maps, "/proc/thread-self/maps") || maps_open(maps);
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

/* A line is "LOW-HIGH rwxp OFFSET DEVICE INODE   NAME". */
static void next_range(struct maps *maps, struct maps_range *range)
{
    range->low = next_number(maps);
    range->high = next_number(maps);
    range->readable = next(maps) == 'r';
    range->writable = next(maps) == 'w';
    next(maps);
    range->shared = next(maps) == 's';
}

static bool is_end(struct maps *maps, char c)
{
    if (c == '\0')
        kernel_close(maps->fd);
    return c == '\0';
}

bool maps_next(struct maps *maps, struct maps_range *range)
{
    next_range(maps, range);
    for (char c = next(maps); c != '\n'; c = next(maps))
        if (is_end(maps, c))
            return false;
    return true;
}

bool maps_next_named(struct maps *maps, struct maps_range *range, char *name, size_t room)
{
    enum { BEFORE = 4 }; /* spaces that part the fields, and more come before the name */
    size_t length = 0;
    unsigned spaces = 0;
    bool is_path = false;
    next_range(maps, range);
    for (char c = next(maps); c != '\n'; c = next(maps)) {
        if (is_end(maps, c))
            return false;
        if (spaces < BEFORE || (c == ' ' && length == 0 && !is_path)) {
            spaces += c == ' ';
        } else if (c == '/' && (length == 0 || is_path)) {
            is_path = true;
            length = 0;
        } else if (length + 1 < room) {
            name[length++] = c;
        }
    }
    name[length] = '\0';
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
