/* SPDX-License-Identifier: MIT
 *
 * For scripts: a victim whose address space has the fault that it is told.
 */
#ifndef LAYOUT_VICTIM_H
#define LAYOUT_VICTIM_H

#include "command.h"

/* Runs `script` with $p, a victim that has the fault `how` says, and waits. */
#define WITH(how, script)                                                                          \
    ">ready; mkfifo in; $V/layout_has_the_fault_it_is_told " how " <in >ready & p=$!; exec 5>in; " \
    "until grep -q ready ready; do if ! kill -0 $p 2>/dev/null; then wait $p; exit $?; fi; "       \
    "sleep 0.01; done; " script "; s=$?; exec 5>&-; wait $p; exit $s"
/* The first lines of what is found of it, faults alone. */
#define FOUND                                                                                      \
    "$M layout -q --check $p >out; s=$?; grep -E '^(fault|note) ' out | cut -d: -f1; (exit $s)"

/* 77: the machine cannot. */
static inline bool can(const char *script) { return shell(script)->status != 77; }

#endif
