/* SPDX-License-Identifier: MIT */
#include "base/json_read.h"

#include "base/file_kind.h"
#include "base/message.h"

#include <errno.h>

struct taken {
    FILE *file;
    size_t count;
};

/* More than the most is the end as well: the text is cut there, and what had to follow is missing.
 */
static size_t take(void *bytes, size_t room, void *context)
{
    struct taken *taken = context;
    size_t left = JSON_READ_MOST + (size_t)1 - taken->count;
    size_t count = fread(bytes, 1, room < left ? room : left, taken->file);
    taken->count += count;
    return ferror(taken->file) || taken->count > JSON_READ_MOST ? (size_t)-1 : count;
}

json_t *json_read(FILE *file, json_error_t *error)
{
    struct taken taken = {.file = file};
    json_t *json = json_load_callback(take, &taken, 0, error);
    if (taken.count > JSON_READ_MOST) {
        json_decref(json);
        json = NULL;
        snprintf(error->text, sizeof error->text, "it has more than %d bytes", JSON_READ_MOST);
    }
    return json;
}

json_t *json_read_left(const char *path)
{
    json_error_t error;
    FILE *file = file_open_plain(path);
    if (file == NULL) {
        if (errno == EINVAL)
            message("%s: this is no regular file, and is not read", path);
        return NULL;
    }
    json_t *json = json_read(file, &error);
    if (json == NULL && ftell(file) > JSON_READ_MOST)
        message("%s: %s, and is not read", path, error.text);
    fclose(file);
    return json;
}
