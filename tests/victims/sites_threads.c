/* SPDX-License-Identifier: MIT
 *
 * Four threads allocate and free in four functions; each keeps 100 blocks of 1000 bytes in each.
 * Blocks of one thread are freed by another.
 */
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 4, KEPT = 100, ROUNDS = 20000 };

static char *volatile slots[64];

#define KEEPER(name)                                                                               \
    __attribute__((noinline, noclone)) static char *name(size_t size)                              \
    {                                                                                              \
        char *block = malloc(size);                                                                \
        __asm__ volatile("" : "+r"(block));                                                        \
        return block;                                                                              \
    }
KEEPER(keep_red)
KEEPER(keep_green)
KEEPER(keep_blue)
KEEPER(keep_grey)

static char *(*const keepers[])(size_t) = {keep_red, keep_green, keep_blue, keep_grey};

static void *work(void *seed)
{
    unsigned state = (unsigned)(size_t)seed;
    for (int i = 0; i < ROUNDS; i++) {
        state = state * 1664525 + 1013904223;
        char *block = keepers[state >> 30](1 + (state >> 8) % 5000);
        free(__atomic_exchange_n(&slots[(state >> 20) % 64], block, __ATOMIC_SEQ_CST));
    }
    for (int i = 0; i < KEPT; i++)
        for (int j = 0; j < 4; j++)
            if (keepers[j](1000) == NULL)
                abort();
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(i + 1)) != 0)
            return 1;
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 64; i++)
        free(slots[i]);
    return 0;
}
