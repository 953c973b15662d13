/* SPDX-License-Identifier: MIT */
#include "outcome/format_json.h"

#include "base/json_text.h"
#include "base/json_write.h"
#include "outcome/sentence.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* An object being made; a member that could not be made is remembered. */
struct object {
    json_t *json;
    bool failed;
};

static struct object object_new(void)
{
    json_t *json = json_object();
    return (struct object){json, json == NULL};
}

static void put(struct object *object, const char *name, json_t *value)
{
    object->failed |= json_object_set_new(object->json, name, value) != 0;
}

static json_t *finished(struct object *object)
{
    if (!object->failed)
        return object->json;
    json_decref(object->json);
    return NULL;
}

static json_t *bytes(uint64_t value)
{
    return json_integer(value <= INT64_MAX ? (json_int_t)value : INT64_MAX);
}

static json_t *limit(uint64_t value)
{
    return value == OUTCOME_UNLIMITED ? json_null() : bytes(value);
}

static void put_arguments(struct object *object, char **argv)
{
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    put(object, "argv", json_texts(argv, count));
    object->failed |= !json_texts_add_bytes(object->json, "argv", argv, count);
}

static json_t *signal_object(int number)
{
    char name[SIGNAL_ROOM];
    struct object object = object_new();
    put(&object, "number", json_integer(number));
    put(&object, "name", json_string(sentence_signal(number, name)));
    return finished(&object);
}

static void put_end(struct object *object, bool exited, bool killed, int status)
{
    put(object, "exit_status", exited ? json_integer(status) : json_null());
    put(object, "signal", killed && status != 0 ? signal_object(status) : json_null());
}

static json_t *refusal_object(const struct process *process, uint64_t began)
{
    static const char *const owners[] = {
        [LIMIT_OF_RUN] = "run",
        [LIMIT_OF_RUN_AROUND] = "run_around",
        [LIMIT_OF_RUN_WITHIN] = "run_within",
    };
    const struct refusal *refusal = &process->first;
    if (refusal->call == NULL)
        return json_null();
    struct object object = object_new();
    put(&object, "pid", json_integer(process->pid));
    put(&object, "call", json_string(refusal->call));
    put(&object, "size_bytes", bytes(refusal->size));
    put(&object, "used_bytes", bytes(refusal->used));
    put(&object, "limit_bytes", limit(refusal->limit));
    put(&object, "by", json_string(refusal->by_tree ? "tree" : "process"));
    put(&object, "limit_of", json_string(owners[refusal->of]));
    put(&object, "after_ns", bytes(refusal->when > began ? refusal->when - began : 0));
    return finished(&object);
}

static json_t *fault_object(const struct process *process, uint64_t began)
{
    const struct fault_struck *fault = &process->first_fault;
    if (fault->call == NULL)
        return json_null();
    struct object object = object_new();
    put(&object, "pid", json_integer(process->pid));
    put(&object, "call", json_string(fault->call));
    put(&object, "size_bytes", bytes(fault->size));
    put(&object, "number", bytes(fault->number));
    put(&object, "site", fault->site == 0 ? json_null() : json_sprintf("%016" PRIx64, fault->site));
    put(&object, "after_ns", bytes(fault->when > began ? fault->when - began : 0));
    return finished(&object);
}

static json_t *shortage_object(const struct shortage *shortage, const char *reason)
{
    if (shortage->count == 0)
        return json_null();
    struct object object = object_new();
    put(&object, "calls", bytes(shortage->count));
    put(&object, "first_call", json_string(shortage->call));
    put(&object, "first_size_bytes", bytes(shortage->size));
    put(&object, "reason", json_text(reason));
    return finished(&object);
}

