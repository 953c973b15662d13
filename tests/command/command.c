/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char build[4096], source[4096];

bool program_exists(const char *name)
{
    char command[300];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
    return system(command) == 0;
}

void command_skip(const char *test, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("SKIP %.*s: ", (int)(strlen(test) - strlen("_fn")), test); /* libcheck's NAME_fn */
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
}

static void set_variable(const char *name, const char *tail)
{
    char value[4200];
    snprintf(value, sizeof value, "%s%s", build, tail);
    setenv(name, value, 1);
}

static _Noreturn void child(const char *folder, const char *script, int out, int err)
{
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(err, 2);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    setpgid(0, 0);
    set_variable("B", "");
    set_variable("M", "/memrestrict");
    set_variable("V", "/victims");
    setenv("R", source, 1);
    unsetenv("LD_PRELOAD");
    unsetenv("BUILD");
    if (chdir(folder) == 0)
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
    _exit(127);
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

static void run_in(struct run *run, const char *folder, const char *script)
{
    int out[2], err[2], status;
    if (pipe(out) != 0 || pipe(err) != 0)
        ck_abort_msg("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        child(folder, script, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    collect(run, pid, out[0], err[0]);
    close(out[0]);
    close(err[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    run->status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

const struct run *shell(const char *script)
{
    static struct run run;
    char folder[4200], remove[4300];
    memset(&run, 0, sizeof run);
    snprintf(folder, sizeof folder, "%s/tests/command-XXXXXX", build);
    if (mkdtemp(folder) == NULL)
        ck_abort_msg("%s: %s", folder, strerror(errno));
    run_in(&run, folder, script);
    snprintf(remove, sizeof remove, "rm -rf '%s'", folder);
    if (system(remove) != 0)
        ck_abort_msg("cannot remove %s", folder);
    return &run;
}

void expect(const char *script, int status, const char *out, const char *err)
{
    const struct run *run = shell(script);
    bool said = err == NULL || (*err == '\0' ? run->err[0] == '\0' : strstr(run->err, err) != NULL);
    ck_assert_msg(!run->hung && run->status == status &&
                      (out == NULL || strcmp(run->out, out) == 0) && said,
                  "%s: %s with status %d, expected %d\nstdout: %.2000s\nexpected: %s\nstderr: "
                  "%.2000s\nexpected: %s",
                  script, run->hung ? "hung" : "ended", run->status, status, run->out,
                  out != NULL ? out : "(anything)", run->err, err != NULL ? err : "(anything)");
}

int main(void)
{
    const char *folder = getenv("BUILD");
    if (realpath(folder != NULL ? folder : "build", build) == NULL ||
        realpath(".", source) == NULL) {
        perror("BUILD");
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(NULL);
#define SUITES_ADD(name) srunner_add_suite(runner, suite_##name());
    SUITES(SUITES_ADD)
#undef SUITES_ADD
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
