/* SPDX-License-Identifier: MIT
 *
 * A view of the machine in which a program's error paths can do no harm: a private mount namespace.
 * All is read-only there but the working directory and one folder; /tmp, /var/tmp and the folder
 * of temporary ones are as they are, and what is changed in them is gone with the program; /dev has
 * no disks, and its devices cannot be taken away. It holds against accidents: who is root inside
 * and wants to get out can.
 */
#ifndef MEMRESTRICT_SANDBOX_H
#define MEMRESTRICT_SANDBOX_H

#include <stdbool.h>

/* Moves the calling process there, for good. `kept` stays as it is: an absolute path, without
 * links. With `changes`, so does the working directory: what is changed there is in the folder
 * *changes, which lives as long as that is open, and changes.h reads. False: with errno, and *step
 * is what could not be done, static; all is undone with the process alone. */
bool sandbox_enter(const char *kept, int *changes, const char **step);

/* Tries it in a process of its own. NULL: it can be had. Else why not: static. */
const char *sandbox_trouble(const char *kept, bool changes);

#endif
