/* SPDX-License-Identifier: MIT */
#include "base/message.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 8192 }; /* two paths, and words around them */

static const char *subcommand; /* NULL: none */

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
    vsnprintf(line, sizeof line, format, arguments);
    char *safe = text_safe_string(line), *whole = NULL;
    int length = asprintf(&whole, "memrestrict: %s\n%s", safe != NULL ? safe : "no memory", more);
    if (length > 0)
        write_all(whole, (size_t)length);
    free(safe);
    free(whole);
    errno = saved_errno;
}

void message(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_line(format, arguments, "");
    va_end(arguments);
}

void message_subcommand(const char *name) { subcommand = name; }

int message_usage(const char *format, ...)
{
    va_list arguments;
    char more[80];
    snprintf(more, sizeof more, "Try 'memrestrict%s%.20s --help' for more information.\n",
             subcommand != NULL ? " " : "", subcommand != NULL ? subcommand : "");
    va_start(arguments, format);
    say_line(format, arguments, more);
    va_end(arguments);
    return EXIT_OURS;
}
