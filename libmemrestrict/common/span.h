/* SPDX-License-Identifier: MIT
 *
 * strcspn(3), strspn(3), strnlen(3) and strcasecmp(3) for what each process reads as it starts: the
 * C library's are quick with long texts, but bring in tables and functions of pages that no other
 * needs then.
 */
#ifndef MEMRESTRICT_SPAN_H
#define MEMRESTRICT_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* How long `text` is before the first `end`, or the end of it all. */
static inline size_t span_until(const char *text, char end)
{
    size_t length = 0;
    while (text[length] != '\0' && text[length] != end)
        length++;
    return length;
}

/* How long it is, if it ends before `most`, or else that. */
static inline size_t span_within(const char *text, size_t most)
{
    size_t length = 0;
    while (length < most && text[length] != '\0')
        length++;
    return length;
}

static inline bool span_has(const char *set, char letter)
{
    while (*set != '\0' && *set != letter)
        set++;
    return letter != '\0' && *set == letter;
}

/* How many of the first characters of `text` are in `set`. */
static inline size_t span_of(const char *text, const char *set)
{
    size_t length = 0;
    while (span_has(set, text[length]))
        length++;
    return length;
}

/* Is it `word`, which is all small letters of ASCII, or the same with capitals? */
static inline bool span_is_word(const char *text, const char *word)
{
    for (; *word != '\0'; text++, word++)
        if (*text != *word && *text != (*word & ~0x20))
            return false;
    return *text == '\0';
}

static inline bool span_begins(const char *text, const char *beginning)
{
    for (; *beginning != '\0'; text++, beginning++)
        if (*text != *beginning)
            return false;
    return true;
}

#endif
