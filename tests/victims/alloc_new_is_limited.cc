/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <new>

struct chain {
    chain *next;
};

/* Blocks of one size until the first bad_alloc: not one fewer than the limit has room for. */
int main(int argc, char **argv)
{
    CHECK(argc == 2);
    size_t size = static_cast<size_t>(atoi(argv[1])), count = 0;
    memrestrict_usage start = usage();
    chain *last = nullptr;
    try {
        for (;; count++) {
            chain *block = static_cast<chain *>(::operator new(size));
            block->next = last;
            last = block;
        }
    } catch (const std::bad_alloc &) {
        CHECK(used() >= start.used + count * size);
    }
    CHECK(count == (start.limit - start.used) / size);
    while (last != nullptr) {
        chain *next = last->next;
        ::operator delete(last);
        last = next;
    }
    CHECK(used() <= start.used + KIB && usage().unknown == 0); /* the exception's own memory */
    return 0;
}
