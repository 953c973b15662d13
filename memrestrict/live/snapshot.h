/* SPDX-License-Identifier: MIT
 *
 * memrestrict snapshot: who holds what now, by call sites, in a process that goes on running.
 */
#ifndef MEMRESTRICT_SNAPSHOT_H
#define MEMRESTRICT_SNAPSHOT_H

/* The subcommand: argv[0] is "snapshot". Returns the exit status. */
int snapshot_main(int argc, char **argv);

#endif
