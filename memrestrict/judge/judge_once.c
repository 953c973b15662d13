/* SPDX-License-Identifier: MIT */
#include "judge/judge_once.h"

#include "base/die.h"
#include "base/message.h"
#include "base/output.h"
#include "base/string_file.h"
#include "judge/format_judge_json.h"
#include "judge/judge_verdict.h"

#include <stdlib.h>

enum { EXIT_OTHER_VERDICT = 1 };

static void say(const struct judge_result *result)
{
    struct string_file string;
    FILE *file = string_file_open(&string);
    if (file == NULL)
        return;
    judge_verdict_write(file, result);
    char *line = string_file_close(&string);
    if (line != NULL)
        message("%s", line);
    free(line);
}

/* What could not be watched has no verdict. */
static bool is_sound(const struct judge_result *result)
{
    if (!result->unwatched || result->cause != JUDGE_ENDED_ITSELF)
        return true;
    for (size_t i = 0; i < result->outcome.warning_count; i++)
        message("%s", result->outcome.warnings[i]);
    return false;
}

static int conclude(const struct judge_options *options, const struct judge_result *result,
                    struct output *json)
{
    const struct judge_document document = {options, result};
    if (!is_sound(result) || !output_write(json, format_judge_json, &document))
        return EXIT_OURS;
    say(result);
    return judge_verdict(result) == VERDICT_OK ? EXIT_SUCCESS : EXIT_OTHER_VERDICT;
}

int judge_once(const struct judge_options *options, const struct policy *policy)
{
    struct output json = {.option = NULL};
    struct judge_result result;
    if (!output_open(&json, "json", options->json))
        return EXIT_OURS;
    int status = judge_run(options, policy, &result);
    if (status == 0 && result.signal == 0)
        status = conclude(options, &result, &json);
    output_undo(&json);
    judge_result_free(&result);
    if (result.signal != 0)
        die_of(result.signal);
    return status;
}
