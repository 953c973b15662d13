/* SPDX-License-Identifier: MIT */
#include "sweep/classify.h"

#include "base/file_kind.h"
#include "base/text.h"
#include "base/string_file.h"
#include "sweep/said.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL = 16 * 1024, DETAIL_LINES = 3, LEAKS_SHOWN = 3 };

static bool is_looked_at(const struct evidence *evidence, const json_t *process)
{
    return evidence->pid == 0 ||
           json_integer_value(json_object_get(process, "pid")) == evidence->pid;
}

uint64_t classify_sum(const struct evidence *evidence, const char *member)
{
    size_t i;
    const json_t *process;
    uint64_t sum = 0;
    json_array_foreach (evidence->processes, i, process)
        if (is_looked_at(evidence, process))
            sum += (uint64_t)json_integer_value(json_object_get(process, member));
    return sum;
}

/* That of the worst end of any process, which another may have hidden, or died of in turn. Who
 * writes to what has ended is sent SIGPIPE: that is no crash. */
static int signal_of(const struct reference *reference, const struct evidence *evidence)
{
    struct deaths deaths = deaths_among(evidence->processes, evidence->pid);
    int worst = deaths_worst(&deaths, &reference->deaths);
    if (worst != 0 || evidence->exited || evidence->timed_out)
        return worst;
    return evidence->status == SIGPIPE ? 0 : evidence->status;
}

/* The end of a file, as a string; the caller frees it. NULL: there is none. */
static char *read_tail(const char *path)
{
    FILE *file = path != NULL ? file_open_plain(path) : NULL;
    char *text = malloc(TAIL + 1);
    size_t length = 0;
    if (file != NULL && text != NULL) {
        if (fseek(file, -(long)TAIL, SEEK_END) != 0)
            rewind(file);
        length = fread(text, 1, TAIL, file);
        for (size_t i = 0; i < length; i++)
            if (text[i] == '\0')
                text[i] = '?';
    }
    if (file != NULL)
        fclose(file);
    if (text != NULL)
        text[length] = '\0';
    return text;
}

static bool leaves_more(const struct reference *reference, const struct evidence *evidence)
{
    return evidence->left > reference->left;
}

static enum reaction of_end(const struct reference *reference, const struct evidence *evidence,
                            unsigned said)
{
    bool same_status =
        evidence->exited && reference->exited && evidence->status == reference->status;
    bool same_output =
        (reference->output_varies || !evidence->other_output) &&
        (evidence->changes == NULL || !file_diff(&reference->files, evidence->changes));
    if (!same_status && evidence->status != 0)
        return REACTION_HANDLED;
    if (!same_status || !same_output)
        return evidence->status == 0 ? REACTION_SWALLOWED : REACTION_HANDLED;
    return (said & SAID_LEAK) != 0 || leaves_more(reference, evidence) ? REACTION_LEAKED
                                                                       : REACTION_TOLERATED;
}

/* Of several faults, the last may not have come; then it is the trial before it again. */
static bool is_reached(const struct reference *reference, const struct evidence *evidence,
                       const char *site)
{
    return evidence->pid != 0 ||
           (classify_sum(evidence, "faults") != 0 &&
            (evidence->index == NULL || site_index_find(evidence->index, site) != NULL ||
             site_index_find(&reference->index, site) != NULL));
}

/* A crash makes others wait for ever, so it counts before a hang. */
static enum reaction react(const struct reference *reference, const struct evidence *evidence,
                           const char *site, int signal, unsigned said)
{
    bool aborted = signal == SIGABRT || signal == SIGTRAP;
    if (!is_reached(reference, evidence, site))
        return REACTION_UNREACHED;
    if (classify_sum(evidence, "unknown_frees") > reference->unknown_frees ||
        (said & SAID_SANITIZERS) != 0 || (signal == SIGABRT && (said & SAID_BROKEN_HEAP) != 0))
        return REACTION_CORRUPTED;
    if ((signal != 0 && !aborted) || (said & SAID_CRASH) != 0)
        return REACTION_CRASHED;
    if (evidence->timed_out)
        return REACTION_HUNG;
    return aborted ? REACTION_ABORTED : of_end(reference, evidence, said);
}

/* Its last lines, made safe, as one text. */
static char *last_lines(const char *said)
{
    size_t length = strlen(said);
    while (length > 0 && said[length - 1] == '\n')
        length--;
    const char *from = said + length;
    for (int lines = 0; from > said && (from[-1] != '\n' || ++lines < DETAIL_LINES);)
        from--;
    char *part = strndup(from, (size_t)(said + length - from));
    struct string_file whole;
    FILE *memory = part != NULL ? string_file_open(&whole) : NULL;
    for (char *line = part, *next; memory != NULL && line != NULL; line = next) {
        if ((next = strchr(line, '\n')) != NULL)
            *next++ = '\0';
        text_safe(memory, line);
        if (next != NULL)
            fputc('\n', memory);
    }
    free(part);
    return memory != NULL ? string_file_close(&whole) : NULL;
}

