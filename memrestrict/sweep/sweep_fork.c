/* SPDX-License-Identifier: MIT */
#include "sweep/sweep_fork.h"

#include "base/signal_wait.h"
#include "base/fault_modes.h"
#include "base/file_kind.h"
#include "base/json_read.h"
#include "base/message.h"
#include "base/string_file.h"
#include "sweep/reference.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t between_looks = UINT64_C(200) * 1000 * 1000;
static const uint64_t second = UINT64_C(1000000000);
enum { WORD = 128, LONGEST_CHAIN = 16 };

/* What the run with copies has told. */
struct told {
    const struct sweep_fork *how;
    const struct trial *trial;
    const char *folder; /* of the copies' output */
    json_t *explored;
    const json_t *records;
};

static int64_t number_of(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

/* The run */

static size_t outputs_in(const char *folder)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        count += strstr(entry->d_name, ".out") != NULL;
    if (directory != NULL)
        closedir(directory);
    return count;
}

static struct trial *wait_for(const struct sweep_fork *how, const char *folder)
{
    uint64_t sites = HASH_COUNT(how->reference->index.sites);
    uint64_t all = sites * (unsigned)__builtin_popcount(how->options->modes);
    struct trial *trial = NULL;
    while (trial == NULL && signal_wait_signal() == 0) {
        trial = trials_next(how->trials, between_looks);
        progress_show(how->progress, outputs_in(folder), all, "copies of the program");
    }
    progress_clear(how->progress);
    return trial;
}

/* The time limit holds for each copy, not for all together. */
static struct trial *run(const struct sweep_fork *how, const char *folder)
{
    char modes[FAULT_MODES_ROOM];
    char *words[6] = {NULL};
    struct trial_program before = *how->program;
    bool made =
        asprintf(&words[0], "--explore=%s", folder) > 0 &&
        asprintf(&words[1], "--explore-known=%s/sites.json", how->reference->run->folder) > 0 &&
        asprintf(&words[2], "--explore-modes=%s", fault_modes_words(how->options->modes, modes)) >
            0 &&
        asprintf(&words[3], "--explore-time=%" PRIu64 ".%03" PRIu64 "s", before.time_limit / second,
                 before.time_limit % second / 1000000) > 0;
    if (made && how->options->program != NULL)
        made = asprintf(&words[4], "--program=%s", how->options->program) > 0;
    how->program->more = (const char *const *)words;
    how->program->time_limit = 0;
    struct trial *trial = NULL;
    if (made && trials_start(how->trials, 0, NULL, NULL))
        trial = wait_for(how, folder);
    *how->program = before;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && words[i] != NULL; i++)
        free(words[i]);
    return trial;
}

/* What became of the copies */

static const json_t *record_of(const struct told *told, int64_t number)
{
    size_t i;
    const json_t *record;
    json_array_foreach (told->records, i, record)
        if (number_of(record, "n") == number)
            return record;
    return NULL;
}

/* The copy of the program itself that led to this one, if it was not that. */
static const json_t *root_of(const struct told *told, const json_t *record)
{
    for (int i = 0; i < LONGEST_CHAIN; i++) {
        const json_t *parent = record_of(told, number_of(record, "parent_record"));
        if (parent == NULL)
            break;
        record = parent;
    }
    return record;
}

static const json_t *process_of(const struct told *told, int64_t pid)
{
    size_t i;
    const json_t *process, *last = NULL;
    json_array_foreach (json_object_get(told->trial->outcome, "processes"), i, process)
        if (number_of(process, "pid") == pid)
            last = process;
    return last;
}

static void write_plan(FILE *file, const struct told *told, const json_t *record, int links)
{
    const json_t *parent = record_of(told, number_of(record, "parent_record"));
    unsigned depth = told->how->options->depth;
    if (parent != NULL && links < LONGEST_CHAIN) {
        write_plan(file, told, parent, links + 1);
        fputc(';', file);
    }
    fprintf(file, "site=%s", json_string_value(json_object_get(record, "site")));
    if (depth != 16)
        fprintf(file, ",depth=%u", depth);
    fprintf(file, ",%s", json_string_value(json_object_get(record, "mode")));
}

static char *plan_of(const struct told *told, const json_t *record)
{
    struct string_file plan;
    FILE *file = string_file_open(&plan);
    if (file == NULL)
        return NULL;
    write_plan(file, told, record, 0);
    return string_file_close(&plan);
}

