/* SPDX-License-Identifier: MIT
 *
 * memrestrict attach: a limit on a process that runs already, by ptrace(2), as long as the command
 * is there.
 */
#ifndef MEMRESTRICT_ATTACH_H
#define MEMRESTRICT_ATTACH_H

int attach_main(int argc, char **argv);

#endif
