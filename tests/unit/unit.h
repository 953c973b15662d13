/* SPDX-License-Identifier: MIT
 *
 * The unit tests of the core, without a preload: one suite a module, test_MODULE.c.
 */
#ifndef UNIT_H
#define UNIT_H

#include "harness.h"

#include <stdlib.h>

#define SUITES(X)                                                                                  \
    X(accounts)                                                                                    \
    X(budget)                                                                                      \
    X(config)                                                                                      \
    X(exec_notes)                                                                                  \
    X(explore)                                                                                     \
    X(fault)                                                                                       \
    X(gate)                                                                                        \
    X(gate_regions)                                                                                \
    X(ledger)                                                                                      \
    X(lock)                                                                                        \
    X(names)                                                                                       \
    X(path_open)                                                                                   \
    X(pages)                                                                                       \
    X(delayed_free)                                                                                \
    X(pools)                                                                                       \
    X(plan)                                                                                        \
    X(proc)                                                                                        \
    X(reach)                                                                                       \
    X(regions)                                                                                     \
    X(regions_recent)                                                                              \
    X(scopes)                                                                                      \
    X(space_look)                                                                                  \
    X(sites)                                                                                       \
    X(stack)                                                                                       \
    X(stock)                                                                                       \
    X(writer)

SUITES(HARNESS_DECLARE)

static inline void unit_add(Suite *suite, const TTest *test)
{
    harness_add(suite, test, RUN_SECONDS);
}

/* How many of so many rounds: UNIT_PART=N, for tools that make all slow, says an N-th of them. */
static inline unsigned unit_rounds(unsigned rounds)
{
    const char *part = getenv("UNIT_PART");
    unsigned divisor = part != NULL ? (unsigned)atoi(part) : 1;
    return divisor > 1 ? rounds / divisor + 1 : rounds;
}

#endif
