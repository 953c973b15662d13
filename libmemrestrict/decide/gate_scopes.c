/* SPDX-License-Identifier: MIT */
#include "decide/gate_scopes.h"

#include "decide/gate_refusals.h"
#include "records/budget.h"
#include "records/callers.h"
#include "records/regions.h"
#include "records/sites.h"

#include <errno.h>

_Static_assert(SCOPES_BITS + SCOPES_SHIFT == LEDGER_NOTE_BITS, "a number stands above all");
_Static_assert((int)CALLERS_BITS < (int)SCOPES_SHIFT, "a caller stands below it");

static inline uint64_t note_by(const struct memrestrict_scope *scope, uint32_t caller)
{
    return scope->shifted | caller;
}

static inline uint64_t note_of(const struct memrestrict_scope *scope, size_t size, uint32_t caller)
{
    return scope != NULL && size != 0 ? note_by(scope, caller) : 0;
}

struct memrestrict_scope *gate_scopes_payer(uint64_t note)
{
    return note != 0 ? scopes_of((uint32_t)(note >> SCOPES_SHIFT)) : NULL;
}

uintptr_t gate_scopes_caller(uint64_t note)
{
    return callers_address(note & ((1u << SCOPES_SHIFT) - 1));
}

static COLD void refuse(enum call call, uint64_t size, enum scopes_answer answer)
{
    if (answer == SCOPES_BEYOND)
        gate_refuse(call, size);
    else
        errno = ENOMEM;
}

OUT_OF_LINE bool gate_scopes_admit(enum call call, uint64_t size)
{
    struct scopes_charge charge = {
        .own = size, .shared = size, .process = size, .last = budget_charge};
    enum scopes_answer answer = scopes_charge(scopes_current(), &charge);
    if (UNLIKELY(answer != SCOPES_CHARGED))
        refuse(call, size, answer);
    return answer == SCOPES_CHARGED;
}

void gate_scopes_cancel(uint64_t size)
{
    scopes_credit(scopes_current(), size, NULL);
    budget_refund(size);
}

void gate_scopes_refund(const struct ledger_noted *entry)
{
    scopes_credit(gate_scopes_payer(entry->note), entry->size, NULL);
    if (entry->inherited)
        budget_refund_inherited(entry->size);
    else
        budget_refund(entry->size);
}

/* Stale entries in its way are taken out. False: no memory for it. */
static bool enter(const void *block, const struct ledger_noted *entry)
{
    struct ledger_noted stale;
    const void *start;
    if (LIKELY(ledger_put_noted(block, entry)))
        return true;
    while ((start = ledger_take_stale(block, entry->size, &stale)) != NULL) {
        if (sites_on)
            sites_lose(ledger_site(start), stale.size);
        gate_scopes_refund(&stale);
    }
    return ledger_put_noted(block, entry);
}

static bool commit_with_site(const void *block, const struct ledger_noted *entry,
                             const struct stack_at *from)
{
    struct stack_at here = stack_here();
    uint16_t site = sites_gain(entry->size, from != NULL ? from : &here);
    bool done = enter(block, entry);
    if (!done)
        sites_lose(site, entry->size);
    else if (!ledger_keep_site(block, site))
        sites_forget(site, entry->size);
    return done;
}

OUT_OF_LINE bool gate_scopes_commit(enum call call, const void *block, size_t size,
                                    const struct stack_at *from)
{
    uint32_t caller = from != NULL ? callers_number(from->pc) : 0;
    struct ledger_noted entry = {.size = size, .note = note_of(scopes_current(), size, caller)};
    if (LIKELY(sites_on ? commit_with_site(block, &entry, from) : enter(block, &entry)))
        return true;
    gate_scopes_cancel(size);
    gate_fall_short(SHORTAGE_OWN, call, size);
    return false;
}

COLD bool gate_scopes_release(const void *block)
{
    struct ledger_noted entry;
    if (!ledger_take_noted(block, &entry))
        return false;
    if (sites_on) {
        sites_before_fall();
        sites_lose(entry.inherited ? 0 : ledger_site(block), entry.size);
    }
    gate_scopes_refund(&entry);
    return true;
}

uint64_t gate_scopes_note(const void *caller)
{
    return note_by(guard.scope, callers_number((uintptr_t)caller));
}

