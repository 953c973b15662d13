/* SPDX-License-Identifier: MIT
 *
 * For C++ heap victims: a compiler may leave out a new whose block nobody sees.
 */
#ifndef HEAP_KEPT_H
#define HEAP_KEPT_H

#include "victim.h"

#include <new>

template <typename T> static T *kept(T *block)
{
    static void *volatile seen;
    seen = block;
    return (T *)seen;
}

/* Does it throw bad_alloc? */
template <typename Action> static bool throws_bad_alloc(Action action)
{
    try {
        action();
    } catch (const std::bad_alloc &) {
        return true;
    }
    return false;
}

#endif
