/* SPDX-License-Identifier: MIT
 *
 * Scopes as <memrestrict.h> has them.
 */
#include "records/scopes.h"

#include "decide/gate.h"
#include "decide/scope_live.h"
#include "edges/exports.h"
#include "edges/lifecycle.h"

#include <errno.h>

#define MEMRESTRICT_LIBRARY
#include <memrestrict.h>

/* Blocks are charged one by one from here on. False: they are not counted at all. */
static bool begin(void)
{
    bool counted = life() == LIFE_ACTIVE;
    if (counted)
        gate_expect_scopes();
    else
        errno = ENOSYS;
    return counted;
}

static void say_why_not(void) { errno = scopes_is_deep() ? EAGAIN : ENOMEM; }

EXPORT struct memrestrict_scope *memrestrict_scope_create(const char *name, uint64_t limit)
{
    if (!begin())
        return NULL;
    struct memrestrict_scope *scope = scopes_create(name, limit);
    if (scope == NULL)
        say_why_not();
    return scope;
}

EXPORT bool memrestrict_scope_enter(struct memrestrict_scope *scope)
{
    if (!scopes_known(scope)) {
        errno = life() == LIFE_ACTIVE ? EINVAL : ENOSYS;
        return false;
    }
    bool entered = scopes_enter(scope);
    if (!entered)
        say_why_not();
    return entered;
}

EXPORT void memrestrict_scope_leave(struct memrestrict_scope *scope) { scopes_leave(scope); }

EXPORT bool memrestrict_scope_usage(const struct memrestrict_scope *scope,
                                    struct memrestrict_usage *usage, size_t size)
{
    if (size < sizeof *usage || !scopes_known(scope))
        return false;
    struct scopes_figures figures = scopes_read(scope);
    *usage = (struct memrestrict_usage){
        .limit = figures.limit,
        .used = figures.used,
        .peak = figures.peak,
        .refusals = figures.refusals,
    };
    return true;
}

EXPORT void memrestrict_scope_destroy(struct memrestrict_scope *scope)
{
    if (scopes_known(scope))
        scopes_destroy(scope);
}

EXPORT bool memrestrict_scope_push(uint64_t limit)
{
    if (UNLIKELY(!begin()))
        return false;
    bool pushed = scopes_push(limit);
    if (UNLIKELY(!pushed))
        say_why_not();
    return pushed;
}

EXPORT void memrestrict_scope_pop(void) { scopes_pop(); }

EXPORT size_t memrestrict_scope_live(const struct memrestrict_scope *scope,
                                     struct memrestrict_live *live, size_t count, size_t size)
{
    return size < sizeof *live || !scopes_known(scope) ? 0 : scope_live(scope, live, count);
}
