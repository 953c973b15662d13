/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Prints what each call returns and what it leaves in errno: the same bare and under the library,
 * as long as nothing is refused. Asks the library nothing. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

static volatile size_t most = SIZE_MAX, half = SIZE_MAX / 2, vast = (size_t)(UINT64_C(1) << 46);

static void line(const char *call, int fails)
{
    int error = errno;
    printf("%-50s %d %d\n", call, fails, error);
    errno = 4242;
}
/* A call that makes a block: does it fail? */
#define MAKE(call) line(#call, keep(call) == NULL)
#define MAP(call) line(#call, keep(call) == MAP_FAILED)
#define DO(call) line(#call, (int)(call))

static void *keep(void *block) { return block; }

static void heap(void)
{
    void *block = NULL, *kept = malloc(100);
    errno = 4242;
    MAKE(malloc(most));
    MAKE(malloc(half + 1));
    MAKE(malloc(vast));
    MAKE(calloc(most, 1));
    MAKE(calloc(half, 3));
    MAKE(calloc(vast, 1));
    MAKE(realloc(NULL, most));
    MAKE(realloc(kept, vast));
    MAKE(reallocarray(NULL, half, 3));
    MAKE(reallocarray(NULL, vast, 1));
    MAKE(memalign(64, most));
    MAKE(memalign(64, vast));
    MAKE(memalign(half + 2, 1));
    MAKE(aligned_alloc(64, vast));
    MAKE(valloc(most));
    MAKE(valloc(vast));
    MAKE(pvalloc(most));
    MAKE(pvalloc(vast));
    DO(posix_memalign(&block, 0, 1));
    DO(posix_memalign(&block, 3, 1));
    DO(posix_memalign(&block, 4, vast));
    DO(posix_memalign(&block, 24, 1));
    DO(posix_memalign(&block, 64, most));
    DO(posix_memalign(&block, 64, half + 1));
    DO(posix_memalign(&block, 64, vast));
    DO(posix_memalign(&block, half + 1, 1));
    DO(posix_memalign(&block, half + 1, vast));
    line("posix_memalign keeps the pointer", block == NULL);
    free(kept);
}

static void maps(void)
{
    char *page = mmap(NULL, 65536, PROT_READ | PROT_WRITE, PRIVATE, -1, 0);
    munmap(page + 8192, 65536 - 8192); /* a hole behind it */
    char *odd = page + 1;
    int none = 1000000; /* no descriptor */
    errno = 4242;
    MAP(mmap(NULL, 0, PROT_WRITE, PRIVATE, -1, 0));
    MAP(mmap(NULL, most, PROT_WRITE, PRIVATE, -1, 0));
    MAP(mmap(NULL, half, PROT_WRITE, PRIVATE | MAP_NORESERVE, -1, 0));
    MAP(mmap(NULL, 4096, PROT_WRITE, 0, -1, 0));
    MAP(mmap(NULL, 4096, PROT_WRITE, MAP_ANONYMOUS, -1, 0));
    MAP(mmap(NULL, 4096, PROT_WRITE, MAP_ANONYMOUS | 3, -1, 0));
    MAP(mmap(NULL, 4096, PROT_WRITE, ~0, -1, 0));
    MAP(mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE, -1, 0));
    MAP(mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE, none, 0));
    MAP(mmap(NULL, 4096, PROT_WRITE, PRIVATE, -1, 1));
    MAP(mmap(odd, 4096, PROT_WRITE, PRIVATE | MAP_FIXED, -1, 0));
    MAP(mmap(page, 4096, PROT_WRITE, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0));
    MAP(mmap((void *)(most & ~4095ul), 4096, PROT_WRITE, PRIVATE | MAP_FIXED, -1, 0));
    for (unsigned bits = 33; bits < 64; bits += 3)
        MAP(mmap(NULL, 4096, PROT_WRITE, PRIVATE | MAP_HUGETLB | bits << 26, -1, 0));
    DO(munmap(odd, 4096));
    DO(munmap(page, 0));
    DO(munmap(page, most));
    DO(mprotect(odd, 4096, PROT_NONE));
    DO(mprotect(page, 0, PROT_NONE));
    DO(mprotect(page, vast, PROT_READ));
    DO(mprotect(page, 4096, 0x7f000000));
    MAP(mremap(odd, 4096, 8192, MREMAP_MAYMOVE));
    MAP(mremap(page, 4096, 0, MREMAP_MAYMOVE));
    MAP(mremap(page, 4096, 4096, ~0));
    MAP(mremap(page, 8192, vast, 0));
    MAP(mremap(page, 8192, vast, MREMAP_MAYMOVE));
    MAP(mremap(page, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, odd));
    MAP(mremap(page, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, page));
    DO(brk((void *)(most - 4096)));
    MAP(sbrk((intptr_t)half));
    MAP(sbrk((intptr_t)(half + 1)));
    munmap(page, 8192);
}

static void *run(void *argument) { return argument; }

static void threads(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    errno = 4242;
    DO(pthread_attr_setstacksize(&attributes, vast));
    DO(pthread_create(&thread, &attributes, run, NULL));
}

int main(void)
{
    static char buffer[32768];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    heap();
    maps();
    threads();
    return 0;
}
