/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    enum { LEFT = 1000 };
    void *most = fill(LEFT);
    EACH(maker, maker, makers)
    {
        uint64_t before = used(), refused = refusals();
        errno = 0;
        CHECK_OF(maker, maker->make(LEFT + 1) == NULL);
        CHECK_OF(maker, errno == ENOMEM);
        CHECK_OF(maker, used() == before && refusals() == refused + 1);
        void *block = maker->make(LEFT);
        CHECK_OF(maker, block != NULL);
        CHECK_OF(maker, used() == usage().limit);
        CHECK_OF(maker, maker->make(1) == NULL);
        free(block);
        CHECK_OF(maker, used() == before);
    }
    free(most);
    return 0;
}
