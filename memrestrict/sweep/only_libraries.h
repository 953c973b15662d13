/* SPDX-License-Identifier: MIT
 *
 * Which call sites can fail at all under --only=lib=...: a trial of another would be one of
 * nothing.
 */
#ifndef MEMRESTRICT_ONLY_LIBRARIES_H
#define MEMRESTRICT_ONLY_LIBRARIES_H

#include "sweep/site_index.h"

/* False: none of the frames that may be taken for the caller is in a library that `only`, which is
 * words of a fault plan or NULL, asks for. Where that is not sure, it may. */
bool only_libraries_may_fit(const char *only, const struct indexed_site *site);

#endif
