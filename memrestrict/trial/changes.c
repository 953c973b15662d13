/* SPDX-License-Identifier: MIT */
#include "trial/changes.h"

#include "base/hash.h"

#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_READ = 64 << 20, MOST_CHANGES = 1 << 16 };

/* An overlay has a device without a number where something is gone. */
static int kind_of(const FTSENT *entry)
{
    const struct stat *status = entry->fts_statp;
    if (S_ISCHR(status->st_mode) && status->st_rdev == 0)
        return FTS_W;
    return entry->fts_info;
}

static bool hash_file(const char *path, uint64_t *hash)
{
    static char data[1 << 16];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size_t left = MOST_READ;
    ssize_t got = fd >= 0 ? 1 : -1;
    while (got > 0 && left > 0) {
        got = read(fd, data, left < sizeof data ? left : sizeof data);
        if (got > 0) {
            *hash = hash_more(*hash, data, (size_t)got);
            left -= (size_t)got;
        }
    }
    if (fd >= 0)
        close(fd);
    return got >= 0;
}

static bool hash_link(const char *path, uint64_t *hash)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target);
    if (length >= 0)
        *hash = hash_more(*hash, target, (size_t)length);
    return length >= 0;
}

/* What cannot be read, such as a folder that nobody may enter, is told apart by its kind. */
static bool add(struct changes *changes, const FTSENT *entry, size_t above)
{
    struct change change = {.kind = kind_of(entry), .hash = HASH_START};
    struct change *grown = reallocarray(changes->list, changes->count + 1, sizeof *grown);
    if (grown == NULL)
        return false;
    changes->list = grown;
    if (change.kind == FTS_F) {
        change.size = (uint64_t)entry->fts_statp->st_size;
        hash_file(entry->fts_accpath, &change.hash);
    } else if (change.kind == FTS_SL) {
        hash_link(entry->fts_accpath, &change.hash);
    }
    change.path = strdup(entry->fts_path + above);
    changes->list[changes->count] = change;
    changes->count += change.path != NULL;
    return change.path != NULL;
}

static int by_path(const void *one, const void *other)
{
    const struct change *a = one, *b = other;
    return strcmp(a->path, b->path);
}

bool changes_read(struct changes *changes, int folder)
{
    char path[40];
    char *paths[] = {path, NULL};
    snprintf(path, sizeof path, "/proc/self/fd/%d/", folder);
    size_t above = strlen(path);
    *changes = (struct changes){.list = NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    FTSENT *entry;
    bool done = tree != NULL;
    while (done && (entry = fts_read(tree)) != NULL)
        if (entry->fts_level > 0 && entry->fts_info != FTS_DP)
            done = changes->count < MOST_CHANGES && add(changes, entry, above);
    if (tree != NULL)
        fts_close(tree);
    if (!done)
        changes_free(changes);
    if (changes->count > 0)
        qsort(changes->list, changes->count, sizeof *changes->list, by_path);
    changes->known = done;
    return done;
}

void changes_free(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        free(changes->list[i].path);
    free(changes->list);
    *changes = (struct changes){.list = NULL};
}

struct change *changes_find(const struct changes *changes, const char *path)
{
    const struct change wanted = {.path = (char *)path};
    return changes->count > 0
               ? bsearch(&wanted, changes->list, changes->count, sizeof *changes->list, by_path)
               : NULL;
}

bool changes_are_same(const struct change *one, const struct change *other)
{
    return one->kind == other->kind && one->size == other->size && one->hash == other->hash;
}
