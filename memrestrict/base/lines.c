/* SPDX-License-Identifier: MIT */
#include "base/lines.h"

#include <stdlib.h>

static bool has_room(struct lines *lines)
{
    enum { FIRST = 256 };
    if (lines->length + 1 < lines->room)
        return true;
    size_t room = lines->room == 0 ? FIRST : 2 * lines->room;
    char *grown = lines->length < lines->most ? realloc(lines->text, room) : NULL;
    if (grown == NULL)
        return false;
    lines->text = grown;
    lines->room = room;
    return true;
}

bool lines_next(struct lines *lines)
{
    int byte = 0;
    lines->length = 0;
    while (byte != '\n' && (byte = getc_unlocked(lines->file)) != EOF) {
        if (!has_room(lines)) {
            lines->failed = true;
            return false;
        }
        lines->text[lines->length++] = (char)byte;
    }
    if (lines->length == 0)
        return false;
    lines->text[lines->length] = '\0';
    lines->number++;
    return true;
}

bool lines_is_cut(const struct lines *lines) { return lines->text[lines->length - 1] != '\n'; }

void lines_end(struct lines *lines)
{
    free(lines->text);
    lines->text = NULL;
    lines->room = 0;
}