static COLD bool undo_alone(struct memrestrict_scope *scope, uint64_t size)
{
    scopes_credit(scope, size, NULL);
    return false;
}

static OUT_OF_LINE bool admit_nested_alone(struct memrestrict_scope *scope, size_t size)
{
    if (UNLIKELY(!scopes_charge_alone(scope, size)))
        return false;
    if (UNLIKELY(!budget_charge_alone(size)))
        return undo_alone(scope, size);
    for (; scope != NULL; scope = scope->parent)
        scopes_raise_peak(scope, counter_get(&scope->used), true);
    return true;
}

bool gate_scopes_admit_alone(size_t size)
{
    struct memrestrict_scope *scope = guard.scope;
    if (UNLIKELY(scope->parent != NULL))
        return admit_nested_alone(scope, size);
    uint64_t used = counter_get(&scope->used), sum = used + size;
    if (UNLIKELY(sum > scope->limit) || UNLIKELY(!counter_swap(&scope->used, &used, sum, true)))
        return false;
    if (UNLIKELY(!budget_charge_alone(size)))
        return undo_alone(scope, size);
    scopes_raise_peak(scope, sum, true);
    return true;
}

bool gate_scopes_refund_alone(size_t size, uint64_t note)
{
    if (UNLIKELY(!*scopes_alone) || UNLIKELY(note == 0))
        return false;
    struct memrestrict_scope *scope = scopes_of((uint32_t)(note >> SCOPES_SHIFT));
    if (UNLIKELY(scope->parent != NULL) || UNLIKELY(atomic_load(&scope->state) != SCOPE_LIVE) ||
        UNLIKELY(!budget_refund_fast(size)))
        return false;
    if (UNLIKELY(!counter_subtract(&scope->used, size, true)))
        arch_add_alone(&scope->used, size); /* as in scopes_credit */
    return true;
}

void gate_scopes_cancel_noted(size_t size, uint64_t note)
{
    if (note != 0)
        scopes_credit(gate_scopes_payer(note), size, NULL);
    budget_refund(size);
}

/* A chain of one scope; others go the whole way. */
bool gate_scopes_admit_fast(size_t size)
{
    struct memrestrict_scope *scope = guard.scope;
    struct scope_thread *thread = guard.scopes;
    uint64_t sum;
    if (UNLIKELY(scope->parent != NULL))
        return false;
    scopes_begin(thread);
    bool done = LIKELY(scopes_add(scope, size, false, &sum));
    if (done && LIKELY(budget_charge_fast(size)))
        scopes_raise_peak(scope, sum, false);
    else if (done)
        done = scopes_finish(scope, size, sum, budget_charge);
    scopes_end(thread);
    return done;
}

bool gate_scopes_commit_fast(const void *block, size_t size, uint64_t note)
{
    return ledger_put_noted_fast(block, size, note);
}

int64_t gate_scopes_take_fast(const void *block, uint64_t *note)
{
    return ledger_take_noted_fast(block, note);
}

/* realloc */

bool gate_scopes_resizes(struct gate_resize *resize)
{
    struct ledger_noted entry;
    if (!resize->known && ledger_take_noted(resize->block, &entry)) {
        resize->old_size = entry.size;
        resize->payer = gate_scopes_payer(entry.note);
        resize->note = entry.note;
        resize->inherited = entry.inherited;
        resize->known = !entry.inherited;
    } else if (scopes_current() == NULL) {
        return false;
    } else if (!resize->known) {
        resize->inherited = ledger_take_inherited(resize->block, &resize->old_size);
    }
    bool grows = resize->new_size > resize->old_size;
    resize->target = grows ? scopes_current() : resize->payer;
    resize->common = scopes_common(resize->target, resize->payer);
    resize->scoped = true;
    return true;
}

static bool is_entered(const struct gate_resize *resize)
{
    return resize->known || resize->inherited;
}

/* The entry as it was. False: it cannot be had again. */
static bool put_back(const struct gate_resize *resize)
{
    struct ledger_noted entry = {
        .size = resize->old_size, .note = resize->note, .inherited = resize->inherited};
    if (!is_entered(resize) || !ledger_put_noted(resize->block, &entry))
        return false;
    if (resize->inherited)
        budget_charge_inherited(resize->old_size);
    return true;
}

