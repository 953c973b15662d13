/* SPDX-License-Identifier: MIT */
#include "sweep/sweep_end.h"

#include "sweep/bug_reports.h"
#include "sweep/format_findings.h"
#include "base/file_kind.h"
#include "base/message.h"
#include "base/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool mark(struct findings *findings, const struct findings_options *options)
{
    return (options->suppress == NULL || findings_suppress(findings, options->suppress)) &&
           (!options->update_baseline || findings_write_baseline(findings, options->baseline)) &&
           (options->baseline == NULL || findings_baseline(findings, options->baseline));
}

/* What cannot be read twice is read at the end alone. */
static bool is_good(bool read(struct findings *, const char *), const char *path)
{
    struct findings none = {.list = NULL};
    if (path == NULL || (!file_is_plain(path) && !file_is_device(path)))
        return true;
    bool good = read(&none, path);
    findings_free(&none);
    return good;
}

bool sweep_end_is_possible(const struct findings_options *options)
{
    return bug_reports_open(options->bug_reports) &&
           is_good(findings_suppress, options->suppress) &&
           (options->update_baseline || is_good(findings_baseline, options->baseline));
}

static bool write_text(const struct findings *findings, const struct journal *journal,
                       const struct findings_options *options)
{
    FILE *file = stdout;
    for (int i = 0; i < SWEEP_REPORTS; i++)
        if (options->reports[i] != NULL && strcmp(options->reports[i], "-") == 0)
            file = stderr;
    struct findings_style style = {
        .color = options->color == COLOR_AUTO ? terminal_wants_color(fileno(file))
                                              : options->color == COLOR_ALWAYS,
        .verbose = options->verbose,
        .quiet = options->quiet,
    };
    return format_findings_text(file, findings, journal, &style) || file == stdout;
}

static int by_harm(enum reaction worst, enum reaction least)
{
    if (worst < least || worst <= REACTION_HANDLED)
        return EXIT_SUCCESS;
    if (worst <= REACTION_LEAKED)
        return 1;
    return worst <= REACTION_HUNG ? 2 : 3;
}

int sweep_end(const struct journal *journal, const struct findings_options *options,
              struct sweep_reports *reports)
{
    struct findings findings;
    if (!findings_make(&findings, journal)) {
        message("no memory");
        sweep_reports_undo(reports);
        return EXIT_OURS;
    }
    bool marked = mark(&findings, options);
    bool written = sweep_reports_write(reports, &findings, journal);
    written = bug_reports_write(options->bug_reports, &findings) && written;
    written = write_text(&findings, journal, options) && written && marked;
    int status = by_harm(findings_worst(&findings), options->fail_on);
    findings_free(&findings);
    return written ? status : EXIT_OURS;
}
