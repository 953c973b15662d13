/* SPDX-License-Identifier: MIT
 *
 * The process of a submission, from its first instruction, which is ours, to exec: a session of its
 * own, no descriptor, variable or privilege of ours, and all that holds it from then on.
 */
#ifndef MEMRESTRICT_JUDGE_START_H
#define MEMRESTRICT_JUDGE_START_H

#include "base/held_child.h"
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

/* Makes it: it waits. False: with errno. */
bool judge_start(const struct judge_start *start, struct held_child *started);
/* Once it is the program, or dead: 0, or the exit status that says why it did not become the
 * program, which was said. */
int judge_start_result(struct held_child *started, const char *name);

#endif
