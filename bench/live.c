/* SPDX-License-Identifier: MIT
 *
 * live THREADS BLOCKS COUNT [wide]: a live set of BLOCKS, whose members are replaced at random,
 * COUNT times in all. With several threads each has its share of both, so the work is the same.
 * Blocks have 16 to 512 bytes; wide: 8 bytes to 4 KiB, their logarithms even.
 */
#include "bench.h"

#include <pthread.h>

enum { MOST_THREADS = 64 };

static size_t blocks, count;
static char *(*make_block)(uint64_t *state) = random_block;

/* Between two powers of two all sizes are as likely. Its first and its last byte are written. */
static char *wide_block(uint64_t *state)
{
    size_t from = (size_t)8 << random_below(state, 9);
    size_t size = from + random_below(state, from);
    char *block = checked_malloc(size);
    *(volatile char *)block = 1;
    *(volatile char *)(block + size - 1) = 1;
    return block;
}

static void *replace_at_random(void *seed)
{
    uint64_t state = (uintptr_t)seed;
    char **live = calloc(blocks, sizeof *live);
    if (live == NULL)
        fail("calloc");
    for (size_t left = count; left > 0; left--) {
        char **slot = &live[random_below(&state, blocks)];
        free(*slot);
        *slot = make_block(&state);
    }
    for (size_t i = 0; i < blocks; i++)
        free(live[i]);
    free(live);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[MOST_THREADS];
    size_t n = argument(argv, 1);
    if (n > MOST_THREADS)
        return 2;
    blocks = argument(argv, 2) / n;
    count = argument(argv, 3) / n;
    if (argc > 4)
        make_block = wide_block;
    if (n == 1) {
        replace_at_random((void *)1);
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, replace_at_random, (void *)(i + 1)) != 0)
            fail("pthread_create");
    for (size_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