struct leak {
    const struct indexed_site *site;
    uint64_t bytes, blocks;
};

static int by_bytes(const void *one, const void *other)
{
    const struct leak *a = one, *b = other;
    return (a->bytes < b->bytes) - (a->bytes > b->bytes);
}

/* Where more is left than in the reference, the most first. Their number. */
static size_t find_leaks(const struct reference *reference, const struct site_index *index,
                         struct leak *leaks)
{
    size_t count = 0;
    for (const struct indexed_site *site = index->sites; site != NULL; site = site->hh.next) {
        const struct indexed_site *before = site_index_find(&reference->index, site->name);
        uint64_t bytes = before != NULL ? before->end_bytes : 0;
        uint64_t blocks = before != NULL ? before->end_blocks : 0;
        if (site->end_bytes > bytes)
            leaks[count++] =
                (struct leak){site, site->end_bytes - bytes,
                              site->end_blocks > blocks ? site->end_blocks - blocks : 0};
    }
    qsort(leaks, count, sizeof *leaks, by_bytes);
    return count;
}

/* A block that has grown is more bytes in no block more. */
static void write_leak(FILE *file, struct source_locations *locations, const struct leak *leak)
{
    struct source_location place;
    char blocks[48] = " more in the blocks";
    if (leak->blocks > 0)
        snprintf(blocks, sizeof blocks, " in %" PRIu64 " block%s", leak->blocks,
                 leak->blocks == 1 ? "" : "s");
    if (source_locations_find(locations, leak->site->objects, leak->site->frames, NULL, &place))
        fprintf(file, "%" PRIu64 " byte%s%s of %s\n", leak->bytes, leak->bytes == 1 ? "" : "s",
                blocks, place.words);
    source_location_free(&place);
}

static char *leaks_in_words(const struct reference *reference, const struct evidence *evidence,
                            struct source_locations *locations)
{
    const struct site_index *index = evidence->index;
    struct leak *leaks = calloc(HASH_COUNT(index->sites) + 1, sizeof *leaks);
    char *words = NULL;
    struct string_file string;
    FILE *memory = leaks != NULL ? string_file_open(&string) : NULL;
    if (memory != NULL) {
        size_t count = find_leaks(reference, index, leaks);
        if (evidence->left > reference->left)
            fprintf(memory, "%" PRIu64 " bytes more than in the reference\n",
                    evidence->left - reference->left);
        for (size_t i = 0; i < count && i < LEAKS_SHOWN; i++)
            write_leak(memory, locations, &leaks[i]);
        if (count > LEAKS_SHOWN)
            fprintf(memory, "and of %zu other call sites\n", count - LEAKS_SHOWN);
        words = string_file_close(&string);
        if (words != NULL && *words != '\0')
            words[strlen(words) - 1] = '\0';
    }
    free(leaks);
    return words;
}

static const struct indexed_site *find_failed(const struct reference *reference,
                                              const struct evidence *evidence, const char *site)
{
    const struct indexed_site *failed =
        evidence->index != NULL ? site_index_find(evidence->index, site) : NULL;
    return failed != NULL ? failed : site_index_find(&reference->index, site);
}

/* What a process did in which nothing failed is not done again by it alone. */
static bool take_command(const struct evidence *evidence, const json_t *crashed,
                         struct journal_record *record)
{
    size_t i;
    const json_t *process, *crash = json_object_get(crashed, "crash");
    json_int_t pid = json_integer_value(json_object_get(crashed, "pid")), faults = 0;
    json_array_foreach (evidence->processes, i, process)
        if (json_integer_value(json_object_get(process, "pid")) == pid)
            faults += json_integer_value(json_object_get(process, "faults"));
    return faults == 0 || !json_is_array(json_object_get(crash, "command")) ||
           string_list_get(crash, "command", &record->command);
}

/* The C library's function that both made the call and died of it is to be mended, and not who
 * called it; else where the program died, if that is known; else the call site that failed. */
static bool find_place(const struct reference *reference, const struct evidence *evidence,
                       const char *site, struct source_locations *locations,
                       struct journal_record *record, struct source_location *place)
{
    struct source_location caller;
    const json_t *crashed = NULL;
    const struct indexed_site *failed = find_failed(reference, evidence, site);
    bool done =
        source_locations_find(locations, failed != NULL ? failed->objects : NULL,
                              failed != NULL ? failed->frames : NULL, &record->caller, &caller);
    if (evidence->index != NULL && record->signal != 0)
        crashed = site_index_crashed(evidence->index, evidence->pid, record->signal);
    *place = caller;
    record->is_nameless = failed == NULL;
    record->origin = strdup(caller.words != NULL ? caller.words : "");
    if (crashed == NULL)
        return done && record->origin != NULL;
    const json_t *crash = json_object_get(crashed, "crash");
    const struct source_stack end = {json_object_get(crashed, "objects"),
                                     json_object_get(crash, "frames")};
    source_location_free(place);
    return record->origin != NULL &&
           source_locations_find(locations, end.objects, end.frames, &record->stack, place) &&
           (failed == NULL ||
            source_locations_blame_library(
                locations, &(struct source_stack){failed->objects, failed->frames}, &end, place)) &&
           take_command(evidence, crashed, record) && done;
}

