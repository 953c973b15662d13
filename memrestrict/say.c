/* SPDX-License-Identifier: MIT */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 8192 }; /* two paths, and words around them */

static void write_all(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) /* there is nobody to tell */
            return;
        text += written;
        length -= (size_t)written;
    }
}

static void say_line(const char *format, va_list arguments, const char *more)
{
    char line[LINE];
    int saved_errno = errno;
    int start = snprintf(line, sizeof line, "memrestrict: ");
    vsnprintf(line + start, sizeof line - (size_t)start - strlen(more) - 1, format, arguments);
    for (char *at = line; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    strcat(line, "\n");
    strcat(line, more);
    write_all(line, strlen(line));
    errno = saved_errno;
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_line(format, arguments, "");
    va_end(arguments);
}

int say_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_line(format, arguments, "Try 'memrestrict --help' for more information.\n");
    va_end(arguments);
    return EXIT_OURS;
}
