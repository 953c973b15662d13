/* SPDX-License-Identifier: MIT
 *
 * For heap victims: the functions that make a block, resize one and give one back, as tables, so
 * that a property can be shown for each of them. CHECK_OF names the function that fails.
 */
#ifndef HEAP_FUNCTIONS_H
#define HEAP_FUNCTIONS_H

#include "victim.h"

#include <malloc.h>
#include <stdint.h>

#define CHECK_OF(function, condition)                                                              \
    do {                                                                                           \
        bool holds_ = (condition);                                                                 \
        if (!holds_)                                                                               \
            dprintf(2, "%s: %s: ", (function)->name, #condition);                                  \
        CHECK(holds_);                                                                             \
    } while (0)

/* What may still be had, in bytes. */
static inline size_t room(void)
{
    struct memrestrict_usage now = usage();
    return (size_t)(now.limit - now.used);
}

/* Takes all the room there is but `left` bytes. */
static inline void *fill(size_t left)
{
    void *block = malloc(room() - left);
    CHECK(block != NULL);
    CHECK(room() == left);
    return block;
}

/* NULL on error, with errno set, as the others do. */
static inline void *make_posix_memalign(size_t size)
{
    void *block = NULL;
    int error = posix_memalign(&block, 64, size);
    if (error != 0)
        errno = error;
    return block;
}

static inline void *make_calloc(size_t size) { return calloc(1, size); }
static inline void *make_calloc_bytes(size_t size) { return calloc(size, 1); }
static inline void *make_realloc(size_t size) { return realloc(NULL, size); }
static inline void *make_reallocarray(size_t size) { return reallocarray(NULL, 1, size); }
static inline void *make_aligned_alloc(size_t size) { return aligned_alloc(64, size); }
static inline void *make_memalign(size_t size) { return memalign(64, size); }

struct maker {
    const char *name;
    void *(*make)(size_t size);
};

static const struct maker makers[] = {
    {"malloc", malloc},
    {"calloc", make_calloc},
    {"calloc of bytes", make_calloc_bytes},
    {"realloc", make_realloc},
    {"reallocarray", make_reallocarray},
    {"posix_memalign", make_posix_memalign},
    {"aligned_alloc", make_aligned_alloc},
    {"memalign", make_memalign},
    {"valloc", valloc},
    {"pvalloc", pvalloc},
    {NULL, NULL},
};

static inline void *resize_realloc(void *block, size_t size) { return realloc(block, size); }
static inline void *resize_reallocarray(void *block, size_t size)
{
    return reallocarray(block, size, 1);
}

struct resizer {
    const char *name;
    void *(*resize)(void *block, size_t size);
};

static const struct resizer resizers[] = {
    {"realloc", resize_realloc},
    {"reallocarray", resize_reallocarray},
    {NULL, NULL},
};

/* Names that the C library at hand does not declare, or no longer has. */
static inline void *late(const char *name)
{
    void *function = dlsym(RTLD_DEFAULT, name);
    CHECK(function != NULL);
    return function;
}

static inline void give_free(void *block, size_t size)
{
    (void)size;
    free(block);
}

static inline void give_cfree(void *block, size_t size)
{
    (void)size;
    ((void (*)(void *))late("cfree"))(block);
}

static inline void give_free_sized(void *block, size_t size)
{
    ((void (*)(void *, size_t))late("free_sized"))(block, size);
}

static inline void give_free_aligned_sized(void *block, size_t size)
{
    ((void (*)(void *, size_t, size_t))late("free_aligned_sized"))(block, 16, size);
}

struct giver {
    const char *name;
    void (*give)(void *block, size_t size);
};

static const struct giver givers[] = {
    {"free", give_free},
    {"cfree", give_cfree},
    {"free_sized", give_free_sized},
    {"free_aligned_sized", give_free_aligned_sized},
    {NULL, NULL},
};

#define EACH(type, function, table)                                                                \
    for (const struct type *function = table; function->name != NULL; function++)

#endif
