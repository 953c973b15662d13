/* SPDX-License-Identifier: MIT
 *
 * For victims that lose blocks, or keep them, in many ways: a table of kinds, of which an argument
 * names one. What each is to be found to have lost stands in tests/leaks.txt.
 */
#ifndef LOSE_H
#define LOSE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

struct kind {
    const char *name;
    void (*act)(void);
};

static char *volatile kept;

static NOINLINE void *take(size_t size)
{
    void *block = malloc(size);
    if (block == NULL)
        _exit(9);
    return memset(block, 0, size);
}

/* What calls have left below the caller's frame. */
static NOINLINE void wash(void)
{
    char room[1 << 15];
    memset(room, 0, sizeof room);
    __asm__ volatile("" : : "r"(room) : "memory");
}

/* In a frame, and in registers, that are over when this returns. */
static NOINLINE __attribute__((unused)) void lose(void)
{
    kept = take(100);
    kept = NULL;
}

/* Ends with 8 if there is no such kind. */
static int act(const struct kind *kinds, int argc, char **argv)
{
    for (const struct kind *kind = kinds; kind->name != NULL && argc > 1; kind++)
        if (strcmp(kind->name, argv[1]) == 0) {
            kind->act();
            wash();
            return 0;
        }
    return 8;
}

#endif
