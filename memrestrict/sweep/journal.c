/* SPDX-License-Identifier: MIT */
#include "sweep/journal.h"

#include "base/file_kind.h"
#include "base/hash.h"
#include "base/json_text.h"
#include "base/lines.h"
#include "base/message.h"
#include "base/output.h"
#include "common/path_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA "memrestrict-sweep-journal"
enum { VERSION = 1, LONGEST = 64 << 20, MOST_NOTES = 1000 };

void sweep_head_free(struct sweep_head *head)
{
    string_list_free(&head->argv);
    string_list_free(&head->notes);
    free(head->input);
    free(head->build);
    free(head->options);
    free(head->tried);
    free(head->shard);
    *head = (struct sweep_head){.build = NULL};
}

static json_t *head_to_json(const struct sweep_head *head)
{
    json_t *json =
        json_pack("{ss si so so ss ss ss ss? sI so}", "schema", SCHEMA, "version", VERSION, "argv",
                  string_list_to_json(&head->argv), "input", json_text(head->input), "build",
                  head->build, "options", head->options, "tried", head->tried, "shard", head->shard,
                  "sites", (json_int_t)head->sites, "notes", string_list_to_json(&head->notes));
    if (json != NULL && json_texts_add_bytes(json, "argv", head->argv.words, head->argv.count) &&
        json_text_add_bytes(json, "input", head->input))
        return json;
    json_decref(json);
    return NULL;
}

static bool head_from_json(const json_t *json, struct sweep_head *head)
{
    const char *schema = json_string_value(json_object_get(json, "schema"));
    *head = (struct sweep_head){.build = NULL};
    if (schema == NULL || strcmp(schema, SCHEMA) != 0 ||
        json_integer_value(json_object_get(json, "version")) != VERSION)
        return false;
    head->input = json_text_get(json, "input");
    head->build = journal_record_text(json, "build");
    head->options = journal_record_text(json, "options");
    head->tried =
        json_object_get(json, "tried") != NULL ? journal_record_text(json, "tried") : strdup("");
    head->shard = journal_record_text(json, "shard");
    head->sites = (uint64_t)json_integer_value(json_object_get(json, "sites"));
    return string_list_get(json, "argv", &head->argv) &&
           string_list_get_safe(json, "notes", &head->notes) && head->notes.count <= MOST_NOTES &&
           head->build != NULL && head->options != NULL && head->tried != NULL &&
           head->argv.count > 0;
}

struct journal_plan {
    size_t record;
    UT_hash_handle hh; /* by the record's plan */
};

static bool make_room(struct journal *journal)
{
    if (journal->count < journal->room)
        return true;
    size_t room = 2 * journal->room + 16;
    struct journal_record *grown = reallocarray(journal->records, room, sizeof *grown);
    if (grown == NULL)
        return false;
    journal->records = grown;
    journal->room = room;
    return true;
}

static bool keep(struct journal *journal, struct journal_record *record)
{
    struct journal_plan *plan = make_room(journal) ? calloc(1, sizeof *plan) : NULL;
    if (plan == NULL)
        return false;
    plan->record = journal->count;
    HASH_ADD_KEYPTR(hh, journal->plans, record->plan, strlen(record->plan), plan);
    if (!HASH_ADDED(plan)) {
        free(plan);
        return false;
    }
    journal->records[journal->count++] = *record;
    *record = (struct journal_record){.plan = NULL};
    return true;
}

const struct journal_record *journal_find(const struct journal *journal, const char *plan)
{
    struct journal_plan *found;
    HASH_FIND_STR(journal->plans, plan, found);
    return found != NULL ? &journal->records[found->record] : NULL;
}

/* A later trial of the same plan counts for nothing. */
static bool take_line(struct journal *journal, const json_t *json)
{
    struct journal_record record;
    if (json_object_get(json, "finished") != NULL) {
        journal->finished = true;
        journal->time += (uint64_t)json_integer_value(json_object_get(json, "time_ns"));
        return true;
    }
    if (!journal_record_from_json(json, &record))
        return false;
    bool kept = journal_find(journal, record.plan) != NULL || keep(journal, &record);
    journal_record_free(&record);
    return kept;
}

/* Reads lines up to one that is not whole: its writer was killed. *end is where that begins. False:
 * this is no journal. */
static bool read_lines(struct journal *journal, FILE *file, long *end)
{
    struct lines lines = {.file = file, .most = LONGEST};
    bool good = true;
    *end = 0;
    while (good && lines_next(&lines) && !lines_is_cut(&lines)) {
        json_t *json = json_loadb(lines.text, lines.length, 0, NULL);
        good = json != NULL && (lines.number == 1 ? head_from_json(json, &journal->head)
                                                  : take_line(journal, json));
        json_decref(json);
        *end += (long)lines.length;
    }
    lines_end(&lines);
    return good && !lines.failed;
}

bool journal_read(struct journal *journal, const char *path)
{
    long end;
    *journal = (struct journal){.path = path};
    if (file_is_device(path)) {
        message("%s: cannot read: it is a device; accepted: a file or a pipe", path);
        return false;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        message("%s: cannot read: %s", path, strerror(errno));
        return false;
    }
    bool read = read_lines(journal, file, &end) && end > 0;
    fclose(file);
    if (read)
        return true;
    message("%s: this is no journal of a sweep; accepted: what sweep --journal=FILE has written",
            path);
    journal_close(journal);
    return false;
}

static bool is_same_list(const struct string_list *one, const struct string_list *other)
{
    bool same = one->count == other->count;
    for (size_t i = 0; same && i < one->count; i++)
        same = strcmp(one->words[i], other->words[i]) == 0;
    return same;
}

