/* SPDX-License-Identifier: MIT
 *
 * Sorts 8-digit integers the way one writes it first: all of them in an array. Beside sort_1mib.c
 * it shows how a program that looks at what realloc returns ends in order, and says why.
 *
 *     $ ./sort_1mib --generate >numbers
 *     $ LD_PRELOAD=libmemrestrict.so MEMRESTRICT_LIMIT=1M ./sort_naive numbers
 *     sort_naive: no memory for more than 131072 numbers: Cannot allocate memory
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct array {
    uint32_t *numbers;
    size_t count, room;
};

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "sort_naive: %s: %s\n", what, why);
    exit(1);
}

static void append(struct array *array, uint32_t number)
{
    if (array->count == array->room) {
        size_t room = array->room == 0 ? 1024 : 2 * array->room;
        uint32_t *grown = realloc(array->numbers, room * sizeof *grown);
        if (grown == NULL) {
            char what[64];
            snprintf(what, sizeof what, "no memory for more than %zu numbers", array->count);
            fail(what, strerror(errno));
        }
        array->numbers = grown;
        array->room = room;
    }
    array->numbers[array->count++] = number;
}

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

int main(int argc, char *argv[])
{
    struct array array = {0};
    FILE *in = argc > 1 ? fopen(argv[1], "r") : stdin;
    char line[16];
    if (in == NULL)
        fail(argv[1], strerror(errno));
    while (fgets(line, sizeof line, in) != NULL)
        append(&array, (uint32_t)strtoul(line, NULL, 10));
    if (ferror(in))
        fail("input", strerror(errno));
    if (array.count > 0)
        qsort(array.numbers, array.count, sizeof array.numbers[0], compare);
    for (size_t i = 0; i < array.count; i++)
        printf("%08u\n", (unsigned)array.numbers[i]);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("output", strerror(errno));
    free(array.numbers);
    return 0;
}
