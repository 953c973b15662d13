/* SPDX-License-Identifier: MIT */
#include "outcome/format_tap.h"

#include "base/text.h"
#include "base/escape.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static void write_size(FILE *file, const char *name, uint64_t bytes)
{
    if (bytes == OUTCOME_UNLIMITED)
        fprintf(file, "  %s: ~\n", name);
    else
        fprintf(file, "  %s: %" PRIu64 "\n", name, bytes);
}

static void write_figures(FILE *file, const struct outcome *outcome, const char *sentence)
{
    fputs("  ---\n  message: ", file);
    escape_yaml(file, sentence);
    fprintf(file, "\n  outcome: %s\n",
            outcome->pid == 0 ? "never_started" : sentence_kind_id(outcome_kind(outcome)));
    write_size(file, "limit_bytes", outcome->limit);
    write_size(file, "tree_limit_bytes", outcome->tree_limit);
    write_size(file, "peak_bytes", outcome_peak(outcome));
    write_size(file, "refusals", outcome_refusals(outcome));
    if (outcome->grouped) {
        write_size(file, "tree_peak_bytes", outcome->tree_peak);
        write_size(file, "limit_kills", outcome->limit_kills);
    }
    write_size(file, "faults", outcome_faults(outcome));
    write_size(file, "processes", outcome->process_count);
    if (outcome->leaks_asked) {
        write_size(file, "lost_bytes", outcome_lost(outcome).bytes);
        write_size(file, "lost_blocks", outcome_lost(outcome).blocks);
        fprintf(file, "  lost_known: %s\n", outcome_leaks_known(outcome) ? "true" : "false");
    }
    for (enum coverage kind = COVERAGE_LIMITED; kind <= COVERAGE_UNKNOWN; kind++)
        write_size(file, sentence_coverage_id(kind), outcome_count(outcome, kind));
    fputs("  ...\n", file);
    for (size_t i = 0; i < outcome->warning_count; i++) {
        fputs("# ", file);
        text_safe(file, outcome->warnings[i]);
        fputc('\n', file);
    }
}

bool format_tap(FILE *file, const struct outcome *outcome)
{
    char *command = sentence_string(sentence_command, outcome);
    char *sentence = sentence_string(sentence_write, outcome);
    char *uncovered = sentence_string(sentence_uncovered, outcome);
    bool made = command != NULL && sentence != NULL;
    if (made) {
        fprintf(file, "TAP version 13\n1..1\n%sok 1 - ", sentence_passed(outcome) ? "" : "not ");
        escape_tap(file, command);
        fputs(": ", file);
        escape_tap(file, sentence);
        if (uncovered != NULL && *uncovered != '\0') {
            fputs("; ", file);
            escape_tap(file, uncovered);
        }
        fputc('\n', file);
        write_figures(file, outcome, sentence);
    } else {
        errno = ENOMEM;
    }
    free(command);
    free(sentence);
    free(uncovered);
    return made && fflush(file) == 0 && !ferror(file);
}
