/* SPDX-License-Identifier: MIT
 *
 * memrestrict reset-peak: the peak starts again from what is in use now.
 */
#ifndef MEMRESTRICT_RESET_PEAK_H
#define MEMRESTRICT_RESET_PEAK_H

/* The subcommand: argv[0] is "reset-peak". Returns the exit status. */
int reset_peak_main(int argc, char **argv);

#endif
