/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    void *most = fill(0);
    uint64_t before = used();
    EACH(maker, maker, makers)
    {
        errno = 4242;
        void *one = maker->make(0), *other = maker->make(0);
        CHECK_OF(maker, one != NULL && other != NULL && one != other);
        CHECK_OF(maker, errno == 4242);
        CHECK_OF(maker, used() == before);
        free(one);
        free(other);
    }
    volatile size_t most_of_all = SIZE_MAX;
    void *none[] = {calloc(0, 8), calloc(8, 0), calloc(0, most_of_all),
                    reallocarray(NULL, 0, most_of_all)};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        CHECK(none[i] != NULL);
        free(none[i]);
    }
    free(most);
    CHECK(usage().unknown == 0 && refusals() == 0);
    return 0;
}
