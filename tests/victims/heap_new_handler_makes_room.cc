/* SPDX-License-Identifier: MIT */
#include "heap_kept.h"

static char *spare;
static int calls;

static void make_room()
{
    calls++;
    if (spare == nullptr)
        throw std::bad_alloc();
    delete[] spare;
    spare = nullptr;
}

int main()
{
    uint64_t before = used();
    size_t left = usage().limit - before;
    std::set_new_handler(make_room);
    spare = kept(new char[left]);
    char *block = kept(new char[left]); /* fits once the handler gave up the spare */
    CHECK(calls == 1 && refusals() == 1 && spare == nullptr);
    CHECK(throws_bad_alloc([] { delete[] kept(new char[1]); }));
    CHECK(calls == 2 && refusals() >= 2);
    delete[] block;
    CHECK(used() == before);
    return 0;
}
