/* SPDX-License-Identifier: MIT
 *
 * What is said when the process ends, if MEMRESTRICT_REPORT asks for it, and to whom.
 */
#ifndef MEMRESTRICT_REPORT_H
#define MEMRESTRICT_REPORT_H

#include "common/config.h"

/* Opens the report's destination. False: it cannot be written, and *complaint says so. */
bool report_start(const struct config *config, struct text *complaint);
/* An object with a malloc of its own is before us, and keeps the heap from us, or passes it on; and
 * the same of mmap. The name is kept. */
void report_owners(const char *object, bool heap, bool maps);
/* Calls of our malloc end elsewhere. */
void report_unreached(void);
/* Writes the summary of this process, once. Not in a vfork child, whose memory is its parent's. */
void report_write(void);
void report_fork_child(void);

#endif
