/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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
    MAKE(memalign(half + 2, most));
    MAKE(memalign(most, vast));
    MAKE(aligned_alloc(64, vast));
    MAKE(aligned_alloc(64, most));
    MAKE(aligned_alloc(half + 2, 1));
    MAKE(aligned_alloc(most, 1));
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
    void *volatile same = kept; /* each failed call leaves it as it was */
    MAKE(realloc(same, most));
    MAKE(realloc(same, half + 1));
    MAKE(reallocarray(same, half, 3));
    MAKE(reallocarray(same, vast, 1));
    MAKE(calloc(3, half));
    MAKE(calloc(1, half + 1));
    line("realloc to nothing", keep(realloc(same, 0)) == NULL);
    line("malloc_usable_size of nothing", malloc_usable_size(NULL) != 0);
    free(NULL);
    line("free of nothing", 0);
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

/* What is larger than the smallest limit, of files that the kernel does not map so. */
static void files(void)
{
    enum { LARGE = 32 << 20 };
    int none = 1000000, folder = open("/", O_RDONLY | O_DIRECTORY), pair[2];
    int read_only = open("/proc/self/exe", O_RDONLY), path = open("/proc/self/exe", O_PATH);
    int write_only = open("/dev/zero", O_WRONLY);
    errno = pipe(pair) == 0 ? 4242 : 4243;
    const int all[] = {none, -1, folder, path, write_only, pair[0], pair[1], read_only};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (int type = 0; type < 5; type++)
            MAP(mmap(NULL, 4096, PROT_READ | PROT_WRITE, type, all[i], type == 2 ? 1 : 0));
        if (all[i] != read_only)
            MAP(mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, all[i], 0));
        MAP(mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED, all[i], 0));
        MAP(mmap64(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, all[i], -4096));
        MAP(mmap64(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, all[i], INT64_MAX - 4095));
    }
}

static void more_maps(void)
{
    char *page = mmap(NULL, 65536, PROT_READ | PROT_WRITE, PRIVATE, -1, 0);
    char *gone = page + 8192, *odd = page + 1;
    munmap(gone, 65536 - 8192);
    errno = 4242;
    DO(munmap(gone, 4096));
    DO(munmap((void *)most, 4096));
    DO(munmap((void *)(most & ~4095ul), 4096));
    DO(mprotect(gone, 4096, PROT_READ));
    DO(mprotect(page, 16384, PROT_NONE));
    DO(mprotect(page, 16384, PROT_READ | PROT_WRITE));
    DO(mprotect(page, 4096, PROT_READ | PROT_GROWSDOWN));
    DO(mprotect(page, 4096, PROT_READ | PROT_GROWSUP));
    DO(mprotect(page, 4096, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
    DO(pkey_mprotect(odd, 4096, PROT_NONE, -1));
    DO(pkey_mprotect(page, 4096, PROT_NONE, 99));
    DO(pkey_mprotect(page, 4096, PROT_NONE, -2));
    DO(pkey_mprotect(page, 16384, PROT_NONE, -1));
    MAP(mremap(gone, 4096, 8192, MREMAP_MAYMOVE));
    MAP(mremap(gone, 4096, 4096, 0));
    MAP(mremap(page, 16384, 32768, MREMAP_MAYMOVE));
    MAP(mremap(page, most, 4096, MREMAP_MAYMOVE));
    MAP(mremap(page, 4096, most, MREMAP_MAYMOVE));
    MAP(mremap(page, 0, 4096, MREMAP_MAYMOVE));
    MAP(mremap(page, 0, 4096, 0));
    MAP(mremap(page, 4096, 4096, MREMAP_FIXED, gone));
    MAP(mremap(page, 4096, 8192, MREMAP_MAYMOVE | 4 /* DONTUNMAP */, NULL));
    MAP(mremap(page, 4096, 4096, 4, NULL));
    MAP(mremap(page, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)(most & ~4095ul)));
    DO(brk(NULL));
    DO(brk((void *)1));
    MAP(sbrk(-(intptr_t)half));
    munmap(page, 8192);
}

static void by_number(void)
{
#if defined SYS_mmap && !defined SYS_mmap2
    DO(syscall(SYS_mmap, NULL, 0, PROT_WRITE, PRIVATE, -1, 0));
    DO(syscall(SYS_mmap, NULL, vast, PROT_WRITE, PRIVATE, -1, 0));
    DO(syscall(SYS_mmap, NULL, 4096, PROT_WRITE, MAP_PRIVATE, -1, 0));
    DO(syscall(SYS_mmap, NULL, 4096, PROT_WRITE, PRIVATE, -1, 1));
#endif
    DO(syscall(SYS_munmap, 1, 4096));
    DO(syscall(SYS_mprotect, 1, 4096, 0));
    DO(syscall(SYS_mremap, 1, 4096, 4096, 0, 0));
    DO(syscall(SYS_brk, most) == 0);
    DO(syscall(SYS_execve, "/", NULL, NULL));
    DO(syscall(-1));
}

static void programs(void)
{
    pid_t child;
    char *none[] = {NULL}, *argv[] = {(char *)"x", NULL};
    errno = 4242;
    DO(execve("/none", argv, none));
    DO(execve("/", argv, none));
    DO(execve("/etc/passwd", argv, none));
    DO(execv("/none/x", argv));
    DO(execvp("none-of-this-name", argv));
    DO(execlp("none-of-this-name", "x", (char *)NULL));
    DO(fexecve(-1, argv, none));
    DO(execveat(-1, "x", argv, none, 0));
    DO(posix_spawn(&child, "/none", NULL, NULL, argv, none));
    DO(posix_spawnp(&child, "none-of-this-name", NULL, NULL, argv, none));
    MAKE(popen("true", "x"));
    MAKE(popen("true", ""));
    DO(system(NULL) == 0);
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
    DO(pthread_attr_setstacksize(&attributes, 65536));
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
    pthread_attr_setschedparam(&attributes, &(struct sched_param){.sched_priority = 0});
    DO(pthread_create(&thread, &attributes, run, NULL));
}

int main(void)
{
    static char buffer[65536];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    heap();
    maps();
    files();
    more_maps();
    by_number();
    programs();
    threads();
    return 0;
}
