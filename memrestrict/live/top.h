/* SPDX-License-Identifier: MIT
 *
 * memrestrict top: what `ps` shows, renewed on a terminal until q is pressed.
 */
#ifndef MEMRESTRICT_TOP_H
#define MEMRESTRICT_TOP_H

/* The subcommand: argv[0] is "top". Returns the exit status. */
int top_main(int argc, char **argv);

#endif
