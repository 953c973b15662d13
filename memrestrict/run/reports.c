/* SPDX-License-Identifier: MIT */
#include "run/reports.h"

#include "base/message.h"
#include "base/string_file.h"
#include "outcome/format_json.h"
#include "outcome/format_junit.h"
#include "outcome/format_prometheus.h"
#include "outcome/format_tap.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_stdout(const char *path) { return strcmp(path, "-") == 0; }

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

static bool is_new(const struct reports *reports, enum report_kind kind, const char *path)
{
    for (int i = 0; i < REPORT_COUNT; i++)
        if (reports->of[i].path != NULL && strcmp(path, reports->of[i].path) == 0) {
            message_usage("--%s and --%s: both go to %s; accepted: a file for each",
                          option_of_report((enum report_kind)i), option_of_report(kind),
                          is_stdout(path) ? "standard output" : path);
            return false;
        }
    return true;
}

/* Whoever reads a metrics file must never see half of it. */
static bool open_one(struct reports *reports, enum report_kind kind, const char *path)
{
    struct output *output = &reports->of[kind];
    const char *option = option_of_report(kind);
    if (path == NULL) {
        message("--%s: no memory", option);
        return false;
    }
    if (!is_new(reports, kind, path))
        return false;
    return kind == REPORT_PROMETHEUS ? output_open_replaced(output, option, path)
                                     : output_open(output, option, path);
}

bool reports_open(struct reports *reports, const struct run_options *options, int pid,
                  const char *name)
{
    bool open = true;
    for (int kind = 0; kind < REPORT_COUNT; kind++)
        output_open(&reports->of[kind], option_of_report((enum report_kind)kind), NULL);
    for (int kind = 0; kind < REPORT_COUNT && open; kind++) {
        if (options->reports[kind] == NULL)
            continue;
        char *path = expand(options->reports[kind], pid, name);
        open = open_one(reports, (enum report_kind)kind, path);
        free(path);
    }
    if (!open)
        reports_undo(reports);
    return open;
}

void reports_start(struct reports *reports)
{
    for (int kind = 0; kind < REPORT_COUNT; kind++)
        output_empty(&reports->of[kind]);
}

void reports_undo(struct reports *reports)
{
    for (int kind = 0; kind < REPORT_COUNT; kind++)
        output_undo(&reports->of[kind]);
}

bool reports_use_stdout(const struct reports *reports)
{
    for (int kind = 0; kind < REPORT_COUNT; kind++)
        if (output_is_stdout(&reports->of[kind]))
            return true;
    return false;
}

FILE *reports_file(struct reports *reports, enum report_kind kind)
{
    return output_file(&reports->of[kind]);
}

bool reports_finish(struct reports *reports, enum report_kind kind, bool written)
{
    return output_close(&reports->of[kind], written);
}

static bool write_format(struct reports *reports, enum report_kind kind,
                         bool (*format)(FILE *, const struct outcome *),
                         const struct outcome *outcome)
{
    FILE *file = reports_file(reports, kind);
    if (file == NULL)
        return reports->of[kind].path == NULL;
    return reports_finish(reports, kind, format(file, outcome));
}

bool reports_write_formats(struct reports *reports, const struct outcome *outcome)
{
    bool written = write_format(reports, REPORT_JSON, format_json, outcome);
    written &= write_format(reports, REPORT_JUNIT, format_junit, outcome);
    written &= write_format(reports, REPORT_TAP, format_tap, outcome);
    return write_format(reports, REPORT_PROMETHEUS, format_prometheus, outcome) && written;
}
