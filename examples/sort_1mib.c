/* SPDX-License-Identifier: MIT
 *
 * The classic of Programming Pearls: sorts a million distinct 8-digit integers in 1 MiB. An array
 * of them takes 4 MB (sort_naive.c), a map of one bit for each possible value 12.5 MB. So the input
 * goes to a temporary file, and each of 16 passes over that sorts a sixteenth of the values.
 *
 *     $ ./sort_1mib --generate >numbers
 *     $ LD_PRELOAD=libmemrestrict.so MEMRESTRICT_LIMIT=1M ./sort_1mib numbers >sorted
 *     $ sort -n numbers | cmp - sorted && wc -l sorted
 *     1000000 sorted
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 1000000, DIGITS = 8, VALUES = 100000000 };
enum { PASSES = 16, PASS_VALUES = VALUES / PASSES, MAP_BYTES = (PASS_VALUES + 7) / 8 };

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "sort_1mib: %s: %s\n", what, why);
    exit(1);
}

static void print_number(uint32_t number) { printf("%0*u\n", DIGITS, (unsigned)number); }

/* A linear congruential sequence of full period: no value comes twice. */
static void generate(void)
{
    uint64_t value = 19860101;
    for (int i = 0; i < NUMBERS; i++) {
        value = (value * 31415821 + 1) % VALUES;
        print_number((uint32_t)value);
    }
}

static uint32_t parse(const char *line)
{
    if (strspn(line, "0123456789") != DIGITS || (line[DIGITS] != '\n' && line[DIGITS] != '\0'))
        fail("input", "a line is not a number of 8 digits");
    return (uint32_t)strtoul(line, NULL, 10);
}

/* From text to four bytes a number, in a file that can be read again and again. */
static FILE *copy_numbers(FILE *in)
{
    char line[DIGITS + 2];
    FILE *copy = tmpfile();
    if (copy == NULL)
        fail("temporary file", strerror(errno));
    while (fgets(line, sizeof line, in) != NULL) {
        uint32_t number = parse(line);
        fwrite(&number, sizeof number, 1, copy);
    }
    if (ferror(in))
        fail("input", strerror(errno));
    if (fflush(copy) != 0 || ferror(copy))
        fail("temporary file", strerror(errno));
    return copy;
}

static void mark(unsigned char *map, uint32_t place)
{
    unsigned char bit = (unsigned char)(1u << place % 8);
    if (map[place / 8] & bit)
        fail("input", "a number comes twice");
    map[place / 8] |= bit;
}

/* Prints in order the numbers from `first` on for which one map has room. */
static void pass(FILE *numbers, unsigned char *map, uint32_t first)
{
    uint32_t chunk[1024];
    size_t got;
    memset(map, 0, MAP_BYTES);
    rewind(numbers);
    while ((got = fread(chunk, sizeof chunk[0], 1024, numbers)) > 0)
        for (size_t i = 0; i < got; i++)
            if (chunk[i] >= first && chunk[i] - first < PASS_VALUES)
                mark(map, chunk[i] - first);
    if (ferror(numbers))
        fail("temporary file", strerror(errno));
    for (uint32_t place = 0; place < PASS_VALUES; place++)
        if (map[place / 8] & 1u << place % 8)
            print_number(first + place);
}

static void sort(FILE *in)
{
    unsigned char *map = malloc(MAP_BYTES);
    if (map == NULL)
        fail("no memory for the map", strerror(errno));
    FILE *numbers = copy_numbers(in);
    for (uint32_t first = 0; first < VALUES; first += PASS_VALUES)
        pass(numbers, map, first);
    fclose(numbers);
    free(map);
}

int main(int argc, char *argv[])
{
    if (argc > 2)
        fail("usage", "sort_1mib [--generate | FILE]");
    if (argc == 2 && strcmp(argv[1], "--generate") == 0) {
        generate();
    } else {
        FILE *in = argc == 2 ? fopen(argv[1], "r") : stdin;
        if (in == NULL)
            fail(argv[1], strerror(errno));
        sort(in);
    }
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("output", strerror(errno));
    return 0;
}
