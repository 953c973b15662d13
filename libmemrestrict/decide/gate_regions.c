/* SPDX-License-Identifier: MIT */
#include "decide/gate_regions.h"

#include "records/budget.h"
#include "decide/map_arguments.h"
#include "decide/map_barrier.h"
#include "records/fault.h"
#include "decide/gate.h"
#include "decide/gate_refusals.h"
#include "ground/guard.h"
#include "ground/maps.h"
#include "ground/pages.h"
#include "common/kernel.h"
#include "common/proc.h"
#include "decide/region_payers.h"
#include "decide/resync_maps.h"
#include "records/sites.h"

#include <errno.h>
#include <sys/mman.h>

static bool counted; /* MEMRESTRICT_COUNT has regions */

void gate_regions_start(const struct config *config)
{
    counted = config->count & COUNT_REGIONS;
    region_payers_start();
}

/* A copy of the process takes stock of its records before any of them is taken out. */
static void begin_change(void)
{
    budget_account();
    map_barrier_begin();
}

static void refund(struct regions_gone gone)
{
    if (UNLIKELY(sites_on) && (gone.charged | gone.inherited) != 0)
        sites_before_fall();
    budget_refund(gone.charged);
    if (gone.inherited != 0)
        budget_refund_inherited(gone.inherited);
}

/* What was unmapped behind our back must not be why a mapping is refused. */
static OUT_OF_LINE enum scopes_answer charge_once_more(uint64_t bytes)
{
    struct regions_gone gone = regions_settle();
    refund(gone);
    bool found = (gone.charged | gone.inherited) != 0;
    return found && budget_charge(bytes) ? SCOPES_CHARGED : SCOPES_BEYOND;
}

static enum scopes_answer charge_process(uint64_t bytes)
{
    return bytes == 0 || LIKELY(budget_charge(bytes)) ? SCOPES_CHARGED : charge_once_more(bytes);
}

/* The last step of every change. */
static void end_change(void)
{
    if (UNLIKELY(sites_on))
        sites_use_changed(account_used(budget_account()));
    map_barrier_end();
}

static void drop_all(struct gate_region *region)
{
    regions_drop(&region->cut);
    regions_drop(&region->target);
    regions_drop(&region->behind);
}

/* After a failed call, or instead of one: everything as it was. */
static void undo(struct gate_region *region)
{
    if (UNLIKELY(region->scope != NULL))
        region_payers_undo(region);
    if (!region->stays)
        refund(regions_put_back(&regions_own, &region->behind, 0));
    refund(regions_put_back(&regions_own, &region->cut, 0));
    refund(regions_put_back(&regions_own, &region->target, 0));
    drop_all(region); /* spares and copies */
    budget_refund(region->charged);
}

/* After a call that the kernel failed, but perhaps not before it had done a part: mprotect stops at
 * the first hole, MAP_FIXED may have unmapped what it was to replace. What begin charged covers
 * every range that such a part can have made writable. */
static void undo_half_done(struct gate_region *region)
{
    if (region->charged != 0 || region->reserves) /* perhaps for want of memory, or of addresses */
        gate_fall_short_below(region->call, region->asked);
    const struct regions_cut touched[] = {region->cut, region->target, region->behind};
    uint64_t charged = region->charged;
    struct resync_maps resync = {0};
    struct memrestrict_scope *scope = region_payers_hold(region, &resync.note);
    int64_t change = 0;
    region->charged = 0;
    undo(region);
    for (size_t i = 0; i < sizeof touched / sizeof touched[0]; i++)
        if (touched[i].pieces != NULL)
            change += resync_maps(touched[i].low, touched[i].high, &resync);
    refund((struct regions_gone){charged - (uint64_t)change, resync.inherited});
    if (UNLIKELY(scope != NULL))
        scopes_credit(scope, region->more - resync.noted, NULL);
}

