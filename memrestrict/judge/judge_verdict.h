/* SPDX-License-Identifier: MIT
 *
 * What became of a submission, in a word that other programs rely on, and in a line.
 */
#ifndef MEMRESTRICT_JUDGE_VERDICT_H
#define MEMRESTRICT_JUDGE_VERDICT_H

#include "judge/judge_run.h"

#include <stdio.h>

enum judge_verdict {
    VERDICT_OK,
    VERDICT_MEMORY_LIMIT,
    VERDICT_TIME_LIMIT,
    VERDICT_OUTPUT_LIMIT,
    VERDICT_PROCESS_LIMIT,
    VERDICT_RUNTIME_ERROR,
    VERDICT_FORBIDDEN_CALL
};

enum judge_verdict judge_verdict(const struct judge_result *result);
/* "ok", "memory-limit" ... Static. */
const char *judge_verdict_id(enum judge_verdict verdict);

/* "forbidden-call: unlink("/etc/hosts") ...", without a newline, safe. */
void judge_verdict_write(FILE *file, const struct judge_result *result);

#endif
