/* SPDX-License-Identifier: MIT
 *
 * The kernel's calls of mounts by descriptor (Linux 5.12), which no C library has everywhere.
 */
#ifndef MEMRESTRICT_SANDBOX_MOUNT_H
#define MEMRESTRICT_SANDBOX_MOUNT_H

#include <stdbool.h>
#include <stddef.h>

/* What is at a path with all that is mounted below, to be put elsewhere: a descriptor. -1 with
 * errno. */
int sandbox_mount_clone(const char *path);
/* Puts it over what is there, and closes it. False: with errno. */
bool sandbox_mount_put(int tree, const char *path);
/* All that is mounted is ours alone, and read-only. */
bool sandbox_mount_protect(void);
/* A file system in memory, with a mode of 755. */
bool sandbox_mount_memory(const char *path);
bool sandbox_mount_terminals(const char *path);
/* Lays a folder's changes over it: in the folder `storage`, under `name`, which is new. */
bool sandbox_mount_changes(const char *path, int storage, const char *name);

#endif
