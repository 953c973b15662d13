/* SPDX-License-Identifier: MIT */
#include "engines/cgroup_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_DEEP = 32, FILE_ROOM = 4096 };

static int open_file(const char *folder, const char *name, int flags)
{
    char path[PATH_MAX];
    errno = ENAMETOOLONG;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX)
        return -1;
    return open(path, flags | O_CLOEXEC);
}

bool cgroup_read(const char *folder, const char *name, char *text, size_t size)
{
    int fd = open_file(folder, name, O_RDONLY);
    ssize_t length = fd >= 0 ? read(fd, text, size - 1) : -1;
    int error = errno;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    errno = error;
    return length >= 0;
}

bool cgroup_write(const char *folder, const char *name, const char *text)
{
    int fd = open_file(folder, name, O_WRONLY | O_TRUNC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return done;
}

bool cgroup_write_number(const char *folder, const char *name, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    return cgroup_write(folder, name, text);
}

uint64_t cgroup_number(const char *folder, const char *name, const char *key)
{
    char text[FILE_ROOM];
    size_t length = key != NULL ? strlen(key) : 0;
    if (!cgroup_read(folder, name, text, sizeof text))
        return 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (length != 0 && (strncmp(line, key, length) != 0 || line[length] != ' '))
            continue;
        line += length;
        return strncmp(line, "max", 3) == 0 ? UINT64_MAX : strtoull(line, NULL, 10);
    }
    return 0;
}

/* The groups below, one by one: the next one's path. False: there are no more. */
static bool next_below(DIR *entries, const char *folder, char path[PATH_MAX])
{
    struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
            snprintf(path, PATH_MAX, "%s/%s", folder, entry->d_name) < PATH_MAX)
            return true;
    return false;
}

static size_t each(const char *folder, void (*act)(int pid, void *context), void *context,
                   int depth)
{
    char path[PATH_MAX], line[32];
    size_t count = 0;
    int fd = open_file(folder, "cgroup.procs", O_RDONLY);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        int pid = atoi(line);
        count++;
        if (act != NULL && pid > 0)
            act(pid, context);
    }
    if (file != NULL)
        fclose(file);
    DIR *entries = depth < MOST_DEEP ? opendir(folder) : NULL;
    while (next_below(entries, folder, path))
        count += each(path, act, context, depth + 1);
    if (entries != NULL)
        closedir(entries);
    return count;
}

size_t cgroup_each(const char *folder, void (*act)(int pid, void *context), void *context)
{
    return each(folder, act, context, 0);
}

static bool remove_below(const char *folder, int depth)
{
    char path[PATH_MAX];
    DIR *entries = depth < MOST_DEEP ? opendir(folder) : NULL;
    while (next_below(entries, folder, path))
        remove_below(path, depth + 1);
    if (entries != NULL)
        closedir(entries);
    return rmdir(folder) == 0;
}

bool cgroup_remove(const char *folder) { return remove_below(folder, 0); }
