/* SPDX-License-Identifier: MIT */
#include "outcome/format_json.h"

#include "base/json_object.h"
#include "base/json_text.h"
#include "base/json_write.h"
#include "outcome/format_leaks.h"
#include "outcome/sentence.h"

#include <inttypes.h>
#include <jansson.h>

static void put_arguments(struct json_object *object, char **argv)
{
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    json_put(object, "argv", json_texts(argv, count));
    object->failed |= !json_texts_add_bytes(object->json, "argv", argv, count);
}

static json_t *signal_object(int number)
{
    char name[SIGNAL_ROOM];
    struct json_object object = json_begin();
    json_put(&object, "number", json_integer(number));
    json_put(&object, "name", json_string(sentence_signal(number, name)));
    return json_end(&object);
}

static void put_end(struct json_object *object, bool exited, bool killed, int status)
{
    json_put(object, "exit_status", exited ? json_integer(status) : json_null());
    json_put(object, "signal", killed && status != 0 ? signal_object(status) : json_null());
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
    struct json_object object = json_begin();
    json_put(&object, "pid", json_integer(process->pid));
    json_put(&object, "call", json_string(refusal->call));
    json_put(&object, "size_bytes", json_number(refusal->size));
    json_put(&object, "used_bytes", json_number(refusal->used));
    json_put(&object, "limit_bytes", json_number_or_null(refusal->limit));
    json_put(&object, "by", json_string(refusal->by_tree ? "tree" : "process"));
    json_put(&object, "limit_of", json_string(owners[refusal->of]));
    json_put(&object, "after_ns", json_number(refusal->when > began ? refusal->when - began : 0));
    return json_end(&object);
}

static json_t *fault_object(const struct process *process, uint64_t began)
{
    const struct fault_struck *fault = &process->first_fault;
    if (fault->call == NULL)
        return json_null();
    struct json_object object = json_begin();
    json_put(&object, "pid", json_integer(process->pid));
    json_put(&object, "call", json_string(fault->call));
    json_put(&object, "size_bytes", json_number(fault->size));
    json_put(&object, "number", json_number(fault->number));
    json_put(&object, "site",
             fault->site == 0 ? json_null() : json_sprintf("%016" PRIx64, fault->site));
    json_put(&object, "after_ns", json_number(fault->when > began ? fault->when - began : 0));
    return json_end(&object);
}

static json_t *shortage_object(const struct shortage *shortage, const char *reason)
{
    if (shortage->count == 0)
        return json_null();
    struct json_object object = json_begin();
    json_put(&object, "calls", json_number(shortage->count));
    json_put(&object, "first_call", json_string(shortage->call));
    json_put(&object, "first_size_bytes", json_number(shortage->size));
    json_put(&object, "reason", json_text(reason));
    return json_end(&object);
}

static json_t *process_object(const struct outcome *outcome, const struct process *process)
{
    uint64_t began = outcome->began;
    struct json_object object = json_begin();
    json_put(&object, "pid", json_integer(process->pid));
    json_put(&object, "parent_pid", json_integer(process->parent));
    json_put(&object, "program", json_text(process->program));
    json_put(&object, "began_by", json_string(process->forked ? "fork" : "exec"));
    json_put(&object, "began_ns", json_number(process->began > began ? process->began - began : 0));
    json_put(&object, "ended_ns",
             process->ended == 0      ? json_null()
             : process->ended > began ? json_number(process->ended - began)
                                      : json_integer(0));
    json_put(&object, "end", json_string(sentence_end_id(process->end)));
    put_end(&object, process->end == PROCESS_EXITED, process->end == PROCESS_KILLED,
            process->status);
    json_put(&object, "crash", json_text(process->crash));
    json_put(&object, "limit_bytes", json_number_or_null(process->limit));
    json_put(&object, "used_bytes", json_number(process->used));
    json_put(&object, "peak_bytes", json_number(process->peak));
    json_put(&object, "refusals", json_number(process->refusals));
    json_put(&object, "first_refusal", refusal_object(process, began));
    json_put(&object, "faults", json_number(process->faults));
    json_put(&object, "first_fault", fault_object(process, began));
    json_put(&object, "failed_by_kernel",
             shortage_object(&process->kernel, process->kernel_reason));
    json_put(&object, "failed_for_records", shortage_object(&process->own_memory, NULL));
    json_put(&object, "unknown_frees", json_number(process->unknown));
    json_put(&object, "heap_owner", json_text(process->heap_owner));
    json_put(&object, "heap_limited",
             json_boolean(process->heap_owner == NULL && !process->heap_unreached));
    json_put(&object, "mappings_limited", json_boolean(!process->maps_owned));
    json_put(&object, "kernel_counted_bytes",
             process->resident != 0 ? json_number(process->resident) : json_null());
    json_put(&object, "of_run_within", json_boolean(process->within));
    json_put(&object, "doubt", json_text(process->doubt));
    json_put(&object, "coverage", json_string(sentence_coverage_id(process->coverage)));
    json_put(&object, "engine", json_text(process->engine));
    json_put(&object, "coverage_reason", json_text(process->why));
    json_put(&object, "joined", json_boolean(!process->unjoined));
    json_put(&object, "command", json_text(process->command));
    json_put(&object, "leaks", format_leaks_json(outcome, process));
    return json_end(&object);
}

