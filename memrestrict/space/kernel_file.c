/* SPDX-License-Identifier: MIT */
#include "space/kernel_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *kernel_root = "";

const char *kernel_path(const char *format, ...)
{
    static char path[2 * PATH_MAX];
    int start = snprintf(path, sizeof path, "%s", kernel_root);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path + start, sizeof path - (size_t)start, format, arguments);
    va_end(arguments);
    return path;
}

static bool read_into(int fd, char **text, size_t most, size_t *length)
{
    size_t room = 0;
    for (*length = 0; *length < most;) {
        if (*length + 1 >= room) {
            room = room == 0 ? 4096 : room * 2;
            char *more = realloc(*text, room);
            if (more == NULL)
                return false;
            *text = more;
        }
        size_t want = room - 1 - *length;
        ssize_t got = read(fd, *text + *length, want < most - *length ? want : most - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        *length += (size_t)got;
    }
    return true;
}

char *kernel_file(const char *path, size_t most, size_t *length)
{
    size_t ignored;
    char *text = NULL;
    length = length != NULL ? length : &ignored;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    bool done = read_into(fd, &text, most, length) && text != NULL;
    int error = errno;
    close(fd);
    if (done) {
        text[*length] = '\0';
        return text;
    }
    free(text);
    errno = error;
    return NULL;
}

int64_t kernel_number(const char *path, int64_t otherwise)
{
    char *text = kernel_file(path, 64, NULL), *end;
    if (text == NULL)
        return otherwise;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    bool good = end != text && (*end == '\n' || *end == '\0') && errno == 0;
    free(text);
    return good ? number : otherwise;
}

uint64_t kernel_line_bytes(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            return strtoull(line + length + 1, NULL, 10) * 1024;
    }
    return KERNEL_NO_LINE;
}
