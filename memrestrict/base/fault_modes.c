/* SPDX-License-Identifier: MIT */
#include "base/fault_modes.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum explore_mode mode;
} rows[] = {{"once", EXPLORE_ONCE}, {"keep", EXPLORE_KEEP}, {"rest", EXPLORE_REST}};

enum { ROWS = sizeof rows / sizeof rows[0] };

const char *fault_modes_name(unsigned mode)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (rows[i].mode == mode)
            return rows[i].name;
    return "?";
}

/* 0: it is none. */
static unsigned mode_of(const char *name, size_t length)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
            return rows[i].mode;
    return 0;
}

bool fault_modes_read(const char *words, unsigned *modes)
{
    *modes = 0;
    for (const char *at = words;; at++) {
        size_t length = strcspn(at, ",");
        unsigned mode = mode_of(at, length);
        if (mode == 0)
            return false;
        *modes |= mode;
        at += length;
        if (*at == '\0')
            return true;
    }
}

const char *fault_modes_words(unsigned modes, char room[FAULT_MODES_ROOM])
{
    size_t length = 0;
    room[0] = '\0';
    for (unsigned i = 0; i < ROWS; i++)
        if (modes & rows[i].mode)
            length += (size_t)snprintf(room + length, FAULT_MODES_ROOM - length, "%s%s",
                                       length != 0 ? "," : "", rows[i].name);
    return room;
}
