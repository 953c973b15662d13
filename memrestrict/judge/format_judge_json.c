/* SPDX-License-Identifier: MIT */
#include "judge/format_judge_json.h"

#include "base/json_object.h"
#include "base/json_text.h"
#include "base/json_write.h"
#include "base/string_list.h"
#include "judge/judge_verdict.h"
#include "outcome/sentence.h"

#include <sys/wait.h>

static void put_verdict(struct json_object *object, const struct judge_result *result)
{
    char room[SIGNAL_ROOM];
    enum judge_verdict verdict = judge_verdict(result);
    bool failed = verdict == VERDICT_RUNTIME_ERROR || verdict == VERDICT_MEMORY_LIMIT;
    json_put(object, "verdict", json_string(judge_verdict_id(verdict)));
    if (verdict == VERDICT_TIME_LIMIT)
        json_put(object, "which", json_string(result->cause == JUDGE_CPU ? "cpu" : "wall"));
    if (failed && WIFSIGNALED(result->status))
        json_put(object, "signal", json_string(sentence_signal(WTERMSIG(result->status), room)));
    else if (failed)
        json_put(object, "status", json_integer(WEXITSTATUS(result->status)));
    if (verdict == VERDICT_RUNTIME_ERROR)
        json_put(object, "stack_overflow", json_boolean(result->stack_overflow));
    if (verdict == VERDICT_FORBIDDEN_CALL) {
        json_put(object, "call", json_text(result->forbidden.call));
        json_put(object, "arguments", json_incref(result->forbidden.arguments));
        json_put(object, "call_kind", json_text(result->forbidden.kind));
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
                     json_number_or_null(refusal->size), "used_bytes",
                     json_number_or_null(refusal->used), "limit_bytes",
                     json_number_or_null(refusal->limit));
}

static void put_figures(struct json_object *object, const struct judge_document *document)
{
    const struct judge_options *options = document->options;
    const struct judge_result *result = document->result;
    uint64_t refusals = outcome_refusals(&result->outcome);
    uint64_t peak =
        outcome_peak(&result->outcome); /* of one process; of all, if there is a limit */
    peak = result->outcome.tree_peak > peak ? result->outcome.tree_peak : peak;
    json_put(object, "cpu_ns", json_number(result->cpu));
    json_put(object, "wall_ns", json_number(result->wall));
    json_put(object, "peak_bytes", json_number(peak));
    json_put(object, "charged",
             json_string("private writable memory, static data, stacks of threads, "
                         "shared anonymous memory, writable shared files"));
    json_put(object, "refusals",
             json_number(refusals == 0 && result->static_data > 0 ? 1 : refusals));
    json_put(object, "first_refusal", first_refusal(result));
    json_put(object, "limit_bytes", json_number_or_null(options->limit));
    json_put(object, "time_limit_ns", json_number_or_null(options->time));
    json_put(object, "wall_limit_ns", json_number_or_null(options->wall));
    json_put(object, "output_limit_bytes", json_number_or_null(options->output_limit));
    json_put(object, "processes_limit", json_integer(options->processes));
    json_put(object, "reported", string_list_to_json(&result->reported));
    json_put(object, "engine", json_string("ptrace"));
    json_put(object, "policy", json_text(options->policy));
}

bool format_judge_json(FILE *file, const void *what)
{
    const struct judge_document *document = what;
    struct json_object object = json_begin();
    json_put(&object, "schema", json_string("memrestrict-judge"));
    json_put(&object, "version", json_integer(1));
    put_verdict(&object, document->result);
    put_figures(&object, document);
    return json_write(file, json_end(&object));
}
