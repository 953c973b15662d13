/* SPDX-License-Identifier: MIT
 *
 * memrestrict min: the smallest budget under which a program still succeeds, from the options to
 * the answer.
 */
#ifndef MEMRESTRICT_MIN_H
#define MEMRESTRICT_MIN_H

/* The subcommand: argv[0] is "min". Returns the exit status. */
int min_main(int argc, char **argv);

#endif
