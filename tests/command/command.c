/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char build[4096], source[4096];

static void set_variable(const char *name, const char *tail)
{
    char value[4200];
    snprintf(value, sizeof value, "%s%s", build, tail);
    setenv(name, value, 1);
}

struct line {
    const char *folder, *script;
};

static void become(const void *context)
{
    const struct line *line = context;
    set_variable("B", "");
    set_variable("M", "/memrestrict");
    set_variable("V", "/victims");
    setenv("R", source, 1);
    unsetenv("LD_PRELOAD");
    unsetenv("BUILD");
    if (chdir(line->folder) == 0)
        execl("/bin/sh", "sh", "-c", line->script, (char *)NULL);
}

const struct run *shell(const char *script)
{
    static struct run run;
    char folder[4200], remove[4300];
    snprintf(folder, sizeof folder, "%s/tests/command-XXXXXX", build);
    if (mkdtemp(folder) == NULL)
        ck_abort_msg("%s: %s", folder, strerror(errno));
    harness_run(&run, become, &(struct line){folder, script});
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
    SUITES(HARNESS_ADD)
    return harness_run_all(runner);
}
