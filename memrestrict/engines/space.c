/* SPDX-License-Identifier: MIT */
#include "engines/space.h"

#include "ground/pages.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

/* Bytes of a range, by state. */
struct range_bytes {
    uint64_t charged, inherited, reserved;
};

const char *space_call_name(enum space_kind kind)
{
    static const char *const names[] = {"brk", "mmap", "mremap", "mprotect", "munmap", "shmat"};
    return names[kind];
}

static uint64_t page_up(uint64_t bytes)
{
    uint64_t mask = pages_size() - 1;
    return bytes > UINT64_MAX - mask ? 0 : (bytes + mask) & ~mask;
}

static bool is_range(uint64_t low, uint64_t length)
{
    uint64_t high;
    return length != 0 && (low & (pages_size() - 1)) == 0 &&
           !__builtin_add_overflow(low, length, &high);
}

static struct range_bytes count(struct regions *regions, uint64_t low, uint64_t high)
{
    struct range_bytes bytes = {0};
    struct regions_span span;
    for (uint64_t at = low; at < high && regions_next(regions, at, &span) && span.low < high;
         at = span.high) {
        uint64_t from = span.low > low ? span.low : low, to = span.high < high ? span.high : high;
        *(span.state == REGION_CHARGED     ? &bytes.charged
          : span.state == REGION_INHERITED ? &bytes.inherited
                                           : &bytes.reserved) += to - from;
    }
    return bytes;
}

/* Sizes of huge pages are rounded up to whole ones (mmap(2)); 2 MiB where none is named. */
static uint64_t map_length(uint64_t length, int flags)
{
    if (!(flags & MAP_HUGETLB))
        return page_up(length);
    unsigned bits = (unsigned)flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
    uint64_t huge = (uint64_t)1 << (bits != 0 ? bits : 21), sum;
    return __builtin_add_overflow(length, huge - 1, &sum) ? 0 : sum & ~(huge - 1);
}

static bool replaces(int flags) { return (flags & MAP_FIXED) && !(flags & MAP_FIXED_NOREPLACE); }

static enum region_state state_of(const struct space *space, int prot, int flags)
{
    bool shared = (flags & MAP_TYPE) != MAP_PRIVATE, writable = prot & PROT_WRITE;
    if (shared && !(flags & MAP_ANONYMOUS) && !space->keep_written)
        return REGION_NONE;
    return writable ? REGION_CHARGED : REGION_RESERVED;
}

static bool is_stack(const struct space *space, int flags)
{
    return (flags & MAP_STACK) && (flags & MAP_ANONYMOUS) && !space->count_stacks;
}

/* What a call adds to the charge, and takes from it. */
struct change {
    uint64_t more;
    struct range_bytes less;
};

static struct change change_of_brk(const struct space *space, const uint64_t *args)
{
    uint64_t from = page_up(space->break_now), to = page_up(args[0]);
    if (args[0] < space->break_start || to <= from)
        return (struct change){0};
    return (struct change){.more = to - from};
}

static struct change change_of_mmap(struct space *space, const uint64_t *args)
{
    struct change change = {0};
    int prot = (int)args[2], flags = (int)args[3];
    uint64_t length = map_length(args[1], flags);
    if (length == 0 || (replaces(flags) && !is_range(args[0], length)))
        return change;
    if (state_of(space, prot, flags) == REGION_CHARGED && !is_stack(space, flags))
        change.more = length;
    if (replaces(flags))
        change.less = count(&space->own, args[0], args[0] + length);
    return change;
}

static struct change change_of_mprotect(struct space *space, const uint64_t *args)
{
    struct change change = {0};
    uint64_t length = page_up(args[1]);
    if (is_range(args[0], length) && (args[2] & PROT_WRITE))
        change.more = count(&space->own, args[0], args[0] + length).reserved;
    return change;
}

/* The last byte of what mremap grows says what the growth is; a second view of shared memory is
 * as the first. */
