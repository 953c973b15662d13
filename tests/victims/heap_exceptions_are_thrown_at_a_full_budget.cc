/* SPDX-License-Identifier: MIT */
#include "heap_kept.h"

#include <string>

/* The exception itself is allocated: the C++ library has an emergency pool for when that is
 * refused. */
int main()
{
    size_t left = usage().limit - used();
    char *all = kept(new char[left]);
    for (int i = 0; i < 100; i++) {
        CHECK(throws_bad_alloc([] { std::string(1000, 's').swap(*kept(new std::string)); }));
        CHECK(used() == usage().limit);
    }
    delete[] all;
    CHECK(usage().limit - used() == left && refusals() >= 200);
    return 0;
}
