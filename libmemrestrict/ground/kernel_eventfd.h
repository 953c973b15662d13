/* SPDX-License-Identifier: MIT
 *
 * A program's eventfd(2), by system calls of our own: safe wherever kernel.h is.
 */
#ifndef MEMRESTRICT_KERNEL_EVENTFD_H
#define MEMRESTRICT_KERNEL_EVENTFD_H

#include "common/kernel.h"

/* Is it one, and which? 0, or an errno value: EBADF, EINVAL, or why it cannot be told. Needs a free
 * descriptor, and not /proc. */
int kernel_eventfd_note(int fd, struct kernel_identity *identity);
/* Adds 1, if the descriptor still is an eventfd, as far as can be told: one eventfd is like the
 * other. Never waits: where there is no room for 1 it is readable already. */
void kernel_eventfd_add(int fd, const struct kernel_identity *identity);

#endif