/* What the old block was charged, in its chain. */
static void forget_old(const struct gate_resize *resize)
{
    scopes_credit(resize->payer, resize->old_size, NULL);
    if (resize->known)
        budget_refund(resize->old_size);
}

bool gate_scopes_resize_begin(struct gate_resize *resize)
{
    size_t old_size = resize->old_size, new_size = resize->new_size;
    uint64_t more = new_size > old_size ? new_size - old_size : 0;
    struct scopes_charge charge = {.common = resize->common,
                                   .own = more != 0 ? new_size : 0,
                                   .shared = more,
                                   .process = resize->inherited ? new_size : more,
                                   .last = budget_charge};
    if (!is_entered(resize))
        gate_count_unknown();
    if (resize->inherited)
        budget_refund_inherited(old_size);
    enum scopes_answer answer = scopes_charge(resize->target, &charge);
    if (answer == SCOPES_CHARGED)
        return true;
    if (!put_back(resize) && is_entered(resize))
        forget_old(resize);
    refuse(resize->call, new_size, answer);
    return false;
}

/* Of all that is charged now, the new block is what stays: `bytes` of it, or none. */
static void settle_new(const struct gate_resize *resize, uint64_t bytes)
{
    size_t old_size = resize->old_size, new_size = resize->new_size;
    uint64_t both = old_size > new_size ? old_size : new_size;
    scopes_credit(resize->target, new_size - bytes, resize->common);
    scopes_credit(resize->payer, old_size, resize->common);
    scopes_credit(resize->common, both - bytes, NULL);
    budget_refund((resize->inherited ? new_size : both) - bytes);
}

/* The old one stays, as it was, if it can be entered again. */
static void settle_old(const struct gate_resize *resize)
{
    size_t old_size = resize->old_size, new_size = resize->new_size;
    uint64_t more = new_size > old_size ? new_size - old_size : 0;
    scopes_credit(resize->target, new_size, resize->common);
    scopes_credit(resize->common, more, NULL);
    budget_refund(resize->inherited ? new_size : more);
    if (!put_back(resize) && is_entered(resize))
        forget_old(resize);
}

static void settle_sites(const struct gate_resize *resize, const void *moved)
{
    if (resize->new_size < resize->old_size)
        sites_before_fall();
    if (is_entered(resize))
        sites_lose(resize->inherited ? 0 : resize->site, resize->old_size);
    if (moved == NULL)
        return;
    struct stack_at from = stack_here();
    uint16_t site = sites_gain(resize->new_size, &from);
    if (!ledger_keep_site(moved, site))
        sites_forget(site, resize->new_size);
}

void gate_scopes_resize_end(struct gate_resize *resize, const void *moved)
{
    if (moved == NULL && resize->new_size != 0) {
        gate_fall_short_below(resize->call, resize->new_size);
        settle_old(resize);
        return;
    }
    struct ledger_noted entry = {
        .size = resize->new_size,
        .note = note_of(resize->target, resize->new_size, callers_number(resize->caller))};
    bool entered = moved != NULL && enter(moved, &entry);
    budget_note_peak(entered && resize->new_size > resize->old_size
                         ? resize->new_size - (resize->inherited ? 0 : resize->old_size)
                         : 0);
    if (sites_on)
        settle_sites(resize, entered ? moved : NULL);
    settle_new(resize, entered ? resize->new_size : 0);
}

/* fork */

static void recharge(const struct ledger_block *block, void *unused)
{
    (void)unused;
    if (block->note != 0)
        scopes_recharge(gate_scopes_payer(block->note), block->size);
}

static void recharge_regions(void)
{
    struct regions_span span;
    for (uintptr_t at = 0; regions_next(&regions_own, at, &span); at = span.high)
        if (span.note != 0)
            scopes_recharge(gate_scopes_payer(span.note), span.high - span.low);
}

void gate_scopes_fork_child(bool as_noted)
{
    if (!scopes_any())
        return;
    scopes_fork_child(!as_noted);
    if (!as_noted) {
        ledger_walk(recharge, NULL);
        recharge_regions();
    }
    scopes_fork_done();
}
