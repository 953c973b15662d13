/* SPDX-License-Identifier: MIT */
#include "sweep/reference.h"

#include "sweep/run_diff.h"
#include "sweep/said.h"
#include "base/hash.h"
#include "base/message.h"
#include "base/signal_wait.h"
#include "outcome/sentence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 2 };

bool reference_evidence(const struct trial *trial, uint64_t output, const struct site_index *known,
                        struct site_index *index, struct evidence *evidence, char **said)
{
    *index = (struct site_index){.json = NULL};
    *evidence = (struct evidence){
        .timed_out = trial->end == TRIAL_TIMED_OUT,
        .exited = trial->end != TRIAL_KILLED,
        .status = trial->status,
        .other_output = trial->out_hash != output,
        .changes = &trial->changes,
        .processes = json_object_get(trial->outcome, "processes"),
        .index = index,
        .time = trial->time,
    };
    if (asprintf(said, "%s/stderr", trial->folder) < 0) {
        *said = NULL;
        return false;
    }
    evidence->said = *said;
    bool read = trial->sites == NULL || site_index_take(index, trial->sites, trial->records, known);
    evidence->left = index->end_bytes;
    return read;
}

/* One run after the other: they must not be in each other's way. NULL: it was said, or a signal
 * came. */
static struct trial *run_once(struct trials *trials, uint64_t number)
{
    return trials_start(trials, number, NULL, NULL) ? trials_next(trials, UINT64_MAX) : NULL;
}

/* Why nothing can be learnt from it; NULL: all is well. */
static const char *defect_of(const struct trial *trial)
{
    static char words[128];
    char name[SIGNAL_ROOM];
    size_t i;
    const json_t *process;
    if (trial->end == TRIAL_FAILED)
        return trial->trouble;
    if (trial->end == TRIAL_TIMED_OUT)
        return "it does not end in time, with nothing made to fail; accepted: more of --time";
    if (trial->end == TRIAL_KILLED) {
        snprintf(words, sizeof words, "it is killed by %s with nothing made to fail",
                 sentence_signal(trial->status, name));
        return words;
    }
    json_array_foreach (json_object_get(trial->sites, "processes"), i, process) {
        const char *trouble = json_string_value(json_object_get(process, "trouble"));
        if (trouble != NULL)
            return trouble;
    }
    return NULL;
}

static bool is_fit(const struct trial *trial, int *status)
{
    const char *defect = defect_of(trial);
    *status = trial->end == TRIAL_FAILED && trial->status != 0 ? trial->status : EXIT_OURS;
    if (defect != NULL)
        message("the program cannot be swept: %s", defect);
    return defect == NULL;
}

static uint64_t larger(uint64_t one, uint64_t other) { return one > other ? one : other; }

/* Keeps the larger of what the runs had. */
static void add_run(struct reference *reference, const struct trial *trial,
                    const struct evidence *evidence)
{
    reference->exited = true;
    reference->status = trial->status;
    reference->left = larger(reference->left, evidence->left);
    reference->unknown_frees =
        larger(reference->unknown_frees, classify_sum(evidence, "unknown_frees"));
    struct deaths deaths = deaths_among(evidence->processes, evidence->pid);
    deaths_widen(&reference->deaths, &deaths);
    reference->said |= said_in(evidence->said);
}

static bool compare_outputs(const struct trial *first, const struct trial *later,
                            struct string_list *notes)
{
    char *one = NULL, *other = NULL;
    bool done = asprintf(&one, "%s/stdout", first->folder) > 0 &&
                asprintf(&other, "%s/stdout", later->folder) > 0 &&
                run_diff_outputs(one, other, notes);
    free(one);
    free(other);
    return done;
}

/* What differs between the first run and a later one. */
static bool compare(struct reference *reference, const struct trial *first,
                    const struct trial *later, const struct site_index *index,
                    struct string_list *notes)
{
    reference->output_varies |= first->out_hash != later->out_hash;
    return (!reference->output_varies || compare_outputs(first, later, notes)) &&
           file_reference_compare(&reference->files, &later->changes, notes) &&
           run_diff_sites(&reference->index, index, notes);
}

