/* SPDX-License-Identifier: MIT
 *
 * What processes use, as rows of bars: one a run, and one a process of it. What `ps` prints once,
 * `top` prints again and again.
 */
#ifndef MEMRESTRICT_USAGE_ROWS_H
#define MEMRESTRICT_USAGE_ROWS_H

#include "live/find_runs.h"

#include <stdio.h>

struct usage_row {
    int pid;
    bool whole;                  /* of all of a run: pid is the command's */
    char program[ACCOUNTS_NAME]; /* as the process has it: any bytes */
    uint64_t used, limit;        /* limit: or ACCOUNTS_UNLIMITED */
    uint64_t peak, refusals;
    bool outside; /* nobody tells those two before its end */
};

struct usage_rows {
    struct usage_row *rows;
    size_t count;
};

struct usage_style {
    unsigned width; /* columns of the terminal */
    unsigned most;  /* rows to print; those that are left out are counted in a last line */
    bool color;
    const char *line_end; /* "\n", or with what clears the rest of a line before it */
};

/* Adds the rows of a run: all of it and each process, the one that uses most first; or, with a
 * process, that one alone. False: no memory, which has been said. */
bool usage_rows_add(struct usage_rows *rows, const struct found_run *run,
                    const struct roster_process *process);
void usage_rows_free(struct usage_rows *rows);

/* A line of headings, and the rows. */
void usage_rows_print(FILE *file, const struct usage_rows *rows, const struct usage_style *style);

#endif
