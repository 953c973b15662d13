/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

static const size_t half = (size_t)1 << (sizeof(size_t) * 4);

static void check_product(size_t count, size_t size)
{
    char *old = malloc(100);
    CHECK(old != NULL);
    memset(old, 'o', 100);
    uint64_t before = used();
    errno = 0;
    CHECK(calloc(count, size) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(reallocarray(NULL, count, size) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(reallocarray(old, count, size) == NULL && errno == ENOMEM);
    CHECK(used() == before);
    for (int i = 0; i < 100; i++)
        CHECK(old[i] == 'o');
    free(old);
    CHECK(used() == before - 100);
}

int main(void)
{
    check_product(half, half); /* the product's low bits are 0 */
    check_product(half, half + 1);
    check_product(SIZE_MAX, 2);
    check_product(2, SIZE_MAX);
    check_product(SIZE_MAX, SIZE_MAX);
    check_product(SIZE_MAX / 2 + 2, 2); /* ... and here 2 */
    check_product(SIZE_MAX / 16 + 2, 16);
    return 0;
}
