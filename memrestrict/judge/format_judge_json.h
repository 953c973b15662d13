/* SPDX-License-Identifier: MIT
 *
 * A verdict as JSON, for programs.
 */
#ifndef MEMRESTRICT_FORMAT_JUDGE_JSON_H
#define MEMRESTRICT_FORMAT_JUDGE_JSON_H

#include "judge/judge_options.h"
#include "judge/judge_run.h"

#include <stdio.h>

struct judge_document {
    const struct judge_options *options;
    const struct judge_result *result;
};

/* Takes a struct judge_document. False: with errno. */
bool format_judge_json(FILE *file, const void *document);

#endif
