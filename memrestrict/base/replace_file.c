/* SPDX-License-Identifier: MIT */
#include "base/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file that a link leads to; where there is none, the path itself. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);
    return real != NULL ? real : strdup(path);
}

/* That of the file that is there, or what a new one gets. */
static mode_t mode_of(const char *real)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    return stat(real, &status) == 0 ? status.st_mode & 07777 : 0666 & ~mask;
}

static void forget(struct replace_file *replace)
{
    int saved_errno = errno;
    free(replace->temporary);
    free(replace->real);
    *replace = (struct replace_file){.file = NULL};
    errno = saved_errno;
}

bool replace_file_open(struct replace_file *replace, const char *path)
{
    *replace = (struct replace_file){.real = real_path(path)};
    if (replace->real == NULL || asprintf(&replace->temporary, "%s.XXXXXX", replace->real) < 0)
        replace->temporary = NULL;
    int fd = replace->temporary != NULL ? mkostemp(replace->temporary, O_CLOEXEC) : -1;
    if (fd >= 0 && (replace->file = fdopen(fd, "w")) == NULL) {
        close(fd);
        unlink(replace->temporary);
    }
    if (replace->file != NULL) {
        fchmod(fd, mode_of(replace->real));
        return true;
    }
    forget(replace);
    return false;
}

bool replace_file_close(struct replace_file *replace, bool good)
{
    good = fflush(replace->file) == 0 && !ferror(replace->file) && good;
    good = fclose(replace->file) == 0 && good && rename(replace->temporary, replace->real) == 0;
    if (!good) {
        int saved_errno = errno;
        unlink(replace->temporary);
        errno = saved_errno;
    }
    forget(replace);
    return good;
}
