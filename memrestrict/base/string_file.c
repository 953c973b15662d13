/* SPDX-License-Identifier: MIT */
#include "base/string_file.h"

#include <stdbool.h>
#include <stdlib.h>

FILE *string_file_open(struct string_file *string)
{
    *string = (struct string_file){.file = NULL};
    string->file = open_memstream(&string->text, &string->length);
    return string->file;
}

char *string_file_close(struct string_file *string)
{
    bool whole = !ferror(string->file);
    if (fclose(string->file) == 0 && whole)
        return string->text;
    free(string->text);
    return NULL;
}
