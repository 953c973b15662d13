/* SPDX-License-Identifier: MIT
 *
 * While an engine limits a run: who gets away from it, and another limit that somebody wants.
 */
#ifndef MEMRESTRICT_ENGINE_WATCH_H
#define MEMRESTRICT_ENGINE_WATCH_H

#include "engines/engine.h"
#include "outcome/outcome.h"

struct engine_watch;

/* All stay the caller's. NULL: no memory, which has been said. */
struct engine_watch *engine_watch_open(const struct engine *engine, void *state,
                                       struct outcome *outcome);
/* Now and then. Who got away has a row in the outcome, but for the command's own helper. */
void engine_watch_look(struct engine_watch *watch, int helper);
void engine_watch_close(struct engine_watch *watch); /* NULL: nothing */

/* The limit of a run is another from now on: of all together where it has one, else of each. */
void engine_watch_note_limit(struct outcome *outcome, uint64_t limit);

#endif