/* Has the file, from there on, what the other has in all? */
static bool is_rest(const char *whole, int64_t from, const char *part)
{
    FILE *one = file_open_plain(whole), *other = file_open_plain(part);
    bool same = one != NULL && other != NULL && fseek(one, (long)from, SEEK_SET) == 0;
    for (int a = 0, b = 0; same && a != EOF && b != EOF;) {
        a = getc(one);
        b = getc(other);
        same = a == b;
    }
    if (one != NULL)
        fclose(one);
    if (other != NULL)
        fclose(other);
    return same;
}

/* Only the program's own first process is known to have its output in the reference. */
static bool prints_other(const struct told *told, const json_t *record, const char *out)
{
    char *printed;
    int64_t offset = number_of(record, "stdout_offset");
    int64_t main = number_of(told->trial->outcome, "pid");
    if (number_of(root_of(told, record), "of_pid") != main ||
        !json_is_integer(json_object_get(record, "stdout_offset")) ||
        asprintf(&printed, "%s/stdout", told->how->reference->run->folder) < 0)
        return false;
    bool other = !is_rest(printed, offset, out);
    free(printed);
    return other;
}

/* As `processes` of an outcome has it. */
static json_t *as_process(const json_t *record, const char *program)
{
    const json_t *signal = json_object_get(record, "signal");
    return json_pack(
        "{ss* sI sI sI so s{ss* sI}}", "program", program, "pid",
        (json_int_t)number_of(record, "pid"), "faults", (json_int_t)number_of(record, "faults"),
        "unknown_frees", (json_int_t)number_of(record, "unknown_frees"), "signal",
        json_is_integer(signal) ? json_pack("{sI}", "number", json_integer_value(signal))
                                : json_null(),
        "first_fault", "call", json_string_value(json_object_get(record, "call")), "size_bytes",
        (json_int_t)number_of(record, "size_bytes"));
}

/* What the process that was copied did in the end. */
static struct reference reference_of(const struct told *told, const json_t *record)
{
    struct reference reference = *told->how->reference;
    const json_t *process = process_of(told, number_of(root_of(told, record), "of_pid"));
    if (process == NULL)
        return reference;
    const json_t *status = json_object_get(process, "exit_status");
    reference.exited = json_is_integer(status);
    reference.status = (int)json_integer_value(status);
    reference.left = (uint64_t)number_of(process, "used_bytes");
    reference.unknown_frees = (uint64_t)number_of(process, "unknown_frees");
    reference.deaths = (struct deaths){{0}};
    return reference;
}

/* A copy tells no call sites, so those that only an error path meets have no names: its plan is
 * tried alone, as a sweep without copies does. False: a signal came, or there is no memory. */
static bool name(const struct told *told, const char *site, struct journal_record *record)
{
    const struct sweep_fork *how = told->how;
    if (!record->is_nameless || !reaction_is_wrong(record->reaction))
        return true;
    struct trial *trial = trials_start(how->trials, 0, record->plan, NULL)
                              ? trials_next(how->trials, UINT64_MAX)
                              : NULL;
    struct journal_record named = {.plan = strdup(record->plan)};
    struct site_index index = {.json = NULL};
    struct evidence evidence;
    char *said = NULL;
    bool done = trial == NULL || trial->end == TRIAL_FAILED ||
                (named.plan != NULL &&
                 reference_evidence(trial, how->reference->run->out_hash, &how->reference->index,
                                    &index, &evidence, &said) &&
                 classify(how->reference, &evidence, site, how->locations, &named));
    if (done && named.reaction == record->reaction && named.key != NULL) {
        journal_record_free(record);
        *record = named;
        named = (struct journal_record){.plan = NULL};
    }
    journal_record_free(&named);
    free(said);
    site_index_free(&index);
    trial_free(trial);
    return done && signal_wait_signal() == 0;
}

static const char *program_of(const struct told *told, const json_t *record)
{
    const json_t *process = process_of(told, number_of(root_of(told, record), "of_pid"));
    return json_string_value(json_object_get(process, "program"));
}

