/* SPDX-License-Identifier: MIT
 *
 * memrestrict set: another limit for a process, or for all of a run, while it runs.
 */
#ifndef MEMRESTRICT_SET_H
#define MEMRESTRICT_SET_H

/* The subcommand: argv[0] is "set". Returns the exit status. */
int set_main(int argc, char **argv);

#endif
