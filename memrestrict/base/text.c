/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/string_file.h"
#include "common/utf8.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
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

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
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
    size_t all = text_width(text), whole = all <= width ? all : width > 0 ? width - 1 : 0;
    for (size_t i = 0; i < whole; i++) {
        unsigned bytes = text_utf8(text);
        fwrite(text, 1, bytes, file);
        text += bytes;
    }
    if (whole < all && width > 0)
        fputs(ellipsis(), file);
    return all < width ? all : width;
}
