/* SPDX-License-Identifier: MIT
 *
 * The memory that a run shares with its processes (accounts.h): made here, never in the file
 * system, and gone with the last process that has it.
 */
#ifndef MEMRESTRICT_BOOKS_H
#define MEMRESTRICT_BOOKS_H

#include "common/accounts.h"

#include <stdbool.h>

struct books {
    int fd; /* close-on-exec, above 2 */
    struct accounts *accounts;
};

/* `tree_limit` and `reserve` as in struct accounts; `sites` and `explore`: descriptors, or -1.
 * False: it could not be made, which has been said. */
bool books_open(struct books *books, uint64_t tree_limit, uint64_t reserve, int sites, int explore);

/* Does the run whose accounts MEMRESTRICT_ACCOUNTS names, if there is one, limit all its processes
 * together? NULL names none. */
bool books_have_tree_limit(const char *setting);

#endif
