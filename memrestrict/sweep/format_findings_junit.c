/* SPDX-License-Identifier: MIT */
#include "base/duration.h"
#include "base/escape.h"
#include "sweep/finding_words.h"
#include "sweep/format_findings.h"

#include <errno.h>
#include <stdlib.h>

static bool fails(const struct findings *findings, const struct journal_record *record)
{
    const struct finding *finding = findings_of(findings, record);
    return finding != NULL && finding_counts(finding);
}

static void write_seconds(FILE *file, uint64_t nanoseconds)
{
    fputs(" time=\"", file);
    duration_write(file, nanoseconds);
    fputc('"', file);
}

static void write_stack(FILE *file, const char *title, const struct string_list *stack)
{
    if (stack->count == 0)
        return;
    fprintf(file, "%s\n", title);
    for (size_t i = 0; i < stack->count; i++) {
        fputs("  ", file);
        escape_xml(file, stack->words[i]);
        fputc('\n', file);
    }
}

static bool write_failure(FILE *file, const struct journal *journal,
                          const struct journal_record *record)
{
    char *sentence = finding_sentence(record), *replay = finding_replay(&journal->head, record);
    bool made = sentence != NULL && replay != NULL;
    if (made) {
        fprintf(file, "    <failure type=\"%s\" message=\"", reaction_name(record->reaction));
        escape_xml(file, sentence);
        fputs("\">", file);
        write_stack(file, "it went wrong in", &record->stack);
        write_stack(file, "the allocation failed in", &record->caller);
        escape_xml(file, record->detail != NULL ? record->detail : "");
        fputs("\nreplay: ", file);
        escape_xml(file, replay);
        fputs("</failure>\n", file);
    }
    free(sentence);
    free(replay);
    return made;
}

static bool write_case(FILE *file, const struct findings *findings, const struct journal *journal,
                       const struct journal_record *record)
{
    const struct finding *finding = findings_of(findings, record);
    bool made = true;
    fputs("  <testcase classname=\"", file);
    escape_xml(file, record->origin);
    fputs("\" name=\"", file);
    escape_xml(file, record->plan);
    fputc('"', file);
    write_seconds(file, record->time);
    fputs(">\n", file);
    if (finding != NULL && finding_counts(finding))
        made = write_failure(file, journal, record);
    else if (finding != NULL)
        fprintf(file, "    <skipped message=\"%s, %s\"/>\n", reaction_name(record->reaction),
                finding->suppressed ? "suppressed" : "known");
    else if (record->reaction == REACTION_UNREACHED)
        fputs("    <skipped message=\"its call site was not met\"/>\n", file);
    fputs("  </testcase>\n", file);
    return made;
}

bool format_findings_junit(FILE *file, const struct findings *findings,
                           const struct journal *journal)
{
    size_t failures = 0, skipped = 0;
    bool made = true;
    for (size_t i = 0; i < journal->count; i++) {
        const struct journal_record *record = &journal->records[i];
        bool fail = fails(findings, record);
        failures += fail;
        skipped += !fail && (record->reaction == REACTION_UNREACHED ||
                             findings_of(findings, record) != NULL);
    }
    fprintf(file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"memrestrict sweep\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "skipped=\"%zu\"",
            journal->count, failures, skipped);
    write_seconds(file, journal->time);
    fputs(">\n", file);
    for (size_t i = 0; i < journal->count && made; i++)
        made = write_case(file, findings, journal, &journal->records[i]);
    fputs("</testsuite>\n", file);
    if (!made)
        errno = ENOMEM;
    return made && fflush(file) == 0 && !ferror(file);
}
