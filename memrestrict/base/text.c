/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/string_file.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>

const char *text_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

unsigned text_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned length = at[0] < 0x80   ? 1
                      : at[0] < 0xc2 ? 0
                      : at[0] < 0xe0 ? 2
                      : at[0] < 0xf0 ? 3
                      : at[0] < 0xf5 ? 4
                                     : 0;
    for (unsigned i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] > 0x9f;
    bool beyond =
        (at[0] == 0xf4 && at[1] > 0x8f) || (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe);
    return overlong || surrogate || beyond ? 0 : length;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* C0, DEL, and C1, which some terminals obey too. */
static bool steers(const char *text, unsigned length)
{
    unsigned char first = (unsigned char)text[0];
    return first < 0x20 || first == 0x7f ||
           (length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0);
}

void text_safe(FILE *file, const char *text)
{
    while (*text != '\0') {
        unsigned length = text_utf8(text);
        if (length != 0 && !steers(text, length)) {
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