static bool out_of_records(struct gate_region *region)
{
    undo(region);
    map_barrier_end();
    if (region->asked != 0)
        gate_fall_short(SHORTAGE_OWN, region->call, region->asked);
    errno = ENOMEM;
    return false;
}

/* `more` is to be charged for, `less` would be given back by a success. */
static bool charge_difference(struct gate_region *region, uint64_t more, uint64_t less)
{
    uint64_t process = more > less ? more - less : 0;
    enum scopes_answer answer = UNLIKELY(scopes_current() != NULL)
                                    ? region_payers_charge(region, more, process)
                                    : charge_process(process);
    if (LIKELY(answer == SCOPES_CHARGED)) {
        region->charged = process;
        region->credit = process == 0 ? less - more : 0;
        return true;
    }
    undo(region);
    map_barrier_end();
    int error = region->of_file ? map_arguments_error(region->fd) : 0;
    if (error == 0 && answer == SCOPES_BEYOND)
        gate_refuse(region->call, region->asked);
    else
        errno = error != 0 ? error : ENOMEM;
    return false;
}

static uint64_t if_charged(enum region_state state, uint64_t bytes)
{
    return state == REGION_CHARGED ? bytes : 0;
}

static enum region_state state_of(int prot, int flags)
{
    bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
    if (shared && !(flags & MAP_ANONYMOUS))
        return REGION_NONE;
    return prot & PROT_WRITE ? REGION_CHARGED : REGION_RESERVED;
}

/* A call that the plan says fails has changed nothing. */
static bool is_granted(enum call call, uint64_t size)
{
    return LIKELY(!fault_may_strike()) || !gate_faults(call, size);
}

bool gate_map_begin(struct gate_region *region, void *addr, size_t length, int prot, int flags,
                    int fd)
{
    if (!is_granted(CALL_mmap, length))
        return false;
    uintptr_t low = 0, high = 0, whole = map_arguments_length(length, flags);
    bool fixed = (flags & MAP_FIXED) && !(flags & MAP_FIXED_NOREPLACE);
    *region = (struct gate_region){.call = CALL_mmap,
                                   .asked = flags & MAP_HUGETLB ? whole : length,
                                   .length = whole,
                                   .state = state_of(prot, flags),
                                   .is_new = !fixed,
                                   .reserves = state_of(prot, flags) == REGION_RESERVED &&
                                               !(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)),
                                   .of_file = !(flags & MAP_ANONYMOUS),
                                   .fd = fd};
    region->skip = !counted || whole == 0 ||
                   (fixed && !map_arguments_range(addr, whole, &low, &high)) ||
                   map_arguments_are_invalid(flags);
    if (region->skip)
        return true;
    begin_change();
    if (fixed && !regions_take(&regions_own, low, high, true, &region->cut))
        return out_of_records(region);
    return charge_difference(region, if_charged(region->state, whole), region->cut.charged);
}

/* For what becomes charged by this call. */
static OUT_OF_LINE void note_site(struct gate_region *region)
{
    struct stack_at from = stack_here();
    regions_on_change = sites_region_changed;
    region->cut.site = sites_find(&from);
}

/* The call was made: scopes get what they paid for of what is no more. */
static void settle(struct gate_region *region)
{
    if (UNLIKELY(sites_on))
        note_site(region);
    if (UNLIKELY(region_payers_concern(region)))
        region_payers_settle(region);
    if (UNLIKELY(region->scope != NULL))
        region->cut.note = region_payers_note(region->caller);
}

static bool enter_whole(struct gate_region *region, uintptr_t low, uintptr_t high)
{
    bool done = true;
    struct regions_gone gone = {0};
    if (!region->is_new || region->cut.note != 0 ||
        !regions_add_recent(low, high, region->state, &gone)) {
        refund(gone);
        gone = regions_add(&regions_own, &region->cut, low, high, region->state, &done);
    }
    refund(gone);
    return done;
}

