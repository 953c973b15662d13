/* SPDX-License-Identifier: MIT */
#include "base/output.h"

#include "base/fd.h"
#include "base/message.h"
#include "base/output_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NEW = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, OLD = O_WRONLY | O_CLOEXEC | O_NOCTTY };

static bool is_stdout(const char *path) { return strcmp(path, "-") == 0; }

const char *output_reason(int error)
{
    return error == ELOOP       ? "there is a link on the way that another user made, or a loop"
           : error == ETIMEDOUT ? "nobody reads it"
                                : strerror(error);
}

static bool cannot(const struct output *output)
{
    const char *path = output->path != NULL ? output->path : "?";
    message("--%s: cannot write to %s: %s", output->option,
            is_stdout(path) ? "standard output" : path, output_reason(errno));
    if (is_stdout(path)) { /* said once; the end of main would say it again */
        __fpurge(stdout);
        clearerr(stdout);
    }
    return false;
}

static void forget(struct output *output)
{
    path_leave(&output->place);
    free(output->path);
    free(output->temporary);
    *output = (struct output){.option = output->option, .place.folder = -1};
}

/* Opening */

/* The descriptor that a path stands for, as /dev/stderr; -1: none. */
static int descriptor_of(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    int fd;
    char more;
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (int i = 0; i < 2; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0 &&
            sscanf(path + strlen(folders[i]), "%9d%c", &fd, &more) == 1)
            return fd;
    return -1;
}

static bool use_pipe(struct output *output, int fd)
{
    output->pipe = output_pipe_open(fd, &output->place, &output->file);
    return output->pipe != NULL;
}

/* A file, and a terminal, which its user may stop, are written to as by anybody. */
static bool use_descriptor(struct output *output, int fd)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode) && !isatty(fd))
        return use_pipe(output, fd);
    if (!output->joined) /* O_NONBLOCK was for the opening alone */
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    output->file = fdopen(fd, "w");
    if (output->file == NULL)
        close(fd);
    return output->file != NULL;
}

/* To open it anew would begin at the start of the file, over what others write there. */
static bool join_descriptor(struct output *output, int fd)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    output->joined = true;
    return own >= 0 && use_descriptor(output, own);
}

/* False with errno: there is nothing. */
static bool kind_of(const struct output *output, struct stat *status)
{
    int flags = output->place.magic ? 0 : AT_SYMLINK_NOFOLLOW;
    return fstatat(output->place.folder, output->place.name, status, flags) == 0;
}

static bool open_place(struct output *output)
{
    struct stat status;
    int fd = path_open_at(&output->place, NEW);
    output->made = fd >= 0;
    if (fd == -EEXIST)
        fd = path_open_at(&output->place, OLD | O_NONBLOCK);
    if (fd == -ENXIO && kind_of(output, &status) && S_ISFIFO(status.st_mode))
        return use_pipe(output, -1); /* nobody reads it yet */
    if (fd < 0)
        errno = -fd;
    fd = fd_above(fd < 0 ? -1 : fd);
    return fd >= 0 && use_descriptor(output, fd);
}

static bool find(struct output *output)
{
    int error = path_find(output->path, &output->place);
    if (error == 0)
        output->place.folder = fd_above(output->place.folder);
    else
        errno = -error;
    return error == 0 && output->place.folder >= 0;
}

static bool begin(struct output *output, const char *option, const char *path)
{
    *output = (struct output){.option = option, .place.folder = -1};
    if (path != NULL && (output->path = strdup(path)) == NULL)
        return cannot(output);
    return true;
}

static bool given_up(struct output *output)
{
    cannot(output);
    forget(output);
    return false;
}

bool output_open(struct output *output, const char *option, const char *path)
{
    if (!begin(output, option, path))
        return false;
    if (path == NULL)
        return true;
    if (is_stdout(path)) {
        output->file = stdout;
        return fcntl(STDOUT_FILENO, F_GETFL) >= 0 || given_up(output);
    }
    int other = descriptor_of(path);
    bool open = other >= 0 ? join_descriptor(output, other) : find(output) && open_place(output);
    return open || given_up(output);
}

/* Replacing */

