/* SPDX-License-Identifier: MIT
 *
 * What a path leads to, before it is opened, or as it is.
 */
#ifndef MEMRESTRICT_FILE_KIND_H
#define MEMRESTRICT_FILE_KIND_H

#include <stdbool.h>
#include <stdio.h>

/* One that may have no end, such as /dev/zero or a terminal; /dev/null is empty. */
bool file_is_device(const char *path);
/* A regular file, or nothing is there yet. */
bool file_is_plain(const char *path);

/* To read one that a program may have replaced, by a FIFO, say: nothing waits, and no link is
 * followed. NULL with errno: EINVAL if it is no regular file. */
FILE *file_open_plain(const char *path);

#endif
