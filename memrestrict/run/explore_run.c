/* SPDX-License-Identifier: MIT */
#include "run/explore_run.h"

#include "base/text.h"
#include "base/fault_modes.h"
#include "base/json_read.h"
#include "base/json_text.h"
#include "base/json_write.h"
#include "base/output.h"
#include "run/explore_memory.h"
#include "base/message.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct explore_run {
    struct explore_memory *memory;
    char *folder;           /* absolute: copies may go to another directory */
    unsigned modes;         /* set of enum explore_mode */
    struct process *copies; /* that the run made, in order of beginning */
    size_t copy_count;
};

static bool set_folder(struct explore_run *explore, const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return false;
    explore->folder = realpath(folder, NULL);
    if (explore->folder == NULL || access(explore->folder, W_OK | X_OK) != 0)
        return false;
    if (explore_memory_set_folder(explore->memory, explore->folder))
        return true;
    errno = ENAMETOOLONG;
    return false;
}

static bool add_known(struct explore_memory *memory, const json_t *json)
{
    size_t i, j;
    const json_t *process, *site;
    const char *schema = json_string_value(json_object_get(json, "schema"));
    if (schema == NULL || strcmp(schema, "memrestrict-sites") != 0)
        return false;
    json_array_foreach (json_object_get(json, "processes"), i, process)
        json_array_foreach (json_object_get(process, "sites"), j, site) {
            const char *name = json_string_value(json_object_get(site, "name"));
            if (name != NULL)
                explore_memory_expect(memory, strtoull(name, NULL, 16));
        }
    return true;
}

static bool read_known(struct explore_memory *memory, const char *path)
{
    json_error_t error;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        snprintf(error.text, sizeof error.text, "%s", strerror(errno));
    json_t *json = file != NULL ? json_read(file, &error) : NULL;
    if (file != NULL)
        fclose(file);
    bool done = json != NULL && add_known(memory, json);
    if (!done)
        message_usage("--explore-known: %s: %s; accepted: a file that --site-list wrote", path,
                      json == NULL ? error.text : "no list of call sites");
    json_decref(json);
    return done;
}

struct explore_run *explore_run_open(const struct explore_options *options)
{
    struct explore_run *explore = calloc(1, sizeof *explore);
    if (explore != NULL)
        explore->memory = explore_memory_open();
    if (explore == NULL || explore->memory == NULL)
        message("--explore: cannot make the memory for it: %s", strerror(errno));
    else if (!set_folder(explore, options->folder))
        message("--explore: cannot use %s: %s; accepted: a folder to write to", options->folder,
                strerror(errno));
    else if (options->known == NULL || read_known(explore->memory, options->known)) {
        explore->modes = options->modes;
        explore_memory_set(explore->memory, options->modes, options->known != NULL,
                           options->time_limit);
        return explore;
    }
    explore_run_close(explore);
    return NULL;
}

void explore_run_close(struct explore_run *explore)
{
    if (explore == NULL)
        return;
    for (size_t i = 0; i < explore->copy_count; i++)
        process_free(&explore->copies[i]);
    free(explore->copies);
    free(explore->folder);
    explore_memory_close(explore->memory);
    free(explore);
}

int explore_run_fd(const struct explore_run *explore)
{
    return explore != NULL ? explore_memory_fd(explore->memory) : -1;
}

/* Records */

bool explore_run_settle(struct explore_run *explore, struct outcome *outcome)
{
    size_t kept = 0;
    explore->copies = calloc(outcome->process_count + 1, sizeof *explore->copies);
    if (explore->copies == NULL)
        return false;
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].explored)
            explore->copies[explore->copy_count++] = outcome->processes[i];
        else
            outcome->processes[kept++] = outcome->processes[i];
    outcome->process_count = kept;
    return true;
}

/* What a copy was, and what it became by exec. */
struct copy {
    uint64_t faults, refusals, unknown, used;
    const char *crash;
};

static struct copy copy_of(const struct explore_run *explore, int pid)
{
    struct copy copy = {.crash = NULL};
    for (size_t i = 0; i < explore->copy_count; i++) {
        const struct process *process = &explore->copies[i];
        if (process->pid != pid)
            continue;
        copy.faults += process->faults;
        copy.refusals += process->refusals;
        copy.unknown += process->unknown;
        copy.used = process->used;
        copy.crash = process->crash;
    }
    return copy;
}

static json_t *number(bool known, int64_t value)
{
    return known ? json_integer(value) : json_null();
}

/* How it ended, as far as its accounts tell. */
static json_t *accounts_of(const struct explore_run *explore, int pid)
{
    struct copy copy = copy_of(explore, pid);
    return json_pack("{sI sI sI sI so}", "faults", (json_int_t)copy.faults, "refusals",
                     (json_int_t)copy.refusals, "unknown_frees", (json_int_t)copy.unknown,
                     "used_bytes", (json_int_t)copy.used, "crash", json_text(copy.crash));
}

