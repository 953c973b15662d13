/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int harness_run_all(SRunner *runner)
{
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void harness_add(Suite *suite, const TTest *test, int seconds)
{
    TCase *tcase = tcase_create(test->name);
    tcase_set_timeout(tcase, seconds);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

bool program_exists(const char *name)
{
    char command[300];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
    return system(command) == 0;
}

void harness_skip(const char *test, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("SKIP %.*s: ", (int)(strlen(test) - strlen("_fn")), test); /* libcheck's NAME_fn */
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
}

/* Appends what there is to read; false at the end of file. */
static bool drain(int fd, char *buffer, size_t *length)
{
    char rest[4096];
    bool full = *length + 1 >= RUN_OUTPUT;
    ssize_t got =
        full ? read(fd, rest, sizeof rest) : read(fd, buffer + *length, RUN_OUTPUT - 1 - *length);
    if (got > 0 && !full)
        *length += (size_t)got;
    buffer[*length] = '\0';
    return got > 0 || (got < 0 && errno == EINTR);
}

static void collect(struct run *run, pid_t pid, int out, int err)
{
    struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    size_t lengths[] = {0, 0};
    char *buffers[] = {run->out, run->err};
    time_t end = time(NULL) + RUN_SECONDS;
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (time(NULL) > end) {
            run->hung = true;
            kill(-pid, SIGKILL);
            return;
        }
        if (poll(fds, 2, 1000) <= 0)
            continue;
        for (int i = 0; i < 2; i++)
            if (fds[i].revents != 0 && !drain(fds[i].fd, buffers[i], &lengths[i]))
                fds[i].fd = -1;
    }
}

/* A test that is killed takes its child with it: some are shells that wait for a file for ever. */
static _Noreturn void child(int out, int err, void (*become)(const void *), const void *context)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(err, 2);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    setpgid(0, 0);
    become(context);
    _exit(127);
}

void harness_run(struct run *run, void (*become)(const void *context), const void *context)
{
    int out[2], err[2], status;
    memset(run, 0, sizeof *run);
    if (pipe(out) != 0 || pipe(err) != 0)
        ck_abort_msg("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        child(out[1], err[1], become, context);
    close(out[1]);
    close(err[1]);
    collect(run, pid, out[0], err[0]);
    close(out[0]);
    close(err[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    run->status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
