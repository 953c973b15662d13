/* SPDX-License-Identifier: MIT
 *
 * What libdw knows about addresses in one file: the only part of the command that uses it.
 */
#ifndef MEMRESTRICT_DEBUGINFO_H
#define MEMRESTRICT_DEBUGINFO_H

#include "sites/symbols_name.h"

#include <stddef.h>
#include <stdint.h>

struct debuginfo;

/* NULL: the file is not there, is none, or has another build-id (in hexadecimal; NULL: any will
 * do). */
struct debuginfo *debuginfo_open(const char *path, const char *build_id);
void debuginfo_close(struct debuginfo *debuginfo);

/* The functions at a return address, inlined ones first, innermost first; *count of them, all of it
 * malloc'd. A function without a name is NULL there. NULL with *count 0: nothing is known. */
struct symbols_name *debuginfo_names(struct debuginfo *debuginfo, uint64_t offset, size_t *count);

#endif
