/* SPDX-License-Identifier: MIT */
/* exec_many HOW COUNT PROGRAM: starts the program so many times, one after the other, each in a
 * child: by exec after fork, after vfork, or in a thread of a forked child; or by posix_spawn; or
 * past the C library, by the instruction ("inline"); or after fork in a child that has another name
 * ("renamed"). Their environment is empty with a HOW that
 * ends in "-i". */
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

static void become_past_libc(void)
{
#ifdef __x86_64__
    register long number __asm__("rax") = SYS_execve;
    __asm__ volatile("syscall"
                     : "+r"(number)
                     : "D"(program[0]), "S"(program), "d"(given)
                     : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_execve, path __asm__("x0") = (long)program[0];
    register char **words __asm__("x1") = program, **environment __asm__("x2") = given;
    __asm__ volatile("svc 0" : "+r"(path) : "r"(number), "r"(words), "r"(environment) : "memory");
#endif
    _exit(77);
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
    child = fork();
    if (child == 0 && strncmp(how, "thread", 6) == 0)
        become_in_thread();
    if (child == 0 && strncmp(how, "renamed", 7) == 0)
        prctl(PR_SET_NAME, "worker (7)");
    if (child == 0 && strncmp(how, "inline", 6) == 0)
        become_past_libc();
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
        if (failed && child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 77)
            return 77;
    }
    return failed;
}
