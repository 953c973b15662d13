/* SPDX-License-Identifier: MIT
 *
 * Files that the kernel makes up, below kernel_root, read whole and never beyond a bound.
 */
#ifndef MEMRESTRICT_KERNEL_FILE_H
#define MEMRESTRICT_KERNEL_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define KERNEL_NO_LINE UINT64_MAX

/* Where they are looked for: "" is the root; tests have folders of their own. */
extern const char *kernel_root;

/* A path below kernel_root, in a static room that holds until the next. */
const char *kernel_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first `most` bytes at most, and a zero behind them; the caller frees them. *length may be
 * NULL. NULL: with errno. */
char *kernel_file(const char *path, size_t most, size_t *length);

/* The whole number that a file holds; `otherwise` if it cannot be read or holds none. */
int64_t kernel_number(const char *path, int64_t otherwise);

/* Bytes of a line "NAME:  NUMBER kB" of such a text; KERNEL_NO_LINE: there is none. */
uint64_t kernel_line_bytes(const char *text, const char *name);

#endif
