/* SPDX-License-Identifier: MIT
 *
 * What kind of program an executable is, in words: more than target_check needs to know.
 */
#ifndef MEMRESTRICT_EXPLAIN_PROGRAM_H
#define MEMRESTRICT_EXPLAIN_PROGRAM_H

#include "run/target_check.h"

#include <stdio.h>

/* "dynamic, 64-bit x86-64", "statically linked, a Go program, 32-bit i386" ... */
void explain_program_write(FILE *file, const struct target *target);

#endif
