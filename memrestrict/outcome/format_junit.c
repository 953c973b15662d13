/* SPDX-License-Identifier: MIT */
#include "outcome/format_junit.h"

#include "base/duration.h"
#include "base/escape.h"
#include "outcome/verdict.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <stdlib.h>

/* All there is to say, as a person reads it on the terminal. */
static void write_verdict(FILE *file, const struct outcome *outcome)
{
    verdict_print(file, outcome,
                  &(struct verdict_style){.always = true, .table = true, .wide = true});
}

struct parts {
    char *command, *sentence, *verdict;
};

static void write_seconds(FILE *file, const struct outcome *outcome)
{
    fputs("time=\"", file);
    duration_write(file, outcome->ended > outcome->began ? outcome->ended - outcome->began : 0);
    fputc('"', file);
}

/* It would have passed, if all had been limited that was to be. */
static bool is_uncovered(const struct outcome *outcome)
{
    struct outcome covered = *outcome;
    covered.lenient = true;
    return sentence_passed(&covered) && !sentence_passed(outcome);
}

/* What no test would call its own words: it was ended, could not begin, or was not limited. */
static const char *trouble(const struct outcome *outcome)
{
    if (sentence_passed(outcome))
        return NULL;
    if (is_uncovered(outcome))
        return "error";
    return outcome->pid != 0 && outcome->exited && !outcome->timed_out ? "failure" : "error";
}

static const char *type_of(const struct outcome *outcome)
{
    if (outcome->pid == 0)
        return "never_started";
    enum outcome_kind kind = outcome_kind(outcome);
    bool good_end = outcome->exited && outcome->status == 0 && !outcome->timed_out;
    if (kind == OUTCOME_NEVER_REFUSED && good_end && outcome_leaks_fail(outcome))
        return outcome_lost(outcome).blocks != 0 ? "leak" : "leaks_not_known";
    return is_uncovered(outcome) ? "uncovered" : sentence_kind_id(kind);
}

static void write_suite(FILE *file, const struct outcome *outcome, const struct parts *parts)
{
    const char *element = trouble(outcome);
    fprintf(
        file,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"memrestrict\" tests=\"1\" failures=\"%d\" errors=\"%d\" skipped=\"0\" ",
        element != NULL && *element == 'f', element != NULL && *element == 'e');
    write_seconds(file, outcome);
    fputs(">\n  <testcase classname=\"memrestrict\" name=\"", file);
    escape_xml(file, parts->command);
    fputs("\" ", file);
    write_seconds(file, outcome);
    fputs(">\n", file);
    if (element != NULL) {
        fprintf(file, "    <%s type=\"%s\" message=\"", element, type_of(outcome));
        escape_xml(file, parts->sentence);
        fputs("\">", file);
        escape_xml(file, parts->verdict);
        fprintf(file, "</%s>\n", element);
    }
    if (element == NULL) { /* else the same is in the element */
        fputs("    <system-out>", file);
        escape_xml(file, parts->verdict);
        fputs("</system-out>\n", file);
    }
    fputs("  </testcase>\n</testsuite>\n", file);
}

bool format_junit(FILE *file, const struct outcome *outcome)
{
    struct parts parts = {
        sentence_string(sentence_command, outcome),
        sentence_string(is_uncovered(outcome) ? sentence_uncovered : sentence_write, outcome),
        sentence_string(write_verdict, outcome)};
    bool made = parts.command != NULL && parts.sentence != NULL && parts.verdict != NULL;
    if (made)
        write_suite(file, outcome, &parts);
    else
        errno = ENOMEM;
    free(parts.command);
    free(parts.sentence);
    free(parts.verdict);
    return made && fflush(file) == 0 && !ferror(file);
}
