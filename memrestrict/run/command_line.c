/* SPDX-License-Identifier: MIT */
#include "run/command_line.h"

#include <stdio.h>
#include <string.h>

enum { COMMAND = 512 }; /* bytes that are kept */

char *command_line_read(int pid)
{
    char path[32], line[COMMAND];
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    FILE *file = fopen(path, "re");
    size_t length = file != NULL ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    while (length > 0 && line[length - 1] == '\0')
        length--;
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\0')
            line[i] = ' ';
    line[length] = '\0';
    return length > 0 ? strdup(line) : NULL;
}
