/* SPDX-License-Identifier: MIT
 *
 * The calls that start another program: exec's family, which does not return, and what starts a
 * child by itself. Each is passed on as it came, but for an environment that is made whole; errors
 * are those of the call itself. Safe where the C library's are: in signal handlers, and in a child
 * of vfork, whose stack and memory are its parent's.
 */
#include "decide/exec_note.h"
#include "edges/exports.h"
#include "edges/lifecycle.h"
#include "ground/kernel_exec.h"
#include "ground/real.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* A call, and all that some of them pass on. */
struct exec {
    struct exec_call call;
    int (*pass)(struct exec *exec, char *const *environment);
    char *const *argv;
    int fd;
    const char *given; /* of execveat, as they came */
    int flags;
    pid_t child;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
};

static void start(void)
{
    if (life() == LIFE_COLD)
        lifecycle_start();
}

/* What lacks is put into an array on this stack, which is there until the call returns. */
static int pass_whole(struct exec *exec, const struct exec_begun *begun)
{
    char *whole[begun->lack.entries], marker[EXEC_MARKER];
    exec_environment_fill(&begun->lack, exec->call.environment, whole, marker);
    return exec->pass(exec, whole);
}

static int go(struct exec *exec)
{
    struct exec_begun begun;
    exec_begin(&begun, &exec->call);
    int result = begun.lack.fate == EXEC_LACKS ? pass_whole(exec, &begun)
                                               : exec->pass(exec, exec->call.environment);
    if (exec->call.spawned && result == 0)
        exec_spawned(&begun, exec->child);
    else
        exec_failed(&begun);
    return result;
}

static int pass_execve(struct exec *exec, char *const *environment)
{
    if (real.execve == NULL)
        return kernel_execve(exec->call.path, exec->argv, environment);
    return real.execve(exec->call.path, exec->argv, environment);
}

EXPORT int execve(const char *path, char *const *argv, char *const *environment)
{
    struct exec exec = {
        .call = {.folder = AT_FDCWD, .path = path, .environment = environment},
        .pass = pass_execve,
        .argv = argv,
    };
    start();
    return go(&exec);
}

EXPORT int execv(const char *path, char *const *argv) { return execve(path, argv, environ); }

/* As the C library has it. */
static const char *folders(void)
{
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        if (strncmp(*entry, "PATH=", 5) == 0)
            return *entry + 5;
    return "/bin:/usr/bin";
}

static int pass_execvpe(struct exec *exec, char *const *environment)
{
    if (real.execvpe != NULL)
        return real.execvpe(exec->call.path, exec->argv, environment);
    errno = ENOSYS;
    return -1;
}

EXPORT int execvpe(const char *file, char *const *argv, char *const *environment)
{
    struct exec exec = {
        .call = {.folder = AT_FDCWD,
                 .path = file,
                 .search = folders(),
                 .by_shell = true,
                 .environment = environment},
        .pass = pass_execvpe,
        .argv = argv,
    };
    start();
    return go(&exec);
}

EXPORT int execvp(const char *file, char *const *argv) { return execvpe(file, argv, environ); }

/* How many there are after the first, with the NULL at their end. */
static size_t count_of(const char *first, va_list list)
{
    size_t count = 1;
    for (const char *next = first; next != NULL; count++)
        next = va_arg(list, const char *);
    return count;
}

static void copy_to(char **argv, const char *first, va_list list)
{
    *argv = (char *)first;
    while (*argv != NULL)
        *++argv = va_arg(list, char *);
}

/* The arguments after `first` as an array on this stack, in `argv`, and `list` behind them. */
#define ARGUMENTS(first)                                                                           \
    va_list list;                                                                                  \
    va_start(list, first);                                                                         \
    char *argv[count_of(first, list)];                                                             \
    va_end(list);                                                                                  \
    va_start(list, first);                                                                         \
    copy_to(argv, first, list)

EXPORT int execl(const char *path, const char *argument, ...)
{
    ARGUMENTS(argument);
    va_end(list);
    return execve(path, argv, environ);
}

EXPORT int execle(const char *path, const char *argument, ...)
{
    ARGUMENTS(argument);
    char *const *environment = va_arg(list, char *const *);
    va_end(list);
    return execve(path, argv, environment);
}

EXPORT int execlp(const char *file, const char *argument, ...)
{
    ARGUMENTS(argument);
    va_end(list);
    return execvpe(file, argv, environ);
}

