/* SPDX-License-Identifier: MIT */
#include "min/budget_file.h"

#include "common/config.h"
#include "base/file_kind.h"
#include "base/lines.h"
#include "base/output.h"
#include "base/message.h"
#include "base/shell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 16 << 20 }; /* of a line: a command line may be long */

static const char blank[] = " \t\r\n";

/* Splits a line in place. False: it is none of an entry; *good: nor anything wrong. */
static bool split(char *line, uint64_t *bytes, const char **key, bool *good)
{
    char *end = line + strlen(line), *size = line + strspn(line, blank);
    *good = true;
    while (end > size && strchr(blank, end[-1]) != NULL)
        *--end = '\0';
    if (*size == '\0' || *size == '#')
        return false;
    size_t length = strcspn(size, blank);
    *key = size + length + strspn(size + length, blank);
    size[length] = '\0';
    *good = **key != '\0' && size_parse(size, bytes) && *bytes != CONFIG_UNLIMITED;
    return *good;
}

static bool read_lines(struct budget_file *file, FILE *from)
{
    struct lines lines = {.file = from, .most = LONGEST};
    const char *key;
    uint64_t bytes;
    bool good = true;
    while (good && lines_next(&lines)) {
        if (split(lines.text, &bytes, &key, &good) && !file->has && strcmp(key, file->key) == 0) {
            file->has = true;
            file->bytes = bytes;
        }
        if (!good)
            message("--budget-file: %s:%zu: cannot understand '%.60s'; accepted: BYTES COMMAND "
                    "LINE",
                    file->path, lines.number, lines.text);
    }
    if (lines.failed)
        message("--budget-file: %s:%zu: this line is too long; accepted: BYTES COMMAND LINE",
                file->path, lines.number + 1);
    lines_end(&lines);
    return good && !lines.failed;
}

bool budget_file_open(struct budget_file *file, const char *path, char *const *argv, bool updated)
{
    *file = (struct budget_file){.path = path, .key = shell_line(argv)};
    output_open(&file->output, "budget-file", NULL);
    if (file->key == NULL)
        return false;
    if (!file_is_plain(path)) {
        message("--budget-file: %s: this is no regular file", path);
        return false;
    }
    FILE *from = fopen(path, "re");
    if (from == NULL && !(updated && errno == ENOENT)) {
        message("--budget-file: %s: cannot be read: %s%s", path, strerror(errno),
                errno == ENOENT ? "; --update makes it" : "");
        return false;
    }
    bool good = from == NULL || read_lines(file, from);
    if (from != NULL)
        fclose(from);
    if (!good)
        return false;
    if (updated) /* said before the bisect, which may take long */
        return output_open_replaced(&file->output, "budget-file", path);
    if (!file->has)
        message("--budget-file: %s: there is no line for this command line; accepted: --update, or "
                "'BYTES %s'",
                path, file->key);
    return file->has;
}

/* All lines of `from`, with another number where the key is; at the end, if it was nowhere. */
static void write_lines(const struct budget_file *file, FILE *from, FILE *to, uint64_t bytes)
{
    char *line = NULL, *copy;
    const char *key;
    size_t room = 0;
    ssize_t length;
    uint64_t before;
    bool done = false, good;
    if (from == NULL)
        fputs("# What programs need, in bytes: written and read by memrestrict min "
              "--budget-file\n",
              to);
    while (from != NULL && (length = getline(&line, &room, from)) > 0) {
        copy = strdup(line);
        bool is_it = copy != NULL && split(copy, &before, &key, &good) && !done &&
                     strcmp(key, file->key) == 0;
        if (is_it) {
            fprintf(to, "%" PRIu64 " %s\n", bytes, file->key);
        } else {
            fwrite(line, 1, (size_t)length, to);
            fputs(line[length - 1] == '\n' ? "" : "\n", to);
        }
        done |= is_it;
        free(copy);
    }
    if (!done)
        fprintf(to, "%" PRIu64 " %s\n", bytes, file->key);
    free(line);
}

bool budget_file_update(struct budget_file *file, uint64_t bytes)
{
    FILE *to = output_file(&file->output), *from = to != NULL ? fopen(file->path, "re") : NULL;
    if (to == NULL)
        return false;
    write_lines(file, from, to, bytes);
    if (from != NULL)
        fclose(from);
    return output_close(&file->output, true);
}

void budget_file_close(struct budget_file *file)
{
    output_undo(&file->output);
    free(file->key);
    file->key = NULL;
}
