/* SPDX-License-Identifier: MIT
 *
 * The small files of a control group.
 */
#ifndef MEMRESTRICT_CGROUP_FILES_H
#define MEMRESTRICT_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file's text, cut off at `size`. False: with errno. */
bool cgroup_read(const char *folder, const char *name, char *text, size_t size);
/* False: with errno; a file that is not there is not made. */
bool cgroup_write(const char *folder, const char *name, const char *text);
bool cgroup_write_number(const char *folder, const char *name, uint64_t number);
/* The number in it, or behind a line's `key`; 0: there is none. "max" is UINT64_MAX. */
uint64_t cgroup_number(const char *folder, const char *name, const char *key);

/* Calls it for each process of the group and of those below it. Returns how many there are. */
size_t cgroup_each(const char *folder, void (*act)(int pid, void *context), void *context);
/* Takes away a group and those below it, if they hold no processes. */
bool cgroup_remove(const char *folder);

#endif