static json_t *record_of(const struct explore_run *explore, const struct explore_copy *copy,
                         unsigned index)
{
    char site[17], out[24], err[24];
    bool over = copy->end == EXPLORE_DONE;
    bool exited = over && WIFEXITED(copy->status), killed = over && WIFSIGNALED(copy->status);
    snprintf(site, sizeof site, "%016" PRIx64, copy->site);
    snprintf(out, sizeof out, "%u.out", index);
    snprintf(err, sizeof err, "%u.err", index);
    json_t *record = json_pack(
        "{si ss ss so sI si si si so so so sb sb sI ss ss so so}", "n", (int)index, "site", site,
        "mode", fault_modes_name(copy->mode), "call", json_text(copy->call), "size_bytes",
        (json_int_t)copy->size, "pid", (int)copy->pid, "of_pid", (int)copy->of_pid, "depth",
        (int)copy->depth, "parent_record", number(copy->parent != 0, copy->parent), "exit_status",
        number(exited, WEXITSTATUS(copy->status)), "signal", number(killed, WTERMSIG(copy->status)),
        "timed_out", over && copy->timed_out, "made", over, "time_ns", (json_int_t)copy->time,
        "stdout", out, "stderr", err, "stdout_offset",
        number(copy->out_offset >= 0, copy->out_offset), "stderr_offset",
        number(copy->err_offset >= 0, copy->err_offset));
    json_t *accounts = accounts_of(explore, copy->pid);
    bool whole = record != NULL && accounts != NULL && json_object_update(record, accounts) == 0;
    json_decref(accounts);
    if (whole)
        return record;
    json_decref(record);
    return NULL;
}

static json_t *all_records(const struct explore_run *explore)
{
    json_t *records = json_array();
    bool whole = records != NULL;
    for (uint32_t i = 0; i < explore_memory_count(explore->memory) && whole; i++) {
        struct explore_copy copy = explore_memory_copy(explore->memory, i);
        if (copy.end != EXPLORE_NONE)
            whole = json_array_append_new(records, record_of(explore, &copy, i + 1)) == 0;
    }
    if (whole)
        return records;
    json_decref(records);
    return NULL;
}

static bool write_all(FILE *file, const void *what)
{
    const struct explore_run *explore = what;
    return json_write(file,
                      json_pack("{ss si so sI sb}", "schema", "memrestrict-explored", "version", 1,
                                "records", all_records(explore), "skipped_threads",
                                (json_int_t)explore_memory_in_threads(explore->memory), "full",
                                explore_memory_is_full(explore->memory)));
}

bool explore_run_write(const struct explore_run *explore)
{
    char path[PATH_MAX + 32];
    struct output output;
    snprintf(path, sizeof path, "%s/explored.json", explore->folder);
    return output_open(&output, "explore", path) && output_write(&output, write_all, explore);
}

struct sum {
    uint32_t sites, copies, killed, timed_out, failed;
};

static struct sum add_up(const struct explore_run *explore)
{
    struct sum sum = {0};
    unsigned first = explore->modes & -explore->modes;
    for (uint32_t i = 0; i < explore_memory_count(explore->memory); i++) {
        struct explore_copy copy = explore_memory_copy(explore->memory, i);
        bool over = copy.end == EXPLORE_DONE;
        sum.copies += over;
        sum.sites += over && copy.mode == first;
        sum.failed += copy.end == EXPLORE_NOT_MADE;
        sum.timed_out += over && copy.timed_out;
        sum.killed += over && !copy.timed_out && WIFSIGNALED(copy.status);
    }
    return sum;
}

bool explore_run_say(FILE *file, const struct explore_run *explore, const char *program,
                     const char *trouble)
{
    struct sum sum = add_up(explore);
    uint64_t threads = explore_memory_in_threads(explore->memory);
    fputs("memrestrict: ", file);
    text_safe(file, program);
    if (sum.copies == 0 && trouble != NULL) {
        fprintf(file, ": nothing was explored: %s\n", trouble);
        return fflush(file) == 0 && !ferror(file);
    }
    fprintf(file, ": explored %u call site%s in %u cop%s: %u killed by a signal, %u hung",
            sum.sites, sum.sites == 1 ? "" : "s", sum.copies, sum.copies == 1 ? "y" : "ies",
            sum.killed, sum.timed_out);
    if (sum.failed > 0)
        fprintf(file, ", %u could not be made", sum.failed);
    if (threads > 0)
        fprintf(file, "; %" PRIu64 " call site%s passed over: there were several threads", threads,
                threads == 1 ? " was" : "s were");
    fprintf(file, "; see %s/explored.json\n", explore->folder);
    return fflush(file) == 0 && !ferror(file);
}
