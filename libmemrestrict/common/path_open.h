/* SPDX-License-Identifier: MIT
 *
 * Where a path leads for one who writes. In a folder that others may write to, the last name or one
 * before it can be a link that another user put there, to a file that only we may write. So links
 * are followed one by one, and only those that root or this user made, whatever
 * fs.protected_symlinks says, and also for root. Links of /proc are the kernel's own.
 */
#ifndef MEMRESTRICT_PATH_OPEN_H
#define MEMRESTRICT_PATH_OPEN_H

#include <stdbool.h>
#include <stdint.h>

enum { PATH_OPEN_NAME = 257 }; /* NAME_MAX, a slash at the end, and a zero */

struct path_place {
    int folder; /* O_PATH, close-on-exec */
    char name[PATH_OPEN_NAME];
    bool magic; /* it is a link of /proc, which no text can say */
};

/* This user, or root, which is also who the root folder belongs to: in a user namespace it may have
 * another number. */
bool path_owner_is_trusted(uint32_t owner);

/* Finds it; what it is a place of need not be there. 0, or a negative errno value, and nothing to
 * close: -ELOOP for a link that another user made. */
int path_find(const char *path, struct path_place *place);
/* Opens what is there by open(2)'s flags, never through a link; a new file has mode 0666. A
 * descriptor, or a negative errno value. */
int path_open_at(const struct path_place *place, int flags);
void path_leave(struct path_place *place);

/* All three: a descriptor, or a negative errno value. */
int path_open(const char *path, int flags);

#endif
