/* SPDX-License-Identifier: MIT */
#include "run/explore_run.h"

#include "base/fd.h"
#include "base/text.h"
#include "run/books.h"
#include "common/calls.h"
#include "common/explore_area.h"
#include "base/fault_modes.h"
#include "base/message.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct explore_run {
    int fd;
    struct explore_area *area;
    struct process *copies; /* that the run made, in order of beginning */
    size_t copy_count;
};

/* Copies may go to another directory: the path is absolute. */
static bool set_folder(struct explore_area *area, const char *folder)
{
    char whole[PATH_MAX];
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return false;
    if (realpath(folder, whole) == NULL || access(whole, W_OK | X_OK) != 0)
        return false;
    if (strlen(whole) >= EXPLORE_FOLDER) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(area->folder, whole);
    return true;
}

static bool make_area(struct explore_run *explore)
{
    struct explore_area *area;
    explore->fd = fd_above(memfd_create("memrestrict-explore", MFD_CLOEXEC));
    if (explore->fd < 0 || ftruncate(explore->fd, sizeof *area) != 0)
        return false;
    area = mmap(NULL, sizeof *area, PROT_READ | PROT_WRITE, MAP_SHARED, explore->fd, 0);
    if (area == MAP_FAILED)
        return false;
    explore->area = area;
    area->version = EXPLORE_VERSION;
    area->size = sizeof *area;
    area->magic = EXPLORE_MAGIC;
    return true;
}

static bool add_known(struct explore_area *area, const json_t *json)
{
    size_t i, j;
    const json_t *process, *site;
    const char *schema = json_string_value(json_object_get(json, "schema"));
    if (schema == NULL || strcmp(schema, "memrestrict-sites") != 0)
        return false;
    json_array_foreach (json_object_get(json, "processes"), i, process)
        json_array_foreach (json_object_get(process, "sites"), j, site) {
            const char *name = json_string_value(json_object_get(site, "name"));
            if (name != NULL && !explore_enter(area, strtoull(name, NULL, 16) ^ EXPLORE_EXPECTED))
                continue; /* there already, or full: then it is explore, which is no harm */
        }
    return true;
}

static bool read_known(struct explore_area *area, const char *path)
{
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);
    bool done = json != NULL && add_known(area, json);
    if (!done)
        message_usage("--explore-known: %s: %s; accepted: a file that --site-list wrote", path,
                      json == NULL ? error.text : "no list of call sites");
    json_decref(json);
    return done;
}

struct explore_run *explore_run_open(const struct explore_options *options)
{
    struct explore_run *explore = calloc(1, sizeof *explore);
    bool made = explore != NULL && make_area(explore);
    if (!made)
        message("--explore: cannot make the memory for it: %s", strerror(errno));
    else if (!set_folder(explore->area, options->folder))
        message("--explore: cannot use %s: %s; accepted: a folder to write to", options->folder,
                strerror(errno));
    else if (options->known == NULL || read_known(explore->area, options->known)) {
        explore->area->modes = options->modes;
        explore->area->deepest = options->known != NULL ? EXPLORE_DEEPEST : 1;
        explore->area->time_limit = options->time_limit;
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
    if (explore->area != NULL)
        munmap(explore->area, sizeof *explore->area);
    if (explore->fd >= 0)
        close(explore->fd);
    free(explore);
}

int explore_run_fd(const struct explore_run *explore) { return explore != NULL ? explore->fd : -1; }

/* Records */

static uint32_t count_of(const struct explore_run *explore)
{
    uint32_t count = atomic_load(&explore->area->record_count);
    return count < EXPLORE_RECORDS ? count : EXPLORE_RECORDS;
}

static const struct explore_record *ended(const struct explore_run *explore, uint32_t index)
{
    const struct explore_record *record = &explore->area->records[index];
    return atomic_load(&record->state) == EXPLORE_ENDED ? record : NULL;
}

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

static void print_record(FILE *file, const struct explore_run *explore, uint32_t number)
{
    const struct explore_record *record = &explore->area->records[number - 1];
    bool over = atomic_load(&record->state) == EXPLORE_ENDED;
    bool exited = over && WIFEXITED(record->status), killed = over && WIFSIGNALED(record->status);
    fprintf(file, "{\"n\":%u,\"site\":\"%016" PRIx64 "\",\"mode\":\"%s\",\"call\":\"%s\"", number,
            record->site, fault_modes_name(record->mode),
            record->call < CALL_COUNT ? call_name((enum call)record->call) : "?");
    print_number(file, "size_bytes", true, (int64_t)(record->size & INT64_MAX));
    print_number(file, "pid", true, atomic_load(&record->pid));
    print_number(file, "of_pid", true, record->of_pid);
    print_number(file, "depth", true, record->depth);
    print_number(file, "parent_record", record->parent != 0, record->parent);
    print_number(file, "exit_status", exited, WEXITSTATUS(record->status));
    print_number(file, "signal", killed, WTERMSIG(record->status));
    fprintf(file, ",\"timed_out\":%s,\"made\":%s", over && record->timed_out ? "true" : "false",
            over ? "true" : "false");
    print_number(file, "time_ns", true, (int64_t)(record->time & INT64_MAX));
    fprintf(file, ",\"stdout\":\"%u.out\",\"stderr\":\"%u.err\"", number, number);
    print_number(file, "stdout_offset", record->out_offset >= 0, record->out_offset);
    print_number(file, "stderr_offset", record->err_offset >= 0, record->err_offset);
    print_copy(file, explore, atomic_load(&record->pid));
    putc('}', file);
}

static bool print_all(FILE *file, const struct explore_run *explore)
{
    struct explore_area *area = explore->area;
    bool any = false, full = atomic_load(&area->record_count) > EXPLORE_RECORDS ||
                             atomic_load(&area->names_full) != 0;
    fputs("{\"schema\":\"memrestrict-explored\",\"version\":1,\n\"records\":[", file);
    for (uint32_t i = 0; i < count_of(explore); i++) {
        if (atomic_load(&area->records[i].state) == EXPLORE_EMPTY)
            continue;
        fputs(any ? ",\n" : "\n", file);
        print_record(file, explore, i + 1);
        any = true;
    }
    fprintf(file, "],\n\"skipped_threads\":%" PRIu64 ",\"full\":%s}\n",
            atomic_load(&area->in_threads), full ? "true" : "false");
    return fflush(file) == 0 && !ferror(file);
}

bool explore_run_write(const struct explore_run *explore)
{
    char path[EXPLORE_FOLDER + 32];
    snprintf(path, sizeof path, "%s/explored.json", explore->area->folder);
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
    uint32_t modes = explore->area->modes, first = modes & -modes;
    for (uint32_t i = 0; i < count_of(explore); i++) {
        const struct explore_record *record = ended(explore, i);
        sum.copies += record != NULL;
        sum.sites += record != NULL && record->mode == first;
        sum.failed += atomic_load(&explore->area->records[i].state) == EXPLORE_FAILED;
        sum.timed_out += record != NULL && record->timed_out;
        sum.killed += record != NULL && !record->timed_out && WIFSIGNALED(record->status);
    }
    return sum;
}

bool explore_run_say(FILE *file, const struct explore_run *explore, const char *program,
                     const char *trouble)
{
    struct sum sum = add_up(explore);
    uint64_t threads = atomic_load(&explore->area->in_threads);
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
    fprintf(file, "; see %s/explored.json\n", explore->area->folder);
    return fflush(file) == 0 && !ferror(file);
}