static bool judge_copy(const struct told *told, const json_t *record, const char *out,
                       const char *err)
{
    const struct sweep_fork *how = told->how;
    const json_t *status = json_object_get(record, "exit_status");
    struct reference reference = reference_of(told, record);
    json_t *processes = json_pack("[o]", as_process(record, program_of(told, record)));
    struct site_index index;
    struct evidence evidence = {
        .timed_out = json_is_true(json_object_get(record, "timed_out")),
        .exited = json_is_integer(status),
        .status = (int)(json_is_integer(status) ? json_integer_value(status)
                                                : number_of(record, "signal")),
        .other_output = prints_other(told, record, out),
        .said = err,
        .processes = processes,
        .pid = (int)number_of(record, "pid"),
        .left = (uint64_t)number_of(record, "used_bytes"),
        .index = &index,
        .time = (uint64_t)number_of(record, "time_ns"),
    };
    struct journal_record judged = {.plan = plan_of(told, record)};
    bool read = site_index_read(&index, told->trial->sites, evidence.pid);
    bool done = processes != NULL && judged.plan != NULL && read &&
                classify(&reference, &evidence, json_string_value(json_object_get(record, "site")),
                         how->locations, &judged);
    site_index_free(&index);
    json_decref(processes);
    done = done && name(told, json_string_value(json_object_get(record, "site")), &judged);
    if (!done) {
        journal_record_free(&judged);
        if (signal_wait_signal() == 0)
            message("no memory");
    }
    return done && saved_output_add(how->kept, &judged, out, err) &&
           how->keep(how->context, &judged);
}

static bool judge_record(const struct told *told, const json_t *record)
{
    char out[4096], err[4096];
    if (!json_is_true(json_object_get(record, "made")) ||
        json_string_value(json_object_get(record, "site")) == NULL)
        return true;
    snprintf(out, sizeof out, "%s/%s", told->folder,
             json_string_value(json_object_get(record, "stdout")));
    snprintf(err, sizeof err, "%s/%s", told->folder,
             json_string_value(json_object_get(record, "stderr")));
    return judge_copy(told, record, out, err);
}

static bool add_note(const struct sweep_fork *how, const char *format, int64_t number)
{
    char words[WORD];
    snprintf(words, sizeof words, format, number);
    return string_list_add(how->notes, words);
}

/* Copies are made where a block is asked for. */
static bool note_maps(const struct sweep_fork *how)
{
    const struct indexed_site *site = how->reference->index.sites;
    int64_t maps = 0;
    for (; site != NULL; site = site->hh.next)
        maps += site->calls == 0;
    return maps == 0 ||
           add_note(how,
                    maps == 1 ? "%" PRId64 " call site that maps memory was passed over; "
                                "without --fork it is tried"
                              : "%" PRId64 " call sites that map memory were passed over; "
                                "without --fork they are tried",
                    maps);
}

static bool note_gaps(const struct told *told)
{
    int64_t threads = number_of(told->explored, "skipped_threads");
    bool done = note_maps(told->how);
    if (threads > 0)
        done = add_note(told->how,
                        "%" PRId64 " call sites were passed over: there were several threads; "
                        "without --fork they are tried",
                        threads) &&
               done;
    if (json_is_true(json_object_get(told->explored, "full")))
        done = string_list_add(told->how->notes, "there was no room for all call sites") && done;
    return done;
}

static bool judge_all(struct told *told)
{
    char path[4096];
    size_t i;
    const json_t *record;
    snprintf(path, sizeof path, "%s/explored.json", told->folder);
    told->explored = json_read_left(path);
    told->records = json_object_get(told->explored, "records");
    bool good = json_is_array(told->records) && told->trial->sites != NULL;
    if (!good)
        message("the run that was to explore has told nothing");
    json_array_foreach (told->records, i, record)
        good = good && signal_wait_signal() == 0 && judge_record(told, record);
    good = good && note_gaps(told);
    json_decref(told->explored);
    return good;
}

/* The program itself goes on as ever: else something is wrong with the copies. */
static bool is_as_before(const struct sweep_fork *how, const struct trial *trial)
{
    const struct reference *reference = how->reference;
    if (trial->end == TRIAL_FAILED) {
        message("the program could not be run: %s", trial->trouble);
        return false;
    }
    if (trial->end != TRIAL_EXITED || trial->status != reference->status)
        return string_list_add(how->notes,
                               "the program that made the copies did not end as without "
                               "them: it may notice them");
    if (!reference->output_varies && trial->out_hash != reference->run->out_hash)
        return string_list_add(how->notes, "the program that made the copies printed something "
                                           "else than without them: it may notice them");
    return true;
}

bool sweep_fork(const struct sweep_fork *how)
{
    char *folder;
    if (asprintf(&folder, "%s/copies", how->reference->run->folder) < 0)
        return false;
    struct trial *trial = run(how, folder);
    struct told told = {.how = how, .trial = trial, .folder = folder};
    bool good = trial != NULL && is_as_before(how, trial) && judge_all(&told);
    trial_free(trial);
    free(folder);
    return good;
}
