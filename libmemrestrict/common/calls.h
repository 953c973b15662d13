/* SPDX-License-Identifier: MIT
 *
 * The calls that can be refused, by the names that reports and plans give them.
 */
#ifndef MEMRESTRICT_CALLS_H
#define MEMRESTRICT_CALLS_H

#define CALLS(X)                                                                                   \
    X(malloc)                                                                                      \
    X(calloc)                                                                                      \
    X(realloc)                                                                                     \
    X(reallocarray)                                                                                \
    X(posix_memalign)                                                                              \
    X(aligned_alloc)                                                                               \
    X(memalign)                                                                                    \
    X(valloc)                                                                                      \
    X(pvalloc)                                                                                     \
    X(new)                                                                                         \
    X(mmap)                                                                                        \
    X(mremap)                                                                                      \
    X(mprotect)                                                                                    \
    X(brk)                                                                                         \
    X(sbrk)                                                                                        \
    X(pthread_create)

#define CALLS_ENUM(name) CALL_##name,
enum call { CALLS(CALLS_ENUM) CALL_COUNT };
#undef CALLS_ENUM

static inline const char *call_name(enum call call)
{
#define CALLS_NAME(name) #name,
    static const char names[CALL_COUNT][16] = {CALLS(CALLS_NAME)}; /* nothing to relocate */
#undef CALLS_NAME
    return names[call];
}

#endif
