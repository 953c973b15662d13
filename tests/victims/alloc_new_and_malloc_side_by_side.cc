/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <string>
#include <thread>
#include <vector>

/* What operator new gave and took is no business of malloc's count. */
static void work()
{
    std::vector<std::string> words;
    for (int i = 0; i < 2000; i++) {
        words.push_back(std::string(static_cast<size_t>(i % 700), 'x'));
        free(realloc(malloc(static_cast<size_t>(i)), 100));
    }
}

int main()
{
    work();
    std::thread first(work), second(work);
    first.join();
    second.join();
    uint64_t before = used();
    void *block = malloc(1000);
    CHECK(used() == before + 1000);
    free(block);
    CHECK(used() == before && usage().unknown == 0 && refusals() == 0);
    return 0;
}
