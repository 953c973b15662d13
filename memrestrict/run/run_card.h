/* SPDX-License-Identifier: MIT
 *
 * What a run under another engine than the preload says of itself to commands in other terminals:
 * nobody joins its accounts, so it stands in memory of its own, which nobody can change once it is
 * made.
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
    char program[64];            /* any bytes */
};

/* Of this command's run, from now until the command ends. What cannot be made is only not seen. */
void run_card_show(const struct engine *engine, const struct outcome *outcome);
/* False: it is none. The descriptor stays the caller's. */
bool run_card_read(int fd, struct run_card *card);

#endif
