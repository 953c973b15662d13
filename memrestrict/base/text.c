/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/string_file.h"
#include "common/utf8.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool text_begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

const char *text_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

unsigned text_utf8(const char *text) { return utf8_length(text, strnlen(text, 4) + 1); }

static uint32_t code_of(const char *text, unsigned bytes)
{
    uint32_t code =
        bytes == 1 ? (unsigned char)*text : (unsigned char)*text & (0xff >> (bytes + 1));
    for (unsigned i = 1; i < bytes; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    return code;
}

/* Of the character of so many bytes: two of what East Asian scripts and pictures take two for. */
static unsigned columns_of(const char *text, unsigned bytes)
{
    static const struct {
        uint32_t first, last;
    } wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0xa4cf},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x16fe0, 0x18dff}, {0x1aff0, 0x1b2ff}, {0x1f000, 0x1faff}, {0x20000, 0x3fffd},
    };
    uint32_t code = bytes > 2 ? code_of(text, bytes) : 0;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (code >= wide[i].first && code <= wide[i].last)
            return 2;
    return 1;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    while (*text != '\0') {
        unsigned bytes = text_utf8(text);
        width += columns_of(text, bytes);
        text += bytes != 0 ? bytes : 1;
    }
    return width;
}

void text_safe(FILE *file, const char *text)
{
    while (*text != '\0') {
        unsigned length = text_utf8(text);
        if (length != 0 && !utf8_steers(text, length)) {
            fwrite(text, 1, length, file);
            text += length;
        } else {
            fprintf(file, "\\x%02x", (unsigned char)*text++);
        }
    }
}

char *text_safe_string(const char *text)
{
    struct string_file safe;
    FILE *file = string_file_open(&safe);
    if (file == NULL)
        return NULL;
    text_safe(file, text);
    return string_file_close(&safe);
}

char *text_safe_lines(const char *text)
{
    struct string_file safe;
    FILE *file = string_file_open(&safe);
    while (file != NULL && *text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        text_safe(file, line != NULL ? line : "?");
        free(line);
        text += length;
        if (*text == '\n')
            putc(*text++, file);
    }
    return file != NULL ? string_file_close(&safe) : NULL;
}

static const char *ellipsis(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool unicode = locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    if (locale != (locale_t)0)
        freelocale(locale);
    return unicode ? "\xe2\x80\xa6" : "~";
}

size_t text_cut(FILE *file, const char *text, size_t width)
{
    size_t all = text_width(text), room = all <= width ? all : width > 0 ? width - 1 : 0;
    size_t done = 0;
    for (unsigned bytes; *text != '\0' && (bytes = text_utf8(text)) != 0; text += bytes) {
        unsigned columns = columns_of(text, bytes);
        if (done + columns > room)
            break;
        fwrite(text, 1, bytes, file);
        done += columns;
    }
    if (all <= width || width == 0)
        return done;
    fputs(ellipsis(), file);
    return done + 1;
}
