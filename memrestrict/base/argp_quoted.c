/* SPDX-License-Identifier: MIT */
#include "base/argp_quoted.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ssize_t write_quoted(void *to, const char *text, size_t length)
{
    char *lines = strndup(text, length), *safe = lines != NULL ? text_safe_lines(lines) : NULL;
    fputs(safe != NULL ? safe : "no memory\n", to);
    free(safe);
    free(lines);
    return (ssize_t)length;
}

error_t argp_parse_quoted(const struct argp *argp, int argc, char **argv, unsigned flags,
                          void *input)
{
    FILE *before = stderr;
    FILE *quoted = fopencookie(before, "w", (cookie_io_functions_t){.write = write_quoted});
    if (quoted == NULL)
        return argp_parse(argp, argc, argv, flags, NULL, input);
    setvbuf(quoted, NULL, _IOLBF, BUFSIZ); /* argp ends the process in the midst */
    stderr = quoted;
    error_t error = argp_parse(argp, argc, argv, flags, NULL, input);
    stderr = before;
    fclose(quoted);
    return error;
}
