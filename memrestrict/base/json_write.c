/* SPDX-License-Identifier: MIT */
#include "base/json_write.h"

#include <errno.h>

bool json_write(FILE *file, json_t *json)
{
    if (json == NULL) {
        errno = ENOMEM;
        return false;
    }
    bool done = json_dumpf(json, file, JSON_INDENT(2)) == 0;
    json_decref(json);
    putc('\n', file);
    return fflush(file) == 0 && !ferror(file) && done;
}
