/* SPDX-License-Identifier: MIT */
/* wait(2)'s family gives what it gives without the library: status, errno, what is only looked at,
 * interruptions, handlers that reap, and cancellation. */
#include "victim.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

static pid_t child_that_exits(int status)
{
    pid_t child = fork();
    if (child == 0)
        _exit(status);
    return child;
}

static pid_t child_that_stays(void)
{
    pid_t child = fork();
    while (child == 0)
        pause();
    return child;
}

static void every_function(void)
{
    int status = 0;
    struct rusage usage = {0};
    siginfo_t info = {0};
    pid_t child = child_that_exits(1);
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 1);
    child = child_that_exits(2);
    CHECK(wait(&status) == child && WEXITSTATUS(status) == 2);
    child = child_that_exits(3);
    CHECK(wait3(&status, 0, &usage) == child && WEXITSTATUS(status) == 3);
    child = child_that_exits(4);
    CHECK(wait4(child, &status, 0, &usage) == child && WEXITSTATUS(status) == 4);
    child = child_that_exits(5);
    CHECK(waitid(P_PID, (id_t)child, &info, WEXITED) == 0 && info.si_pid == child &&
          info.si_status == 5 && info.si_code == CLD_EXITED);
}

static void no_status_is_wanted(void)
{
    CHECK(waitpid(child_that_exits(1), NULL, 0) > 0);
    CHECK(child_that_exits(2) > 0 && wait(NULL) > 0);
    CHECK(child_that_exits(3) > 0 && wait3(NULL, 0, NULL) > 0);
    CHECK(wait4(child_that_exits(4), NULL, 0, NULL) > 0);
    pid_t child = child_that_exits(5);
    CHECK(waitid(P_PID, (id_t)child, NULL, WEXITED) == 0);
    CHECK(waitpid(child, NULL, 0) == -1 && errno == ECHILD);
}

static void errors(void)
{
    siginfo_t info;
    errno = 0;
    CHECK(wait(NULL) == -1 && errno == ECHILD);
    CHECK(waitpid(-1, NULL, 0x1000) == -1 && errno == EINVAL);
    CHECK(waitid(P_ALL, 0, &info, 0) == -1 && errno == EINVAL);
    pid_t child = child_that_exits(0);
    errno = 123;
    CHECK(waitpid(child, NULL, 0) == child && errno == 123);
}

static void looks(void)
{
    siginfo_t info = {0};
    int status;
    pid_t child = child_that_stays();
    CHECK(waitpid(child, &status, WNOHANG) == 0);
    info.si_pid = 1;
    CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0);
    kill(child, SIGSTOP);
    CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
    kill(child, SIGCONT);
    CHECK(waitid(P_PID, (id_t)child, &info, WCONTINUED) == 0 && info.si_code == CLD_CONTINUED);
    kill(child, SIGTERM);
    for (int i = 0; i < 2; i++)
        CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0 &&
              info.si_code == CLD_KILLED && info.si_status == SIGTERM);
    CHECK(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGTERM);
}

static volatile sig_atomic_t reaped, alarmed;

static void reap(int signal)
{
    (void)signal;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        reaped++;
    errno = saved;
}

static void note_alarm(int signal)
{
    (void)signal;
    alarmed++;
}

static void interrupted(void)
{
    struct sigaction action = {.sa_handler = note_alarm};
    pid_t child = child_that_stays();
    sigaction(SIGALRM, &action, NULL);
    ualarm(20000, 0);
    CHECK(waitpid(child, NULL, 0) == -1 && errno == EINTR && alarmed == 1);
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
}

static void handler_reaps(void)
{
    enum { CHILDREN = 20 };
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART}, before;
    sigaction(SIGCHLD, &action, &before);
    for (int i = 0; i < CHILDREN; i++)
        CHECK(child_that_exits(i) > 0);
    for (int i = 0; i < 2000 && reaped < CHILDREN; i++)
        usleep(1000);
    CHECK(reaped == CHILDREN);
    sigaction(SIGCHLD, &before, NULL);
}

static void *wait_for_ever(void *child)
{
    wait4(*(pid_t *)child, NULL, 0, NULL);
    return NULL;
}

static void cancelled(void)
{
    pthread_t thread;
    void *result = NULL;
    pid_t child = child_that_stays();
    CHECK(pthread_create(&thread, NULL, wait_for_ever, &child) == 0);
    usleep(20000);
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
}

int main(void)
{
    every_function();
    no_status_is_wanted();
    errors();
    looks();
    interrupted();
    handler_reaps();
    cancelled();
    return 0;
}
