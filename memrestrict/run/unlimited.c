/* SPDX-License-Identifier: MIT */
#include "run/unlimited.h"

#include "common/config.h"
#include "base/duration.h"
#include "common/proc.h"
#include "run/descendants.h"
#include "run/target_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEEN = 64, NAMED = 3 };

/* A dynamic program needs some time until the library is loaded into it, and very much where the
 * machine is busy; nanoseconds. */
static const uint64_t patience = 500 * 1000 * 1000,
                      most_patience = UINT64_C(10) * 1000 * 1000 * 1000;

struct unlimited_process {
    int pid;
    uint64_t start_time, since;
    bool judged, told;
    char path[PATH_MAX];
};

struct unlimited {
    struct roster *roster;
    const struct library *library;
    const char *patterns;
    struct outcome *outcome;
    uint64_t found;
    unsigned next; /* the place to use again */
    struct unlimited_process seen[SEEN];
};

struct unlimited *unlimited_open(struct roster *roster, const struct library *library,
                                 const char *patterns, struct outcome *outcome)
{
    struct unlimited *unlimited = calloc(1, sizeof *unlimited);
    if (unlimited == NULL)
        return NULL;
    unlimited->roster = roster;
    unlimited->library = library;
    unlimited->patterns = patterns;
    unlimited->outcome = outcome;
    return unlimited;
}

static bool read_exe(int pid, char path[PATH_MAX])
{
    char link[32];
    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    return length > 0;
}

static bool is_same(const struct unlimited_process *stray, int pid, uint64_t start_time,
                    const char *path)
{
    return stray->pid == pid && stray->start_time == start_time && strcmp(stray->path, path) == 0;
}

/* What we know of it: from an earlier look, or anew. */
static struct unlimited_process *note(struct unlimited *unlimited, int pid, uint64_t start_time,
                                      const char *path)
{
    for (unsigned i = 0; i < SEEN; i++)
        if (is_same(&unlimited->seen[i], pid, start_time, path))
            return &unlimited->seen[i];
    struct unlimited_process *stray = &unlimited->seen[unlimited->next++ % SEEN];
    *stray =
        (struct unlimited_process){.pid = pid, .start_time = start_time, .since = duration_now()};
    strcpy(stray->path, path);
    return stray;
}

static bool is_loader(const char *path)
{
    const char *name = basename(path);
    return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.", 3) == 0;
}

/* Is the loader still at work? What is preloaded comes first: it has our library already, which is
 * about to join, or no library at all. */
static bool is_loading(int pid, const char *program)
{
    char maps[32], line[PATH_MAX + 128];
    bool has_ours = false, has_others = false;
    snprintf(maps, sizeof maps, "/proc/%d/maps", pid);
    FILE *file = fopen(maps, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *path = strchr(line, '/');
        if (path == NULL)
            continue;
        path[strcspn(path, "\n")] = '\0';
        has_ours |= strncmp(basename(path), "libmemrestrict.so", 17) == 0;
        has_others |= strcmp(path, program) != 0 && !is_loader(path);
    }
    if (file != NULL)
        fclose(file);
    return has_ours || !has_others;
}

/* What keeps the library out of the program; NULL: nothing that can be seen of it. */
static const char *obstacle_of(const struct unlimited *unlimited, const char *path)
{
    struct target target;
    target_check(&target, path, unlimited->library);
    return target.trouble == TARGET_OWN_MALLOC ? NULL : target_words(target.trouble);
}

/* Of one that died meanwhile only a part may have been seen. */
bool unlimited_cannot_join(const struct unlimited *unlimited, int pid, uint64_t start_time)
{
    char path[PATH_MAX];
    struct proc_stat stat;
    return read_exe(pid, path) &&
           (obstacle_of(unlimited, path) != NULL || !is_loading(pid, path)) &&
           descendants_find(0, pid, start_time, &stat) == KIN_OURS;
}

static void judge(struct unlimited *unlimited, struct unlimited_process *stray)
{
    const char *words = obstacle_of(unlimited, stray->path);
    uint64_t age = duration_now() - stray->since;
    if (words == NULL &&
        (age < patience || (age < most_patience && is_loading(stray->pid, stray->path))))
        return;
    stray->judged = true;
    stray->told = !roster_has(unlimited->roster, stray->pid);
    if (!stray->told || ++unlimited->found > NAMED)
        return;
    outcome_warn(unlimited->outcome, "%s (process %d) %s", basename(stray->path), stray->pid,
                 words != NULL ? words : "did not load the library: not limited");
}

/* A child that still is a copy of its parent is about to become something, or will join by
 * itself. */
static void look_at(struct unlimited *unlimited, int pid, const char *parents_path)
{
    char path[PATH_MAX];
    struct proc_stat stat;
    if (roster_has(unlimited->roster, pid) || !read_exe(pid, path) ||
        strcmp(path, parents_path) == 0 || proc_stat_of(pid, &stat) != 0)
        return;
    if (unlimited->patterns != NULL && !config_names(unlimited->patterns, basename(path)))
        return;
    struct unlimited_process *stray = note(unlimited, pid, stat.start_time, path);
    if (!stray->judged)
        judge(unlimited, stray);
}

void unlimited_look(struct unlimited *unlimited, int parent)
{
    char path[64], parents_path[PATH_MAX];
    int pid;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    FILE *children = fopen(path, "re");
    if (children == NULL)
        return;
    for (bool known = false; fscanf(children, "%d", &pid) == 1; known = true)
        if (known || read_exe(parent, parents_path))
            look_at(unlimited, pid, parents_path);
    fclose(children);
}

bool unlimited_told(const struct unlimited *unlimited, int pid)
{
    for (unsigned i = 0; i < SEEN; i++)
        if (unlimited->seen[i].pid == pid && unlimited->seen[i].told)
            return true;
    return false;
}

void unlimited_close(struct unlimited *unlimited)
{
    if (unlimited->found > NAMED)
        outcome_warn(unlimited->outcome, "%llu more processes ran without the library: not limited",
                     (unsigned long long)(unlimited->found - NAMED));
    free(unlimited);
}
