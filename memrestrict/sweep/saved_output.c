/* SPDX-License-Identifier: MIT */
#include "sweep/saved_output.h"

#include "base/message.h"
#include "common/path_open.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

bool saved_output_open(struct saved_output *kept, const char *folder)
{
    *kept = (struct saved_output){folder, 0};
    if (folder == NULL || mkdir(folder, 0777) == 0 ||
        (errno == EEXIST && access(folder, W_OK | X_OK) == 0))
        return true;
    message("--keep: cannot use %s: %s; accepted: a folder to write to", folder, strerror(errno));
    return false;
}

static bool copy(const char *from, const char *to)
{
    enum { PIECE = 1 << 20 };
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    int out = path_open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC);
    ssize_t done = in >= 0 && out >= 0 ? 1 : -1;
    if (out < 0)
        errno = -out;
    while (done > 0)
        done = sendfile(out, in, NULL, PIECE);
    int saved_errno = errno;
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0 && done == 0) {
        saved_errno = errno;
        done = -1;
    }
    errno = saved_errno;
    return done == 0;
}

static bool copy_to(const char *from, const char *to, const char *ending)
{
    char *path;
    if (asprintf(&path, "%s.%s", to, ending) < 0)
        return false;
    bool done = copy(from, path);
    if (!done)
        message("--keep: %s: cannot write: %s", path, strerror(errno));
    free(path);
    return done;
}

void saved_output_name(const struct journal_record *record, char name[SAVED_OUTPUT_NAME])
{
    const char *key = record->key != NULL ? record->key : reaction_name(record->reaction);
    size_t length = 0;
    for (; *key != '\0' && length < SAVED_OUTPUT_NAME - 1; key++)
        name[length++] = isalnum((unsigned char)*key) || strchr("._+@", *key) != NULL ? *key : '-';
    name[length] = '\0';
}

bool saved_output_add(struct saved_output *kept, struct journal_record *record, const char *out,
                      const char *err)
{
    char name[SAVED_OUTPUT_NAME];
    saved_output_name(record, name);
    if (kept->folder == NULL || !reaction_is_wrong(record->reaction))
        return true;
    if (asprintf(&record->kept, "%s/%04u-%s", kept->folder, ++kept->count, name) < 0) {
        record->kept = NULL;
        return false;
    }
    return copy_to(out, record->kept, "stdout") && copy_to(err, record->kept, "stderr");
}

char *saved_output_input(const struct saved_output *kept, const char *from)
{
    char *path;
    if (kept->folder == NULL || asprintf(&path, "%s/input", kept->folder) < 0)
        return NULL;
    if (copy(from, path))
        return path;
    message("--keep: %s: cannot write: %s", path, strerror(errno));
    free(path);
    return NULL;
}
