/* SPDX-License-Identifier: MIT
 *
 * For victims of the engines, which are built without the library's header, in each kind of
 * program.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of private writable memory by the kernel's own count, VmData; -1: it says nothing. Without
 * an allocation: there may be nothing left. */
static inline long data(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    const char *at = strstr(text, "VmData:");
    return at != NULL ? atol(at + 7) * 1024 : -1;
}

/* With WAITS in the environment, for who limits what runs already: makes the file "ready", and
 * waits until there is one named "go". */
static inline void say_ready(void)
{
    if (getenv("WAITS") != NULL)
        close(open("ready", O_WRONLY | O_CREAT, 0600));
}

static inline void wait_for_go(void)
{
    while (getenv("WAITS") != NULL && access("go", F_OK) != 0)
        usleep(2000);
}

#endif
