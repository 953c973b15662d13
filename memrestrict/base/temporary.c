/* SPDX-License-Identifier: MIT */
#include "base/temporary.h"

#include "base/message.h"
#include "common/path_open.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Why others could put their own folder in the place of ours; NULL: they could not. */
static const char *danger(const char *folder)
{
    struct stat status;
    if (stat(folder, &status) != 0)
        return NULL; /* the next who tries says so */
    if (!path_owner_is_trusted(status.st_uid))
        return "it is another user's";
    bool open_to_all = (status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0;
    return open_to_all ? "everybody may rename what is in it" : NULL;
}

static bool is_safe(const char *where, const char *folder)
{
    const char *why = danger(folder);
    if (why != NULL)
        message("TMPDIR: %s is not safe: %s; accepted: a folder of yours, or one with the sticky "
                "bit, as /tmp has it",
                where, why);
    return why == NULL;
}

char *temporary_make(void)
{
    const char *where = getenv("TMPDIR");
    if (where == NULL || *where == '\0')
        where = "/tmp";
    char *folder = realpath(where, NULL), *path = NULL;
    if (folder != NULL && !is_safe(where, folder)) {
        free(folder);
        return NULL;
    }
    if (folder == NULL || asprintf(&path, "%s/memrestrict-XXXXXX", folder) < 0 ||
        mkdtemp(path) == NULL) {
        message("TMPDIR: cannot make a folder in %s: %s; accepted: a folder that can be written to",
                where, strerror(errno));
        free(path);
        path = NULL;
    }
    free(folder);
    return path;
}

void temporary_remove(const char *path)
{
    char *paths[] = {(char *)path, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    FTSENT *entry;
    int reason = tree == NULL ? errno : 0;
    while (tree != NULL && (entry = fts_read(tree)) != NULL) {
        if (entry->fts_info == FTS_D) { /* before its entries are looked at */
            if ((entry->fts_statp->st_mode & S_IRWXU) != S_IRWXU)
                chmod(entry->fts_path, S_IRWXU);
        } else if (remove(entry->fts_path) != 0 && errno != ENOENT) {
            reason = errno;
        }
    }
    if (tree != NULL)
        fts_close(tree);
    if (reason != 0)
        message("cannot remove all of %s: %s", path, strerror(reason));
}
