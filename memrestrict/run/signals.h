/* SPDX-License-Identifier: MIT
 *
 * The signals of a run. The command takes none by a handler: it blocks all and fetches them, so
 * that what is meant for the program is passed on, and the program has what the command was
 * given.
 */
#ifndef MEMRESTRICT_SIGNALS_H
#define MEMRESTRICT_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct signals {
    sigset_t mask;             /* as the command was given it */
    struct sigaction on_child; /* SIGCHLD's: who ignores it cannot wait for anybody */
    char *last_argument;       /* of the command */
    int probe;                 /* see group_probe.h; 0: there is none */
};

/* Before the program's process is made. */
void signals_hold(struct signals *signals);
/* In the program's process, before exec: all as it was. */
void signals_give_back(const struct signals *signals);

/* Waits for a signal, at most so long. 0: none came. */
int signals_wait(uint64_t nanoseconds, siginfo_t *info);
/* The program's process waits to be let go, and holds its signals; `last_argument` is the
 * command's. What came before is passed on, unless that process has got it, too. */
void signals_watch(struct signals *signals, int pid, char *last_argument);
/* Passes a signal on to the program, unless it has got it already, as a member of the group that
 * the signal was sent to, or has sent it itself. */
void signals_pass(struct signals *signals, int pid, const siginfo_t *info);

/* The program was stopped by `signal`: where a shell with job control started the command, it
 * stops in the same way, so that the shell sees it, and when it goes on, so does the program.
 * False: it did not, for there is no such shell; whoever stopped the program alone will let it
 * alone go on. */
bool signals_stop_with(int pid, int signal);

/* When the program has ended, or could not be run: forgets what was meant for it, and lets the
 * command be interrupted. */
void signals_finish(struct signals *signals);

#endif
