/* SPDX-License-Identifier: MIT */
#include "space/maps_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Each name once in a row. */
struct space_names {
    struct space_names *next;
    char text[];
};

static const char *name_kept(struct address_space *space, const char *text)
{
    if (*text == '\0')
        return "";
    if (space->names != NULL && strcmp(space->names->text, text) == 0)
        return space->names->text;
    size_t length = strlen(text);
    struct space_names *name = malloc(sizeof *name + length + 1);
    if (name == NULL)
        return NULL;
    memcpy(name->text, text, length + 1);
    name->next = space->names;
    space->names = name;
    return name->text;
}

/* A line that begins a mapping. */
static bool header_parse(const char *line, struct mapping *mapping, const char **name)
{
    char access[5];
    unsigned major, minor;
    int end = 0;
    *mapping = (struct mapping){.resident = SPACE_UNKNOWN,
                                .anonymous = SPACE_UNKNOWN,
                                .huge = SPACE_UNKNOWN,
                                .swapped = SPACE_UNKNOWN,
                                .locked = SPACE_UNKNOWN};
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4[-rwxps] %" SCNx64 " %x:%x %" SCNu64 "%n",
               &mapping->low, &mapping->high, access, &mapping->offset, &major, &minor,
               &mapping->inode, &end) != 7 ||
        strlen(access) != 4 || mapping->low >= mapping->high)
        return false;
    mapping->read = access[0] == 'r';
    mapping->write = access[1] == 'w';
    mapping->execute = access[2] == 'x';
    mapping->shared = access[3] == 's';
    *name = line + end + strspn(line + end, " ");
    return true;
}

static bool mapping_add(struct address_space *space, struct mapping *mapping, const char *name)
{
    size_t count = space->count;
    if (count == SPACE_MAPPINGS) {
        space->cut = true;
        return true;
    }
    if ((count & (count - 1)) == 0) { /* a power of two: it is full */
        struct mapping *more =
            realloc(space->mappings, (count == 0 ? 1 : count * 2) * sizeof *more);
        if (more == NULL)
            return false;
        space->mappings = more;
    }
    mapping->name = name_kept(space, name);
    space->mappings[space->count++] = *mapping;
    return mapping->name != NULL;
}

/* A line "Rss:  4 kB" of a mapping. */
static void figure_parse(const char *line, struct mapping *mapping)
{
    static const struct {
        const char *name;
        size_t at;
    } figures[] = {
        {"Rss:", offsetof(struct mapping, resident)},
        {"Anonymous:", offsetof(struct mapping, anonymous)},
        {"AnonHugePages:", offsetof(struct mapping, huge)},
        {"Swap:", offsetof(struct mapping, swapped)},
        {"Locked:", offsetof(struct mapping, locked)},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        size_t length = strlen(figures[i].name);
        if (strncmp(line, figures[i].name, length) == 0)
            *(uint64_t *)((char *)mapping + figures[i].at) =
                strtoull(line + length, NULL, 10) * 1024;
    }
    if (strncmp(line, "VmFlags:", 8) == 0)
        mapping->grows = strstr(line, " gd") != NULL;
}

bool maps_read(FILE *file, struct address_space *space)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool done = true, taken = false;
    errno = 0;
    while (done && !space->cut && (length = getline(&line, &room, file)) > 0) {
        struct mapping mapping;
        const char *name;
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (header_parse(line, &mapping, &name)) {
            uint64_t low = space->count > 0 ? space->mappings[space->count - 1].high : 0;
            taken = mapping.low >= low; /* one that moved while we read comes twice */
            done = !taken || mapping_add(space, &mapping, name);
        } else if (taken) {
            figure_parse(line, &space->mappings[space->count - 1]);
        }
    }
    free(line);
    return done && !ferror(file);
}

void space_free(struct address_space *space)
{
    while (space->names != NULL) {
        struct space_names *name = space->names;
        space->names = name->next;
        free(name);
    }
    free(space->mappings);
    space->mappings = NULL;
    space->count = 0;
}
