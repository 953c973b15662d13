/* SPDX-License-Identifier: MIT */
#include "proc.h"

#include "kernel.h"

#include <fcntl.h>
#include <string.h>

uint64_t proc_bytes(const char *path, const char *name)
{
    char text[4096];
    int fd = kernel_open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = kernel_read(fd, text, sizeof text - 1);
    kernel_close(fd);
    text[length > 0 ? length : 0] = '\0';
    const char *at = strstr(text, name);
    uint64_t kib = 0;
    for (; at != NULL && *at != '\0' && *at != '\n'; at++)
        if (*at >= '0' && *at <= '9')
            kib = kib * 10 + (uint64_t)(*at - '0');
    return kib * 1024;
}
