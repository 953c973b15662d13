/* SPDX-License-Identifier: MIT */
#include "run/proc_dead.h"

#include "common/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool proc_dead_read(int pid, struct proc_dead *remains)
{
    struct proc_stat stat;
    *remains = (struct proc_dead){.dead = false};
    if (proc_stat_of(pid, &stat) != 0)
        return false;
    memcpy(remains->name, stat.name, sizeof remains->name);
    remains->dead = stat.state == 'Z' || stat.state == 'X';
    remains->start_time = stat.start_time;
    remains->status = stat.status;
    return true;
}

static bool is_executable(int folder, const struct dirent *entry, const char *name)
{
    return strncmp(entry->d_name, name, PROC_DEAD_NAME - 1) == 0 && entry->d_type != DT_DIR &&
           faccessat(folder, entry->d_name, X_OK, 0) == 0;
}

static bool has_program(const char *folder, const char *name)
{
    struct dirent *entry;
    bool found = false;
    DIR *entries = opendir(*folder != '\0' ? folder : ".");
    while (entries != NULL && !found && (entry = readdir(entries)) != NULL)
        found = is_executable(dirfd(entries), entry, name);
    if (entries != NULL)
        closedir(entries);
    return found;
}

static bool has_beside(const char *word, const char *name)
{
    const char *slash = strrchr(word, '/');
    char *folder = slash != NULL ? strndup(word, (size_t)(slash - word) + 1) : NULL;
    bool found = folder != NULL && has_program(folder, name);
    free(folder);
    return found;
}

static bool is_in_path(const char *name)
{
    const char *value = getenv("PATH");
    char *path = strdup(value != NULL ? value : ""), *rest = path, *folder;
    bool found = false;
    while (!found && (folder = strsep(&rest, ":")) != NULL)
        found = has_program(folder, name);
    free(path);
    return found;
}

bool proc_dead_is_program(const char name[PROC_DEAD_NAME], char **argv)
{
    for (; *argv != NULL; argv++)
        if (strstr(*argv, name) != NULL || has_beside(*argv, name))
            return true;
    return has_program(".", name) || is_in_path(name);
}
