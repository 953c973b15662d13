/* SPDX-License-Identifier: MIT
 *
 * Writes what its call sites hold into the file that its first argument names: the last that it
 * does, or, with a second argument, while threads go on allocating.
 */
#include "victim.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

#define FUNCTION __attribute__((noinline, noclone))

static char *volatile kept[300];
static _Atomic int done;

FUNCTION static void keep(void)
{
    for (int i = 0; i < 200; i++)
        kept[i] = malloc(100 + (size_t)i);
}

FUNCTION static void temporary(void)
{
    for (int i = 200; i < 300; i++)
        kept[i] = malloc(10000);
    for (int i = 200; i < 300; i++)
        free(kept[i]);
}

static void *work(void *unused)
{
    while (!atomic_load(&done))
        free(malloc(100));
    return unused;
}

static void fails_as_write_does(void)
{
    int ends[2];
    CHECK(!memrestrict_sites_write(-1) && errno == EBADF);
    CHECK(pipe(ends) == 0 && close(ends[0]) == 0);
    CHECK(!memrestrict_sites_write(ends[1]) && errno == EPIPE);
}

int main(int argc, char **argv)
{
    pthread_t threads[3];
    CHECK(argc > 1);
    keep();
    temporary();
    CHECK(malloc(200 * MIB) == NULL);
    fails_as_write_does();
    for (int i = 0; i < 3 && argc > 2; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (int i = 0; i < (argc > 2 ? 20 : 1); i++) {
        int file = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
        errno = 7;
        CHECK(file >= 0 && memrestrict_sites_write(file) && errno == 7);
    }
    atomic_store(&done, 1);
    for (int i = 0; i < 3 && argc > 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
