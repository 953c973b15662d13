/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

/* As glibc's tst-malloc-too-large: an allocator that has worked already must not wrap around. */
static void *warm(void)
{
    void *block = malloc(16);
    CHECK(block != NULL);
    free(block);
    block = malloc(16);
    CHECK(block != NULL);
    return block;
}

static void check_size(size_t size)
{
    void *old = warm();
    uint64_t before = used();
    EACH(maker, maker, makers)
    {
        errno = 0;
        CHECK_OF(maker, maker->make(size) == NULL && errno == ENOMEM && used() == before);
    }
    EACH(resizer, resizer, resizers)
    {
        errno = 0;
        CHECK_OF(resizer, resizer->resize(old, size) == NULL && errno == ENOMEM);
        CHECK_OF(resizer, used() == before);
    }
    for (size_t alignment = 16; alignment <= 64 * KIB; alignment *= 2) {
        CHECK(memalign(alignment, size) == NULL && errno == ENOMEM);
        CHECK(aligned_alloc(alignment, size) == NULL && errno == ENOMEM);
    }
    free(old);
    CHECK(used() == before - 16);
}

int main(void)
{
    /* Without a limit it is the kernel that refuses half of a large address space, but not of 4
     * GiB. */
    bool half_is_too_much = sizeof(size_t) > 4 || usage().limit != MEMRESTRICT_UNLIMITED;
    for (size_t less = 0; less < 64 * KIB; less = less < 64 ? less + 1 : less * 2) {
        check_size(SIZE_MAX - less);
        check_size((size_t)PTRDIFF_MAX + 1 + less);
        if (half_is_too_much)
            check_size((size_t)PTRDIFF_MAX - less);
    }
    return 0;
}
