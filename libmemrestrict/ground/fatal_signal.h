/* SPDX-License-Identifier: MIT
 *
 * What a handler of ours does last with a signal that would have ended the process without it.
 */
#ifndef MEMRESTRICT_FATAL_SIGNAL_H
#define MEMRESTRICT_FATAL_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

/* Did an instruction raise it, which will again? Otherwise somebody sent it. */
bool fatal_signal_comes_again(const siginfo_t *info);
void fatal_signal_set_default(int number);
/* It ends the process once the handler has returned to where it struck: what comes again does so
 * without us; what was sent is sent once more, and waits, being blocked, for the return. */
void fatal_signal_let_end(const siginfo_t *info);

#endif
