// SPDX-License-Identifier: MIT
//
// Holds memory in C++: a method of a class in a namespace, a template, a container.
#include <vector>

namespace pantry
{
template <typename T> struct shelf {
    std::vector<T> jars;
    __attribute__((noinline)) void fill(unsigned many) { jars.resize(many); }
};
struct cook {
    char *pot = nullptr;
    __attribute__((noinline)) void fetch(int size) { pot = new char[size]; }
};
} // namespace pantry

static pantry::shelf<long> *shelf;
static pantry::cook *cook;

int main()
{
    shelf = new pantry::shelf<long>;
    cook = new pantry::cook;
    shelf->fill(100000);
    cook->fetch(300000);
    return 0;
}
