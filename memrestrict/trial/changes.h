/* SPDX-License-Identifier: MIT
 *
 * What a program changed in its working directory: files, by what is in them, links and folders
 * that are new, and what is gone. It is read from the upper layer of an overlay.
 */
#ifndef MEMRESTRICT_CHANGES_H
#define MEMRESTRICT_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change {
    char *path;  /* below the working directory */
    int kind;    /* as FTS_F, FTS_SL, FTS_D; FTS_W: it is gone */
    bool varies; /* the caller's */
    uint64_t size, hash;
};

struct changes {
    struct change *list; /* by path */
    size_t count;
    bool known; /* there is nothing more */
};

/* Of a large file the beginning is looked at, and its size. `folder` stays the caller's. False: it
 * cannot be read, there are too many, or there is no memory; then nothing is known. */
bool changes_read(struct changes *changes, int folder);
void changes_free(struct changes *changes);

/* NULL: nothing was changed at this path. */
struct change *changes_find(const struct changes *changes, const char *path);
bool changes_are_same(const struct change *one, const struct change *other);

#endif
