/* SPDX-License-Identifier: MIT
 *
 * Takes memory in one way, page by page, until it is refused: engine_fills WAY LIMIT. Prints "full"
 * if what it has then is the limit to the page, by the kernel's own count (VmData, and what it
 * shares, which is not in there); else both figures.
 */
#include "engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MREMAP_MAYMOVE
#define MREMAP_MAYMOVE 1
#endif
enum { PAGE = 4096, ROOM = 256 << 20 };
static char *room;
static atomic_long shared;

static int refused(void *result) { return result == MAP_FAILED && errno == ENOMEM; }

static int by_mmap(void)
{
    return !refused(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int by_shared(void)
{
    int got = !refused(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    shared += got ? PAGE : 0;
    return got;
}

/* musl's sbrk does not move it. */
static int by_brk(void)
{
    unsigned long now = (unsigned long)syscall(SYS_brk, 0);
    return (unsigned long)syscall(SYS_brk, now + PAGE) == now + PAGE;
}

static int by_mprotect(void)
{
    static char *at;
    at = at == NULL ? room : at + PAGE;
    return mprotect(at, PAGE, PROT_READ | PROT_WRITE) == 0 || errno != ENOMEM;
}

static int by_fixed(void)
{
    static char *at;
    at = at == NULL ? room : at + PAGE;
    return !refused(
        mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

static int by_mremap(void)
{
    static char *block = MAP_FAILED;
    static size_t size;
    if (block == MAP_FAILED) {
        block = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        size = PAGE;
        return !refused(block);
    }
    char *more = mremap(block, size, size + PAGE, MREMAP_MAYMOVE);
    if (refused(more))
        return 0;
    block = more;
    size += PAGE;
    return 1;
}

/* A block at a time, too small to be a mapping of its own. */
static int by_malloc(void) { return malloc(PAGE) != NULL; }

static void *fill(void *context)
{
    wait_for_go();
    while (by_mmap())
        ;
    pthread_barrier_wait(context);
    pthread_barrier_wait(context);
    return NULL;
}

static long with_threads(void)
{
    enum { THREADS = 8 };
    static pthread_barrier_t barrier; /* threads leave it when this has returned */
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread, NULL, fill, &barrier) != 0)
            exit(3);
    say_ready();
    pthread_barrier_wait(&barrier);
    return data(); /* their stacks are in there */
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*take)(void);
    } ways[] = {{"mmap", by_mmap},         {"shared", by_shared}, {"brk", by_brk},
                {"mprotect", by_mprotect}, {"fixed", by_fixed},   {"mremap", by_mremap},
                {"malloc", by_malloc}};
    long limit = argc > 2 ? atol(argv[2]) : 0, had = 0;
    static char out[4096];
    setvbuf(stdout, out, _IOFBF, sizeof out);
    room = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (argc > 1 && strcmp(argv[1], "threads") == 0) {
        had = with_threads() - (argc > 3 ? 8 * atol(argv[3]) : 0);
    } else {
        say_ready();
        wait_for_go();
        for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++)
            if (argc > 1 && strcmp(argv[1], ways[i].name) == 0)
                while (ways[i].take())
                    ;
        had = data() + shared;
    }
    if (had == limit || (strcmp(argv[1], "malloc") == 0 && had < limit && had > limit - 40 * PAGE))
        puts("full");
    else
        printf("%ld of %ld\n", had, limit);
    return 0;
}