static bool set_place(struct journal_record *record, struct source_location *place)
{
    record->place = place->words;
    record->file = place->file;
    record->line = place->line;
    record->object = place->object;
    record->object_path = place->path;
    bool done =
        place->function != NULL &&
        asprintf(&record->key, "%s:%s", reaction_name(record->reaction), place->function) >= 0;
    free(place->function);
    return done;
}

static const char *program_of(const struct evidence *evidence, int signal)
{
    size_t i;
    const json_t *process;
    json_array_foreach (evidence->processes, i, process) {
        const json_t *ended = json_object_get(process, "signal");
        const char *name = json_string_value(json_object_get(process, "program"));
        if (is_looked_at(evidence, process) && name != NULL &&
            json_integer_value(json_object_get(ended, "number")) == signal)
            return name;
    }
    return "?";
}

/* A program that catches no std::bad_alloc anywhere has one bug, not one for each new. */
static bool name_program(const struct evidence *evidence, struct journal_record *record)
{
    char *program = text_safe_string(program_of(evidence, record->signal));
    char *place = NULL, *key = NULL;
    bool done =
        program != NULL &&
        asprintf(&place, "%s, which does not catch std::bad_alloc", program) > 0 &&
        asprintf(&key, "%s:std::bad_alloc@%s", reaction_name(record->reaction), program) > 0;
    free(program);
    if (!done) {
        free(place);
        return false;
    }
    free(record->place);
    free(record->key);
    record->place = place;
    record->key = key;
    return true;
}

/* What failed, as the run's JSON tells of the first fault. */
static void find_call(const struct evidence *evidence, struct journal_record *record)
{
    size_t i;
    const json_t *process;
    json_array_foreach (evidence->processes, i, process) {
        const json_t *first = json_object_get(process, "first_fault");
        if (!is_looked_at(evidence, process) || !json_is_object(first))
            continue;
        const char *call = json_string_value(json_object_get(first, "call"));
        record->call = call != NULL ? strdup(call) : NULL;
        record->size = (uint64_t)json_integer_value(json_object_get(first, "size_bytes"));
        return;
    }
}

static bool add_met(struct journal_record *record, const struct indexed_site *site)
{
    char innermost[SITE_NAME], words[2 * SITE_NAME];
    site_index_innermost(site, innermost);
    snprintf(words, sizeof words, "%s/%s", site->name, innermost);
    return string_list_add(&record->met, words);
}

static bool find_met(const struct reference *reference, const struct evidence *evidence,
                     struct journal_record *record)
{
    bool done = true;
    if (evidence->index == NULL)
        return true;
    for (const struct indexed_site *site = evidence->index->sites; site != NULL && done;
         site = site->hh.next)
        if (site->calls != 0 && site_index_find(&reference->index, site->name) == NULL)
            done = add_met(record, site);
    return done;
}

bool classify(const struct reference *reference, const struct evidence *evidence, const char *site,
              struct source_locations *locations, struct journal_record *record)
{
    struct source_location place;
    char *said = read_tail(evidence->said);
    unsigned words = said_in(evidence->said) & ~reference->said;
    int signal = signal_of(reference, evidence);
    record->reaction = react(reference, evidence, site, signal, words);
    record->status = evidence->exited && !evidence->timed_out ? evidence->status : -1;
    record->signal = record->reaction != REACTION_HUNG ? signal : 0;
    record->time = evidence->time;
    record->site = strdup(site);
    find_call(evidence, record);
    bool done = find_place(reference, evidence, site, locations, record, &place);
    done = set_place(record, &place) && find_met(reference, evidence, record) && done;
    if (done && record->reaction == REACTION_ABORTED && (words & SAID_BAD_ALLOC) != 0)
        done = name_program(evidence, record);
    if (done && record->reaction == REACTION_SWALLOWED && evidence->changes != NULL)
        done = file_diff_words(&reference->files, evidence->changes, &record->files);
    if (record->reaction == REACTION_LEAKED && evidence->index != NULL)
        record->detail = leaks_in_words(reference, evidence, locations);
    else if (said != NULL)
        record->detail = last_lines(said);
    free(said);
    return done && record->site != NULL && record->place != NULL;
}
