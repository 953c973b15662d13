/* SPDX-License-Identifier: MIT
 *
 * Landlock, landlock(7), by the numbers of its system calls: C libraries have no names for them,
 * and headers may be older than the kernel.
 */
#ifndef MEMRESTRICT_LANDLOCK_H
#define MEMRESTRICT_LANDLOCK_H

#include <stdbool.h>

/* A set of rules that holds signals within, and with `files` lets nothing be read or executed but
 * what is added. -1: the kernel has none of what was asked for. */
int landlock_make(bool files);
/* A file, or a folder with all that is in it, may be read and executed; or it is a folder, and it
 * and those in it may be listed alone. False: errno. */
bool landlock_add(int ruleset, const char *path, bool listed_alone);
/* For this thread and all that comes of it. False: errno. */
bool landlock_enter(int ruleset);

#endif
