/* SPDX-License-Identifier: MIT
 *
 * /proc/ID/status, of a process or a thread.
 */
#ifndef MEMRESTRICT_PROC_STATUS_H
#define MEMRESTRICT_PROC_STATUS_H

/* A number in it, by its name with the colon ("Tgid:"). 0 also where there is none. */
int proc_status_number(int id, const char *name);

#endif
