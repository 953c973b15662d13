/* SPDX-License-Identifier: MIT
 *
 * The file of a submission: where it is, and what must be known of it before it is run.
 */
#ifndef MEMRESTRICT_JUDGE_PROGRAM_H
#define MEMRESTRICT_JUDGE_PROGRAM_H

#include "base/string_list.h"

#include <limits.h>
#include <stdint.h>

struct judge_program {
    char path[PATH_MAX];
    struct string_list files; /* it, and what it is interpreted or loaded by */
    uint32_t arch;            /* an AUDIT_ARCH, of what is loaded at last */
    uint64_t data;            /* bytes of static data, in whole pages */
};

/* 0, or the exit status that says why not, which was said. */
int judge_program_find(struct judge_program *program, const char *name);
void judge_program_free(struct judge_program *program);

#endif
