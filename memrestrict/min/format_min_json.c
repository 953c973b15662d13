/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "min/format_min.h"

#include "base/json_write.h"

#include <stdlib.h>

static json_t *safe(const char *text)
{
    char *words = text != NULL ? text_safe_string(text) : NULL;
    json_t *json = words != NULL ? json_string(words) : json_null();
    free(words);
    return json;
}

static json_t *words_array(char *const *argv)
{
    json_t *array = json_array();
    for (; array != NULL && *argv != NULL; argv++)
        json_array_append_new(array, safe(*argv));
    return array;
}

static json_t *tried_json(const struct tried_budgets *tried)
{
    json_t *array = json_array();
    for (size_t i = 0; i < tried->count && array != NULL; i++) {
        const struct tried_budget *attempt = &tried->of[i];
        json_array_append_new(array, json_pack("{s:I,s:i,s:i,s:o}", "budget_bytes",
                                               (json_int_t)attempt->budget, "passed",
                                               (int)attempt->passed, "failed", (int)attempt->failed,
                                               "failure", safe(attempt->how)));
    }
    return array;
}

static json_t *budget(const struct min_result *result)
{
    if (result->file == NULL)
        return json_null();
    return json_pack("{s:o,s:o,s:f,s:b}", "file", safe(result->file->path), "bytes",
                     result->file->has ? json_integer((json_int_t)result->file->bytes)
                                       : json_null(),
                     "tolerance", result->options->tolerance, "grew", (int)result->grew);
}

bool format_min_json(FILE *file, const void *what)
{
    const struct min_result *result = what;
    const struct tried_budgets *tried = result->tried;
    const struct min_success *success = result->success;
    json_t *json = json_pack(
        "{s:s,s:i,s:o,s:s,s:I,s:I,s:I,s:I,s:I,s:b,s:b,s:I,s:I,s:o,s:o,s:o,s:s,s:s}", "schema",
        "memrestrict-min", "version", 1, "argv", words_array(result->options->argv), "scope",
        result->options->tree ? "tree" : "process", "step_bytes", (json_int_t)result->options->step,
        "need_bytes", (json_int_t)min_result_need(result), "least_passed_bytes",
        (json_int_t)tried_budgets_least(tried)->budget, "least_peak_bytes",
        (json_int_t)success->least_peak, "most_peak_bytes", (json_int_t)success->most_peak,
        "steady", (int)bisect_is_steady(tried), "simple", (int)bisect_is_simple(tried), "runs",
        (json_int_t)result->runs, "duration_ns", (json_int_t)result->time, "budget_file",
        budget(result), "tried", tried_json(tried), "sites", min_sites_json(result->sites),
        "replay", result->replay, "engine", success->engine);
    return json_write(file, json);
}