static json_t *process_array(const struct outcome *outcome)
{
    json_t *array = json_array();
    bool failed = array == NULL;
    for (size_t i = 0; i < outcome->process_count; i++)
        failed |=
            json_array_append_new(array, process_object(outcome, &outcome->processes[i])) != 0;
    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

/* How many processes were covered how. */
static json_t *coverage_object(const struct outcome *outcome)
{
    struct json_object object = json_begin();
    for (enum coverage kind = COVERAGE_LIMITED; kind <= COVERAGE_UNKNOWN; kind++)
        json_put(&object, sentence_coverage_id(kind), json_number(outcome_count(outcome, kind)));
    return json_end(&object);
}

static void put_run(struct json_object *object, const struct outcome *outcome)
{
    bool started = outcome->pid != 0;
    json_put(object, "schema", json_string("memrestrict-outcome"));
    json_put(object, "version", json_integer(1));
    json_put(object, "outcome",
             started ? json_string(sentence_kind_id(outcome_kind(outcome))) : json_null());
    json_put(object, "passed", json_boolean(sentence_passed(outcome)));
    json_put(object, "program", json_text(outcome->name));
    put_arguments(object, outcome->argv);
    json_put(object, "pid", started ? json_integer(outcome->pid) : json_null());
    put_end(object, started && outcome->exited, started && !outcome->exited, outcome->status);
    json_put(object, "core_dumped", json_boolean(outcome->core_dumped));
    json_put(object, "timed_out", json_boolean(outcome->timed_out));
    json_put(object, "left_running", json_boolean(outcome->left));
    json_put(object, "duration_ns",
             json_number(outcome->ended > outcome->began ? outcome->ended - outcome->began : 0));
}

static void put_figures(struct json_object *object, const struct outcome *outcome)
{
    const struct process *first = outcome_first_refused(outcome);
    bool tree = outcome->tree_limit != OUTCOME_UNLIMITED, grouped = outcome->grouped;
    json_put(object, "engine", json_text(outcome->engine));
    json_put(object, "refusals_observed", json_boolean(!outcome->unobserved));
    json_put(object, "limit_bytes", json_number_or_null(outcome->limit));
    json_put(object, "tree_limit_bytes", json_number_or_null(outcome->tree_limit));
    json_put(object, "tree_peak_bytes",
             tree || grouped ? json_number(outcome->tree_peak) : json_null());
    json_put(object, "peak_bytes", json_number(outcome_peak(outcome)));
    json_put(object, "refusals", json_number(outcome_refusals(outcome)));
    json_put(object, "first_refusal",
             first == NULL ? json_null() : refusal_object(first, outcome->began));
    json_put(object, "limit_met", grouped ? json_number(outcome->limit_met) : json_null());
    json_put(object, "limit_kills", grouped ? json_number(outcome->limit_kills) : json_null());
    json_put(object, "fault_plan", json_text(outcome->fault_plan));
    json_put(object, "faults", json_number(outcome_faults(outcome)));
    first = outcome_first_fault(outcome);
    json_put(object, "first_fault",
             first == NULL ? json_null() : fault_object(first, outcome->began));
    json_put(object, "unlisted_processes", json_number(outcome->no_room));
    json_put(object, "coverage", coverage_object(outcome));
    json_put(object, "leaks", format_leaks_sum_json(outcome));
    json_put(object, "processes", process_array(outcome));
    json_put(object, "warnings", json_texts(outcome->warnings, outcome->warning_count));
}

bool format_json(FILE *file, const struct outcome *outcome)
{
    struct json_object object = json_begin();
    put_run(&object, outcome);
    put_figures(&object, outcome);
    return json_write(file, json_end(&object));
}
