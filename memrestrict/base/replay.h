/* SPDX-License-Identifier: MIT
 *
 * The command line that does one of many runs again, quoted for a shell:
 * "memrestrict run --fault=call=malloc,nth=3 -- ./prog --verbose <input.txt".
 */
#ifndef MEMRESTRICT_REPLAY_H
#define MEMRESTRICT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

/* Strings are the caller's. */
struct replay {
    const char *fault;   /* the plan; NULL: none */
    const char *options; /* further ones of run, quoted already; may be empty; with --program, that
                          * is not said again */
    char *const *words;  /* the program with its arguments, */
    size_t count;        /* so many */
    const char
        *input; /* the file that is its standard input (stdin_copy_name); NULL: none, or unknown */
};

/* As above; or the same with the program under gdb, which needs our stdin for itself. The caller
 * frees it. NULL: no memory. */
char *replay_line(const struct replay *replay);
char *replay_in_debugger(const struct replay *replay);

#endif
