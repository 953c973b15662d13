/* SPDX-License-Identifier: MIT
 *
 * What the processes of a run had lost when they ended (--leaks): from the call sites that they
 * left to the outcome, with names.
 */
#ifndef MEMRESTRICT_LEAK_REPORTS_H
#define MEMRESTRICT_LEAK_REPORTS_H

#include "base/suppressions.h"
#include "outcome/outcome.h"
#include "sites/sites.h"

/* Enters it in each process that was gathered. False: no memory. */
bool leak_reports_enter(struct outcome *outcome, const struct sites *sites,
                        const struct suppressions *suppressions);

#endif
