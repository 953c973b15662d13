/* SPDX-License-Identifier: MIT
 *
 * What a run under another engine than the preload says of itself to commands in other terminals,
 * for nobody joins its accounts: it stands in memory that they find among the open files of its
 * command. They may ask there for another limit. The memory is open to all processes of the user,
 * so the command believes nothing in it but that somebody asks.
 */
#ifndef MEMRESTRICT_RUN_CARD_H
#define MEMRESTRICT_RUN_CARD_H

#include "engines/engine.h"

#include <stdbool.h>
#include <stdint.h>

/* What /proc calls that memory. */
#define RUN_CARD_MEMORY "/memfd:memrestrict-card (deleted)"

struct run_card {
    const struct engine *engine; /* NULL: there is no card */
    uint64_t limit, tree_limit;  /* bytes, or OUTCOME_UNLIMITED */
    bool attached;               /* to what ran already, and is no child of the command */
    char program[64];            /* any bytes */
};

/* The command's side. NULL: it cannot be made, so the run is only not seen. */
struct run_card_own *run_card_show(const struct engine *engine, const struct outcome *outcome,
                                   bool attached);
/* Does somebody want another limit, of all together or of each, whichever the run has? */
bool run_card_asks(const struct run_card_own *own, uint64_t *limit);
/* What came of it: 0, or errno's value. */
void run_card_answer(struct run_card_own *own, const struct outcome *outcome, int error);
void run_card_hide(struct run_card_own *own); /* NULL: nothing */

/* The other side. False: it is none. The descriptor stays the caller's. */
bool run_card_read(int fd, struct run_card *card);
/* Asks, and waits for an answer, some seconds at most. 0, or errno's value: ETIMEDOUT is none. */
int run_card_ask(int fd, uint64_t limit);

#endif
