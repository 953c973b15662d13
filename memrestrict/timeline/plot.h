/* SPDX-License-Identifier: MIT
 *
 * memrestrict plot: draws a timeline (timeline.h) on the terminal, or by gnuplot into a picture.
 */
#ifndef MEMRESTRICT_PLOT_H
#define MEMRESTRICT_PLOT_H

/* The subcommand: argv[0] is "plot" or the like. Returns the exit status. */
int plot_main(int argc, char **argv);

#endif
