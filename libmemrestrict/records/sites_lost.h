/* SPDX-License-Identifier: MIT
 *
 * What was lost, by call site, in the memory that the command reads (sites_area.h). For the one
 * thread that looks, when the process ends.
 */
#ifndef MEMRESTRICT_SITES_LOST_H
#define MEMRESTRICT_SITES_LOST_H

#include "common/sites_area.h"
#include "records/reach.h"

/* At the start, and in the child of a fork: the process is to look when it ends. */
void sites_lost_ask(void);
/* Begins to look. False: no call sites are collected, or somebody has looked already. */
bool sites_lost_begin(void);
/* It cannot be told what is lost. */
void sites_lost_cannot(enum sites_leaks_reason reason);
/* Enters what a table says that is settled, and ends. */
void sites_lost_enter(const struct reach *reach);
void sites_lost_end(uint32_t threads, uint32_t deaf, uint64_t nanoseconds);

/* Was the site's memory asked for by the object that is loaded there? */
bool sites_lost_is_of(uint16_t number, uintptr_t object_start);

#endif
