/* SPDX-License-Identifier: MIT
 *
 * The names of functions, from the symbol tables of the files that they were loaded from: what a
 * file exports, and all of its functions where it has not been stripped.
 */
#ifndef MEMRESTRICT_NAMES_H
#define MEMRESTRICT_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Tells each name of the function that `address` is in. A file is opened and read for it, so it is
 * for rare questions; no lock, no allocation. */
typedef void names_told(const char *name, void *context);
void names_at(uintptr_t address, names_told *tell, void *context);

/* "parser::next" of the C++ or Rust name _ZN6parser4nextEv: the plain part alone, without
 * arguments. Its length; 0: the name is no such, or too long for `room`. */
size_t names_plain(const char *mangled, char *plain, size_t room);

#endif
