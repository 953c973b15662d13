/* SPDX-License-Identifier: MIT */
#include "judge/judge_files.h"

#include "base/fd.h"
#include "base/message.h"
#include "judge/call_text.h"
#include "judge/judge_stat.h"
#include "judge/landlock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where loaders, C libraries and what C++, locales and times of day need have their files. */
static const char *const needed[] = {
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/ld-musl-x86_64.path",
    "/etc/locale.alias",
    "/etc/localtime",
    "/usr/share/locale",
    "/usr/share/zoneinfo",
    NULL,
};

/* What runtimes look at as they start, and do without: to them it is not there. */
static const char *const not_there[] = {
    "/proc/self/maps",
    "/proc/self/exe",
    "/proc/self/cgroup",
    "/proc/self/mountinfo",
    "/proc/self/stat",
    "/proc/self/status",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/mounts",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/devices/system/cpu/online",
    "/sys/devices/system/cpu/possible",
    "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/etc/malloc.conf",
    NULL,
};

/* Which arguments of a call are what; -1: it has none. */
struct path_call {
    const char *name;
    int folder, path, flags;
    bool opens;
};

static const struct path_call path_calls[] = {
    {"open", -1, 0, 1, true},       {"openat", 0, 1, 2, true},       {"stat", -1, 0, -1, false},
    {"stat64", -1, 0, -1, false},   {"lstat", -1, 0, -1, false},     {"lstat64", -1, 0, -1, false},
    {"newfstatat", 0, 1, 3, false}, {"fstatat64", 0, 1, 3, false},   {"statx", 0, 1, 2, false},
    {"access", -1, 0, -1, false},   {"faccessat", 0, 1, -1, false},  {"faccessat2", 0, 1, 3, false},
    {"readlink", -1, 0, -1, false}, {"readlinkat", 0, 1, -1, false}, {"statfs", -1, 0, -1, false},
    {"statfs64", -1, 0, -1, false},
};

static const struct path_call *path_call_of(const char *name)
{
    for (size_t i = 0; i < sizeof path_calls / sizeof path_calls[0]; i++)
        if (strcmp(path_calls[i].name, name) == 0)
            return &path_calls[i];
    return NULL;
}

