/* SPDX-License-Identifier: MIT
 *
 * The files that a submission may read: its program, those that loaders and C libraries need, and
 * what the user adds. Landlock holds it to them, where the kernel has that. Where not, a path is
 * looked at only while there is one thread that could change it, and refused from then on. To who
 * only looks (stat, access, readlink) all other files are not there; to open one is forbidden.
 */
#ifndef MEMRESTRICT_JUDGE_FILES_H
#define MEMRESTRICT_JUDGE_FILES_H

#include "base/string_list.h"
#include "engines/tracer.h"

struct judge_files {
    struct string_list paths; /* without links in them */
    int ruleset;              /* of Landlock; -1: there is none */
};

/* Adds those of the user, who is told of one that is not there, and the program and its
 * interpreters. `confine`: by Landlock, where there is one. False: this was said. */
bool judge_files_open(struct judge_files *files, const struct string_list *added,
                      const struct string_list *programs, bool confine);
void judge_files_close(struct judge_files *files);

/* In the submission's process, before its filters. False: errno. */
bool judge_files_enter(const struct judge_files *files);

/* Of a call that names a file: may it be made? *decision is TRACER_GO_ON, or TRACER_ANSWER with
 * *answer. False: it is forbidden. */
bool judge_files_decide(const struct judge_files *files, const struct tracer_call *call,
                        const char *name, enum tracer_decision *decision, int64_t *answer);

#endif
