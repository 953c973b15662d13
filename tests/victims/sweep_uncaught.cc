// SPDX-License-Identifier: MIT
// Asks for memory in three places, and catches nothing.
#include <cstdio>

static char *volatile kept;

static void one()
{
    kept = new char[401];
    delete[] kept;
}

static void two()
{
    kept = new char[402];
    delete[] kept;
}

static void three()
{
    kept = new char[403];
    delete[] kept;
}

int main()
{
    one();
    two();
    three();
    std::puts("done");
}
