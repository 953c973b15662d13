/* SPDX-License-Identifier: MIT */
#include "sweep/sweep_reports.h"

#include "sweep/format_findings.h"
#include "base/message.h"

#include <sys/stat.h>

/* What a report is made of. */
struct material {
    const struct findings *findings;
    const struct journal *journal;
};

static bool write_json(FILE *file, const void *what)
{
    const struct material *material = what;
    return format_findings_json(file, material->findings, material->journal);
}

static bool write_junit(FILE *file, const void *what)
{
    const struct material *material = what;
    return format_findings_junit(file, material->findings, material->journal);
}

static bool write_tap(FILE *file, const void *what)
{
    const struct material *material = what;
    return format_findings_tap(file, material->findings, material->journal);
}

static bool write_sarif(FILE *file, const void *what)
{
    const struct material *material = what;
    return format_findings_sarif(file, material->findings, material->journal);
}

static const struct {
    const char *option;
    bool (*write)(FILE *file, const void *what);
} kinds[SWEEP_REPORTS] = {
    [SWEEP_JSON] = {"json", write_json},
    [SWEEP_JUNIT] = {"junit", write_junit},
    [SWEEP_TAP] = {"tap", write_tap},
    [SWEEP_SARIF] = {"sarif", write_sarif},
};

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
            if (is_same(reports->of[i].file, reports->of[j].file)) {
                message("--%s and --%s: cannot both write to %s; accepted: two files",
                        kinds[j].option, kinds[i].option, reports->of[i].path);
                return false;
            }
    return true;
}

bool sweep_reports_open(struct sweep_reports *reports, const struct findings_options *options)
{
    *reports = (struct sweep_reports){0};
    bool open = true;
    for (int i = 0; i < SWEEP_REPORTS && open; i++)
        open = output_open(&reports->of[i], kinds[i].option, options->reports[i]);
    if (open && are_different(reports))
        return true;
    sweep_reports_undo(reports);
    return false;
}

void sweep_reports_undo(struct sweep_reports *reports)
{
    for (int i = 0; i < SWEEP_REPORTS; i++)
        output_undo(&reports->of[i]);
}

bool sweep_reports_write(struct sweep_reports *reports, const struct findings *findings,
                         const struct journal *journal)
{
    const struct material material = {findings, journal};
    bool written = true;
    for (int i = 0; i < SWEEP_REPORTS; i++)
        written = output_write(&reports->of[i], kinds[i].write, &material) && written;
    return written;
}
