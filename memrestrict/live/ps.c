/* SPDX-License-Identifier: MIT */
#include "live/ps.h"

#include "base/arguments.h"
#include "base/json_object.h"
#include "base/json_text.h"
#include "base/json_write.h"
#include "live/usage_rows.h"
#include "live/find_runs.h"
#include "live/outside.h"
#include "base/message.h"
#include "base/terminal.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_JSON = 0x100 };

static error_t take(int key, char *value, void *into)
{
    (void)value;
    if (key != KEY_JSON)
        return ARGP_ERR_UNKNOWN;
    *(bool *)into = true;
    return 0;
}

static bool read_options(int argc, char **argv, bool *json, char ***pids, int *count, int *status)
{
    static const struct argp_option options[] = {
        {"json", KEY_JSON, NULL, 0, "as a JSON array, one object a run", 0},
        {0},
    };
    const struct arguments arguments = {
        .name = "memrestrict ps",
        .words = "[PID]...",
        .doc =
            "Lists the processes of the memrestrict commands that run now, with what they use of "
            "their "
            "limits. PID is that of a process, or of a command, which stands for all of its run.",
        .most = INT_MAX,
        .options = options,
        .take = take,
        .into = json,
    };
    *json = false;
    return arguments_read(&arguments, argc, argv, pids, count, status);
}

/* Of an engine's, some things are not known before the end. */
static json_t *process_object(const struct roster_process *process, bool is_engines)
{
    struct json_object object = json_begin();
    json_put(&object, "pid", json_integer(process->pid));
    json_put(&object, "parent_pid", json_integer(process->parent));
    json_put(&object, "program", json_text(process->program));
    json_put(&object, "limit_bytes", json_number_or_null(process->limit));
    json_put(&object, "used_bytes", json_number(process->used));
    json_put(&object, "peak_bytes", is_engines ? json_null() : json_number(process->peak));
    json_put(&object, "refusals", is_engines ? json_null() : json_number(process->refusals));
    json_put(&object, "heap_limited", json_boolean(!process->own_heap));
    json_put(&object, "mappings_limited", json_boolean(!process->own_maps));
    return json_end(&object);
}

/* One that could not be made takes the whole away. */
static void add(json_t **array, json_t *object)
{
    if (json_array_append_new(*array, object) == 0)
        return;
    json_decref(*array);
    *array = NULL;
}

static json_t *outside_array(const struct found_run *run, uint64_t *used)
{
    struct outside outside;
    json_t *array = json_array();
    *used = 0;
    if (!outside_read(run, &outside))
        return array;
    for (size_t i = 0; i < outside.count; i++) {
        struct roster_process process = {.pid = outside.list[i].pid,
                                         .parent = outside.list[i].parent,
                                         .limit = run->card.limit,
                                         .used = outside.list[i].used};
        memcpy(process.program, outside.list[i].program, sizeof outside.list[i].program);
        add(&array, process_object(&process, true));
    }
    *used = outside.used;
    outside_free(&outside);
    return array;
}

/* Takes both values over. */
static json_t *object_of(const struct found_run *run, uint64_t tree_limit, uint64_t used,
                         json_t *tree_peak, json_t *processes)
{
    const struct engine *engine = run->card.engine;
    struct json_object object = json_begin();
    json_put(&object, "schema", json_string("memrestrict-ps"));
    json_put(&object, "version", json_integer(1));
    json_put(&object, "command_pid", json_integer(run->command));
    json_put(&object, "engine", json_string(engine != NULL ? engine->name : "preload"));
    json_put(&object, "tree_limit_bytes", json_number_or_null(tree_limit));
    json_put(&object, "used_bytes", json_number(used));
    json_put(&object, "tree_peak_bytes", tree_peak);
    json_put(&object, "processes", processes);
    return json_end(&object);
}

/* The same as of others, with nulls for what is not known before the end. */
static json_t *outside_object(const struct found_run *run)
{
    uint64_t used;
    json_t *processes = outside_array(run, &used);
    return object_of(run, run->card.tree_limit, used, json_null(), processes);
}

/* With a process, of that alone. */
static json_t *run_object(const struct found_target *target)
{
    const struct found_run *run = target->run;
    struct roster_process process;
    if (run->card.engine != NULL)
        return outside_object(run);
    json_t *processes = json_array();
    for (unsigned i = 0; find_runs_next(run, &i, &process); i++)
        if (find_runs_means(target, &process))
            add(&processes, process_object(&process, false));
    struct roster_tree tree = roster_tree(run->roster);
    return object_of(run, tree.limited ? tree.limit : ACCOUNTS_UNLIMITED, find_runs_used(run),
                     json_number_or_null(tree.limited ? tree.peak : ACCOUNTS_UNLIMITED), processes);
}

static bool print_json(const struct found_target *targets, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, run_object(&targets[i]));
    if (json_array_size(array) == count)
        return json_write(stdout, array);
    message("ps: no memory");
    json_decref(array);
    return false;
}

static bool print_table(const struct found_target *targets, size_t count)
{
    struct usage_rows rows = {NULL, 0};
    struct usage_style style = {terminal_size().width, UINT_MAX,
                                terminal_wants_color(STDOUT_FILENO), "\n"};
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = usage_rows_add(&rows, targets[i].run,
                              targets[i].is_process ? &targets[i].process : NULL);
    if (done && count > 0)
        usage_rows_print(stdout, &rows, &style);
    else if (done)
        message("ps: you have no run going on now");
    usage_rows_free(&rows);
    return done;
}

/* What the words name; without words, all runs. NULL: one names nothing, or there is no memory. */
static struct found_target *choose(const struct found_runs *found, char **words, int word_count,
                                   size_t *count)
{
    *count = word_count > 0 ? (size_t)word_count : found->count;
    struct found_target *targets = calloc(*count + 1, sizeof *targets);
    bool done = targets != NULL;
    for (size_t i = 0; i < *count && done; i++)
        if (word_count > 0)
            done = find_runs_find(found, words[i], &targets[i]);
        else
            targets[i].run = &found->runs[i];
    if (done)
        return targets;
    free(targets);
    return NULL;
}

int ps_main(int argc, char **argv)
{
    struct found_runs found;
    bool json, done = false;
    char **words;
    int word_count, status;
    size_t count;
    if (!read_options(argc, argv, &json, &words, &word_count, &status))
        return status;
    if (!find_runs_open(&found))
        return EXIT_OURS;
    struct found_target *targets = choose(&found, words, word_count, &count);
    if (targets != NULL)
        done = json ? print_json(targets, count) : print_table(targets, count);
    free(targets);
    find_runs_close(&found);
    return done ? EXIT_SUCCESS : EXIT_OURS;
}
