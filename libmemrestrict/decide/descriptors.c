/* SPDX-License-Identifier: MIT */
#include "decide/descriptors.h"

#include "common/kernel.h"
#include "ground/kernel_copy.h"

#include <fcntl.h>

enum { STDIN, STDOUT, STDERR, STREAMS };

/* Is it another descriptor of that stream? */
static bool is_same(const struct kernel_descriptor *one, const struct kernel_descriptor *stream)
{
    return stream->kind != KERNEL_NOTHING && (one->flags & O_ACCMODE) != O_RDONLY &&
           one->device == stream->device && one->inode == stream->inode;
}

static void take_apart(int fd, const struct kernel_descriptor *streams, const int *files)
{
    struct kernel_descriptor descriptor = kernel_descriptor(fd);
    if (fd != STDIN && is_same(&descriptor, &streams[STDOUT]) && fd != STDERR)
        kernel_dup_onto(files[STDOUT], fd, descriptor.cloexec);
    else if (fd != STDIN && is_same(&descriptor, &streams[STDERR]))
        kernel_dup_onto(files[STDERR], fd, descriptor.cloexec);
    else if (fd == STDIN && descriptor.kind == KERNEL_OTHER)
        kernel_dup_onto(files[STDIN], fd, descriptor.cloexec);
    else if (descriptor.kind == KERNEL_FILE || descriptor.kind == KERNEL_FOLDER)
        kernel_reopen(fd, &descriptor);
}

static bool is_one_of(int fd, const int *files)
{
    return fd == files[STDIN] || fd == files[STDOUT] || fd == files[STDERR];
}

/* Above those that may be closed, so that none takes a stream's place. */
static int open_above(const char *path, int flags)
{
    int fd = kernel_open(path, flags | O_CLOEXEC), above = fd;
    if (fd >= 0 && fd < STREAMS) {
        above = kernel_dup_above(fd, STREAMS);
        kernel_close(fd);
    }
    return above;
}

static bool take_all_apart(const int *files)
{
    struct kernel_descriptors list;
    struct kernel_descriptor streams[STREAMS];
    for (int i = 0; i < STREAMS; i++)
        streams[i] = kernel_descriptor(i);
    if (!kernel_descriptors_open(&list))
        return false;
    for (int fd = kernel_descriptors_next(&list); fd >= 0; fd = kernel_descriptors_next(&list))
        if (!is_one_of(fd, files))
            take_apart(fd, streams, files);
    return true;
}

bool descriptors_take_apart(const char *out, const char *err)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
    int files[STREAMS] = {open_above("/dev/null", O_RDWR), open_above(out, flags),
                          open_above(err, flags)};
    bool done = files[STDOUT] >= 0 && files[STDERR] >= 0 && take_all_apart(files);
    for (int i = 0; i < STREAMS; i++)
        if (files[i] >= 0)
            kernel_close(files[i]);
    return done;
}
