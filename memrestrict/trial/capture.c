/* SPDX-License-Identifier: MIT */
#include "trial/capture.h"

#include "base/fd.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

bool capture_open(struct capture *stream, const char *path, uint64_t room, int *writer)
{
    int ends[2];
    *stream = (struct capture){.pipe = -1, .file = -1, .room = room, .hash = HASH_START};
    *writer = -1;
    if (!fd_pipe(ends))
        return false;
    stream->pipe = ends[0];
    *writer = ends[1];
    stream->file = fd_above(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (stream->pipe >= 0 && *writer >= 0 && stream->file >= 0)
        return fcntl(stream->pipe, F_SETFL, O_NONBLOCK) == 0;
    int saved_errno = errno;
    capture_close(stream);
    if (*writer >= 0)
        close(*writer);
    errno = saved_errno;
    return false;
}

bool capture_open_file(struct capture *stream, const char *path, int *writer)
{
    *stream = (struct capture){.pipe = -1, .file = -1, .hash = HASH_START};
    *writer = fd_above(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    stream->file = fd_above(open(path, O_RDONLY | O_CLOEXEC));
    return *writer >= 0 && stream->file >= 0;
}

static void mix(struct capture *stream, const unsigned char *data, size_t size)
{
    stream->hash = hash_more(stream->hash, data, size);
    stream->size += size;
}

void capture_hash_file(struct capture *stream)
{
    static unsigned char data[1 << 16];
    ssize_t got;
    while ((got = read(stream->file, data, sizeof data)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            mix(stream, data, (size_t)got);
}

static void take(struct capture *stream, const unsigned char *data, size_t size)
{
    mix(stream, data, size);
    size_t kept = size < stream->room ? size : (size_t)stream->room;
    stream->room -= kept;
    while (kept > 0) {
        ssize_t done = write(stream->file, data, kept);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) { /* a full disk: the hash is what counts */
            stream->room = 0;
            return;
        }
        data += done;
        kept -= (size_t)done;
    }
}

bool capture_drain(struct capture *stream)
{
    static unsigned char data[1 << 16];
    enum { TIMES = 16 };
    for (int i = 0; i < TIMES && stream->pipe >= 0; i++) {
        ssize_t got = read(stream->pipe, data, sizeof data);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return false;
        if (got > 0) {
            take(stream, data, (size_t)got);
        } else {
            close(stream->pipe);
            stream->pipe = -1;
        }
    }
    return stream->pipe >= 0;
}

void capture_close(struct capture *stream)
{
    if (stream->pipe >= 0)
        close(stream->pipe);
    if (stream->file >= 0)
        close(stream->file);
    stream->pipe = stream->file = -1;
}
