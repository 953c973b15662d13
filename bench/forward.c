/* SPDX-License-Identifier: MIT
 *
 * A preload that does nothing but pass malloc's family and the mapping calls on to the next in
 * line: the floor, below which no preloaded library that sees these calls can come. For bench.sh's
 * column `forward` alone.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define EXPORT __attribute__((visibility("default")))

#define FUNCTIONS(X)                                                                               \
    X(void *, malloc, (size_t))                                                                    \
    X(void, free, (void *))                                                                        \
    X(void *, calloc, (size_t, size_t))                                                            \
    X(void *, realloc, (void *, size_t))                                                           \
    X(int, posix_memalign, (void **, size_t, size_t))                                              \
    X(void *, aligned_alloc, (size_t, size_t))                                                     \
    X(void *, memalign, (size_t, size_t))                                                          \
    X(void *, mmap, (void *, size_t, int, int, int, off_t))                                        \
    X(void *, mmap64, (void *, size_t, int, int, int, int64_t))                                    \
    X(int, munmap, (void *, size_t))                                                               \
    X(void *, mremap, (void *, size_t, size_t, int, ...))                                          \
    X(int, mprotect, (void *, size_t, int))

#define FIELD(result, name, parameters) result(*name) parameters;
static struct {
    FUNCTIONS(FIELD)
} next;

static bool finding;

/* Also a constructor, but others' constructors may come before it. */
static __attribute__((constructor, cold, noinline)) void find(void)
{
    finding = true;
#define FIND(result, name, parameters)                                                             \
    next.name = (result(*) parameters)(uintptr_t)dlsym(RTLD_NEXT, #name);
    FUNCTIONS(FIND)
    finding = false;
}

#define NEXT(name) (__builtin_expect(next.name == NULL, 0) ? find() : (void)0, next.name)

EXPORT void *malloc(size_t size) { return NEXT(malloc)(size); }
EXPORT void free(void *block) { NEXT(free)(block); }
EXPORT void *realloc(void *block, size_t size) { return NEXT(realloc)(block, size); }

/* dlsym asks for memory in old C libraries, and does without if there is none. */
EXPORT void *calloc(size_t count, size_t size)
{
    return finding ? NULL : NEXT(calloc)(count, size);
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    return NEXT(posix_memalign)(block, alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return NEXT(aligned_alloc)(alignment, size);
}

EXPORT void *memalign(size_t alignment, size_t size) { return NEXT(memalign)(alignment, size); }

EXPORT void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    return NEXT(mmap)(at, size, protection, flags, fd, offset);
}

EXPORT void *mmap64(void *at, size_t size, int protection, int flags, int fd, int64_t offset)
{
    return NEXT(mmap64)(at, size, protection, flags, fd, offset);
}

EXPORT int munmap(void *start, size_t size) { return NEXT(munmap)(start, size); }

EXPORT void *mremap(void *start, size_t from, size_t to, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    void *place = va_arg(list, void *);
    va_end(list);
    return NEXT(mremap)(start, from, to, flags, place);
}

EXPORT int mprotect(void *start, size_t size, int protection)
{
    return NEXT(mprotect)(start, size, protection);
}