static json_t *process_object(const struct process *process, uint64_t began)
{
    struct object object = object_new();
    put(&object, "pid", json_integer(process->pid));
    put(&object, "parent_pid", json_integer(process->parent));
    put(&object, "program", json_text(process->program));
    put(&object, "began_by", json_string(process->forked ? "fork" : "exec"));
    put(&object, "began_ns", bytes(process->began > began ? process->began - began : 0));
    put(&object, "ended_ns",
        process->ended == 0      ? json_null()
        : process->ended > began ? bytes(process->ended - began)
                                 : json_integer(0));
    put(&object, "end", json_string(sentence_end_id(process->end)));
    put_end(&object, process->end == PROCESS_EXITED, process->end == PROCESS_KILLED,
            process->status);
    put(&object, "crash", json_text(process->crash));
    put(&object, "limit_bytes", limit(process->limit));
    put(&object, "used_bytes", bytes(process->used));
    put(&object, "peak_bytes", bytes(process->peak));
    put(&object, "refusals", bytes(process->refusals));
    put(&object, "first_refusal", refusal_object(process, began));
    put(&object, "faults", bytes(process->faults));
    put(&object, "first_fault", fault_object(process, began));
    put(&object, "failed_by_kernel", shortage_object(&process->kernel, process->kernel_reason));
    put(&object, "failed_for_records", shortage_object(&process->own_memory, NULL));
    put(&object, "unknown_frees", bytes(process->unknown));
    put(&object, "heap_owner", json_text(process->heap_owner));
    put(&object, "heap_limited",
        json_boolean(process->heap_owner == NULL && !process->heap_unreached));
    put(&object, "mappings_limited", json_boolean(!process->maps_owned));
    put(&object, "kernel_counted_bytes",
        process->resident != 0 ? bytes(process->resident) : json_null());
    put(&object, "of_run_within", json_boolean(process->within));
    put(&object, "doubt", json_text(process->doubt));
    put(&object, "coverage", json_string(sentence_coverage_id(process->coverage)));
    put(&object, "engine", json_text(process->engine));
    put(&object, "coverage_reason", json_text(process->why));
    put(&object, "joined", json_boolean(!process->unjoined));
    put(&object, "command", json_text(process->command));
    return finished(&object);
}

static json_t *process_array(const struct outcome *outcome)
{
    json_t *array = json_array();
    bool failed = array == NULL;
    for (size_t i = 0; i < outcome->process_count; i++)
        failed |= json_array_append_new(
                      array, process_object(&outcome->processes[i], outcome->began)) != 0;
    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

/* How many processes were covered how. */
static json_t *coverage_object(const struct outcome *outcome)
{
    struct object object = object_new();
    for (enum coverage kind = COVERAGE_LIMITED; kind <= COVERAGE_UNKNOWN; kind++)
        put(&object, sentence_coverage_id(kind), bytes(outcome_count(outcome, kind)));
    return finished(&object);
}

static void put_run(struct object *object, const struct outcome *outcome)
{
    bool started = outcome->pid != 0;
    put(object, "schema", json_string("memrestrict-outcome"));
    put(object, "version", json_integer(1));
    put(object, "outcome",
        started ? json_string(sentence_kind_id(outcome_kind(outcome))) : json_null());
    put(object, "passed", json_boolean(sentence_passed(outcome)));
    put(object, "program", json_text(outcome->name));
    put_arguments(object, outcome->argv);
    put(object, "pid", started ? json_integer(outcome->pid) : json_null());
    put_end(object, started && outcome->exited, started && !outcome->exited, outcome->status);
    put(object, "core_dumped", json_boolean(outcome->core_dumped));
    put(object, "timed_out", json_boolean(outcome->timed_out));
    put(object, "duration_ns",
        bytes(outcome->ended > outcome->began ? outcome->ended - outcome->began : 0));
}

static void put_figures(struct object *object, const struct outcome *outcome)
{
    const struct process *first = outcome_first_refused(outcome);
    bool tree = outcome->tree_limit != OUTCOME_UNLIMITED, grouped = outcome->grouped;
    put(object, "engine", json_text(outcome->engine));
    put(object, "refusals_observed", json_boolean(!outcome->unobserved));
    put(object, "limit_bytes", limit(outcome->limit));
    put(object, "tree_limit_bytes", limit(outcome->tree_limit));
    put(object, "tree_peak_bytes", tree || grouped ? bytes(outcome->tree_peak) : json_null());
    put(object, "peak_bytes", bytes(outcome_peak(outcome)));
    put(object, "refusals", bytes(outcome_refusals(outcome)));
    put(object, "first_refusal",
        first == NULL ? json_null() : refusal_object(first, outcome->began));
    put(object, "limit_met", grouped ? bytes(outcome->limit_met) : json_null());
    put(object, "limit_kills", grouped ? bytes(outcome->limit_kills) : json_null());
    put(object, "fault_plan", json_text(outcome->fault_plan));
    put(object, "faults", bytes(outcome_faults(outcome)));
    first = outcome_first_fault(outcome);
    put(object, "first_fault", first == NULL ? json_null() : fault_object(first, outcome->began));
    put(object, "unlisted_processes", bytes(outcome->no_room));
    put(object, "coverage", coverage_object(outcome));
    put(object, "processes", process_array(outcome));
    put(object, "warnings", json_texts(outcome->warnings, outcome->warning_count));
}

bool format_json(FILE *file, const struct outcome *outcome)
{
    struct object object = object_new();
    put_run(&object, outcome);
    put_figures(&object, outcome);
    return json_write(file, finished(&object));
}