static bool grows_charged(struct regions *regions, const uint64_t *args)
{
    uint64_t old_length = page_up(args[1]);
    enum region_state state =
        regions_at(regions, old_length == 0 ? args[0] : args[0] + old_length - 1);
    return state == REGION_CHARGED || state == REGION_INHERITED;
}

static struct change change_of_mremap(struct space *space, const uint64_t *args)
{
    struct change change = {0};
    uint64_t old_length = page_up(args[1]), new_length = page_up(args[2]);
    if (!is_range(args[0], new_length) || (old_length != 0 && !is_range(args[0], old_length)))
        return change;
    if (new_length > old_length && grows_charged(&space->own, args))
        change.more = new_length - old_length;
    struct range_bytes kept = count(&space->own, args[0], args[0] + old_length);
    if (args[3] & MREMAP_DONTUNMAP)
        change.more += kept.charged + kept.inherited;
    bool whole = kept.charged + kept.inherited + kept.reserved == old_length;
    if (whole && (args[3] & MREMAP_FIXED) && is_range(args[4], new_length))
        change.less = count(&space->own, args[4], args[4] + new_length);
    return change;
}

static struct change change_of(struct space *space, const struct space_call *call)
{
    switch (call->kind) {
    case SPACE_BRK: return change_of_brk(space, call->args);
    case SPACE_MMAP: return change_of_mmap(space, call->args);
    case SPACE_MREMAP: return change_of_mremap(space, call->args);
    case SPACE_MPROTECT: return change_of_mprotect(space, call->args);
    default: return (struct change){0};
    }
}

uint64_t space_call_size(const struct space *space, const struct space_call *call)
{
    const uint64_t *args = call->args;
    switch (call->kind) {
    case SPACE_BRK: return args[0] > space->break_now ? args[0] - space->break_now : 0;
    case SPACE_MREMAP: return args[2];
    default: return args[1];
    }
}

static bool fits(const struct space_budget *account, uint64_t more)
{
    return account->used <= account->limit && more <= account->limit - account->used;
}

bool space_begin(struct space *space, struct space_call *call, bool *by_tree)
{
    struct change change = change_of(space, call);
    uint64_t less = change.less.charged + change.less.inherited;
    uint64_t more_own = change.more > less ? change.more - less : 0;
    uint64_t more_tree = change.more > change.less.charged ? change.more - change.less.charged : 0;
    *by_tree = false;
    call->reserved = more_own > more_tree ? more_own : more_tree;
    if (call->reserved == 0)
        return true;
    if (more_own > 0 && !fits(&space->account, more_own))
        return false;
    *by_tree = space->tree != NULL && more_tree > 0 && !fits(space->tree, more_tree);
    if (*by_tree)
        return false;
    space->account.used += call->reserved;
    if (space->tree != NULL)
        space->tree->used += call->reserved;
    return true;
}

static void note_peak(struct space_budget *account)
{
    if (account->used > account->peak)
        account->peak = account->used;
}

/* The records have changed by so much: the accounts follow. */
static void settle(struct space *space, struct range_bytes before, struct range_bytes after,
                   uint64_t reserved)
{
    space->charged += after.charged - before.charged;
    space->inherited += after.inherited - before.inherited;
    space->account.used += after.charged + after.inherited;
    space->account.used -= before.charged + before.inherited + reserved;
    note_peak(&space->account);
    if (space->tree == NULL)
        return;
    space->tree->used += after.charged;
    space->tree->used -= before.charged + reserved;
    note_peak(space->tree);
}

static void forget_in(struct regions *regions, uint64_t low, uint64_t high)
{
    struct regions_cut cut;
    if (low < high && regions_take(regions, low, high, false, &cut))
        regions_drop(&cut);
}

static void forget(struct space *space, uint64_t low, uint64_t high)
{
    forget_in(&space->own, low, high);
    forget_in(&space->stacks, low, high);
}

static void add(struct regions *regions, uint64_t low, uint64_t high, enum region_state state)
{
    struct regions_cut none = {0};
    bool done;
    if (state != REGION_NONE && low < high)
        regions_add(regions, &none, low, high, state, &done);
}

