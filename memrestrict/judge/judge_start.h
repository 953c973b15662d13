/* SPDX-License-Identifier: MIT
 *
 * The process of a submission, from its first instruction, which is ours, to exec: a session of its
 * own, no descriptor, variable or privilege of ours, and all that holds it from then on.
 */
#ifndef MEMRESTRICT_JUDGE_START_H
#define MEMRESTRICT_JUDGE_START_H

#include "judge/judge_files.h"
#include "judge/judge_options.h"
#include "judge/judge_output.h"
#include "judge/judge_program.h"
#include "judge/policy_filter.h"

struct judge_start {
    const struct judge_options *options;
    const struct judge_program *program;
    const struct judge_files *files;
    const struct policy_filter *filter;
    const struct judge_output *output;
};

/* A process that waits. */
struct judge_started {
    int pid;
    int go, error; /* descriptors */
};

/* Makes it. False: with errno. */
bool judge_start(const struct judge_start *start, struct judge_started *started);
/* Lets it go on. False: it is gone. */
bool judge_start_go(struct judge_started *started);
/* Once it is the program, or dead: 0, or the exit status that says why it did not become the
 * program, which was said. */
int judge_start_result(struct judge_started *started, const char *name);

#endif
