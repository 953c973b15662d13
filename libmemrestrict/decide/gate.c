/* SPDX-License-Identifier: MIT */
#include "decide/gate.h"

#include "records/budget.h"
#include "decide/explore.h"
#include "records/fault.h"
#include "decide/gate_refusals.h"
#include "decide/gate_scopes.h"
#include "ground/guard.h"
#include "records/ledger.h"
#include "records/sites.h"

#include <stdatomic.h>
#include <stdint.h>

/* Sizes from here on need more than to be charged: no block is so large; or all, if there is a
 * plan, or a scope. */
static size_t needs_check_from = (size_t)PTRDIFF_MAX + 1;
static bool scopes_expected;

void gate_expect_faults(void) { __atomic_store_n(&needs_check_from, 0, __ATOMIC_RELAXED); }

void gate_expect_scopes(void)
{
    if (LIKELY(__atomic_load_n(&scopes_expected, __ATOMIC_RELAXED)))
        return;
    __atomic_store_n(&scopes_expected, true, __ATOMIC_RELAXED);
    gate_expect_faults();
}

static inline bool in_scope(void)
{
    return UNLIKELY(__atomic_load_n(&scopes_expected, __ATOMIC_RELAXED)) &&
           scopes_current() != NULL;
}

void gate_start(const struct config *config, const char *program)
{
    gate_refusals_start(config, program);
    if (fault_on)
        gate_expect_faults();
    budget_start(config->limit);
}

/* The block has its entry already. */
static COLD void site_begins(const void *block, size_t size)
{
    struct stack_at from = stack_here();
    uint16_t site = sites_gain(size, &from);
    if (!ledger_keep_site(block, site))
        sites_forget(site, size);
}

/* While the address is still ours. */
static inline void site_ends(const void *block, size_t size)
{
    sites_before_fall();
    sites_lose(ledger_site(block), size);
}

OUT_OF_LINE bool gate_faults(enum call call, uint64_t size)
{
    struct fault fault;
    struct stack_at from = stack_here();
    if (!(explore_on && explore_strikes(call, size, &from, &fault)) &&
        !(fault_may_strike() && fault_strikes(call, size, &from, &fault)))
        return false;
    gate_fail(call, size, &fault);
    return true;
}

bool gate_admit(enum call call, uint64_t size)
{
    if (LIKELY(budget_charge(size)))
        return true;
    gate_refuse(call, size);
    return false;
}

/* A size from needs_check_from on. */
static OUT_OF_LINE bool is_granted(enum call call, size_t size)
{
    if (size > PTRDIFF_MAX)
        gate_refuse(call, size);
    return size <= PTRDIFF_MAX && !gate_faults(call, size);
}

OUT_OF_LINE bool gate_admit_block(enum call call, size_t size)
{
    if (LIKELY(size < needs_check_from))
        return gate_admit(call, size);
    return is_granted(call, size) &&
           (in_scope() ? gate_scopes_admit(call, size) : gate_admit(call, size));
}

bool gate_is_fast(void) { return !sites_on && !fault_may_strike(); }

bool gate_admit_fast(enum call call, size_t size)
{
    return LIKELY(budget_charge_fast(size)) || gate_admit_block(call, size);
}

void gate_cancel(uint64_t size) { budget_refund(size); }

void gate_cancel_block(uint64_t size)
{
    if (in_scope())
        gate_scopes_cancel(size);
    else
        budget_refund(size);
}

/* No entry: because of stale ones, or for want of memory. */
static COLD bool enter_slowly(const void *block, size_t size)
{
    struct ledger_noted stale;
    const void *start;
    while ((start = ledger_take_stale(block, size, &stale)) != NULL) {
        if (sites_on)
            site_ends(start, stale.size);
        gate_scopes_refund(&stale);
    }
    return ledger_put(block, size);
}

static inline bool enter(const void *block, size_t size)
{
    return LIKELY(ledger_put(block, size)) || enter_slowly(block, size);
}

static COLD bool no_entry(enum call call, size_t size)
{
    budget_refund(size);
    gate_fall_short(SHORTAGE_OWN, call, size);
    return false;
}

_Static_assert((int)GATE_FAST_LARGEST <= (int)LEDGER_FAST_LARGEST, "else none is entered fast");
bool gate_commit_fast(const void *block, size_t size) { return ledger_put_fast(block, size); }

static bool commit(enum call call, const void *block, size_t size)
{
    return LIKELY(enter(block, size)) || no_entry(call, size);
}

static COLD bool enter_with_site(enum call call, const void *block, size_t size, uint16_t site)
{
    if (!enter(block, size)) {
        sites_lose(site, size);
        return no_entry(call, size);
    }
    if (!ledger_keep_site(block, site))
        sites_forget(site, size);
    return true;
}

static OUT_OF_LINE bool commit_with_site(enum call call, const void *block, size_t size,
                                         const struct stack_at *from)
{
    struct stack_at here = stack_here();
    ledger_expect(block);
    uint16_t site = sites_gain(size, from != NULL ? from : &here);
    return LIKELY(ledger_put_with_site(block, size, site)) ||
           enter_with_site(call, block, size, site);
}

