// SPDX-License-Identifier: MIT
#include <new>
#include <string>
#include <unistd.h>

// A plan for this program's own calls (lib=) makes new throw here, and leaves the library's alone.
int main()
{
    std::string text;
    try {
        text.append(1000, 'x'); // asked for by the C++ library
    } catch (const std::bad_alloc &) {
        return 2;
    }
    try {
        long *volatile number = new long;
        delete number;
    } catch (const std::bad_alloc &) {
        return 0;
    }
    return 3;
}
