/* SPDX-License-Identifier: MIT
 *
 * Takes blocks of 4000 bytes until it is refused or has MOST MiB: take FILE MOST one|threads|forks.
 * FILE has the sum of bytes that it got, also after it was killed. Status 3: it was refused.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 4000, WORKERS = 4 };

static _Atomic uint64_t *got;
static uint64_t most;
static pthread_barrier_t all_done; /* nobody gives anything back before */
static atomic_int refused;

static void take(void)
{
    while (atomic_fetch_add(got, BLOCK) + BLOCK <= most) {
        char *block = malloc(BLOCK);
        if (block == NULL) {
            atomic_store(&refused, 1);
            break;
        }
        memset(block, 1, BLOCK);
    }
    atomic_fetch_sub(got, BLOCK);
}

static void *worker(void *nothing)
{
    take();
    pthread_barrier_wait(&all_done);
    return nothing;
}

static int in_threads(void)
{
    pthread_t threads[WORKERS];
    pthread_barrier_init(&all_done, NULL, WORKERS);
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&threads[i], NULL, worker, NULL) != 0)
            _exit(4);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    return atomic_load(&refused) ? 3 : 0;
}

/* Each waits for the others to have had theirs, so that all have it at the same time. */
static int in_forks(void)
{
    int done[2], leave[2], status, worst = 0;
    char byte = 0;
    if (pipe(done) != 0 || pipe(leave) != 0)
        return 4;
    for (int i = 0; i < WORKERS; i++)
        if (fork() == 0) {
            close(leave[1]);
            take();
            close(done[0]);
            close(done[1]);
            if (read(leave[0], &byte, 1) < 0)
                _exit(4);
            _exit(atomic_load(&refused) ? 3 : 0);
        }
    close(done[1]);
    if (read(done[0], &byte, 1) < 0) /* the end: all have closed it, or died */
        return 4;
    close(leave[1]);
    while (wait(&status) > 0) {
        int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        worst = code > worst ? code : worst;
    }
    return worst;
}

int main(int argc, char **argv)
{
    int fd = argc > 3 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666) : -1;
    if (fd < 0 || ftruncate(fd, sizeof *got) != 0)
        return 2;
    got = mmap(NULL, sizeof *got, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (got == MAP_FAILED)
        return 2;
    most = (uint64_t)atoi(argv[2]) << 20;
    if (strcmp(argv[3], "threads") == 0)
        return in_threads();
    if (strcmp(argv[3], "forks") == 0)
        return in_forks();
    take();
    return atomic_load(&refused) ? 3 : 0;
}
