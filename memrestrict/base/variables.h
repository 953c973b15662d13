/* SPDX-License-Identifier: MIT
 *
 * Variables for the environment of a program that the command starts.
 */
#ifndef MEMRESTRICT_VARIABLES_H
#define MEMRESTRICT_VARIABLES_H

#include <stdbool.h>

/* A value of NULL removes it. */
struct variable {
    const char *name, *value;
};

/* Into our own environment, for the process that is about to exec; the list is ended by one
 * without a name. False: with errno. */
bool variables_set(const struct variable *variables);

#endif
