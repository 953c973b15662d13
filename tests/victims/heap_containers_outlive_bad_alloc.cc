/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <map>
#include <new>
#include <string>
#include <vector>

/* Fills it until it throws; what is in it must still be there. */
template <typename Add> static size_t add_until_refused(Add add)
{
    size_t count = 0;
    try {
        for (;; count++)
            add(count);
    } catch (const std::bad_alloc &) {
    }
    return count;
}

int main()
{
    uint64_t before = used();
    for (int round = 0; round < 3; round++) {
        std::vector<size_t> numbers;
        size_t count = add_until_refused([&](size_t i) { numbers.push_back(i); });
        CHECK(count > 1000 && numbers.size() == count && numbers[count - 1] == count - 1);
        numbers = std::vector<size_t>();
        CHECK(used() == before);

        std::map<size_t, std::string> words;
        count = add_until_refused([&](size_t i) { words[i] = std::string(40 + i % 100, 'w'); });
        CHECK(count > 1000 && words.size() >= count && words[0].size() == 40);
        words.clear();
        CHECK(used() == before);
    }
    CHECK(refusals() >= 6);
    return 0;
}
