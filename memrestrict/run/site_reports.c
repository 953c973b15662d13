/* SPDX-License-Identifier: MIT */
#include "run/site_reports.h"

#include "sites/format_collapsed.h"
#include "sites/format_massif.h"
#include "sites/format_site_list.h"
#include "sites/format_site_records.h"
#include "sites/format_sites.h"
#include "sites/format_speedscope.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST = 10 }; /* rows of a table */

/* A program that has nothing to show still gets a file that its viewer can read. */
static void write_massif(FILE *file, const struct sites *sites, struct symbols *symbols,
                         const char *command)
{
    static const struct sites_process nothing = {.program = (char *)"?"};
    const struct sites_process *process = sites_chosen(sites);
    format_massif(file, process != NULL ? process : &nothing, symbols, command);
}

static bool write_one(struct reports *reports, enum report_kind kind, const struct sites *sites,
                      struct symbols *symbols, const char *command)
{
    FILE *file = reports_file(reports, kind);
    bool written = true;
    if (file == NULL)
        return reports->of[kind].path == NULL;
    if (kind == REPORT_MASSIF)
        write_massif(file, sites, symbols, command);
    else if (kind == REPORT_SITE_LIST)
        written = format_site_list(file, sites, reports->of[REPORT_SITE_RECORDS].path != NULL);
    else if (kind == REPORT_SITE_RECORDS)
        written = format_site_records(file, sites);
    else if (kind == REPORT_COLLAPSED)
        format_collapsed(file, sites, symbols);
    else
        written = format_speedscope(file, sites, symbols);
    return reports_finish(reports, kind, written);
}

bool site_reports_write(struct reports *reports, const struct sites *sites,
                        const struct outcome *outcome)
{
    struct symbols *symbols = symbols_open();
    char *command = sentence_string(sentence_command, outcome);
    bool written = true;
    for (int kind = REPORT_MASSIF; kind <= REPORT_SITE_RECORDS && symbols != NULL; kind++)
        written &= write_one(reports, (enum report_kind)kind, sites, symbols,
                             command != NULL ? command : "?");
    free(command);
    symbols_close(symbols);
    return written && symbols != NULL;
}

static void enter_crash(struct process *process, const struct sites_process *collected,
                        struct symbols *symbols)
{
    if (process->end == PROCESS_VANISHED) {
        process->end = PROCESS_KILLED;
        process->status = collected->crash.signal;
    }
    if (process->end == PROCESS_KILLED && process->status == collected->crash.signal)
        process->crash =
            symbols != NULL ? format_sites_place(&collected->crash.stack, symbols) : NULL;
}

void site_reports_crashes(struct outcome *outcome, const struct sites *sites,
                          const struct run_options *options)
{
    struct symbols *symbols = options->reports[REPORT_SITE_RECORDS] == NULL ? symbols_open() : NULL;
    for (size_t i = 0; i < outcome->process_count; i++) {
        struct process *process = &outcome->processes[i];
        const struct sites_process *collected = sites_of(sites, process->pid, process->began);
        if (collected != NULL && collected->crash.signal != 0)
            enter_crash(process, collected, symbols);
    }
    symbols_close(symbols);
}

bool site_reports_table(FILE *file, const struct sites *sites)
{
    const struct sites_process *process = sites_chosen(sites);
    struct symbols *symbols = symbols_open();
    if (process != NULL && symbols != NULL)
        format_sites(file, process, symbols, MOST);
    symbols_close(symbols);
    return fflush(file) == 0 && !ferror(file);
}

bool site_reports_want_sites(const struct run_options *options)
{
    return options->reports[REPORT_MASSIF] != NULL || options->reports[REPORT_COLLAPSED] != NULL ||
           options->reports[REPORT_SPEEDSCOPE] != NULL ||
           options->reports[REPORT_SITE_LIST] != NULL || options->explore.folder != NULL ||
           options->site_frames != 0 || options->leaks;
}

bool site_reports_want_crashes(const struct run_options *options)
{
    return options->reports[REPORT_SITE_LIST] != NULL || options->explore.folder != NULL;
}
