/* SPDX-License-Identifier: MIT
 *
 * Where a program is.
 */
#ifndef MEMRESTRICT_PROGRAM_PATH_H
#define MEMRESTRICT_PROGRAM_PATH_H

#include <limits.h>
#include <stdbool.h>

/* As execvp(3) looks for it: a name with a slash is its path, there or not; any other is looked for
 * in the folders of PATH, and is a file that may be executed. */
bool program_path_find(const char *name, char path[PATH_MAX]);

#endif
