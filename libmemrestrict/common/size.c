/* SPDX-License-Identifier: MIT */
#include "common/size.h"

#include "common/span.h"

/* K is 1, M is 2, ...; 0: no such letter. */
static unsigned unit_power(char letter)
{
    static const char units[] = "KMGTPE";
    for (unsigned i = 0; units[i] != '\0'; i++)
        if (letter == units[i] || letter == (char)(units[i] | 0x20))
            return i + 1;
    return 0;
}

static bool parse_unit(const char *unit, uint64_t *factor)
{
    *factor = 1;
    if (*unit == '\0' || span_is_word(unit, "b"))
        return true;
    unsigned power = unit_power(*unit++);
    bool decimal = span_is_word(unit, "b");
    if (power == 0 ||
        (*unit != '\0' && !decimal && !span_is_word(unit, "i") && !span_is_word(unit, "ib")))
        return false;
    while (power-- > 0)
        *factor *= decimal ? 1000 : 1024;
    return true;
}

static const char *skip_digits(const char *at) { return at + span_of(at, "0123456789"); }

static bool parse_whole(const char *from, const char *end, uint64_t *number)
{
    *number = 0;
    for (; from < end; from++)
        if (__builtin_mul_overflow(*number, (uint64_t)10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(*from - '0'), number))
            return false;
    return true;
}

/* 0.DIGITS of the factor, rounded down. From the last digit on that is exact, and 9 units of E and
 * what is carried fit. */
static uint64_t fraction_of(const char *digits, const char *end, uint64_t factor)
{
    uint64_t part = 0;
    while (end-- > digits)
        part = ((uint64_t)(*end - '0') * factor + part) / 10;
    return part;
}

bool size_parse(const char *word, uint64_t *bytes)
{
    if (span_is_word(word, "unlimited") || span_is_word(word, "infinity")) {
        *bytes = SIZE_UNLIMITED;
        return true;
    }
    uint64_t factor;
    const char *point = skip_digits(word), *unit = point, *digits = point;
    if (*point == '.') {
        digits = point + 1;
        unit = skip_digits(digits);
    }
    if (point == word || !parse_whole(word, point, bytes) || !parse_unit(unit, &factor))
        return false;
    if (*point == '.' && (unit == digits || factor == 1)) /* "1.", or a part of a byte */
        return false;
    return !__builtin_mul_overflow(*bytes, factor, bytes) &&
           !__builtin_add_overflow(*bytes, fraction_of(digits, unit, factor), bytes) &&
           *bytes <= INT64_MAX;
}
