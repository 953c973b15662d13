/* SPDX-License-Identifier: MIT */
/* exec_many HOW COUNT PROGRAM: starts the program so many times, one after the other, each in a
 * child: by exec after fork, after vfork, or in a thread of a forked child; or by posix_spawn.
 * Their environment is empty with a HOW that ends in "-i". */
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *program[2];
static char **given;

static void *become(void *unused)
{
    execve(program[0], program, given);
    _exit(127);
    return unused;
}

static void become_in_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, become, NULL) == 0)
        pthread_join(thread, NULL);
    _exit(127);
}

static pid_t start(const char *how)
{
    pid_t child = -1;
    if (strncmp(how, "spawn", 5) == 0)
        return posix_spawn(&child, program[0], NULL, NULL, program, given) == 0 ? child : -1;
    if (strncmp(how, "vfork", 5) == 0) {
        if ((child = vfork()) == 0)
            become(NULL);
        return child;
    }
    if ((child = fork()) == 0 && strncmp(how, "thread", 6) == 0)
        become_in_thread();
    if (child == 0)
        become(NULL);
    return child;
}

int main(int argc, char **argv)
{
    static char *none[] = {NULL};
    int status, failed = argc < 4;
    size_t length = failed ? 0 : strlen(argv[1]);
    program[0] = failed ? NULL : argv[3];
    given = length > 2 && strcmp(argv[1] + length - 2, "-i") == 0 ? none : environ;
    for (int left = failed ? 0 : atoi(argv[2]); left > 0 && !failed; left--) {
        pid_t child = start(argv[1]);
        failed = child < 0 || waitpid(child, &status, 0) != child || status != 0;
    }
    return failed;
}
