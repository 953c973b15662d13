/* SPDX-License-Identifier: MIT
 * Two threads, one after the other, of which the second cannot take a failure. */
#include <pthread.h>
#include <stdlib.h>

static void *careful(void *unused)
{
    free(malloc(301));
    return unused;
}

static void *careless(void *unused)
{
    char *block = malloc(302);
    block[0] = 1;
    free(block);
    return unused;
}

int main(void)
{
    void *(*const routines[])(void *) = {careful, careless};
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, routines[i], NULL) != 0)
            return 1;
        pthread_join(thread, NULL);
    }
    return 0;
}
