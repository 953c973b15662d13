/* SPDX-License-Identifier: MIT
 *
 * What is said when the process ends, if MEMRESTRICT_REPORT asks for it, and to whom.
 */
#ifndef MEMRESTRICT_REPORT_H
#define MEMRESTRICT_REPORT_H

#include "common/config.h"

/* Opens the report's destination. False: it cannot be written, and *complaint says so. */
bool report_start(const struct config *config, struct text *complaint);
/* NULL, or the object whose own malloc keeps the heap from us, and whether mmap is another's too.
 */
void report_owners(const char *heap, bool maps);
/* Writes the summary of this process, once. Not in a vfork child, whose memory is its parent's. */
void report_write(void);
void report_fork_child(void);

#endif
