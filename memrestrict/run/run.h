/* SPDX-License-Identifier: MIT
 *
 * memrestrict run: a program under a budget, from the options to the verdict.
 */
#ifndef MEMRESTRICT_RUN_H
#define MEMRESTRICT_RUN_H

/* The subcommand: what follows argv[0] are options and the program. Returns the exit status, or
 * ends the process by the signal that ended the program. */
int run_main(int argc, char **argv);

#endif
