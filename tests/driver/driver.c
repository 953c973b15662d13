/* SPDX-License-Identifier: MIT */
#include "driver.h"

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

static const char *build_folder(void)
{
    static char absolute[4096];
    const char *build = getenv("BUILD");
    if (absolute[0] == '\0' && realpath(build != NULL ? build : "build", absolute) == NULL)
        ck_abort_msg("no build folder: %s", strerror(errno));
    return absolute;
}

const char *build_path(const char *name)
{
    static char path[2][4200];
    static unsigned which;
    char *now = path[which++ % 2];
    snprintf(now, sizeof path[0], "%s/%s", build_folder(), name);
    return now;
}

bool program_exists(const char *name)
{
    char command[300];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
    return system(command) == 0;
}

void driver_skip(const char *test, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("SKIP %.*s: ", (int)(strlen(test) - strlen("_fn")), test); /* libcheck's NAME_fn */
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
}

static void set_variable(const char *setting)
{
    char name[256], value[8192];
    const char *equals = strchr(setting, '=');
    size_t length = 0;
    snprintf(name, sizeof name, "%.*s", (int)(equals - setting), setting);
    for (const char *at = equals + 1; *at != '\0' && length + 1 < sizeof value; at++) {
        if (at[0] == '%' && at[1] == 'B') {
            length += (size_t)snprintf(value + length, sizeof value - length, "%s", build_folder());
            at++;
        } else {
            value[length++] = *at;
        }
    }
    value[length] = '\0';
    setenv(name, value, 1);
}

static _Noreturn void child(const char *const settings[], const char *const argv[], int out, int err)
{
    char program[4200];
    const char *name = argv[0];
    if (strncmp(name, "victims/", 8) == 0 || strncmp(name, "examples/", 9) == 0) {
        snprintf(program, sizeof program, "%s/%s", build_folder(), name);
        name = program;
    }
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(err, 2);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    setpgid(0, 0);
    setenv("LD_PRELOAD", build_path("libmemrestrict.so"), 1);
    for (; *settings != NULL; settings++)
        set_variable(*settings);
    execvp(name, (char *const *)argv);
    _exit(127);
}

/* Appends what there is to read; false at the end of file. */
static bool drain(int fd, char *buffer, size_t *length)
{
    char rest[4096];
    bool full = *length + 1 >= RUN_OUTPUT;
    ssize_t got = full ? read(fd, rest, sizeof rest)
                       : read(fd, buffer + *length, RUN_OUTPUT - 1 - *length);
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

const struct run *run_program(const char *const settings[], const char *const argv[])
{
    static struct run run;
    int out[2], err[2], status;
    memset(&run, 0, sizeof run);
    if (pipe(out) != 0 || pipe(err) != 0)
        ck_abort_msg("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        child(settings, argv, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    collect(&run, pid, out[0], err[0]);
    close(out[0]);
    close(err[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    run.status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return &run;
}

void expect_ok(const struct run *run)
{
    ck_assert_msg(!run->hung && run->status == 0 && run->err[0] == '\0',
                  "%s, status %d\nstdout: %sstderr: %s", run->hung ? "hung" : "ended", run->status,
                  run->out, run->err);
}

int main(void)
{
    SRunner *runner = srunner_create(NULL);
#define SUITES_ADD(name) srunner_add_suite(runner, suite_##name());
    SUITES(SUITES_ADD)
#undef SUITES_ADD
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