static bool is_same_end(const struct trial *first, const struct trial *later)
{
    if (first->status == later->status)
        return true;
    message("the program cannot be swept: with nothing made to fail it exits with %d, then with %d",
            first->status, later->status);
    return false;
}

static bool take_run(struct reference *reference, struct trial *first, struct trial *trial,
                     struct string_list *notes)
{
    struct site_index index;
    struct evidence evidence;
    char *said;
    bool read =
        reference_evidence(trial, first->out_hash, trial != first ? &reference->index : NULL,
                           &index, &evidence, &said);
    if (read)
        add_run(reference, trial, &evidence);
    if (read && trial != first)
        read = compare(reference, first, trial, &index, notes);
    if (read && trial == first) {
        reference->index = index;
        file_reference_begin(&reference->files, &trial->changes);
    } else {
        site_index_free(&index);
    }
    free(said);
    if (!read)
        message("no memory");
    return read;
}

/* By the words of run: "PROGRAM is statically linked, so the library cannot be loaded into it: not
 * limited; ...". */
static void say_nothing_allocates(const struct trial *trial)
{
    static const char end[] = ": not limited";
    const char *why =
        json_string_value(json_array_get(json_object_get(trial->outcome, "warnings"), 0));
    const char *last = why != NULL ? strstr(why, end) : NULL;
    if (last != NULL)
        message("the program cannot be swept: %.*s", (int)(last - why), why);
    else
        message("the program cannot be swept: it allocates nothing that the library sees");
}

/* So that a time of day in a file, in seconds, is seen to vary. */
static void wait_for_another_second(const struct reference *reference)
{
    time_t now = time(NULL);
    const uint64_t pause = UINT64_C(20) * 1000 * 1000;
    while (reference->files.changes.count > 0 && time(NULL) == now && signal_wait_signal() == 0)
        signal_wait_poll(NULL, 0, pause);
}

bool reference_take(struct reference *reference, struct trials *trials, uint64_t *time,
                    uint64_t *output, struct string_list *notes, int *status)
{
    struct trial *first = NULL;
    bool good = true;
    *reference = (struct reference){.status = 0};
    *time = 0;
    *status = EXIT_OURS;
    for (uint64_t i = 0; i < RUNS && good; i++) {
        wait_for_another_second(reference);
        struct trial *trial = run_once(trials, i);
        struct trial *to_compare = first != NULL ? first : trial;
        good = trial != NULL && is_fit(trial, status) && is_same_end(to_compare, trial) &&
               take_run(reference, to_compare, trial, notes);
        if (good)
            *time = larger(*time, trial->time);
        if (first == NULL)
            first = trial;
        else
            trial_free(trial);
    }
    if (good)
        *output = first->out_hash;
    if (good && first->status != 0)
        good = string_list_add_format(notes, "with nothing made to fail it exits with %zu",
                                      (size_t)first->status);
    reference->run = first;
    if (good && HASH_COUNT(reference->index.sites) == 0) {
        say_nothing_allocates(first);
        good = false;
    }
    return good;
}

void reference_free(struct reference *reference)
{
    site_index_free(&reference->index);
    changes_free(&reference->files.changes);
    trial_free(reference->run);
    reference->run = NULL;
}

char *reference_build(const struct reference *reference)
{
    size_t i;
    const json_t *object, *first;
    uint64_t sum = 0;
    char *build;
    first = json_array_get(json_object_get(reference->index.json, "processes"), 0);
    json_array_foreach (json_object_get(first, "objects"), i, object) {
        const char *id = json_string_value(json_object_get(object, "build_id"));
        const char *path = json_string_value(json_object_get(object, "path"));
        const char *words = id != NULL ? id : path != NULL ? path : "";
        sum += hash_more(HASH_START, words, strlen(words));
    }
    return asprintf(&build, "%016" PRIx64, sum) >= 0 ? build : NULL;
}
