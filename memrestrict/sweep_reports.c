/* SPDX-License-Identifier: MIT */
#include "sweep_reports.h"

#include "books.h"
#include "format_findings.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *option;
    bool (*write)(FILE *file, const struct findings *findings, const struct journal *journal);
} kinds[SWEEP_REPORTS] = {
    [SWEEP_JSON] = {"json", format_findings_json},
    [SWEEP_JUNIT] = {"junit", format_findings_junit},
    [SWEEP_TAP] = {"tap", format_findings_tap},
    [SWEEP_SARIF] = {"sarif", format_findings_sarif},
};

static bool is_stdout(const char *path) { return strcmp(path, "-") == 0; }

static bool cannot(int kind, const char *path)
{
    say("--%s: cannot write to %s: %s", kinds[kind].option,
        is_stdout(path) ? "standard output" : path, strerror(errno));
    if (is_stdout(path)) { /* said once; the end of main would say it again */
        __fpurge(stdout);
        clearerr(stdout);
    }
    return false;
}

static bool open_one(struct sweep_reports *reports, int kind, const char *path)
{
    if (is_stdout(path)) {
        reports->files[kind] = stdout;
        return true;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    reports->made[kind] = fd >= 0;
    if (fd < 0 && errno == EEXIST)
        fd = open(path, O_WRONLY | O_CLOEXEC);
    fd = books_fd_above(fd);
    reports->files[kind] = fd >= 0 ? fdopen(fd, "w") : NULL;
    return reports->files[kind] != NULL || cannot(kind, path);
}

static bool is_same(FILE *one, FILE *other)
{
    struct stat a, b;
    return one != NULL && other != NULL && fstat(fileno(one), &a) == 0 &&
           fstat(fileno(other), &b) == 0 && S_ISREG(a.st_mode) && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static bool are_different(const struct sweep_reports *reports)
{
    for (int i = 0; i < SWEEP_REPORTS; i++)
        for (int j = 0; j < i; j++)
            if (is_same(reports->files[i], reports->files[j])) {
                say("--%s and --%s: cannot both write to %s; accepted: two files", kinds[j].option,
                    kinds[i].option, reports->options->reports[i]);
                return false;
            }
    return true;
}

bool sweep_reports_open(struct sweep_reports *reports, const struct findings_options *options)
{
    *reports = (struct sweep_reports){.options = options};
    bool open = true;
    for (int i = 0; i < SWEEP_REPORTS && open; i++)
        if (options->reports[i] != NULL)
            open = open_one(reports, i, options->reports[i]);
    if (open && are_different(reports))
        return true;
    sweep_reports_undo(reports);
    return false;
}

void sweep_reports_undo(struct sweep_reports *reports)
{
    for (int i = 0; i < SWEEP_REPORTS; i++) {
        if (reports->files[i] != NULL && reports->files[i] != stdout)
            fclose(reports->files[i]);
        if (reports->made[i])
            unlink(reports->options->reports[i]);
        reports->files[i] = NULL;
        reports->made[i] = false;
    }
}

/* A device or a pipe has nothing to be cut off. */
static bool empty(FILE *file)
{
    struct stat status;
    return file == stdout || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
           ftruncate(fileno(file), 0) == 0;
}

static bool write_one(struct sweep_reports *reports, int kind, const struct findings *findings,
                      const struct journal *journal)
{
    FILE *file = reports->files[kind];
    bool written = empty(file) && kinds[kind].write(file, findings, journal);
    written = fflush(file) == 0 && !ferror(file) && written;
    if (!written)
        cannot(kind, reports->options->reports[kind]);
    if (file != stdout && fclose(file) != 0 && written)
        written = cannot(kind, reports->options->reports[kind]);
    reports->files[kind] = NULL;
    reports->made[kind] = false; /* what is there stays, also a part of it */
    return written;
}

bool sweep_reports_write(struct sweep_reports *reports, const struct findings *findings,
                         const struct journal *journal)
{
    bool written = true;
    for (int i = 0; i < SWEEP_REPORTS; i++)
        if (reports->files[i] != NULL)
            written = write_one(reports, i, findings, journal) && written;
    return written;
}