bool gate_commit(enum call call, const void *block, size_t size, const struct stack_at *from)
{
    budget_note_peak(size);
    if (in_scope())
        return gate_scopes_commit(call, block, size, from);
    return UNLIKELY(sites_on) ? commit_with_site(call, block, size, from)
                              : commit(call, block, size);
}

static COLD bool release_inherited(const void *block)
{
    size_t size;
    if (gate_scopes_release(block))
        return true;
    bool known = ledger_take_inherited(block, &size);
    if (known && sites_on)
        sites_lose(0, size);
    if (known)
        budget_refund_inherited(size);
    return known;
}

static COLD bool release_with_site_slowly(const void *block)
{
    size_t size;
    if (!ledger_take(block, &size))
        return release_inherited(block);
    site_ends(block, size);
    budget_refund(size);
    return true;
}

static OUT_OF_LINE bool release_with_site(const void *block)
{
    size_t size;
    uint16_t site;
    if (UNLIKELY(!ledger_take_with_site(block, &size, &site)))
        return release_with_site_slowly(block);
    sites_before_fall();
    sites_lose(site, size);
    budget_refund(size);
    return true;
}

bool gate_release(const void *block)
{
    size_t size;
    if (UNLIKELY(sites_on))
        return release_with_site(block);
    if (UNLIKELY(!ledger_take(block, &size)))
        return release_inherited(block);
    budget_refund(size);
    return true;
}

int64_t gate_take_fast(const void *block) { return ledger_take_fast(block); }

bool gate_refund_fast(size_t size) { return budget_refund_fast(size); }

static COLD void untake(const void *block, size_t size)
{
    if (!ledger_put(block, size))
        budget_refund(size);
}

bool gate_grow_fast(const void *block, size_t old_size, size_t new_size)
{
    if (LIKELY(budget_charge_fast(new_size - old_size)))
        return true;
    untake(block, old_size);
    return false;
}

void gate_count_unknown(void)
{
    atomic_fetch_add_explicit(&budget_account()->unknown, 1, memory_order_relaxed);
}

static void keep_inherited(const struct gate_resize *resize)
{
    if (ledger_put_inherited(resize->block, resize->old_size))
        budget_charge_inherited(resize->old_size);
}

/* The old block is no charge of ours: the new one is, whole. */
static COLD bool resize_inherited(struct gate_resize *resize)
{
    resize->inherited = true;
    budget_refund_inherited(resize->old_size);
    if (budget_charge(resize->new_size))
        return true;
    keep_inherited(resize);
    gate_refuse(resize->call, resize->new_size);
    return false;
}

bool gate_resize_begin(struct gate_resize *resize, enum call call, const void *block,
                       size_t new_size)
{
    if (UNLIKELY(new_size >= needs_check_from) && new_size != 0 && !is_granted(call, new_size))
        return false; /* of size 0 a NULL would mean that the block is freed */
    *resize = (struct gate_resize){.call = call, .block = block, .new_size = new_size};
    budget_account(); /* a copy of the process takes stock of its records before one is out of them
                       */
    resize->known = ledger_take(block, &resize->old_size);
    if (UNLIKELY(sites_on))
        resize->site = ledger_site(block);
    if (UNLIKELY(scopes_expected) && gate_scopes_resizes(resize))
        return gate_scopes_resize_begin(resize);
    if (UNLIKELY(!resize->known) && ledger_take_inherited(block, &resize->old_size))
        return resize_inherited(resize);
    if (!resize->known)
        gate_count_unknown();
    if (new_size <= resize->old_size || budget_charge(new_size - resize->old_size))
        return true;
    if (resize->known &&
        !ledger_put(block, resize->old_size)) /* its window is there; a node may not be */
        budget_refund(resize->old_size);
    gate_refuse(call, new_size);
    return false;
}

/* The old block has gone, though its address may be another's by now. */
static OUT_OF_LINE void site_moves(const struct gate_resize *resize, const void *moved)
{
    if (resize->new_size < resize->old_size)
        sites_before_fall();
    if (resize->known || resize->inherited)
        sites_lose(resize->inherited ? 0 : resize->site, resize->old_size);
    if (moved != NULL)
        site_begins(moved, resize->new_size);
}

void gate_resize_end(struct gate_resize *resize, const void *moved)
{
    size_t old_size = resize->old_size, new_size = resize->new_size;
    if (UNLIKELY(resize->scoped)) {
        gate_scopes_resize_end(resize, moved);
        return;
    }
    bool kept = moved == NULL && new_size != 0;
    if (UNLIKELY(resize->inherited)) {
        if (kept)
            keep_inherited(resize);
        bool held = moved != NULL && enter(moved, new_size);
        budget_note_peak(held ? new_size : 0);
        if (sites_on && !kept)
            site_moves(resize, held ? moved : NULL);
        budget_refund(held ? 0 : new_size);
        return;
    }
    size_t size = kept ? old_size : new_size;
    size_t charged = old_size > new_size ? old_size : new_size;
    if (UNLIKELY(kept) && new_size > old_size)
        gate_fall_short_below(resize->call, new_size);
    const void *block = kept ? resize->block : moved;
    bool entered = block != NULL && (resize->known || !kept) && enter(block, size);
    budget_note_peak(entered && size > old_size ? size - old_size : 0);
    if (UNLIKELY(sites_on) && !kept)
        site_moves(resize, entered ? moved : NULL);
    budget_refund(charged - (entered ? size : 0));
}
