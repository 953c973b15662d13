/* SPDX-License-Identifier: MIT
 *
 * What a scope still pays for, by call site.
 */
#ifndef MEMRESTRICT_SCOPE_LIVE_H
#define MEMRESTRICT_SCOPE_LIVE_H

#include <stddef.h>

struct memrestrict_scope;
struct memrestrict_live;

/* As memrestrict_scope_live, of a scope that there is. */
size_t scope_live(const struct memrestrict_scope *scope, struct memrestrict_live *live,
                  size_t count);

#endif
