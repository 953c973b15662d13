/* SPDX-License-Identifier: MIT
 *
 * Everything is hidden but what says EXPORT. The interposed names are not versioned: a version of
 * ours would keep them from standing in for the C library's.
 */
#ifndef MEMRESTRICT_EXPORTS_H
#define MEMRESTRICT_EXPORTS_H

#define EXPORT __attribute__((visibility("default")))

/* For the two functions that programs call all the time: all that they call is made part of them,
 * but for what says COLD. Link-time optimization alone does not. */
#define FLATTEN __attribute__((flatten))

#endif
