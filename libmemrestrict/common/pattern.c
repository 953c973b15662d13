/* SPDX-License-Identifier: MIT */
#include "common/pattern.h"

/* The ] that ends a set whose [ is before `at`; NULL: it is no set. The first character is of it,
 * whatever it is. */
static const char *set_end(const char *at, const char *end)
{
    if (at < end && (*at == '!' || *at == '^'))
        at++;
    for (const char *next = at + 1; next < end; next++)
        if (*next == ']')
            return next;
    return NULL;
}

static bool in_set(const char *at, const char *end, char c)
{
    bool inverse = *at == '!' || *at == '^', found = false;
    for (at += inverse; at < end; at++) {
        bool range = end - at > 2 && at[1] == '-';
        char last = range ? at[2] : at[0];
        found = found || (at[0] <= c && c <= last);
        at += range ? 2 : 0;
    }
    return found != inverse;
}

/* One character of the word against one of the pattern, which *at is moved behind. */
static bool matches_one(const char **at, const char *end, char c)
{
    const char *from = (*at)++;
    const char *set = *from == '[' ? set_end(*at, end) : NULL;
    if (*from == '\\' && *at < end)
        return *(*at)++ == c;
    if (set == NULL)
        return *from == '?' || *from == c;
    *at = set + 1;
    return in_set(from + 1, set, c);
}

/* After a * that does not fit it is made one character longer; those before it need not change. */
bool pattern_matches(const char *pattern, size_t length, const char *word, size_t word_length)
{
    const char *at = pattern, *end = pattern + length, *star = NULL;
    size_t i = 0, retry = 0;
    while (i < word_length) {
        if (at < end && *at == '*') {
            star = ++at;
            retry = i;
        } else if (at < end && matches_one(&at, end, word[i])) {
            i++;
        } else if (star != NULL) {
            at = star;
            i = ++retry;
        } else {
            return false;
        }
    }
    while (at < end && *at == '*')
        at++;
    return at == end;
}
