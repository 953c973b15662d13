/* SPDX-License-Identifier: MIT
 *
 * Does a plan say that this call fails? That of the settings is constant after start; what changes
 * are counts, which the child of a fork goes on from. No lock, no allocation: for any thread and
 * signal handler. A thread may have a plan of its own besides.
 */
#ifndef MEMRESTRICT_FAULT_H
#define MEMRESTRICT_FAULT_H

#include "common/calls.h"
#include "common/config.h"
#include "ground/guard.h"
#include "records/stack.h"

/* Constant after start: is there a plan? */
extern bool fault_on;
/* May a call of this thread fail by one? */
static inline bool fault_may_strike(void)
{
    return UNLIKELY(fault_on) || UNLIKELY(guard.faults != NULL);
}

/* Reads the plan of the settings, which have one. `executable` is the program's file name, for
 * lib=, and stays the caller's. False: it cannot be understood, with *complaint. What else is to be
 * known (a seed that was made, stacks that cannot be had) is said on stderr. */
bool fault_start(const struct config *config, const char *executable, struct text *complaint);

/* Does a plan wait for the command to arm it? */
bool fault_can_arm(void);
/* Where the command says so: enum account_armed. What the last ones said of this process, in a
 * fork's parent, is kept in *process. */
void fault_follow(_Atomic uint32_t *process, const _Atomic uint32_t *run);

struct fault {
    uint64_t number; /* of the call, among those that match the plan */
    uint64_t site;   /* the name of its stack; 0: it cannot be had */
};

/* The stack from `from` on asks for `size` bytes. Counts the call in every plan that it matches. */
bool fault_strikes(enum call call, uint64_t size, const struct stack_at *from, struct fault *fault);

/* A plan for this thread's calls alone, from now on, in the place of one that it has. A plan that
 * draws lots without a seed begins at seed 0. False: it is not understood, with what would be in
 * *accepted, static; or, with NULL there, there is no memory, or call stacks cannot be taken, which
 * it asks for. The thread's calls must go the whole path of the gate. */
bool fault_arm_thread(const char *text, const char *executable, const char **accepted);
/* No plan any more: how often it struck; 0 also if there was none. */
uint64_t fault_disarm_thread(void);

/* The program's main is about to be called. */
void fault_reach_main(void);
/* Another thread is about to be made: its number, to be put in guard.thread; 0: nobody asks. */
unsigned fault_next_thread(void);
/* In the child of a fork, or another copy of the process. */
void fault_fork_child(void);

#endif