static bool name_temporary(struct output *output)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    unsigned char random[6];
    char end[sizeof random + 1];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        end[i] = letters[random[i] % (sizeof letters - 1)];
    end[sizeof random] = '\0';
    free(output->temporary);
    if (asprintf(&output->temporary, "%s.%s", output->place.name, end) < 0)
        output->temporary = NULL;
    return output->temporary != NULL;
}

/* A new file beside it. -1 with errno. */
static int make_beside(struct output *output)
{
    enum { TRIES = 100 };
    int fd = -1;
    for (int i = 0; i < TRIES && fd < 0; i++) {
        if (!name_temporary(output))
            return -1;
        fd = openat(output->place.folder, output->temporary, NEW | O_NOFOLLOW, 0600);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    return fd_above(fd);
}

static void take_away(struct output *output)
{
    int saved_errno = errno;
    unlinkat(output->place.folder, output->temporary, 0);
    errno = saved_errno;
}

static bool can_replace(struct output *output)
{
    int fd = make_beside(output);
    if (fd < 0)
        return false;
    close(fd);
    take_away(output);
    return true;
}

bool output_open_replaced(struct output *output, const char *option, const char *path)
{
    struct stat status;
    if (path == NULL || is_stdout(path) || descriptor_of(path) >= 0)
        return output_open(output, option, path);
    if (!begin(output, option, path))
        return false;
    if (!find(output))
        return given_up(output);
    bool there = kind_of(output, &status);
    output->replaced = !there || S_ISREG(status.st_mode);
    bool good = output->replaced ? can_replace(output) : open_place(output);
    return good || given_up(output);
}

/* That of the file that is there, or what a new one gets. */
static mode_t mode_of(const struct output *output)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    return kind_of(output, &status) ? status.st_mode & 07777 : 0666 & ~mask;
}

static bool rename_temporary(struct output *output, bool written)
{
    if (written && renameat(output->place.folder, output->temporary, output->place.folder,
                            output->place.name) == 0)
        return true;
    take_away(output);
    return false;
}

/* Writing */

bool output_is_stdout(const struct output *output) { return output->file == stdout; }

FILE *output_file(struct output *output)
{
    if (output->path == NULL || output->file != NULL)
        return output->file;
    int fd = make_beside(output);
    if (fd >= 0) {
        fchmod(fd, mode_of(output));
        output->file = fdopen(fd, "w");
    }
    if (output->file != NULL)
        return output->file;
    cannot(output);
    if (fd >= 0) {
        close(fd);
        take_away(output);
    }
    return NULL;
}

void output_empty(struct output *output)
{
    struct stat status;
    FILE *file = output->file;
    if (file == NULL || file == stdout || output->joined || output->pipe != NULL ||
        output->replaced)
        return;
    if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
        ftruncate(fileno(file), 0) != 0)
        message("--%s: cannot empty %s: %s", output->option, output->path, strerror(errno));
}

static bool end_pipe(struct output *output)
{
    int error = output->pipe != NULL ? output_pipe_close(output->pipe, output->joined) : 0;
    output->pipe = NULL;
    if (error != 0)
        errno = error;
    return error == 0;
}

bool output_close(struct output *output, bool written)
{
    int why = written ? 0 : errno;
    errno = 0;
    written = fflush(output->file) == 0 && !ferror(output->file) && written;
    if (output->file != stdout)
        written = fclose(output->file) == 0 && written;
    written = end_pipe(output) && written;
    if (output->replaced)
        written = rename_temporary(output, written);
    if (errno == 0)
        errno = why != 0 ? why : EIO;
    if (!written)
        cannot(output);
    forget(output);
    return written;
}

bool output_write(struct output *output, bool (*write)(FILE *, const void *), const void *what)
{
    if (output->path == NULL)
        return true;
    FILE *file = output_file(output);
    if (file == NULL)
        return false;
    output_empty(output);
    return output_close(output, write(file, what));
}

void output_undo(struct output *output)
{
    if (output->path == NULL)
        return;
    if (output->file != NULL && output->file != stdout)
        fclose(output->file);
    end_pipe(output);
    if (output->file != NULL && output->replaced)
        take_away(output);
    if (output->made)
        unlinkat(output->place.folder, output->place.name, 0);
    forget(output);
}