static bool enter_mapping(struct gate_region *region, uintptr_t low)
{
    settle(region);
    refund((struct regions_gone){region->credit, region->cut.inherited});
    bool done = region->state == REGION_NONE || enter_whole(region, low, low + region->length);
    drop_all(region);
    if (done)
        budget_note_peak(region->charged);
    else
        undo(region);
    return done;
}

bool gate_map_end(struct gate_region *region, void *result)
{
    bool done = true;
    if (region->skip)
        return true;
    if (result == MAP_FAILED)
        undo_half_done(region);
    else
        done = enter_mapping(region, (uintptr_t)result);
    end_change();
    if (!done)
        gate_fall_short(SHORTAGE_OWN, CALL_mmap, region->length);
    return done;
}

bool gate_unmap_begin(struct gate_region *region, void *addr, size_t length, bool inside)
{
    uintptr_t low = 0, high = 0;
    *region =
        (struct gate_region){.skip = !counted || !map_arguments_range(addr, length, &low, &high)};
    if (!region->skip && inside)
        region->skip = !regions_take_recent(low, high, &region->cut) &&
                       !regions_take_if_free(&regions_own, low, high, &region->cut);
    if (region->skip)
        return true;
    begin_change();
    if (!inside && !regions_take_recent(low, high, &region->cut) &&
        !regions_take(&regions_own, low, high, false, &region->cut))
        return out_of_records(region);
    region->credit = region->cut.charged;
    return true;
}

void gate_unmap_end(struct gate_region *region, bool done)
{
    if (region->skip)
        return;
    if (done) {
        if (UNLIKELY(region_payers_concern(region)))
            region_payers_settle(region);
        refund((struct regions_gone){region->credit, region->cut.inherited});
        drop_all(region);
    } else {
        undo(region);
    }
    end_change();
}

bool gate_protect_begin(struct gate_region *region, void *addr, size_t length, int prot)
{
    uintptr_t low, high;
    if (!is_granted(CALL_mprotect, length))
        return false;
    *region = (struct gate_region){.call = CALL_mprotect, .asked = length};
    region->skip = !counted || !map_arguments_range(addr, length, &low, &high);
    if (region->skip)
        return true;
    begin_change();
    if (!regions_take(&regions_own, low, high, false, &region->cut))
        return out_of_records(region);
    region->state = prot & PROT_WRITE ? REGION_CHARGED : REGION_RESERVED;
    region->keeps = region->state == REGION_CHARGED;
    if (region->state == REGION_CHARGED)
        return charge_difference(region, region->cut.reserved, 0);
    region->credit = region->cut.charged;
    return true;
}

void gate_protect_end(struct gate_region *region, bool done)
{
    if (region->skip)
        return;
    if (done) {
        settle(region);
        budget_note_peak(region->charged);
        uint64_t inherited = region->state == REGION_CHARGED ? 0 : region->cut.inherited;
        refund(regions_put_as(&regions_own, &region->cut, region->state));
        refund((struct regions_gone){region->credit, inherited});
    } else {
        undo_half_done(region);
    }
    end_change();
}

static uint64_t covered(const struct regions_cut *cut)
{
    return cut->charged + cut->reserved + cut->inherited;
}

/* What a mapping grows by, or is a second view of, is charged to whoever does that. */
static enum region_state state_of_more(enum region_state state)
{
    return state == REGION_INHERITED ? REGION_CHARGED : state;
}

/* Takes what mremap will touch out of the records. False: no memory. */
static bool take_for_remap(struct gate_region *region, uintptr_t low, uintptr_t old_length,
                           uintptr_t new_length, void *new_addr, bool fixed)
{
    uintptr_t target = (uintptr_t)new_addr;
    region->from = low;
    region->kept = old_length < new_length ? old_length : new_length;
    if (!regions_take(&regions_own, low, low + region->kept, true, &region->cut))
        return false;
    if (old_length > new_length &&
        !regions_take(&regions_own, low + new_length, low + old_length, false, &region->behind))
        return false;
    if (region->stays && UNLIKELY(scopes_current() != NULL))
        region->cut.note = region_payers_note(NULL);
    if (region->stays && !regions_copy(&region->cut, &region->behind))
        return false;
    region->patchy =
        fixed && covered(&region->cut) != region->kept && maps_have_hole(low, low + region->kept);
    return !fixed ||
           regions_take(&regions_own, target, target + new_length, false, &region->target);
}

