/* SPDX-License-Identifier: MIT */
#include "sweep/bug_reports.h"

#include "base/message.h"
#include "base/output.h"
#include "base/string_file.h"
#include "sweep/finding_words.h"
#include "sweep/package_of.h"
#include "sweep/saved_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What one report is made of. */
struct material {
    const struct findings *findings;
    const struct finding *finding;
};

bool bug_reports_open(const char *folder)
{
    if (folder == NULL || mkdir(folder, 0777) == 0 ||
        (errno == EEXIST && access(folder, W_OK | X_OK) == 0))
        return true;
    message("--bug-reports: cannot use %s: %s; accepted: a folder to write to", folder,
            strerror(errno));
    return false;
}

/* As code: what a name of C++ has would be markup. */
static void write_code(FILE *file, const char *text)
{
    putc('`', file);
    for (; *text != '\0'; text++)
        putc(*text == '`' || *text == '\n' ? '\'' : *text, file);
    putc('`', file);
}

static void write_lines(FILE *file, const char *title, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    fprintf(file, "\n%s\n\n", title);
    for (const char *end; *text != '\0'; text = end + (*end == '\n')) {
        end = text + strcspn(text, "\n");
        fprintf(file, "    %.*s\n", (int)(end - text), text);
    }
}

static void write_list(FILE *file, const char *title, const struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        fprintf(file, "%s%s%s    %s\n", i == 0 ? "\n" : "", i == 0 ? title : "",
                i == 0 ? "\n\n" : "", list->words[i]);
}

static void write_package(FILE *file, const struct journal_record *record)
{
    char *package = record->object_path != NULL ? package_of(record->object_path) : NULL;
    fputs("\n* package: ", file);
    fputs(package != NULL ? package : "none that is known", file);
    fputs("\n* object: ", file);
    write_code(file, record->object_path != NULL ? record->object_path : "unknown");
    fputs("\n* place: ", file);
    write_code(file, record->place);
    fputs("\n* found by: memrestrict " MEMRESTRICT_VERSION ", sweep\n", file);
    free(package);
}

/* The facts, in one sentence. */
static bool write_cause(FILE *file, const struct journal_record *record)
{
    struct string_file when;
    FILE *words = string_file_open(&when);
    if (words == NULL)
        return false;
    finding_when(words, record);
    char *text = string_file_close(&when);
    if (text != NULL) {
        fputs("\nThe program ", file);
        fputs(reaction_meaning(record->reaction), file);
        putc(' ', file);
        write_code(file, text);
        fputs(".\n", file);
    }
    free(text);
    return text != NULL;
}

static bool write_report(FILE *file, const void *what)
{
    const struct material *material = what;
    const struct journal_record *record = material->finding->record;
    const struct sweep_head *head = &material->findings->journal->head;
    char *sentence = finding_sentence(record), *replay = finding_replay(head, record);
    char *debug = finding_debug(head, record);
    bool made = sentence != NULL && replay != NULL && debug != NULL;
    if (made) {
        fputs("# ", file);
        write_code(file, sentence);
        putc('\n', file);
        write_package(file, record);
        made = write_cause(file, record);
        write_lines(file, record->reaction == REACTION_LEAKED ? "It left behind:" : "It said last:",
                    record->detail);
        write_list(file, "It wrote:", &record->files);
        write_lines(file, "To see it:", replay);
        write_lines(file, "In gdb:", debug);
        write_list(file, "It went wrong in:", &record->stack);
        write_list(file, "The allocation failed in:", &record->caller);
    }
    free(sentence);
    free(replay);
    free(debug);
    return made;
}

static bool write_one(const char *folder, size_t number, const struct material *material)
{
    char name[SAVED_OUTPUT_NAME], *path;
    struct output output;
    saved_output_name(material->finding->record, name);
    if (asprintf(&path, "%s/%04zu-%s.md", folder, number, name) < 0) {
        message("%s", strerror(ENOMEM));
        return false;
    }
    bool done = output_open_replaced(&output, "bug-reports", path) &&
                output_write(&output, write_report, material);
    free(path);
    return done;
}

bool bug_reports_write(const char *folder, const struct findings *findings)
{
    bool done = true;
    size_t number = 0;
    for (size_t i = 0; i < findings->count && done && folder != NULL; i++) {
        const struct material material = {findings, &findings->list[i]};
        number += !findings->list[i].suppressed;
        if (finding_counts(&findings->list[i]))
            done = write_one(folder, number, &material);
    }
    return done;
}
