/* SPDX-License-Identifier: MIT */
#include "heap_kept.h"

int main()
{
    uint64_t before = used();
    size_t left = usage().limit - before;
    CHECK(kept(new (std::nothrow) char[left + 1]) == nullptr);
    CHECK(used() == before && refusals() == 1);
    char *block = kept(new (std::nothrow) char[left]);
    CHECK(block != nullptr && used() == usage().limit);
    delete[] block;
    CHECK(used() == before);
    return 0;
}
