/* SPDX-License-Identifier: MIT
 *
 * Holds memory in functions of known names: cache keeps 1000 blocks of 2000 bytes, temporary has 20
 * MiB for a moment, and leak keeps 5000 bytes. Then, as the first argument says: "refused" asks for
 * more than there can be, "killed" dies, "waits" waits for the end of its input.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION __attribute__((noinline, noclone))

static char *volatile kept[1002];

FUNCTION static char *get(size_t size)
{
    char *block = malloc(size);
    if (block != NULL)
        memset(block, 1, size);
    return block;
}

static inline __attribute__((always_inline)) char *get_twice_as_much(size_t size)
{
    return get(2 * size);
}

FUNCTION static void cache(void)
{
    for (int i = 0; i < 1000; i++)
        kept[i] = get_twice_as_much(1000);
}

FUNCTION static void temporary(void)
{
    char *blocks[20];
    for (int i = 0; i < 20; i++)
        blocks[i] = get(1 << 20);
    for (int i = 0; i < 20; i++)
        free(blocks[i]);
}

FUNCTION static void leak(void) { kept[1000] = realloc(get(100), 5000); }

int main(int argc, char **argv)
{
    cache();
    temporary();
    leak();
    if (argc > 1 && strcmp(argv[1], "refused") == 0)
        kept[1001] = get(SIZE_MAX / 4);
    if (argc > 1 && strcmp(argv[1], "killed") == 0)
        raise(SIGKILL);
    if (argc > 1 && strcmp(argv[1], "waits") == 0)
        while (getchar() != EOF)
            ;
    return 0;
}
