/* SPDX-License-Identifier: MIT */
#include "base/size_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct scaled {
    uint64_t tenths;
    const char *unit;
};

static struct scaled scale(uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024)
        return (struct scaled){bytes * 10, bytes == 1 ? "byte" : "bytes"};
    uint64_t tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
    unsigned unit = 0;
    for (; tenths >= 10240; unit++)
        tenths /= 1024;
    return (struct scaled){tenths, units[unit]};
}

static int number(char *room, size_t size, uint64_t bytes, struct scaled scaled)
{
    if (bytes < 1024)
        return snprintf(room, size, "%" PRIu64, bytes);
    return snprintf(room, size, "%" PRIu64 ".%" PRIu64, scaled.tenths / 10, scaled.tenths % 10);
}

const char *size_words(uint64_t bytes, char room[SIZE_ROOM])
{
    if (bytes == UINT64_MAX)
        return strcpy(room, "unlimited");
    struct scaled scaled = scale(bytes);
    int length = number(room, SIZE_ROOM, bytes, scaled);
    snprintf(room + length, (size_t)(SIZE_ROOM - length), " %s", scaled.unit);
    return room;
}

const char *size_pair(uint64_t bytes, uint64_t limit, char room[SIZE_PAIR_ROOM])
{
    char first[SIZE_ROOM], second[SIZE_ROOM];
    struct scaled scaled = scale(bytes);
    if (limit == UINT64_MAX || bytes == UINT64_MAX)
        return size_words(bytes, room);
    if (strncmp(scaled.unit, scale(limit).unit, 4) == 0)
        number(first, sizeof first, bytes, scaled);
    else
        size_words(bytes, first);
    snprintf(room, SIZE_PAIR_ROOM, "%s of %s", first, size_words(limit, second));
    return room;
}

const char *duration_words(uint64_t nanoseconds, char room[DURATION_ROOM])
{
    uint64_t ms = nanoseconds / 1000000, s = ms / 1000;
    if (ms < 1000)
        snprintf(room, DURATION_ROOM, "%" PRIu64 " ms", ms);
    else if (s < 10 && ms / 100 % 10 != 0)
        snprintf(room, DURATION_ROOM, "%" PRIu64 ".%" PRIu64 " s", s, ms / 100 % 10);
    else if (s < 60)
        snprintf(room, DURATION_ROOM, "%" PRIu64 " s", s);
    else if (s < 3600)
        snprintf(room, DURATION_ROOM, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
    else
        snprintf(room, DURATION_ROOM, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
    return room;
}
