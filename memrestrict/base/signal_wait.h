/* SPDX-License-Identifier: MIT
 *
 * Signals that end the command (SIGINT, SIGTERM, SIGHUP, SIGQUIT) while it has something to take
 * away first. They are blocked but while it waits or asks, and then noted: who waits looks whether
 * there was one, puts things in order, and obeys. Those that a write may cause are ignored
 * meanwhile, and children can be waited for.
 */
#ifndef MEMRESTRICT_SIGNAL_WAIT_H
#define MEMRESTRICT_SIGNAL_WAIT_H

#include <poll.h>
#include <stdint.h>

/* From here to signal_wait_release, which is also for a child, before exec. A signal that is
 * ignored stays ignored. */
void signal_wait_hold(void);
void signal_wait_release(void);

/* The signal that came, also while nothing was waited for; 0: none yet. Keeps errno. */
int signal_wait_signal(void);
/* As poll(2), at most so many nanoseconds (UINT64_MAX: for ever); returns -1 if a signal came. */
int signal_wait_poll(struct pollfd *fds, unsigned count, uint64_t nanoseconds);

/* If there was a signal, ends the command by it; after signal_wait_release. */
void signal_wait_obey(void);

#endif
