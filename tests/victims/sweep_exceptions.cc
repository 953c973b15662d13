// SPDX-License-Identifier: MIT
// Catches what one function throws, and lets the other's end the program.
#include <cstdio>
#include <new>

static char *volatile sink; // the compiler must not do without

static void get(unsigned size)
{
    sink = new char[size];
    delete[] sink;
}

static void caught()
{
    try {
        get(401);
    } catch (const std::bad_alloc &) {
        std::fputs("no memory\n", stderr);
    }
}

static void uncaught()
{
    sink = new char[402];
    delete[] sink;
}

int main()
{
    caught();
    uncaught();
    return 0;
}
