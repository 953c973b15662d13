/* SPDX-License-Identifier: MIT */
#include "base/duration.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

enum { DIGITS = 9 }; /* of a fraction: nanoseconds */

static const struct unit {
    const char *name;
    uint64_t nanoseconds;
} units[] = {
    {"", 1000000000},          {"s", 1000000000},           {"ms", 1000000},
    {"m", 60 * 1000000000ull}, {"h", 3600 * 1000000000ull}, {"d", 86400 * 1000000000ull},
};

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(name, units[i].name) == 0)
            return &units[i];
    return NULL;
}

/* The digits at *at as a number, at most `most` of them looked at; *count: how many there are. */
static uint64_t read_digits(const char **at, unsigned most, unsigned *count)
{
    uint64_t number = 0;
    for (*count = 0; **at >= '0' && **at <= '9'; ++*at, ++*count)
        if (*count < most)
            number = number * 10 + (uint64_t)(**at - '0');
    return number;
}

bool duration_parse(const char *word, uint64_t *nanoseconds)
{
    enum { MOST_DIGITS = 10 };
    const uint64_t century = UINT64_C(36525) * 86400 * 1000000000;
    unsigned whole_digits, fraction_digits = 0;
    uint64_t whole = read_digits(&word, MOST_DIGITS, &whole_digits), fraction = 0;
    if (*word == '.') {
        word++;
        fraction = read_digits(&word, DIGITS, &fraction_digits);
    }
    const struct unit *unit = find_unit(word);
    if (unit == NULL || whole_digits + fraction_digits == 0 || whole_digits > MOST_DIGITS ||
        __builtin_mul_overflow(whole, unit->nanoseconds, nanoseconds) || *nanoseconds > century)
        return false;
    double scale = 1;
    for (unsigned i = 0; i < fraction_digits && i < DIGITS; i++)
        scale /= 10;
    *nanoseconds += (uint64_t)((double)fraction * scale * (double)unit->nanoseconds + 0.5);
    return true;
}

void duration_write(FILE *file, uint64_t nanoseconds)
{
    uint64_t ms = nanoseconds / 1000000;
    fprintf(file, "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
}

uint64_t duration_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
