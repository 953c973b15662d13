/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <thread>
#include <vector>

struct holder {
    std::vector<char> first;
    holder() : first(1000) {}
    ~holder() { first = std::vector<char>(5000); }
};

static thread_local holder held;

static void run_thread()
{
    std::thread([] { held.first[0] = 1; }).join();
}

int main()
{
    run_thread(); /* what the C library keeps for a thread, it keeps for the next */
    uint64_t before = used();
    for (int i = 0; i < 100; i++)
        run_thread();
    CHECK(used() == before && usage().unknown == 0);
    return 0;
}
