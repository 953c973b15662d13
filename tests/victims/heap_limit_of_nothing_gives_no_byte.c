/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    CHECK(usage().limit == 0 && used() == 0);
    EACH(maker, maker, makers)
    {
        CHECK_OF(maker, maker->make(1) == NULL && errno == ENOMEM);
        void *block = maker->make(0);
        CHECK_OF(maker, block != NULL);
        CHECK_OF(maker, realloc(block, 1) == NULL && errno == ENOMEM);
        free(block);
    }
    CHECK(used() == 0 && usage().peak == 0);
    return 0;
}