static int pass_fexecve(struct exec *exec, char *const *environment)
{
    int result = kernel_execveat(exec->fd, "", exec->argv, environment, AT_EMPTY_PATH);
    if (errno == ENOSYS) /* a kernel before 3.19 */
        return kernel_execve(exec->call.path, exec->argv, environment);
    return result;
}

/* What a descriptor is, as a path; the kernel's links lead there whatever has become of the name.
 */
static const char *path_of(int fd, char path[static 32])
{
    char digits[12], *at = digits + sizeof digits - 1;
    *at = '\0';
    for (unsigned rest = fd < 0 ? 0 : (unsigned)fd, one = 1; one || rest > 0; rest /= 10, one = 0)
        *--at = (char)('0' + rest % 10);
    static const char folder[] = "/proc/self/fd/";
    memcpy(path, folder, sizeof folder - 1);
    memcpy(path + sizeof folder - 1, at, (size_t)(digits + sizeof digits - at));
    return path;
}

/* The compiler takes the header's word that no argument is. */
static bool is_null(const void *argument) { return argument == NULL; }

EXPORT int fexecve(int fd, char *const *argv, char *const *environment)
{
    char path[32];
    if (fd < 0 || is_null(argv) || is_null(environment)) {
        errno = EINVAL;
        return -1;
    }
    struct exec exec = {
        .call = {.folder = AT_FDCWD, .path = path_of(fd, path), .environment = environment},
        .pass = pass_fexecve,
        .argv = argv,
        .fd = fd,
    };
    start();
    return go(&exec);
}

static int pass_execveat(struct exec *exec, char *const *environment)
{
    return kernel_execveat(exec->fd, exec->given, exec->argv, environment, exec->flags);
}

int execveat(int, const char *, char *const *, char *const *, int);
EXPORT int execveat(int folder, const char *path, char *const *argv, char *const *environment,
                    int flags)
{
    char link[32];
    struct exec exec = {
        .call = {.folder = folder,
                 .path = path,
                 .flags = flags & AT_SYMLINK_NOFOLLOW,
                 .environment = environment},
        .pass = pass_execveat,
        .argv = argv,
        .fd = folder,
        .given = path,
        .flags = flags,
    };
    if ((flags & AT_EMPTY_PATH) && kernel_is_mapped(path) && *path == '\0') {
        exec.call.path = path_of(folder, link);
        exec.call.flags = 0;
    }
    start();
    return go(&exec);
}

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
                           const posix_spawnattr_t *, char *const *, char *const *);

/* Looked for here, since few programs spawn. */
static int pass_spawn(struct exec *exec, char *const *environment)
{
    bool searches = exec->call.search != NULL;
    spawn_function *next =
        (spawn_function *)real_look_up(searches ? "posix_spawnp" : "posix_spawn");
    if (next == NULL)
        return ENOSYS;
    return next(&exec->child, exec->call.path, exec->actions, exec->attributes, exec->argv,
                environment);
}

static int spawn(pid_t *child, struct exec *exec)
{
    exec->pass = pass_spawn;
    exec->call.folder = AT_FDCWD;
    exec->call.spawned = true;
    exec->call.moved = exec->actions != NULL;
    start();
    real_waits();
    int error = go(exec);
    if (error == 0 && child != NULL)
        *child = exec->child;
    return error;
}

EXPORT int posix_spawn(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const *argv,
                       char *const *environment)
{
    struct exec exec = {.call = {.path = path, .environment = environment},
                        .actions = actions,
                        .attributes = attributes,
                        .argv = argv};
    return spawn(child, &exec);
}

EXPORT int posix_spawnp(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const *argv,
                        char *const *environment)
{
    struct exec exec = {.call = {.path = file, .search = folders(), .environment = environment},
                        .actions = actions,
                        .attributes = attributes,
                        .argv = argv};
    return spawn(child, &exec);
}

EXPORT int system(const char *command)
{
    int (*next)(const char *);
    start();
    next = (int (*)(const char *))real_look_up("system");
    if (command != NULL)
        exec_note_shell(environ);
    if (next != NULL)
        return next(command);
    errno = ENOSYS;
    return -1;
}

EXPORT FILE *popen(const char *command, const char *mode)
{
    FILE *(*next)(const char *, const char *);
    start();
    next = (FILE * (*)(const char *, const char *)) real_look_up("popen");
    exec_note_shell(environ);
    if (next != NULL)
        return next(command, mode);
    errno = ENOSYS;
    return NULL;
}
