/* SPDX-License-Identifier: MIT
 *
 * Single figures from the kernel's text files, proc(5).
 */
#ifndef MEMRESTRICT_PROC_H
#define MEMRESTRICT_PROC_H

#include <stdint.h>

/* The bytes that a line "NAME: NUMBER kB" in the first 4 KiB of a file stands for; 0: there is none.
 * `name` has its colon. */
uint64_t proc_bytes(const char *path, const char *name);

#endif
