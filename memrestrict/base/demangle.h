/* SPDX-License-Identifier: MIT
 *
 * C++'s names as people write them, by the C++ library's own function where that is installed; a
 * machine without it hardly runs programs in C++.
 */
#ifndef MEMRESTRICT_DEMANGLE_H
#define MEMRESTRICT_DEMANGLE_H

/* A malloc'd name: demangled if `name` is mangled, else a copy. NULL: no memory. */
char *demangle(const char *name);

#endif
