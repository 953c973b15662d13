/* SPDX-License-Identifier: MIT
 *
 * A tree within another one: what the processes of this run hold together is held of the outer
 * tree's budget, too. Threads of the command charge it there, to a place that they have for that,
 * as processes ask for it; and give back what is no longer used when others need it. Not
 * a byte is used here that is not charged there.
 */
#ifndef MEMRESTRICT_ROSTER_LOAN_H
#define MEMRESTRICT_ROSTER_LOAN_H

#include "run/roster.h"
#include "run/roster_outer.h"

struct loan;

/* Before any process joins. NULL: there is no tree around us, or it cannot be charged from here.
 * Both stay the caller's, and must stay longer. */
struct loan *loan_open(struct roster *roster, struct outer *outer);
/* Once the program's process is made, which has no such thread. False: there is none, with errno.
 */
bool loan_start(struct loan *loan);
/* The processes that go on have what they have. NULL is ignored. False: the thread is kept by a
 * lock of the other run's, and what it works with must stay. */
bool loan_close(struct loan *loan);

#endif
