/* SPDX-License-Identifier: MIT */
#include "base/escape.h"
#include "sweep/finding_words.h"
#include "sweep/format_findings.h"

#include <errno.h>
#include <stdlib.h>

static void write_good(FILE *file, const struct findings *findings)
{
    size_t good = 0;
    for (int i = 0; i <= REACTION_HANDLED; i++)
        good += findings->trials[i];
    fprintf(file, "ok 1 - %zu trials went well\n", good);
}

static bool write_finding(FILE *file, size_t number, const struct finding *finding,
                          const struct journal *journal)
{
    const struct journal_record *record = finding->record;
    char *sentence = finding_sentence(record), *replay = finding_replay(&journal->head, record);
    bool made = sentence != NULL && replay != NULL;
    if (made) {
        fprintf(file, "not ok %zu - ", number);
        escape_tap(file, sentence);
        if (finding->suppressed || finding->known)
            fprintf(file, " # TODO %s", finding->suppressed ? "suppressed" : "known");
        fprintf(file, "\n  ---\n  outcome: %s\n  trials: %zu\n  replay: ",
                reaction_name(record->reaction), finding->trials);
        escape_yaml(file, replay);
        fputs("\n  said: ", file);
        escape_yaml(file, record->detail != NULL ? record->detail : "");
        fputs("\n  ...\n", file);
    }
    free(sentence);
    free(replay);
    return made;
}

bool format_findings_tap(FILE *file, const struct findings *findings, const struct journal *journal)
{
    bool made = true;
    fprintf(file, "TAP version 13\n1..%zu\n", findings->count + 1);
    write_good(file, findings);
    for (size_t i = 0; i < findings->count && made; i++)
        made = write_finding(file, i + 2, &findings->list[i], journal);
    for (size_t i = 0; i < journal->head.notes.count; i++)
        fprintf(file, "# %s\n", journal->head.notes.words[i]);
    if (!made)
        errno = ENOMEM;
    return made && fflush(file) == 0 && !ferror(file);
}