/* Why they do not belong together; NULL: they do. */
static const char *difference(const struct sweep_head *one, const struct sweep_head *other)
{
    if (!is_same_list(&one->argv, &other->argv))
        return "of another program, or other arguments";
    if (strcmp(one->build, other->build) != 0)
        return "of another build of the program or its libraries";
    if (strcmp(one->options, other->options) != 0)
        return "with other options";
    if (strcmp(one->tried, other->tried) != 0)
        return "with another --mode, --depth or --only";
    return NULL;
}

static bool write_line(struct journal *journal, json_t *json)
{
    if (journal->file == NULL) {
        json_decref(json);
        return true;
    }
    if (json == NULL)
        errno = ENOMEM;
    bool written = json != NULL && json_dumpf(json, journal->file, JSON_COMPACT) == 0 &&
                   fputc('\n', journal->file) != EOF && fflush(journal->file) == 0;
    json_decref(json);
    if (!written)
        message("%s: cannot write: %s", journal->path, strerror(errno));
    return written;
}

static bool belongs(const struct journal *journal, const struct sweep_head *head)
{
    const char *why = difference(&journal->head, head);
    bool same_part = (journal->head.shard == NULL) == (head->shard == NULL) &&
                     (head->shard == NULL || strcmp(journal->head.shard, head->shard) == 0);
    if (why == NULL && !same_part)
        why = "of another shard";
    if (why != NULL)
        message("%s: this is the journal of a sweep %s; accepted: another file, or none there",
                journal->path, why);
    return why == NULL;
}

/* Goes on with what is in the file. */
static bool take_up(struct journal *journal, struct sweep_head *head)
{
    long end;
    if (!read_lines(journal, journal->file, &end)) {
        message("%s: this is no journal of a sweep; accepted: one, or a file that is not there",
                journal->path);
        return false;
    }
    if (end > 0 && !belongs(journal, head))
        return false;
    if (fseek(journal->file, end, SEEK_SET) != 0 || ftruncate(fileno(journal->file), end) != 0) {
        message("%s: cannot write: %s", journal->path, strerror(errno));
        return false;
    }
    sweep_head_free(&journal->head);
    journal->head = *head;
    *head = (struct sweep_head){.build = NULL};
    journal->finished = false;
    return end > 0 || write_line(journal, head_to_json(&journal->head));
}

bool journal_open(struct journal *journal, const char *path, struct sweep_head *head)
{
    *journal = (struct journal){.path = path};
    if (path == NULL) {
        journal->head = *head;
        *head = (struct sweep_head){.build = NULL};
        return true;
    }
    if (!file_is_plain(path)) {
        message("--journal: %s: this is no regular file; accepted: one, or none there", path);
        return false;
    }
    int fd = path_open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        errno = -fd;
    else if ((journal->file = fdopen(fd, "r+")) == NULL)
        close(fd);
    if (journal->file == NULL) {
        message("--journal: %s: cannot write: %s", path, output_reason(errno));
        return false;
    }
    if (take_up(journal, head))
        return true;
    journal_close(journal);
    return false;
}

bool journal_add(struct journal *journal, struct journal_record *record)
{
    return write_line(journal, journal_record_to_json(record)) && keep(journal, record);
}

bool journal_finish(struct journal *journal, uint64_t time)
{
    journal->finished = true;
    journal->time += time;
    return write_line(journal, json_pack("{sb sI}", "finished", 1, "time_ns", (json_int_t)time));
}

struct known_note {
    const char *words;
    UT_hash_handle hh;
};

/* A note that is not in the table yet is entered there, and in the list, if there is one. */
static bool add_new(struct known_note **known, struct string_list *notes, const char *words)
{
    struct known_note *note;
    HASH_FIND_STR(*known, words, note);
    if (note != NULL)
        return true;
    if ((note = calloc(1, sizeof *note)) == NULL)
        return false;
    note->words = words;
    HASH_ADD_KEYPTR(hh, *known, words, strlen(words), note);
    if (HASH_ADDED(note))
        return notes == NULL || string_list_add(notes, words);
    free(note);
    return false;
}

static bool add_notes(struct string_list *notes, const struct string_list *more)
{
    struct known_note *known = NULL, *note, *next;
    bool done = true;
    for (size_t i = 0; i < notes->count && done; i++)
        done = add_new(&known, NULL, notes->words[i]);
    for (size_t i = 0; i < more->count && done; i++)
        done = add_new(&known, notes, more->words[i]);
    HASH_ITER (hh, known, note, next) {
        HASH_DEL(known, note);
        free(note);
    }
    return done;
}

bool journal_merge(struct journal *journal, struct journal *part)
{
    const char *why = difference(&journal->head, &part->head);
    if (why != NULL) {
        message("%s: this is the journal of a sweep %s than that of %s", part->path, why,
                journal->path);
        return false;
    }
    bool done = add_notes(&journal->head.notes, &part->head.notes);
    for (size_t i = 0; i < part->count && done; i++)
        done = journal_find(journal, part->records[i].plan) != NULL ||
               keep(journal, &part->records[i]);
    if (part->head.sites > journal->head.sites)
        journal->head.sites = part->head.sites;
    journal->finished &= part->finished;
    journal->time += part->time;
    journal_close(part);
    return done;
}

void journal_close(struct journal *journal)
{
    struct journal_plan *plan, *next;
    HASH_ITER (hh, journal->plans, plan, next) {
        HASH_DEL(journal->plans, plan);
        free(plan);
    }
    for (size_t i = 0; i < journal->count; i++)
        journal_record_free(&journal->records[i]);
    free(journal->records);
    sweep_head_free(&journal->head);
    if (journal->file != NULL)
        fclose(journal->file);
    *journal = (struct journal){.path = NULL};
}
