/* SPDX-License-Identifier: MIT
 *
 * Tells a signal that was sent to our whole process group, and so to the program as well, from
 * one that was sent to the command alone and is to be passed on. The kernel does not say; so a
 * process that does nothing else lies in the group with all signals blocked, and what is pending
 * there went to all.
 */
#ifndef MEMRESTRICT_GROUP_PROBE_H
#define MEMRESTRICT_GROUP_PROBE_H

#include <stdbool.h>

/* Made after the program's process, since the kernel begins with the youngest of a group;
 * signals are held. `last` is the last of our arguments: the probe goes by no name that
 * anybody looks for. It ends with us. 0: it cannot be had. */
int group_probe_make(char *last);
/* Has the signal come to it, too? */
bool group_probe_has(int probe, int signal);
/* Has any? Then it knows too much, and another is to be made. */
bool group_probe_has_any(int probe);
void group_probe_end(int probe);

#endif
