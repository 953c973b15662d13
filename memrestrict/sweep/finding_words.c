/* SPDX-License-Identifier: MIT */
#include "sweep/finding_words.h"

#include "base/replay.h"
#include "base/size_words.h"
#include "base/string_file.h"
#include "outcome/sentence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void finding_what(FILE *file, const struct journal_record *record)
{
    char signal[SIGNAL_ROOM];
    fputs(reaction_name(record->reaction), file);
    if (record->signal != 0)
        fprintf(file, " by %s", sentence_signal(record->signal, signal));
    else if (record->status >= 0 && reaction_is_wrong(record->reaction))
        fprintf(file, " with exit %d", record->status);
    fprintf(file, " in %s", record->place);
}

void finding_when(FILE *file, const struct journal_record *record)
{
    char size[SIZE_ROOM];
    fprintf(file, "when %s", record->call != NULL ? record->call : "an allocation");
    if (record->call != NULL)
        fprintf(file, " of %s", size_words(record->size, size));
    fputs(" fails", file);
    if (record->stack.count > 0)
        fprintf(file, " in %s", record->origin);
    if (strstr(record->plan, ",rest") != NULL)
        fputs(" and all that follow do", file);
    if (strchr(record->plan, ';') != NULL)
        fputs(", after another", file);
}

char *finding_sentence(const struct journal_record *record)
{
    struct string_file sentence;
    FILE *file = string_file_open(&sentence);
    if (file == NULL)
        return NULL;
    finding_what(file, record);
    fputc(' ', file);
    finding_when(file, record);
    return string_file_close(&sentence);
}

static struct replay replay_of(const struct sweep_head *head, const struct journal_record *record)
{
    return (struct replay){
        .fault = record->plan,
        .options = head->options,
        .words = head->argv.words,
        .count = head->argv.count,
        .input = head->input,
    };
}

char *finding_replay(const struct sweep_head *head, const struct journal_record *record)
{
    const struct replay replay = replay_of(head, record);
    return replay_line(&replay);
}

/* What the program itself had as its line, or another that it had started. */
static bool has_own_line(const struct sweep_head *head, const struct journal_record *record)
{
    const struct string_list *own = &record->command, *all = &head->argv;
    bool same = own->count == all->count;
    for (size_t i = 0; i < own->count && same; i++)
        same = strcmp(own->words[i], all->words[i]) == 0;
    return own->count > 0 && !same;
}

char *finding_debug(const struct sweep_head *head, const struct journal_record *record)
{
    struct replay replay = replay_of(head, record);
    if (has_own_line(head, record)) {
        replay.words = record->command.words;
        replay.count = record->command.count;
        replay.input = NULL;
    }
    return replay_in_debugger(&replay);
}

void findings_kinds(FILE *file, const struct findings *findings)
{
    size_t kinds[REACTIONS] = {0};
    const char *separator = " (";
    for (size_t i = 0; i < findings->count; i++)
        kinds[findings->list[i].record->reaction] += finding_counts(&findings->list[i]);
    for (int i = REACTIONS - 1; i >= 0; i--) {
        if (kinds[i] == 0)
            continue;
        fprintf(file, "%s%zu %s", separator, kinds[i], reaction_name((enum reaction)i));
        separator = ", ";
    }
    fputs(*separator == ',' ? ")" : "", file);
}

void findings_counts(FILE *file, const struct findings *findings, const struct journal *journal)
{
    const char *separator = ":";
    size_t wrong = 0;
    fprintf(file, "%zu trial%s of %" PRIu64 " call site%s", journal->count,
            journal->count == 1 ? "" : "s", journal->head.sites,
            journal->head.sites == 1 ? "" : "s");
    for (int i = 0; i < REACTIONS; i++)
        wrong += reaction_is_wrong((enum reaction)i) ? findings->trials[i] : 0;
    if (wrong > 0) {
        fprintf(file, ": %zu went wrong", wrong);
        separator = ",";
    }
    for (int i = REACTION_HANDLED; i >= 0; i--) {
        if (findings->trials[i] == 0)
            continue;
        fprintf(file, "%s %zu %s", separator, findings->trials[i], reaction_name((enum reaction)i));
        separator = ",";
    }
}
