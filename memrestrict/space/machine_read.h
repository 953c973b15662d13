/* SPDX-License-Identifier: MIT
 *
 * The machine's settings that decide what a process can map, and the memory cgroup that it is in.
 */
#ifndef MEMRESTRICT_MACHINE_READ_H
#define MEMRESTRICT_MACHINE_READ_H

#include "space/address_space.h"

void machine_read(struct space_system *system);
void machine_read_cgroup(int pid, struct space_cgroup *cgroup);

#endif
