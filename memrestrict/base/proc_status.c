/* SPDX-License-Identifier: MIT */
#include "base/proc_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int proc_status_number(int id, const char *name)
{
    size_t length = strlen(name);
    char path[64], line[256];
    int number = 0;
    snprintf(path, sizeof path, "/proc/%d/status", id);
    FILE *file = fopen(path, "re");
    while (file != NULL && number == 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, length) == 0)
            number = atoi(line + length);
    if (file != NULL)
        fclose(file);
    return number;
}
