/* SPDX-License-Identifier: MIT
 *
 * From exec to a program's main, without symbols: the C library's start is given main's address.
 */
#ifndef MEMRESTRICT_TRACE_MAIN_H
#define MEMRESTRICT_TRACE_MAIN_H

#include "layout/trace.h"

/* The program has stopped at exec. True: it stands at main, or at its entry point, which *where
 * says. False: it ended before, or cannot be stopped there. */
bool trace_go_to_main(struct tracing *tracing, const char **where);

#endif
