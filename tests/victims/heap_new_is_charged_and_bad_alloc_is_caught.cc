/* SPDX-License-Identifier: MIT */
#include "heap_kept.h"

int main()
{
    uint64_t before = used();
    char *block = kept(new char[1000]);
    CHECK(used() == before + 1000);
    size_t left = usage().limit - used();
    CHECK(throws_bad_alloc([=] { delete[] kept(new char[left + 1]); }));
    CHECK(refusals() == 1 && used() == before + 1000);
    CHECK(!throws_bad_alloc([=] { delete[] kept(new char[left]); }));
    delete[] block;
    CHECK(refusals() == 1 && used() == before);
    return 0;
}
