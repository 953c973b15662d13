/* SPDX-License-Identifier: MIT */
#include "judge/format_judge_json.h"

#include "base/json_text.h"
#include "base/json_write.h"
#include "base/string_list.h"
#include "judge/judge_verdict.h"
#include "outcome/sentence.h"

#include <sys/wait.h>

struct object {
    json_t *json;
    bool failed;
};

static void put(struct object *object, const char *name, json_t *value)
{
    object->failed |= json_object_set_new(object->json, name, value) != 0;
}

static json_t *number(uint64_t value)
{
    return value == UINT64_MAX ? json_null()
                               : json_integer(value <= INT64_MAX ? (json_int_t)value : INT64_MAX);
}

static void put_verdict(struct object *object, const struct judge_result *result)
{
    char room[SIGNAL_ROOM];
    enum judge_verdict verdict = judge_verdict(result);
    bool failed = verdict == VERDICT_RUNTIME_ERROR || verdict == VERDICT_MEMORY_LIMIT;
    put(object, "verdict", json_string(judge_verdict_id(verdict)));
    if (verdict == VERDICT_TIME_LIMIT)
        put(object, "which", json_string(result->cause == JUDGE_CPU ? "cpu" : "wall"));
    if (failed && WIFSIGNALED(result->status))
        put(object, "signal", json_string(sentence_signal(WTERMSIG(result->status), room)));
    else if (failed)
        put(object, "status", json_integer(WEXITSTATUS(result->status)));
    if (verdict == VERDICT_RUNTIME_ERROR)
        put(object, "stack_overflow", json_boolean(result->stack_overflow));
    if (verdict == VERDICT_FORBIDDEN_CALL) {
        put(object, "call", json_text(result->forbidden.call));
        put(object, "arguments", json_incref(result->forbidden.arguments));
        put(object, "call_kind", json_text(result->forbidden.kind));
    }
}

static json_t *first_refusal(const struct judge_result *result)
{
    const struct process *process = outcome_first_refused(&result->outcome);
    if (process == NULL && result->static_data == 0)
        return json_null();
    struct refusal large = {
        .call = "exec", .size = result->static_data, .limit = result->outcome.tree_limit};
    const struct refusal *refusal = process != NULL ? &process->first : &large;
    return json_pack("{s:s,s:o,s:o,s:o}", "call", refusal->call, "size_bytes",
                     number(refusal->size), "used_bytes", number(refusal->used), "limit_bytes",
                     number(refusal->limit));
}

static void put_figures(struct object *object, const struct judge_document *document)
{
    const struct judge_options *options = document->options;
    const struct judge_result *result = document->result;
    uint64_t refusals = outcome_refusals(&result->outcome);
    uint64_t peak =
        outcome_peak(&result->outcome); /* of one process; of all, if there is a limit */
    peak = result->outcome.tree_peak > peak ? result->outcome.tree_peak : peak;
    put(object, "cpu_ns", number(result->cpu));
    put(object, "wall_ns", number(result->wall));
    put(object, "peak_bytes", number(peak));
    put(object, "charged",
        json_string("private writable memory, static data, stacks of threads, "
                    "shared anonymous memory, writable shared files"));
    put(object, "refusals", number(refusals == 0 && result->static_data > 0 ? 1 : refusals));
    put(object, "first_refusal", first_refusal(result));
    put(object, "limit_bytes", number(options->limit));
    put(object, "time_limit_ns", number(options->time));
    put(object, "wall_limit_ns", number(options->wall));
    put(object, "output_limit_bytes", number(options->output_limit));
    put(object, "processes_limit", json_integer(options->processes));
    put(object, "reported", string_list_to_json(&result->reported));
    put(object, "engine", json_string("ptrace"));
    put(object, "policy", json_text(options->policy));
}

bool format_judge_json(FILE *file, const void *what)
{
    const struct judge_document *document = what;
    struct object object = {json_object(), false};
    put(&object, "schema", json_string("memrestrict-judge"));
    put(&object, "version", json_integer(1));
    put_verdict(&object, document->result);
    put_figures(&object, document);
    if (!object.failed)
        return json_write(file, object.json);
    json_decref(object.json);
    return json_write(file, NULL);
}