static void protect_in(struct regions *regions, uint64_t low, uint64_t high,
                       enum region_state state)
{
    struct regions_cut cut;
    if (low < high && regions_take(regions, low, high, false, &cut))
        regions_put_as(regions, &cut, state);
}

static void protect(struct space *space, uint64_t low, uint64_t high, bool writable)
{
    enum region_state state = writable ? REGION_CHARGED : REGION_RESERVED;
    if (writable || !space->keep_written)
        protect_in(&space->own, low, high, state);
    protect_in(&space->stacks, low, high, state);
}

static void move_in(struct regions *regions, const uint64_t *args, uint64_t to)
{
    uint64_t from = args[0], old_length = page_up(args[1]), new_length = page_up(args[2]);
    uint64_t kept = old_length < new_length ? old_length : new_length;
    bool more = new_length > old_length && grows_charged(regions, args);
    bool reserved = regions_at(regions, from + (kept > 0 ? kept - 1 : 0)) == REGION_RESERVED;
    struct regions_cut cut = {0}, copy = {0};
    if (kept > 0 && !regions_take(regions, from, from + kept, false, &cut))
        return;
    if ((args[3] & MREMAP_DONTUNMAP) && regions_copy(&cut, &copy))
        regions_put_back(regions, &copy, 0);
    forget_in(regions, from + kept, from + old_length);
    forget_in(regions, to, to + new_length);
    regions_put_back(regions, &cut, (intptr_t)(to - from));
    if (new_length > old_length)
        add(regions, to + kept, to + new_length,
            more       ? REGION_CHARGED
            : reserved ? REGION_RESERVED
                       : REGION_NONE);
}

/* What a call touches: one range, or, of mremap, two. */
struct touched {
    uint64_t low, high, low2, high2;
};

static struct range_bytes count_touched(struct space *space, const struct touched *touched)
{
    struct range_bytes one = count(&space->own, touched->low, touched->high);
    struct range_bytes two = count(&space->own, touched->low2, touched->high2);
    one.charged += two.charged;
    one.inherited += two.inherited;
    return one;
}

static struct touched touch(const struct space *space, const struct space_call *call, uint64_t to)
{
    const uint64_t *args = call->args;
    uint64_t longest = args[1] > args[2] ? page_up(args[1]) : page_up(args[2]), length;
    switch (call->kind) {
    case SPACE_BRK:
        return to > space->break_now
                   ? (struct touched){page_up(space->break_now), page_up(to), 0, 0}
                   : (struct touched){page_up(to), page_up(space->break_now), 0, 0};
    case SPACE_MMAP:
        length = map_length(args[1], (int)args[3]);
        return (struct touched){to, to + length, 0, 0};
    case SPACE_MREMAP:
        if (to == args[0])
            return (struct touched){to, to + longest, 0, 0};
        return (struct touched){args[0], args[0] + page_up(args[1]), to, to + page_up(args[2])};
    case SPACE_SHMAT: return (struct touched){0};
    default: return (struct touched){args[0], args[0] + page_up(args[1]), 0, 0};
    }
}

static void apply(struct space *space, const struct space_call *call, const struct touched *touched,
                  uint64_t to)
{
    const uint64_t *args = call->args;
    switch (call->kind) {
    case SPACE_BRK:
        if (to > space->break_now)
            add(&space->own, touched->low, touched->high, REGION_CHARGED);
        else
            forget(space, touched->low, touched->high);
        break;
    case SPACE_MMAP:
        forget(space, touched->low, touched->high);
        add(is_stack(space, (int)args[3]) ? &space->stacks : &space->own, touched->low,
            touched->high, state_of(space, (int)args[2], (int)args[3]));
        break;
    case SPACE_MREMAP:
        move_in(&space->own, args, to);
        move_in(&space->stacks, args, to);
        break;
    case SPACE_MPROTECT: protect(space, touched->low, touched->high, args[2] & PROT_WRITE); break;
    case SPACE_MUNMAP: forget(space, touched->low, touched->high); break;
    case SPACE_SHMAT: break;
    }
}

