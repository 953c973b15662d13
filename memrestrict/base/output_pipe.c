/* SPDX-License-Identifier: MIT */
#include "base/output_pipe.h"

#include "base/duration.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Nanoseconds without anything read, and bytes that nobody read. */
static const uint64_t longest_wait = UINT64_C(5000000000);
enum { MOST_KEPT = 256 << 20, NAP = 20 };

struct output_pipe {
    int fd; /* -1: nobody reads yet */
    const struct path_place *place;
    char *kept;
    size_t from, to, room; /* of what is kept: [from, to) is still to be written */
    int error;             /* 0: none yet; after one, nothing is tried */
};

static bool is_open(struct output_pipe *pipe)
{
    if (pipe->fd >= 0)
        return true;
    int fd = path_open_at(pipe->place, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    pipe->fd = fd_above(fd);
    if (fd < 0 && fd != -ENXIO)
        pipe->error = -fd;
    return pipe->fd >= 0;
}

/* One piece, of a size that a pipe that is ready takes whole, so that this does not wait even where
 * the descriptor, which may be shared, would. False: not now. */
static bool write_piece(struct output_pipe *pipe, int milliseconds)
{
    struct pollfd ready = {.fd = pipe->fd, .events = POLLOUT};
    size_t left = pipe->to - pipe->from;
    if (!is_open(pipe)) {
        if (milliseconds > 0 && pipe->error == 0)
            poll(NULL, 0, milliseconds);
        return false;
    }
    ready.fd = pipe->fd;
    if (poll(&ready, 1, milliseconds) <= 0)
        return false;
    ssize_t done =
        write(pipe->fd, pipe->kept + pipe->from, left < PIPE_BUF ? left : (size_t)PIPE_BUF);
    if (done < 0 && errno != EAGAIN && errno != EINTR)
        pipe->error = errno;
    pipe->from += done > 0 ? (size_t)done : 0;
    return done > 0;
}

static bool keep(struct output_pipe *pipe, const char *bytes, size_t count)
{
    if (pipe->from == pipe->to)
        pipe->from = pipe->to = 0;
    if (count > pipe->room - pipe->to) {
        size_t room = 2 * (pipe->to + count);
        char *grown = room <= MOST_KEPT ? realloc(pipe->kept, room) : NULL;
        if (grown == NULL)
            return false;
        pipe->kept = grown;
        pipe->room = room;
    }
    memcpy(pipe->kept + pipe->to, bytes, count);
    pipe->to += count;
    return true;
}

static ssize_t take(void *cookie, const char *bytes, size_t count)
{
    struct output_pipe *pipe = cookie;
    if (pipe->error == 0 && !keep(pipe, bytes, count))
        pipe->error = ENOBUFS;
    while (pipe->error == 0 && pipe->from < pipe->to && write_piece(pipe, 0))
        ;
    errno = pipe->error;
    return pipe->error == 0 ? (ssize_t)count : 0;
}

struct output_pipe *output_pipe_open(int fd, const struct path_place *place, FILE **file)
{
    struct output_pipe *pipe = calloc(1, sizeof *pipe);
    *file = pipe != NULL ? fopencookie(pipe, "w", (cookie_io_functions_t){.write = take}) : NULL;
    if (*file != NULL) {
        pipe->fd = fd;
        pipe->place = place;
        return pipe;
    }
    free(pipe);
    if (fd >= 0)
        close(fd);
    errno = ENOMEM;
    return NULL;
}

int output_pipe_close(struct output_pipe *pipe, bool patient)
{
    uint64_t last = duration_now();
    while (pipe->error == 0 && pipe->from < pipe->to)
        if (write_piece(pipe, NAP))
            last = duration_now();
        else if (!patient && pipe->error == 0 && duration_now() - last > longest_wait)
            pipe->error = ETIMEDOUT;
    int error = pipe->error;
    if (pipe->fd >= 0 && close(pipe->fd) != 0 && error == 0)
        error = errno;
    free(pipe->kept);
    free(pipe);
    return error;
}
