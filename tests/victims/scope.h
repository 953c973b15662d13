/* SPDX-License-Identifier: MIT
 *
 * For victims that use scopes.
 */
#ifndef SCOPE_H
#define SCOPE_H

#include "victim.h"

static inline struct memrestrict_usage scope_usage(const struct memrestrict_scope *scope)
{
    struct memrestrict_usage now;
    CHECK(memrestrict_scope_usage(scope, &now, sizeof now));
    return now;
}

static inline uint64_t scope_used(const struct memrestrict_scope *scope)
{
    return scope_usage(scope).used;
}

#endif