static bool failed(const struct space_call *call, int64_t result)
{
    return call->kind != SPACE_BRK && result < 0 && result >= -4095;
}

/* A failure that comes before anything is done leaves all as it was. */
static bool may_be_half_done(const struct space_call *call)
{
    switch (call->kind) {
    case SPACE_MMAP: return replaces((int)call->args[3]);
    case SPACE_MREMAP: return call->args[3] & MREMAP_FIXED;
    case SPACE_MPROTECT:
    case SPACE_SHMAT: return true;
    default: return false;
    }
}

/* Kinds whose reach is not in their arguments alone. */
static bool is_whole(const struct space *space, const struct space_call *call)
{
    const uint64_t *args = call->args;
    if (call->kind == SPACE_SHMAT)
        return false;
    if (call->kind == SPACE_MPROTECT)
        return !(args[2] & (PROT_GROWSDOWN | PROT_GROWSUP));
    struct space *looked_at = (struct space *)space;
    if (call->kind != SPACE_MREMAP || !(args[3] & MREMAP_FIXED))
        return true;
    uint64_t low = args[0], high = low + page_up(args[1]);
    struct range_bytes own = count(&looked_at->own, low, high),
                       stacks = count(&looked_at->stacks, low, high);
    return own.charged + own.inherited + own.reserved + stacks.charged + stacks.reserved ==
           high - low;
}

bool space_end(struct space *space, struct space_call *call, int64_t result)
{
    struct range_bytes none = {0};
    uint64_t to = (uint64_t)result;
    if (failed(call, result)) {
        settle(space, none, none, call->reserved);
        return !may_be_half_done(call);
    }
    bool whole = is_whole(space, call);
    struct touched touched = touch(space, call, to);
    struct range_bytes before = count_touched(space, &touched);
    apply(space, call, &touched, to);
    settle(space, before, count_touched(space, &touched), call->reserved);
    if (call->kind == SPACE_BRK)
        space->break_now = to;
    return whole;
}

static bool copy_into(struct regions *copy, struct regions *regions)
{
    struct regions_cut all, twin;
    if (!regions_take(regions, 0, UINTPTR_MAX, false, &all))
        return false;
    bool done = regions_copy(&all, &twin);
    regions_put_back(regions, &all, 0);
    if (done)
        regions_put_back(copy, &twin, 0);
    return done;
}

bool space_copy(struct space *copy, struct space *space)
{
    *copy = *space;
    copy->own.root = copy->stacks.root = NULL;
    copy->account.used = copy->account.peak = space->charged + space->inherited;
    bool done = copy_into(&copy->own, &space->own) && copy_into(&copy->stacks, &space->stacks);
    space_inherit(copy);
    return done;
}

void space_inherit(struct space *space)
{
    space->inherited += space->charged;
    space->charged = 0;
    regions_inherit(&space->own);
    regions_inherit(&space->stacks);
}

void space_enter(struct space *space, uint64_t low, uint64_t high, enum space_mapping kind,
                 bool writable)
{
    int flags = kind == SPACE_PRIVATE
                    ? MAP_PRIVATE
                    : MAP_SHARED | (kind == SPACE_FILE_SHARED ? 0 : MAP_ANONYMOUS);
    struct range_bytes before = count(&space->own, low, high);
    add(&space->own, low, high, state_of(space, writable ? PROT_WRITE : 0, flags));
    settle(space, before, count(&space->own, low, high), 0);
}

void space_correct(struct space *space, uint64_t low, uint64_t high, bool mapped, bool writable)
{
    struct range_bytes before = count(&space->own, low, high);
    if (mapped)
        protect(space, low, high, writable);
    else
        forget(space, low, high);
    settle(space, before, count(&space->own, low, high), 0);
}

void space_clear(struct space *space)
{
    struct range_bytes all = {.charged = space->charged, .inherited = space->inherited}, none = {0};
    forget(space, 0, UINTPTR_MAX);
    settle(space, all, none, 0);
}
