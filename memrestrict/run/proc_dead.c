/* SPDX-License-Identifier: MIT */
#include "run/proc_dead.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of what stands behind the name in /proc/PID/stat, proc_pid_stat(5). */
static void read_fields(char *text, struct proc_dead *remains)
{
    enum { STATE = 3, START_TIME = 22, EXIT_CODE = 52 };
    int field = STATE;
    char *rest;
    for (char *word = strtok_r(text, " \n", &rest); word != NULL;
         word = strtok_r(NULL, " \n", &rest), field++)
        if (field == STATE)
            remains->dead = *word == 'Z' || *word == 'X';
        else if (field == START_TIME)
            remains->start_time = strtoull(word, NULL, 10);
        else if (field == EXIT_CODE && remains->dead)
            remains->status = atoi(word);
}

bool proc_dead_read(int pid, struct proc_dead *remains)
{
    char path[32], text[1024];
    *remains = (struct proc_dead){.dead = false};
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    char *name = strchr(text, '('), *end = strrchr(text, ')'); /* a name may hold anything */
    if (name == NULL || end == NULL)
        return false;
    *end = '\0';
    snprintf(remains->name, sizeof remains->name, "%s", name + 1);
    read_fields(end + 1, remains);
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
    char *path = strdup(getenv("PATH") != NULL ? getenv("PATH") : ""), *rest = path, *folder;
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