static bool is_beneath(const char *path, const char *folder)
{
    size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* /proc means others to us than to it, and devices are not files. */
static bool is_private(const char *path)
{
    return is_beneath(path, "/proc") || is_beneath(path, "/dev");
}

/* Of the root each part that is not private, and its own list. A part that is a link to nothing, or
 * goes meanwhile, is not there to be read. */
static bool hold_parts(int ruleset)
{
    bool done = landlock_add(ruleset, "/", true);
    DIR *root = opendir("/");
    struct dirent *entry;
    while (root != NULL && (entry = readdir(root)) != NULL) {
        char path[NAME_MAX + 2], real[PATH_MAX];
        snprintf(path, sizeof path, "/%s", entry->d_name);
        if (realpath(path, real) != NULL && strcmp(real, "/") != 0 && !is_private(real))
            landlock_add(ruleset, real, false);
    }
    if (root != NULL)
        closedir(root);
    return done && root != NULL;
}

static bool hold(int ruleset, const char *real)
{
    return strcmp(real, "/") == 0 ? hold_parts(ruleset) : landlock_add(ruleset, real, false);
}

static bool add(struct judge_files *files, const char *path)
{
    char real[PATH_MAX];
    bool there = realpath(path, real) != NULL;
    if (!there)
        snprintf(real, sizeof real, "%s", path);
    if (there && files->ruleset >= 0 && !hold(files->ruleset, real)) {
        message("%s: Landlock does not take it: %s", real, strerror(errno));
        return false;
    }
    if (string_list_add(&files->paths, real))
        return true;
    message("no memory");
    return false;
}

static bool add_users(struct judge_files *files, const char *path)
{
    char real[PATH_MAX];
    if (realpath(path, real) == NULL) {
        message("--read=%s: %s", path, strerror(errno));
        return false;
    }
    if (is_private(real)) {
        message("--read=%s: what is in /proc and /dev cannot be read; accepted: another path",
                path);
        return false;
    }
    return add(files, path);
}

bool judge_files_open(struct judge_files *files, const struct string_list *added,
                      const struct string_list *programs, bool confine)
{
    bool done = true;
    *files = (struct judge_files){.ruleset = landlock_make(confine)};
    if (files->ruleset >= 0)
        files->ruleset = fd_above(files->ruleset);
    if (!confine)
        return true;
    for (const char *const *path = needed; *path != NULL && done; path++)
        done = add(files, *path);
    for (size_t i = 0; i < programs->count && done; i++)
        done = add(files, programs->words[i]);
    for (size_t i = 0; i < added->count && done; i++)
        done = add_users(files, added->words[i]);
    if (!done)
        judge_files_close(files);
    return done;
}

void judge_files_close(struct judge_files *files)
{
    string_list_free(&files->paths);
    if (files->ruleset >= 0)
        close(files->ruleset);
    files->ruleset = -1;
}

bool judge_files_enter(const struct judge_files *files)
{
    return files->ruleset < 0 || landlock_enter(files->ruleset);
}

/* Where a relative path begins. */
static bool read_folder(int tid, int folder, char *path)
{
    char link[64];
    if (folder == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/%d/cwd", tid);
    else
        snprintf(link, sizeof link, "/proc/%d/fd/%d", tid, folder);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    return length > 0 && path[0] == '/';
}

static bool make_whole(int tid, int folder, const char *path, char *whole)
{
    size_t length = 0;
    if (path[0] != '/') {
        if (!read_folder(tid, folder, whole))
            return false;
        length = strlen(whole);
        whole[length++] = '/';
    }
    return snprintf(whole + length, PATH_MAX - length, "%s", path) < (int)(PATH_MAX - length);
}

/* Without links; what is not there is beneath the last folder that is there. */
static bool resolve(const char *whole, char *real)
{
    char head[PATH_MAX];
    snprintf(head, sizeof head, "%s", whole);
    while (realpath(head, real) == NULL) {
        char *slash = strrchr(head, '/');
        if ((errno != ENOENT && errno != ENOTDIR) || slash == NULL)
            return false;
        const char *name = whole + (slash - head) + 1;
        if (strcmp(slash, "/..") == 0 || strncmp(name, "../", 3) == 0)
            return false;
        *slash = '\0';
        if (slash == head)
            return false;
    }
    size_t length = strlen(real);
    const char *rest = whole + strlen(head);
    return snprintf(real + length, PATH_MAX - length, "%s", rest) < (int)(PATH_MAX - length);
}

/* By its name, too: a link in /proc is to what we have. */
static bool is_allowed(const struct judge_files *files, const char *whole)
{
    char real[PATH_MAX];
    if (is_private(whole) || !resolve(whole, real) || is_private(real))
        return false;
    for (size_t i = 0; i < files->paths.count; i++)
        if (is_beneath(real, files->paths.words[i]))
            return true;
    return false;
}

static bool is_not_there(const char *path)
{
    for (const char *const *known = not_there; *known != NULL; known++)
        if (strcmp(*known, path) == 0)
            return true;
    return strncmp(path, "/sys/fs/cgroup/", 15) == 0;
}

static bool exists(const char *path) { return access(path, F_OK) == 0 || errno == EACCES; }

static bool only_reads(uint64_t flags)
{
    return (flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_PATH | O_APPEND)) == 0;
}

static bool answers(enum tracer_decision *decision, int64_t *answer, int64_t value)
{
    *decision = TRACER_ANSWER;
    *answer = value;
    return true;
}

bool judge_files_decide(const struct judge_files *files, const struct tracer_call *call,
                        const char *name, enum tracer_decision *decision, int64_t *answer)
{
    char path[PATH_MAX], whole[PATH_MAX];
    const struct path_call *shape = path_call_of(name);
    bool alone = call->threads == 1;
    if (shape == NULL || (shape->opens && !only_reads(call->args[shape->flags])))
        return false;
    int folder = shape->folder >= 0 ? (int)call->args[shape->folder] : AT_FDCWD;
    if (!call_text_string(call->tid, call->args[shape->path], path, sizeof path))
        return answers(decision, answer, -EFAULT);
    *decision = TRACER_GO_ON;
    bool of_descriptor = path[0] == '\0' && !shape->opens && shape->flags >= 0 &&
                         (call->args[shape->flags] & AT_EMPTY_PATH);
    if (of_descriptor)
        return alone || answers(decision, answer, judge_stat(call, name, folder, ""));
    if (path[0] == '\0')
        return answers(decision, answer, -ENOENT);
    if (is_not_there(path))
        return answers(decision, answer, -ENOENT);
    if (!make_whole(call->tid, folder, path, whole) || !is_allowed(files, whole))
        return (!shape->opens || !exists(whole)) && answers(decision, answer, -ENOENT);
    if (alone || (shape->opens && files->ruleset >= 0))
        return true;
    return !shape->opens && answers(decision, answer, judge_stat(call, name, AT_FDCWD, whole));
}
