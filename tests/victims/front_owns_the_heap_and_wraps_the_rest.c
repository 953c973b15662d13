/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sys/mman.h>

/* Linked with -rdynamic: an allocator of the program's own, which nothing passes by, and wrappers
 * of what else the library has, which pass on to it. */
static char arena[16 * 1024 * 1024] __attribute__((aligned(16)));
static _Atomic size_t taken;

void *malloc(size_t size)
{
    size_t at = __atomic_fetch_add(&taken, (size + 15) & ~(size_t)15, __ATOMIC_RELAXED);
    return at + size <= sizeof arena ? arena + at : NULL;
}

void free(void *block) { (void)block; }
void *calloc(size_t count, size_t size) { return malloc(count * size); }
void *realloc(void *block, size_t size)
{
    char *moved = malloc(size);
    if (moved != NULL && block != NULL)
        memmove(moved, block, size);
    return moved;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(
            RTLD_NEXT, "pthread_create");
    return next(thread, attributes, run, argument);
}

void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
    void *(*next)(void *, size_t, int, int, int, off_t) =
        (void *(*)(void *, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
    return next(addr, length, prot, flags, fd, offset);
}

int munmap(void *addr, size_t length)
{
    int (*next)(void *, size_t) = (int (*)(void *, size_t))dlsym(RTLD_NEXT, "munmap");
    return next(addr, length);
}

void _exit(int status)
{
    void (*next)(int) = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
    next(status);
    __builtin_unreachable();
}

static void *run(void *argument) { return argument; }

int main(void)
{
    pthread_t thread;
    void *result;
    CHECK(pthread_create(&thread, NULL, run, &thread) == 0);
    CHECK(pthread_join(thread, &result) == 0 && result == &thread);
    void *pages = mmap(NULL, MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && used() == MIB);
    CHECK(mmap(NULL, 16 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    CHECK(errno == ENOMEM && refusals() == 1);
    CHECK(munmap(pages, MIB) == 0 && used() == 0);
    _exit(0);
}
