/* SPDX-License-Identifier: MIT */
#include "finding_words.h"

#include "shell.h"
#include "sizes.h"
#include "words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void finding_what(FILE *file, const struct record *record)
{
    char signal[SIGNAL_ROOM];
    fputs(reaction_name(record->reaction), file);
    if (record->signal != 0)
        fprintf(file, " by %s", words_signal(record->signal, signal));
    else if (record->status >= 0 && record->reaction > REACTION_HANDLED)
        fprintf(file, " with exit %d", record->status);
    fprintf(file, " in %s", record->place);
}

void finding_when(FILE *file, const struct record *record)
{
    char size[SIZE_ROOM];
    fprintf(file, "when %s", record->call != NULL ? record->call : "an allocation");
    if (record->call != NULL)
        fprintf(file, " of %s", size_words(record->size, size));
    fputs(" fails", file);
    if (record->stack.count > 0)
        fprintf(file, " in %s", record->origin);
    if (strchr(record->plan, ';') != NULL)
        fputs(", after another", file);
}

char *finding_sentence(const struct record *record)
{
    char *words = NULL;
    size_t size;
    FILE *memory = open_memstream(&words, &size);
    if (memory == NULL)
        return NULL;
    finding_what(memory, record);
    fputc(' ', memory);
    finding_when(memory, record);
    fclose(memory);
    return words;
}

/* The debugger needs our stdin for itself. */
static void write_debugger(FILE *file, const struct sweep_head *head)
{
    char *run = NULL;
    size_t size;
    FILE *memory = head->input != NULL ? open_memstream(&run, &size) : NULL;
    if (memory != NULL) {
        fputs("run <", memory);
        shell_word(memory, head->input);
        fclose(memory);
    }
    fputs(" -- gdb -ex ", file);
    shell_word(file, run != NULL ? run : "run");
    fputs(" --args", file);
    free(run);
}

static char *command_line(const struct sweep_head *head, const struct record *record, bool debug)
{
    char *line = NULL;
    size_t size;
    FILE *memory = open_memstream(&line, &size);
    if (memory == NULL)
        return NULL;
    fputs("memrestrict run --fault=", memory);
    shell_word(memory, record->plan);
    if (*head->options != '\0')
        fprintf(memory, " %s", head->options);
    if (debug) {
        fputs(" --program=", memory);
        shell_word(memory, words_last_part(head->argv.words[0]));
    }
    if (debug)
        write_debugger(memory, head);
    else
        fputs(" --", memory);
    for (size_t i = 0; i < head->argv.count; i++) {
        fputc(' ', memory);
        shell_word(memory, head->argv.words[i]);
    }
    if (!debug && head->input != NULL) {
        fputs(" <", memory);
        shell_word(memory, head->input);
    }
    fclose(memory);
    return line;
}

char *finding_replay(const struct sweep_head *head, const struct record *record)
{
    return command_line(head, record, false);
}

char *finding_debug(const struct sweep_head *head, const struct record *record)
{
    return command_line(head, record, true);
}

void findings_counts(FILE *file, const struct findings *findings, const struct journal *journal)
{
    const char *separator = ":";
    fprintf(file, "%zu trials of %" PRIu64 " call sites", journal->count, journal->head.sites);
    for (int i = REACTIONS - 1; i >= 0; i--) {
        enum reaction reaction = (enum reaction)i;
        if (findings->trials[reaction] == 0)
            continue;
        fprintf(file, "%s %zu %s", separator, findings->trials[reaction], reaction_name(reaction));
        separator = ",";
    }
}
