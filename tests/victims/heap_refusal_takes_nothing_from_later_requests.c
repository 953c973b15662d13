/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    size_t all = room();
    for (int i = 0; i < 10000; i++)
        EACH(maker, maker, makers)
    CHECK_OF(maker, maker->make(all + 1 + i) == NULL);
    void *block = malloc(all);
    CHECK(block != NULL && room() == 0);
    free(block);
    CHECK(room() == all);
    return 0;
}
