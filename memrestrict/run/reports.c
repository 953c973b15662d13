/* SPDX-License-Identifier: MIT */
#include "run/reports.h"

#include "base/fd.h"
#include "base/message.h"
#include "base/string_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_stdout(const char *path) { return strcmp(path, "-") == 0; }

static bool cannot(enum report_kind kind, const char *path)
{
    message("--%s: cannot write to %s: %s", option_of_report(kind),
            is_stdout(path) ? "standard output" : path, strerror(errno));
    if (is_stdout(path)) { /* said once; the end of main would say it again */
        __fpurge(stdout);
        clearerr(stdout);
    }
    return false;
}

/* The pattern with the program's process ID and name in it. NULL: no memory. */
static char *expand(const char *pattern, int pid, const char *name)
{
    struct string_file path;
    FILE *memory = string_file_open(&path);
    if (memory == NULL)
        return NULL;
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at != '%')
            fputc(*at, memory);
        else if (*++at == 'p')
            fprintf(memory, "%d", pid);
        else
            fputs(*at == 'e' ? name : "%", memory);
    }
    return string_file_close(&path);
}

/* A new file for `path`, beside it, named in `temporary`. -1 with errno. */
static int make_beside(const char *path, char temporary[PATH_MAX])
{
    if (snprintf(temporary, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return fd_above(mkostemp(temporary, O_CLOEXEC));
}

/* The descriptor that a path stands for, as /dev/stderr; -1: none. */
static int descriptor_of(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    int fd;
    char more;
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (int i = 0; i < 2; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0 &&
            sscanf(path + strlen(folders[i]), "%9d%c", &fd, &more) == 1)
            return fd;
    return -1;
}

/* Whoever reads a metrics file must never see half of it. Devices and pipes are written to
 * directly. */
static bool is_replaced(enum report_kind kind, const char *path)
{
    struct stat status;
    return kind == REPORT_PROMETHEUS && descriptor_of(path) < 0 &&
           (stat(path, &status) != 0 || S_ISREG(status.st_mode));
}

static bool can_replace(const char *path)
{
    char temporary[PATH_MAX];
    int fd = make_beside(path, temporary);
    if (fd < 0)
        return false;
    close(fd);
    unlink(temporary);
    return true;
}

/* To open it anew would begin at the start of the file, over what others write there. */
static bool join_descriptor(struct report *report, int fd)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    report->file = own >= 0 ? fdopen(own, "w") : NULL;
    report->joined = report->file != NULL;
    return report->joined;
}

static bool open_file(struct report *report)
{
    int other = descriptor_of(report->path);
    if (other >= 0)
        return join_descriptor(report, other);
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
    int fd = fd_above(open(report->path, flags | O_EXCL, 0666));
    report->made = fd >= 0;
    if (fd < 0 && errno == EEXIST)
        fd = fd_above(open(report->path, flags, 0666));
    report->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    return report->file != NULL;
}

static bool open_one(struct report *report, enum report_kind kind)
{
    if (is_stdout(report->path)) {
        report->file = stdout;
        return fcntl(STDOUT_FILENO, F_GETFL) >= 0 || cannot(kind, report->path);
    }
    bool good = is_replaced(kind, report->path) ? can_replace(report->path) : open_file(report);
    return good || cannot(kind, report->path);
}

static const char *folder_of(const char *pattern, char folder[PATH_MAX])
{
    const char *slash = strrchr(pattern, '/');
    int length = slash == NULL ? 0 : (int)(slash - pattern);
    snprintf(folder, PATH_MAX, "%.*s", length, pattern);
    return slash == NULL ? "." : length == 0 ? "/" : folder;
}

bool reports_can_take(const char *pattern)
{
    char folder[PATH_MAX];
    const char *where = pattern, *percent = strchr(pattern, '%'), *slash = strrchr(pattern, '/');
    if (strcmp(pattern, "stderr") == 0 || (percent != NULL && slash > percent))
        return true; /* no file; or another folder each time */
    if (percent != NULL || access(pattern, F_OK) != 0)
        where = folder_of(pattern, folder);
    if (access(where, where == pattern ? W_OK : W_OK | X_OK) == 0)
        return true;
    message("--report: cannot write to %s: %s", pattern, strerror(errno));
    return false;
}

static bool is_new(const struct reports *reports, enum report_kind kind)
{
    const char *path = reports->of[kind].path;
    for (int i = 0; i < REPORT_COUNT; i++)
        if (i != (int)kind && reports->of[i].path != NULL &&
            strcmp(path, reports->of[i].path) == 0) {
            message_usage("--%s and --%s: both go to %s; accepted: a file for each",
                          option_of_report((enum report_kind)i), option_of_report(kind),
                          is_stdout(path) ? "standard output" : path);
            return false;
        }
    return true;
}

bool reports_open(struct reports *reports, const struct run_options *options, int pid,
                  const char *name)
{
    *reports = (struct reports){0};
    for (int kind = 0; kind < REPORT_COUNT; kind++) {
        struct report *report = &reports->of[kind];
        if (options->reports[kind] == NULL)
            continue;
        report->path = expand(options->reports[kind], pid, name);
        bool good = report->path != NULL ? is_new(reports, (enum report_kind)kind)
                                         : cannot((enum report_kind)kind, "?");
        if (!good || !open_one(report, (enum report_kind)kind)) {
            reports_undo(reports);
            return false;
        }
    }
    return true;
}

void reports_start(struct reports *reports)
{
    struct stat status;
    for (int kind = 0; kind < REPORT_COUNT; kind++) {
        FILE *file = reports->of[kind].file;
        if (file != NULL && file != stdout && !reports->of[kind].joined &&
            fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
            ftruncate(fileno(file), 0) != 0)
            message("--%s: cannot empty %s: %s", option_of_report((enum report_kind)kind),
                    reports->of[kind].path, strerror(errno));
    }
}

void reports_undo(struct reports *reports)
{
    for (int kind = 0; kind < REPORT_COUNT; kind++) {
        struct report *report = &reports->of[kind];
        if (report->file != NULL && report->file != stdout)
            fclose(report->file);
        if (report->made)
            unlink(report->path);
        free(report->path);
        *report = (struct report){0};
    }
}

/* Files are made with the mode that open(2) would give them. */
static void set_mode(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
}

bool reports_use_stdout(const struct reports *reports)
{
    for (int kind = 0; kind < REPORT_COUNT; kind++)
        if (reports->of[kind].file == stdout)
            return true;
    return false;
}

FILE *reports_file(struct reports *reports, enum report_kind kind)
{
    struct report *report = &reports->of[kind];
    char temporary[PATH_MAX];
    if (report->path == NULL || report->file != NULL)
        return report->file;
    int fd = make_beside(report->path, temporary);
    report->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    report->temporary = report->file != NULL ? strdup(temporary) : NULL;
    if (report->temporary == NULL) {
        cannot(kind, report->path);
        return NULL;
    }
    set_mode(fd);
    return report->file;
}

static bool finish_replaced(const struct report *report, bool written)
{
    if (written && rename(report->temporary, report->path) == 0)
        return true;
    int saved_errno = errno;
    unlink(report->temporary);
    errno = saved_errno;
    return false;
}

bool reports_finish(struct reports *reports, enum report_kind kind, bool written)
{
    struct report *report = &reports->of[kind];
    int reason = written ? 0 : errno;
    errno = 0;
    written = fflush(report->file) == 0 && !ferror(report->file) && written;
    if (report->file != stdout)
        written = fclose(report->file) == 0 && written;
    if (report->temporary != NULL)
        written = finish_replaced(report, written);
    if (errno == 0)
        errno = reason != 0 ? reason : EIO;
    if (!written)
        cannot(kind, report->path);
    free(report->path);
    free(report->temporary);
    *report = (struct report){0};
    return written;
}
