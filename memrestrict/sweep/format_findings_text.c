/* SPDX-License-Identifier: MIT */
#include "base/shell.h"
#include "base/text.h"
#include "sweep/finding_words.h"
#include "sweep/format_findings.h"
#include "base/size_words.h"
#include "base/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *color_of(const struct finding *finding, const struct findings_style *style)
{
    if (!style->color)
        return "";
    return finding->record->reaction >= REACTION_SWALLOWED ? TERMINAL_BOLD TERMINAL_RED
                                                           : TERMINAL_BOLD TERMINAL_YELLOW;
}

static void write_stack(FILE *file, const char *title, const struct string_list *stack)
{
    if (stack->count == 0)
        return;
    fprintf(file, "   %s\n", title);
    for (size_t i = 0; i < stack->count; i++)
        fprintf(file, "     %s\n", stack->words[i]);
}

/* Lines with a margin. */
static void write_detail(FILE *file, const struct journal_record *record)
{
    const char *title = record->reaction == REACTION_LEAKED ? "left behind: " : "it said: ";
    if (record->detail == NULL || *record->detail == '\0')
        return;
    for (const char *line = record->detail, *end; *line != '\0'; line = end + (*end == '\n')) {
        end = line + strcspn(line, "\n");
        fprintf(file, "   %s%.*s\n", line == record->detail ? title : "  ", (int)(end - line),
                line);
    }
}

static void write_files(FILE *file, const struct string_list *files)
{
    for (size_t i = 0; i < files->count; i++)
        fprintf(file, "   %s%s\n", i == 0 ? "it wrote: " : "  ", files->words[i]);
}

static void write_kept(FILE *file, const char *path)
{
    if (path == NULL)
        return;
    fputs("   printed: ", file);
    text_safe(file, path);
    fputs(".stdout, ", file);
    text_safe(file, path);
    fputs(".stderr\n", file);
}

static bool write_commands(FILE *file, const struct sweep_head *head,
                           const struct journal_record *record)
{
    char *replay = finding_replay(head, record), *debug = finding_debug(head, record);
    bool made = replay != NULL && debug != NULL;
    if (made)
        fprintf(file, "   replay: %s\n   in gdb: %s\n", replay, debug);
    free(replay);
    free(debug);
    return made;
}

/* The other trials that are this finding, and why. */
static void write_folded(FILE *file, const struct findings *findings, const struct finding *finding)
{
    const struct journal *journal = findings->journal;
    for (size_t i = 0; i < journal->count; i++) {
        const struct journal_record *record = &journal->records[i];
        if (record == finding->record || findings_of(findings, record) != finding)
            continue;
        fputs("   also: --fault=", file);
        shell_word(file, record->plan);
        fprintf(file, ", %s\n",
                findings_cause(findings, record) != record ? "which ends so without its last fault"
                                                           : "at the same place");
    }
}

static bool write_finding(FILE *file, size_t number, const struct findings *findings,
                          const struct finding *finding, const struct findings_style *style)
{
    const struct journal_record *record = finding->record;
    fprintf(file, "%zu. %s", number, color_of(finding, style));
    finding_what(file, record);
    fputs(style->color ? TERMINAL_PLAIN : "", file);
    if (finding->trials > 1)
        fprintf(file, ", in %zu trials", finding->trials);
    fputs(finding->known ? " (known)\n   " : "\n   ", file);
    finding_when(file, record);
    fputc('\n', file);
    if (style->verbose) {
        write_stack(file, "it went wrong in", &record->stack);
        write_stack(file, "the allocation failed in", &record->caller);
    }
    write_detail(file, record);
    write_files(file, &record->files);
    write_kept(file, record->kept);
    bool made = write_commands(file, &findings->journal->head, record);
    if (style->verbose && finding->trials > 1)
        write_folded(file, findings, finding);
    return made;
}

static const char *object_of(const struct finding *finding)
{
    const char *object = finding->record->object;
    return finding->suppressed ? NULL : object != NULL ? object : "unknown";
}

static bool has_several_objects(const struct findings *findings)
{
    const char *first = NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const char *object = object_of(&findings->list[i]);
        first = first != NULL ? first : object;
        if (object != NULL && strcmp(object, first) != 0)
            return true;
    }
    return false;
}

/* Each object once, at its first finding: "by object: libxml2.so.2: 3, gpg: 9". */
static void write_objects(FILE *file, const struct findings *findings)
{
    size_t objects = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const char *object = object_of(&findings->list[i]);
        size_t first = i, count = 0;
        for (size_t j = 0; j < findings->count; j++) {
            const char *other = object_of(&findings->list[j]);
            if (object == NULL || other == NULL || strcmp(object, other) != 0)
                continue;
            first = j < first ? j : first;
            count++;
        }
        if (object != NULL && first == i)
            fprintf(file, "%s%s: %zu", objects++ == 0 ? "by object: " : ", ", object, count);
    }
    fputs(objects > 0 ? "\n" : "", file);
}

static void write_sum(FILE *file, const struct findings *findings, const struct journal *journal)
{
    char time[DURATION_ROOM];
    size_t left_out = 0, known = 0, new = 0;
    for (size_t i = 0; i < findings->count; i++) {
        left_out += findings->list[i].suppressed;
        known += findings->list[i].known && !findings->list[i].suppressed;
        new += finding_counts(&findings->list[i]);
    }
    fprintf(file, "memrestrict: sweep: %zu finding%s", new, new == 1 ? "" : "s");
    findings_kinds(file, findings);
    if (known > 0)
        fprintf(file, " and %zu known", known);
    if (left_out > 0)
        fprintf(file, ", %zu suppressed", left_out);
    fputs(" in ", file);
    findings_counts(file, findings, journal);
    if (journal->time > 0)
        fprintf(file, "; %s", duration_words(journal->time, time));
    fputs(journal->finished ? "\n" : "; not finished\n", file);
}

bool format_findings_text(FILE *file, const struct findings *findings,
                          const struct journal *journal, const struct findings_style *style)
{
    bool made = true;
    size_t number = 0;
    for (size_t i = 0; i < findings->count && made && !style->quiet; i++)
        if (!findings->list[i].suppressed)
            made = write_finding(file, ++number, findings, &findings->list[i], style);
    for (size_t i = 0; i < journal->head.notes.count && !style->quiet; i++)
        fprintf(file, "note: %s\n", journal->head.notes.words[i]);
    if (!style->quiet && has_several_objects(findings))
        write_objects(file, findings);
    write_sum(file, findings, journal);
    if (!made)
        errno = ENOMEM;
    return made && fflush(file) == 0 && !ferror(file);
}
