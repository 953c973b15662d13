/* SPDX-License-Identifier: MIT */
/* exec_by HOW [-i] PROGRAM [ARG]...: becomes another program by each of the ways there are; with -i
 * in an environment that is empty; execl and execle pass no argument on, execlp two. What starts a
 * child waits for it. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *how, *file;
static char **argv, **env;

static int is(const char *name) { return strcmp(how, name) == 0; }

static void become(void)
{
    if (is("execv"))
        execv(file, argv);
    if (is("execve") || is("thread") || is("vfork") || is("fork"))
        execve(file, argv, env);
    if (is("execvp"))
        execvp(file, argv);
    if (is("execvpe"))
        execvpe(file, argv, env);
    if (is("execl"))
        execl(file, argv[0], (char *)NULL);
    if (is("execle"))
        execle(file, argv[0], (char *)NULL, env);
    if (is("execlp"))
        execlp(file, argv[0], argv[1], argv[2], (char *)NULL);
    if (is("fexecve"))
        fexecve(open(file, O_RDONLY | O_CLOEXEC), argv, env);
    if (is("syscall"))
        syscall(SYS_execve, file, argv, env);
    if (is("syscall-at"))
        syscall(SYS_execveat, AT_FDCWD, file, argv, env, 0);
    if (is("execveat"))
        execveat(AT_FDCWD, file, argv, env, 0);
    if (is("execveat-fd"))
        execveat(open(file, O_PATH | O_CLOEXEC), "", argv, env, AT_EMPTY_PATH);
}

static void *in_thread(void *unused)
{
    become();
    return unused;
}

static int wait_for(pid_t child)
{
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int start_child(void)
{
    pid_t child = -1;
    int error = is("spawn") ? posix_spawn(&child, file, NULL, NULL, argv, env)
                            : posix_spawnp(&child, file, NULL, NULL, argv, env);
    return error == 0 ? wait_for(child) : error;
}

int main(int argc, char **arguments)
{
    static char *none[] = {NULL};
    pthread_t thread;
    int cleaned = argc > 2 && strcmp(arguments[2], "-i") == 0;
    how = arguments[1];
    argv = arguments + 2 + cleaned;
    file = argv[0];
    env = cleaned ? none : environ;
    if (cleaned)
        environ = none;
    if (is("system"))
        return WEXITSTATUS(system(file));
    if (is("popen"))
        return WEXITSTATUS(pclose(popen(file, "w")));
    if (is("spawn") || is("spawnp"))
        return start_child();
    if (is("thread") && pthread_create(&thread, NULL, in_thread, NULL) == 0)
        pthread_join(thread, NULL);
    if (is("vfork") || is("fork")) {
        pid_t child = is("vfork") ? vfork() : fork();
        if (child > 0)
            return wait_for(child);
    }
    become();
    int error = errno;
    fprintf(stderr, "%s: %s\n", how, strerrorname_np(error));
    _exit(error);
}
