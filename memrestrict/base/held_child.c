/* SPDX-License-Identifier: MIT */
#include "base/held_child.h"

#include "base/fd.h"
#include "base/message.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* False: the other side is gone. */
static bool read_all(int fd, void *data, size_t size)
{
    ssize_t got;
    while ((got = read(fd, data, size)) < 0 && errno == EINTR)
        ;
    return got == (ssize_t)size;
}

bool held_child_make(struct held_child *child, held_child_become *become, const void *context)
{
    int go[2] = {-1, -1}, complaint[2] = {-1, -1};
    bool piped = fd_pipe(go) && fd_pipe(complaint);
    int pid = piped ? fork() : -1;
    if (pid < 0) {
        int reason = errno;
        for (int i = 0; i < 2; i++) {
            close_end(&go[i]);
            close_end(&complaint[i]);
        }
        errno = reason;
        return false;
    }
    if (pid == 0) {
        char byte;
        close(go[1]);
        close(complaint[0]);
        if (read_all(go[0], &byte, 1))
            become(context, complaint[1]);
        _exit(EXIT_OURS);
    }
    close(go[0]);
    close(complaint[1]);
    *child = (struct held_child){.pid = pid, .go = go[1], .complaint = complaint[0]};
    return true;
}

bool held_child_let_go(struct held_child *child)
{
    bool told = write(child->go, "", 1) == 1;
    close_end(&child->go);
    return told;
}

bool held_child_complains(struct held_child *child, void *what, size_t size)
{
    bool complains = read_all(child->complaint, what, size);
    close_end(&child->complaint);
    return complains;
}

void held_child_drop(struct held_child *child)
{
    close_end(&child->go);
    close_end(&child->complaint);
}

void held_child_reap(const struct held_child *child)
{
    while (waitpid(child->pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
}
