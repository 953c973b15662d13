/* SPDX-License-Identifier: MIT
 *
 * One submission, from start to end: what it did, and what ended it.
 */
#ifndef MEMRESTRICT_JUDGE_RUN_H
#define MEMRESTRICT_JUDGE_RUN_H

#include "judge/call_text.h"
#include "judge/judge_options.h"
#include "judge/policy.h"
#include "outcome/outcome.h"

/* Why we ended it, if we did. */
enum judge_cause {
    JUDGE_ENDED_ITSELF,
    JUDGE_MEMORY, /* it had more in memory than was charged */
    JUDGE_CPU,
    JUDGE_WALL,
    JUDGE_OUTPUT,
    JUDGE_PROCESSES,
    JUDGE_CALL
};

struct judge_result {
    enum judge_cause cause;
    int status;         /* as of waitpid(2) */
    int signal;         /* that ended the run, since it came to the command; 0: none */
    uint64_t cpu, wall; /* nanoseconds, from exec on */
    bool stack_overflow;
    bool unwatched; /* a process could not be followed, and was ended: the outcome's warnings */
    uint64_t static_data;        /* of a program that was too large to begin; 0: it began */
    struct call_text forbidden;  /* of JUDGE_CALL; no line: none */
    struct string_list reported; /* calls, safe lines; no more than some */
    struct outcome outcome;      /* refusals, peaks, and warnings: what we could not do */
};

/* 0, or the exit status that says why it was not judged, which was said. With a signal there is no
 * verdict: the caller is to end by it. */
int judge_run(const struct judge_options *options, const struct policy *policy,
              struct judge_result *result);
void judge_result_free(struct judge_result *result);

#endif
