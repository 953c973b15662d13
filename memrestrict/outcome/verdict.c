/* SPDX-License-Identifier: MIT */
#include "outcome/verdict.h"

#include "base/text.h"
#include "base/terminal.h"
#include "outcome/format_leaks.h"
#include "outcome/verdict_table.h"
#include "outcome/sentence.h"

#include <inttypes.h>

static bool flushed(FILE *file)
{
    bool failed = ferror(file);
    return fflush(file) == 0 && !failed;
}

/* A line of each kind that there is, for a terminal of the usual width. */
static void write_coverage(FILE *file, const struct outcome *outcome)
{
    enum { WIDTH = 80 };
    static const char ours[] = "memrestrict: ";
    for (enum coverage kind = COVERAGE_ALONE; kind <= COVERAGE_UNKNOWN; kind++) {
        if (outcome_count(outcome, kind) == 0)
            continue;
        fputs(ours, file);
        sentence_coverage(file, outcome, kind, WIDTH - (sizeof ours - 1));
        fputc('\n', file);
    }
}

static void write_warnings(FILE *file, const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->warning_count; i++) {
        fputs("memrestrict: ", file);
        text_safe(file, outcome->warnings[i]);
        fputc('\n', file);
    }
    write_coverage(file, outcome);
    if (outcome->no_room != 0)
        fprintf(file,
                "memrestrict: %" PRIu64
                " process%s found the accounts full: each was limited alone, "
                "and is in no figures here\n",
                outcome->no_room, outcome->no_room == 1 ? "" : "es");
}

bool verdict_warnings(FILE *file, const struct outcome *outcome)
{
    write_warnings(file, outcome);
    return flushed(file);
}

static const char *kind_color(const struct outcome *outcome)
{
    static const char *const colors[] = {TERMINAL_GREEN, TERMINAL_YELLOW, TERMINAL_RED,
                                         TERMINAL_RED,   TERMINAL_RED,    TERMINAL_RED,
                                         TERMINAL_YELLOW};
    enum outcome_kind kind = outcome_kind(outcome);
    bool noteworthy = !sentence_passed(outcome) || outcome_faults(outcome) != 0;
    return kind == OUTCOME_NEVER_REFUSED && noteworthy ? TERMINAL_YELLOW : colors[kind];
}

static void write_line(FILE *file, const struct outcome *outcome, bool color)
{
    fputs(color ? TERMINAL_BOLD "memrestrict: " : "memrestrict: ", file);
    text_safe(file, outcome->name);
    fprintf(file, ": %s", color ? kind_color(outcome) : "");
    sentence_write(file, outcome);
    fputs(color ? TERMINAL_PLAIN "\n" : "\n", file);
}

static bool several_refused(const struct outcome *outcome)
{
    size_t refused = 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        refused += outcome->processes[i].refusals != 0;
    return refused > 1;
}

bool verdict_print(FILE *file, const struct outcome *outcome, const struct verdict_style *style)
{
    bool refused = outcome_refusals(outcome) + outcome->limit_kills != 0, done = true;
    bool uncovered = outcome_uncovered(outcome) != 0;
    write_warnings(file, outcome);
    if (outcome->pid != 0 &&
        (refused || uncovered || outcome->fault_plan != NULL || style->always)) {
        write_line(file, outcome, style->color);
        if (style->table || several_refused(outcome))
            done = verdict_table(file, outcome, style);
    }
    if (outcome->leaks_asked)
        format_leaks(file, outcome, style->wide);
    return flushed(file) && done;
}
