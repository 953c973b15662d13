/* SPDX-License-Identifier: MIT */
#include "run/unlimited.h"

#include "common/config.h"
#include "base/duration.h"
#include "common/proc.h"
#include "run/descendants.h"
#include "run/taken.h"
#include "run/target_check.h"
#include "run/unjoined.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEEN = 1024 };

/* A dynamic program needs some time until the library is loaded into it, and very much where the
 * machine is busy; nanoseconds. */
static const uint64_t patience = 500 * 1000 * 1000,
                      most_patience = UINT64_C(10) * 1000 * 1000 * 1000;

struct unlimited_process {
    int pid;
    uint64_t start_time, since;
    bool judged;
    char path[PATH_MAX];
};

struct unlimited {
    struct roster *roster;
    const struct library *library;
    const char *patterns;
    struct unjoined *unjoined;
    const struct taken *taken;
    int root;
    unsigned next; /* the place to use again */
    struct unlimited_process seen[SEEN];
};

struct unlimited *unlimited_open(struct roster *roster, const struct library *library,
                                 const char *patterns, struct unjoined *unjoined,
                                 const struct taken *taken)
{
    struct unlimited *unlimited = calloc(1, sizeof *unlimited);
    if (unlimited == NULL)
        return NULL;
    unlimited->roster = roster;
    unlimited->library = library;
    unlimited->patterns = patterns;
    unlimited->unjoined = unjoined;
    unlimited->taken = taken;
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

enum load { LOAD_NOT_YET, LOAD_OURS, LOAD_WITHOUT };

/* What is preloaded comes first: while nothing else is there, the loader is at work. */
static enum load load_of(int pid, const char *program)
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
    return has_ours ? LOAD_OURS : has_others ? LOAD_WITHOUT : LOAD_NOT_YET;
}

/* What keeps the library out of the program; NULL: nothing that can be seen of it. */
static const char *obstacle_of(const struct unlimited *unlimited, const char *path)
{
    struct target target;
    target_check(&target, path, unlimited->library);
    return target.trouble == TARGET_OWN_MALLOC ? NULL : target_why(target.trouble);
}

/* Of one that died meanwhile only a part may have been seen. */
bool unlimited_cannot_join(const struct unlimited *unlimited, int pid, uint64_t start_time)
{
    char path[PATH_MAX];
    struct proc_stat stat;
    return read_exe(pid, path) &&
           (obstacle_of(unlimited, path) != NULL || load_of(pid, path) == LOAD_WITHOUT) &&
           descendants_find(0, pid, start_time, &stat) == KIN_OURS;
}

static void tell(struct unlimited *unlimited, struct unlimited_process *stray,
                 enum coverage coverage, const char *why)
{
    stray->judged = true;
    if (!roster_has(unlimited->roster, stray->pid) && !taken_has(unlimited->taken, stray->pid))
        unjoined_seen(unlimited->unjoined, stray->pid, stray->start_time, stray->path, coverage,
                      why);
}

static void judge(struct unlimited *unlimited, struct unlimited_process *stray)
{
    const char *words = obstacle_of(unlimited, stray->path);
    uint64_t age = duration_now() - stray->since;
    if (words != NULL) {
        tell(unlimited, stray, COVERAGE_NONE, words);
        return;
    }
    enum load load = load_of(stray->pid, stray->path);
    if (age < patience || (age < most_patience && load != LOAD_WITHOUT))
        return;
    if (load == LOAD_OURS)
        tell(unlimited, stray, COVERAGE_ALONE, "it has the library, and did not join");
    else
        tell(unlimited, stray, load == LOAD_WITHOUT ? COVERAGE_NONE : COVERAGE_UNKNOWN,
             "the library is not in it");
}

/* A child that still is a copy of one that joined is about to become something, or will join by
 * itself. The copy of a program without the library is as that. */
static bool is_copy(const struct unlimited *unlimited, int parent, const char *path)
{
    char parents_path[PATH_MAX];
    return (parent == unlimited->root || roster_has(unlimited->roster, parent)) &&
           read_exe(parent, parents_path) && strcmp(path, parents_path) == 0;
}

static void look_at(void *context, int pid, int parent)
{
    struct unlimited *unlimited = context;
    char path[PATH_MAX];
    struct proc_stat stat;
    if (roster_has(unlimited->roster, pid) || taken_has(unlimited->taken, pid) ||
        !read_exe(pid, path) || is_copy(unlimited, parent, path) || proc_stat_of(pid, &stat) != 0)
        return;
    if (unlimited->patterns != NULL && !config_names(unlimited->patterns, basename(path)))
        return;
    struct unlimited_process *stray = note(unlimited, pid, stat.start_time, path);
    if (!stray->judged)
        judge(unlimited, stray);
}

void unlimited_look(struct unlimited *unlimited, int root)
{
    unlimited->root = root;
    descendants_each(root, look_at, unlimited);
}

/* Of one that is gone nothing says that it did more than to be loaded. */
static void settle(struct unlimited *unlimited, struct unlimited_process *stray)
{
    struct proc_stat stat;
    if (stray->pid == 0 || stray->judged || duration_now() - stray->since < patience ||
        proc_stat_of(stray->pid, &stat) != 0 || stat.start_time != stray->start_time ||
        stat.state == 'Z')
        return;
    switch (load_of(stray->pid, stray->path)) {
    case LOAD_NOT_YET: break;
    case LOAD_OURS:
        tell(unlimited, stray, COVERAGE_ALONE, "it has the library, and did not join");
        break;
    case LOAD_WITHOUT: tell(unlimited, stray, COVERAGE_NONE, "the library is not in it");
    }
}

void unlimited_close(struct unlimited *unlimited)
{
    for (unsigned i = 0; i < SEEN; i++)
        settle(unlimited, &unlimited->seen[i]);
    free(unlimited);
}
