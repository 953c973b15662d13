/* SPDX-License-Identifier: MIT */
#include "heap_kept.h"

struct alignas(256) wide {
    char bytes[512];
};

int main()
{
    uint64_t before = used();
    size_t too_many = usage().limit / sizeof(wide) + 1;
    wide *one = kept(new wide), *many = kept(new wide[10]);
    CHECK((uintptr_t)one % 256 == 0 && (uintptr_t)many % 256 == 0);
    CHECK(used() == before + 11 * sizeof(wide));
    delete one;
    delete[] many;
    CHECK(used() == before);
    CHECK(throws_bad_alloc([=] { delete[] kept(new wide[too_many]); }));
    CHECK(used() == before);
    return 0;
}