bool gate_remap_begin(struct gate_region *region, void *addr, size_t old_length, size_t new_length,
                      int flags, void *new_addr)
{
    uintptr_t old_whole = pages_round(old_length), new_whole = pages_round(new_length);
    if (!is_granted(CALL_mremap, new_length))
        return false;
    *region = (struct gate_region){
        .call = CALL_mremap, .asked = new_length, .keeps = true, .stays = flags & MREMAP_DONTUNMAP};
    region->skip =
        !counted || !map_arguments_can_remap(addr, old_length, new_length, flags, new_addr);
    if (region->skip)
        return true;
    begin_change();
    if (!take_for_remap(region, (uintptr_t)addr, old_whole, new_whole, new_addr,
                        flags & MREMAP_FIXED))
        return out_of_records(region);
    if (new_whole > old_whole) {
        region->length = new_whole - old_whole;
        region->state = state_of_more(old_whole == 0 ? regions_at(&regions_own, (uintptr_t)addr)
                                                     : region->cut.last);
    }
    uint64_t more = if_charged(region->state, region->length);
    uint64_t less = region->patchy ? 0 : region->target.charged;
    if (region->stays)
        more += region->cut.charged + region->cut.inherited;
    else
        less += region->behind.charged;
    return charge_difference(region, more, less);
}

static void enter_moved(struct gate_region *region, uintptr_t to)
{
    bool done;
    struct regions_cut target = region->target;
    struct regions_gone gone = {.charged = region->credit};
    struct resync_maps resync = {0};
    settle(region);
    if (region->patchy) /* what lies opposite a hole stays, from Linux 6.17 on */
        refund(regions_put_back(&regions_own, &region->target, 0));
    else
        gone.inherited += target.inherited;
    if (region->stays)
        refund(regions_put_back(&regions_own, &region->behind, 0));
    else
        gone.inherited += region->behind.inherited;
    refund(regions_put_back(&regions_own, &region->cut, (intptr_t)(to - region->from)));
    if (region->state != REGION_NONE)
        refund(regions_add(&regions_own, &region->cut, to + region->kept,
                           to + region->kept + region->length, region->state, &done));
    drop_all(region);
    budget_note_peak(region->charged);
    if (region->patchy)
        gone.charged -= (uint64_t)resync_maps(target.low, target.high, &resync);
    gone.inherited += resync.inherited;
    refund(gone);
}

void gate_remap_end(struct gate_region *region, void *result)
{
    if (region->skip)
        return;
    if (result == MAP_FAILED)
        undo_half_done(region);
    else
        enter_moved(region, (uintptr_t)result);
    end_change();
}

bool gate_break_begin(struct gate_region *region, enum call call, uintptr_t from, uintptr_t to)
{
    if (to > from && !is_granted(call, to - from))
        return false;
    bool grows = to > from;
    *region = (struct gate_region){
        .call = call, .asked = grows ? to - from : 0, .skip = !counted || from == to, .from = from};
    if (region->skip)
        return true;
    begin_change();
    if (!regions_take(&regions_own, grows ? from : to, grows ? to : from, grows, &region->cut))
        return out_of_records(region);
    if (!grows) {
        region->credit = region->cut.charged;
        return true;
    }
    region->state = REGION_CHARGED;
    region->length = to - from;
    return charge_difference(region, to - from, region->cut.charged);
}

void gate_break_end(struct gate_region *region, bool done)
{
    if (region->skip)
        return;
    if (!done && region->charged != 0)
        gate_fall_short_below(region->call, region->asked);
    if (done)
        enter_mapping(region, region->from);
    else
        undo(region);
    end_change();
}
