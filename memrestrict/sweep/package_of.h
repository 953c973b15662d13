/* SPDX-License-Identifier: MIT
 *
 * Which package a file is of, by dpkg-query(1), where there is one.
 */
#ifndef MEMRESTRICT_PACKAGE_OF_H
#define MEMRESTRICT_PACKAGE_OF_H

/* "jq 1.6-2.1"; the caller frees it. NULL: of none, or it cannot be known. */
char *package_of(const char *path);

#endif
