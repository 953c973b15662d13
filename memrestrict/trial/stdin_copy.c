/* SPDX-License-Identifier: MIT */
#include "trial/stdin_copy.h"

#include "base/fd.h"
#include "base/duration.h"
#include "base/signal_wait.h"
#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTHING "/dev/null"
#define OURS "/proc/self/fd/0"

enum { MOST_MIB = 1024 }; /* of a copy: what it is made in may be memory */

static bool is_readable(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY && (flags & O_PATH) == 0;
}

/* Who is at the other end may forget us. */
static bool wait_for_more(uint64_t began, bool *said)
{
    const uint64_t second = 1000000000;
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (signal_wait_signal() == 0) {
        if (signal_wait_poll(&in, 1, *said ? UINT64_MAX : second) > 0)
            return true;
        if (!*said && signal_wait_signal() == 0 && duration_now() - began > 3 * second) {
            message("standard input: each run gets a copy, so its end is waited for; "
                    "for a program that reads nothing: < /dev/null");
            *said = true;
        }
    }
    return false;
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, data, size);
        if (done < 0 && errno != EINTR)
            return false;
        data += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static bool copy_to(int to, const char *path)
{
    static char data[1 << 16];
    uint64_t began = duration_now(), size = 0;
    bool said = false;
    while (wait_for_more(began, &said)) {
        ssize_t got = read(STDIN_FILENO, data, sizeof data);
        if (got == 0 || (got < 0 && errno == EIO)) /* EIO: of a terminal that is gone */
            return true;
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        size += got > 0 ? (uint64_t)got : 0;
        if (size > (uint64_t)MOST_MIB << 20) {
            message(
                "standard input: more than %d MiB cannot be copied for each run; accepted: less, "
                "or a file: < FILE",
                MOST_MIB);
            return false;
        }
        if (got < 0 || !write_all(to, data, (size_t)got)) {
            message("standard input: cannot copy it to %s: %s", path, strerror(errno));
            return false;
        }
    }
    return false;
}

static bool make_copy(const char *path)
{
    int to = fd_above(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (to < 0) {
        message("standard input: cannot copy it to %s: %s", path, strerror(errno));
        return false;
    }
    bool done = copy_to(to, path);
    close(to);
    return done;
}

/* One that can be opened anew, which leaves the offset of ours alone. */
static bool is_reopened(mode_t mode)
{
    int again = -1;
    if (S_ISREG(mode) || S_ISCHR(mode))
        again = open(OURS, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (again >= 0)
        close(again);
    return again >= 0;
}

bool stdin_copy_prepare(struct stdin_copy *input, const char *copy)
{
    struct stat status;
    *input = (struct stdin_copy){0};
    if (isatty(STDIN_FILENO) || !is_readable(STDIN_FILENO) || fstat(STDIN_FILENO, &status) != 0 ||
        S_ISDIR(status.st_mode)) {
        input->path = strdup(NOTHING);
    } else if (is_reopened(status.st_mode)) {
        off_t offset = lseek(STDIN_FILENO, 0, SEEK_CUR);
        input->offset = offset > 0 ? (uint64_t)offset : 0;
        input->path = strdup(OURS);
    } else {
        input->path = make_copy(copy) ? strdup(copy) : NULL;
    }
    return input->path != NULL;
}

int stdin_copy_open(const struct stdin_copy *input)
{
    int fd = fd_above(open(input->path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (fd >= 0 && input->offset != 0)
        lseek(fd, (off_t)input->offset, SEEK_SET);
    return fd;
}

bool stdin_copy_is_ours(const struct stdin_copy *input) { return strcmp(input->path, OURS) == 0; }

void stdin_copy_free(struct stdin_copy *input)
{
    free(input->path);
    input->path = NULL;
}

static bool is_stdin(const char *path)
{
    struct stat in, there;
    return fstat(STDIN_FILENO, &in) == 0 && S_ISREG(in.st_mode) && stat(path, &there) == 0 &&
           in.st_dev == there.st_dev && in.st_ino == there.st_ino;
}

char *stdin_copy_name(void)
{
    char path[4096], here[4096];
    ssize_t length = readlink(OURS, path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    if (!is_stdin(path) || lseek(STDIN_FILENO, 0, SEEK_CUR) != 0)
        return NULL;
    size_t above = getcwd(here, sizeof here) != NULL ? strlen(here) : 0;
    bool below = above > 1 && strncmp(path, here, above) == 0 && path[above] == '/';
    return strdup(below ? path + above + 1 : path);
}
