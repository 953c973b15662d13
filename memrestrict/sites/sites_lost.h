/* SPDX-License-Identifier: MIT
 *
 * What a process found to be lost when it ended, out of the memory that it has written: a part of
 * sites_read.c. Nothing there is believed but as its own testimony.
 */
#ifndef MEMRESTRICT_SITES_LOST_READ_H
#define MEMRESTRICT_SITES_LOST_READ_H

#include "sites/sites.h"

struct sites_area;

/* Where among the process's stacks those of the sites' numbers are. */
struct sites_lost_numbers {
    uint32_t *places; /* one behind is the number's stack, if that has grown */
    uint32_t count;
};

/* False: no memory. */
bool sites_lost_numbers_open(struct sites_lost_numbers *numbers, uint32_t count);
void sites_lost_numbers_close(struct sites_lost_numbers *numbers);

/* When all stacks were read, where `places` says how many there were before each number's. */
void sites_lost_read(struct sites_process *process, const struct sites_area *area,
                     const struct sites_lost_numbers *numbers);

#endif
