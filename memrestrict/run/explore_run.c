/* SPDX-License-Identifier: MIT */
#include "run/explore_run.h"

#include "base/text.h"
#include "base/fault_modes.h"
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
    json_t *json = json_load_file(path, 0, &error);
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

static void print_number(FILE *file, const char *name, bool known, int64_t number)
{
    fprintf(file, known ? ",\"%s\":%" PRId64 : ",\"%s\":null", name, number);
}

/* How it ended, as far as its accounts tell. */
static void print_copy(FILE *file, const struct explore_run *explore, int pid)
{
    struct copy copy = copy_of(explore, pid);
    json_t *crash = copy.crash != NULL ? json_string(copy.crash) : NULL;
    print_number(file, "faults", true, (int64_t)copy.faults);
    print_number(file, "refusals", true, (int64_t)copy.refusals);
    print_number(file, "unknown_frees", true, (int64_t)copy.unknown);
    print_number(file, "used_bytes", true, (int64_t)copy.used);
    fputs(",\"crash\":", file);
    if (crash == NULL || json_dumpf(crash, file, JSON_ENCODE_ANY) != 0)
        fputs("null", file);
    json_decref(crash);
}

static void print_record(FILE *file, const struct explore_run *explore,
                         const struct explore_copy *copy, uint32_t number)
{
    bool over = copy->end == EXPLORE_DONE;
    bool exited = over && WIFEXITED(copy->status), killed = over && WIFSIGNALED(copy->status);
    fprintf(file, "{\"n\":%u,\"site\":\"%016" PRIx64 "\",\"mode\":\"%s\",\"call\":\"%s\"", number,
            copy->site, fault_modes_name(copy->mode), copy->call);
    print_number(file, "size_bytes", true, copy->size);
    print_number(file, "pid", true, copy->pid);
    print_number(file, "of_pid", true, copy->of_pid);
    print_number(file, "depth", true, copy->depth);
    print_number(file, "parent_record", copy->parent != 0, copy->parent);
    print_number(file, "exit_status", exited, WEXITSTATUS(copy->status));
    print_number(file, "signal", killed, WTERMSIG(copy->status));
    fprintf(file, ",\"timed_out\":%s,\"made\":%s", over && copy->timed_out ? "true" : "false",
            over ? "true" : "false");
    print_number(file, "time_ns", true, copy->time);
    fprintf(file, ",\"stdout\":\"%u.out\",\"stderr\":\"%u.err\"", number, number);
    print_number(file, "stdout_offset", copy->out_offset >= 0, copy->out_offset);
    print_number(file, "stderr_offset", copy->err_offset >= 0, copy->err_offset);
    print_copy(file, explore, copy->pid);
    putc('}', file);
}

static bool print_all(FILE *file, const struct explore_run *explore)
{
    bool any = false, full = explore_memory_is_full(explore->memory);
    fputs("{\"schema\":\"memrestrict-explored\",\"version\":1,\n\"records\":[", file);
    for (uint32_t i = 0; i < explore_memory_count(explore->memory); i++) {
        struct explore_copy copy = explore_memory_copy(explore->memory, i);
        if (copy.end == EXPLORE_NONE)
            continue;
        fputs(any ? ",\n" : "\n", file);
        print_record(file, explore, &copy, i + 1);
        any = true;
    }
    fprintf(file, "],\n\"skipped_threads\":%" PRIu64 ",\"full\":%s}\n",
            explore_memory_in_threads(explore->memory), full ? "true" : "false");
    return fflush(file) == 0 && !ferror(file);
}

bool explore_run_write(const struct explore_run *explore)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/explored.json", explore->folder);
    FILE *file = fopen(path, "we");
    bool done = file != NULL && print_all(file, explore);
    if (file != NULL)
        done = fclose(file) == 0 && done;
    if (!done)
        message("--explore: cannot write %s: %s", path, strerror(errno));
    return done;
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
