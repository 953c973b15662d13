/* SPDX-License-Identifier: MIT */
#include "engines/cgroup_place.h"

#include "base/program_path.h"
#include "engines/cgroup_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 2 * PATH_MAX + 512 };

/* A hierarchy as mountinfo has it, proc_pid_mountinfo(5). */
struct mounted {
    char root[PATH_MAX], point[PATH_MAX];
    bool unified;
};

/* What stands for /proc/PID and /run in tests. */
static const char *made_up(void) { return getenv("TEST_OF_MEMRESTRICT_CGROUP"); }

static FILE *open_file(int pid, const char *name)
{
    char path[PATH_MAX], number[16] = "self";
    if (pid != 0)
        snprintf(number, sizeof number, "%d", pid);
    snprintf(path, sizeof path, "%s/%s/%s", made_up() != NULL ? made_up() : "/proc", number, name);
    return fopen(path, "re");
}

static bool has_word(const char *list, const char *word, char between)
{
    size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, between)) {
        at += at != list;
        if (strncmp(at, word, length) == 0 && strchr((char[]){between, '\n', '\0'}, at[length]))
            return true;
    }
    return false;
}

/* Spaces and the like stand there as a backslash and three octal digits. */
static void unescape(char *path)
{
    char *to = path;
    for (const char *from = path; *from != '\0'; to++) {
        bool escaped = from[0] == '\\' && strspn(from + 1, "01234567") >= 3;
        *to = escaped ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0') : *from;
        from += escaped ? 4 : 1;
    }
    *to = '\0';
}

static bool read_mount(const char *line, bool unified, struct mounted *mounted)
{
    char type[64], options[1024];
    const char *rest = strstr(line, " - ");
    if (rest == NULL || sscanf(rest, " - %63s %*s %1023s", type, options) != 2 ||
        strcmp(type, unified ? "cgroup2" : "cgroup") != 0)
        return false;
    if (!unified && !has_word(options, "memory", ','))
        return false;
    if (sscanf(line, "%*s %*s %*s %4095s %4095s", mounted->root, mounted->point) != 2)
        return false;
    unescape(mounted->root);
    unescape(mounted->point);
    mounted->unified = unified;
    return true;
}

static bool find_mount(bool unified, struct mounted *mounted)
{
    char line[LINE];
    FILE *file = open_file(0, "mountinfo");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
        found = read_mount(line, unified, mounted);
    if (file != NULL)
        fclose(file);
    return found;
}

/* The third field of the hierarchy's line in /proc/PID/cgroup. */
static bool read_path(int pid, bool unified, char path[PATH_MAX])
{
    char line[LINE];
    FILE *file = open_file(pid, "cgroup");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':'), *rest = NULL;
        if (controllers != NULL)
            rest = strchr(++controllers, ':');
        if (rest == NULL || strlen(rest + 1) >= PATH_MAX)
            continue;
        *rest++ = '\0';
        rest[strcspn(rest, "\n")] = '\0';
        found = unified ? *controllers == '\0' : has_word(controllers, "memory", ',');
        strcpy(path, rest);
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* A container sees a part of the hierarchy alone. */
static bool folder_of(const struct mounted *mounted, int pid, char folder[PATH_MAX])
{
    char path[PATH_MAX];
    size_t root = strcmp(mounted->root, "/") == 0 ? 0 : strlen(mounted->root);
    if (!read_path(pid, mounted->unified, path) || strncmp(path, "/..", 3) == 0)
        return false;
    if (strncmp(path, mounted->root, root) != 0 || (path[root] != '/' && path[root] != '\0'))
        return false;
    const char *rest = strcmp(path + root, "/") == 0 ? "" : path + root;
    return snprintf(folder, PATH_MAX, "%s%s", mounted->point, rest) < PATH_MAX;
}

static bool lists_memory(const char *folder, const char *name)
{
    char words[1024];
    return cgroup_read(folder, name, words, sizeof words) && has_word(words, "memory", ' ');
}

static bool may_write(const char *folder, const char *name)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX && access(path, W_OK) == 0;
}

/* A group with processes gives no controllers to those below it, but for the root of all. */
static bool gives_memory(const char *folder)
{
    if (!may_write(folder, "") || !may_write(folder, "cgroup.procs"))
        return false;
    return lists_memory(folder, "cgroup.subtree_control") ||
           (lists_memory(folder, "cgroup.controllers") &&
            cgroup_write(folder, "cgroup.subtree_control", "+memory"));
}

static bool has_systemd(void)
{
    const char *bus = getenv("XDG_RUNTIME_DIR"), *folder = made_up();
    char path[PATH_MAX], program[PATH_MAX];
    snprintf(path, sizeof path, "%s/systemd/system", folder != NULL ? folder : "/run");
    if (access(path, F_OK) != 0 || !program_path_find("busctl", program))
        return false;
    if (geteuid() == 0)
        return true;
    snprintf(path, sizeof path, "%s/systemd/private", bus != NULL ? bus : "");
    return bus != NULL && access(path, F_OK) == 0;
}

/* Beside the group of a run around this one there would be no limit of that run's. */
static bool is_of_run(const char *folder)
{
    const char *slash = strrchr(folder, '/');
    return slash != NULL && strncmp(slash, "/memrestrict.", strlen("/memrestrict.")) == 0;
}

/* systemd wants to be the only one that makes groups where it rules. */
static bool find_unified(struct cgroup_place *place, const struct mounted *mounted,
                         const char **why)
{
    char own[PATH_MAX];
    *why = "the group that we are in is not below what is mounted";
    if (!folder_of(mounted, 0, own))
        return false;
    place->unified = true;
    *why = "the run around this one has its group, and beside that its limit would not hold";
    if (is_of_run(own) && !gives_memory(own))
        return false;
    place->by_systemd = has_systemd() && !is_of_run(own);
    strcpy(place->folder, place->by_systemd ? mounted->point : own);
    if (place->by_systemd || gives_memory(own))
        return true;
    char *slash = strrchr(place->folder, '/');
    if (strcmp(own, mounted->point) != 0 && slash != NULL) {
        *slash = '\0';
        if (gives_memory(place->folder))
            return true;
    }
    *why = "no group of this user's can be made below or beside the one that we are in, and no "
           "systemd makes one";
    return false;
}

static bool find_legacy(struct cgroup_place *place, const struct mounted *mounted, const char **why)
{
    *why = "the group that we are in is not below what is mounted";
    if (!folder_of(mounted, 0, place->folder))
        return false;
    place->unified = place->by_systemd = false;
    *why = "no group of this user's can be made below the one that we are in (v1)";
    return may_write(place->folder, "") && may_write(place->folder, "memory.limit_in_bytes") &&
           may_write(place->folder, "cgroup.procs");
}

/* v2, where it has the memory controller; else v1. */
static bool find_hierarchy(struct mounted *mounted)
{
    return (find_mount(true, mounted) && lists_memory(mounted->point, "cgroup.controllers")) ||
           find_mount(false, mounted);
}

bool cgroup_place_of(int pid, char folder[PATH_MAX], bool *unified)
{
    static struct mounted mounted;
    bool found = find_hierarchy(&mounted) && folder_of(&mounted, pid, folder);
    *unified = mounted.unified;
    return found;
}

bool cgroup_place_find(struct cgroup_place *place, const char **why)
{
    static struct mounted mounted;
    *why = "no control groups with the memory controller are mounted";
    if (!find_hierarchy(&mounted))
        return false;
    return mounted.unified ? find_unified(place, &mounted, why) : find_legacy(place, &mounted, why);
}
