/* SPDX-License-Identifier: MIT
 *
 * Everything is hidden but what says EXPORT. The interposed names are not versioned: a version of
 * ours would keep them from standing in for the C library's. Those of the public header are
 * (memrestrict.map).
 */
#ifndef MEMRESTRICT_EXPORTS_H
#define MEMRESTRICT_EXPORTS_H

#define EXPORT __attribute__((visibility("default")))

/* For malloc, realloc and free: all that they call is inlined, but for what is COLD or OUT_OF_LINE.
 * Link-time optimization alone does not do that. */
#define FLATTEN __attribute__((flatten))

#endif
