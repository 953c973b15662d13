/* SPDX-License-Identifier: MIT
 *
 * memrestrict ps: the processes of running commands, and what they use.
 */
#ifndef MEMRESTRICT_PS_H
#define MEMRESTRICT_PS_H

/* The subcommand: argv[0] is "ps". Returns the exit status. */
int ps_main(int argc, char **argv);

#endif
