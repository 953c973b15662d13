/* SPDX-License-Identifier: MIT */
#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

struct program {
    const char *const *settings, *const *argv;
};

static void become(const void *context)
{
    const struct program *program = context;
    const char *name = program->argv[0];
    char path[4200];
    if (strncmp(name, "victims/", 8) == 0 || strncmp(name, "examples/", 9) == 0) {
        snprintf(path, sizeof path, "%s/%s", build_folder(), name);
        name = path;
    }
    setenv("LD_PRELOAD", build_path("libmemrestrict.so"), 1);
    for (const char *const *setting = program->settings; *setting != NULL; setting++)
        set_variable(*setting);
    execvp(name, (char *const *)program->argv);
}

const struct run *run_program(const char *const settings[], const char *const argv[])
{
    static struct run run;
    harness_run(&run, become, &(struct program){settings, argv});
    return &run;
}

void expect_ok(const struct run *run)
{
    ck_assert_msg(!run->hung && run->status == 0 && run->err[0] == '\0',
                  "%s, status %d\nstdout: %sstderr: %s", run->hung ? "hung" : "ended", run->status,
                  run->out, run->err);
}

const struct run *script(const char *text)
{
    return RUN(SETTINGS("LD_PRELOAD=", "B=%B"), "sh", "-ec", text);
}

void make_by(const char *text)
{
    const struct run *run = script(text);
    ck_assert_msg(run->status == 0, "status %d from:\n%s\n%s", run->status, text, run->err);
}

/* Some tests take a thousand descriptors, and a session often gets no more. */
static void allow_descriptors(void)
{
    enum { ENOUGH = 4096 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= ENOUGH)
        return;
    limit.rlim_cur = limit.rlim_max < ENOUGH ? limit.rlim_max : ENOUGH;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(void)
{
    allow_descriptors();
    SRunner *runner = srunner_create(NULL);
    SUITES(HARNESS_ADD)
    return harness_run_all(runner);
}
