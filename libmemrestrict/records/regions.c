/* SPDX-License-Identifier: MIT */
#include "records/regions.h"

#include "ground/lock.h"
#include "ground/pages.h"
#include "records/regions_recent.h"
#include "records/regions_tree.h"

#include <stdatomic.h>

static struct lock lock;
static struct pages_pool pool;
struct regions regions_own;

void (*regions_on_change)(uint16_t site, int64_t bytes);
void (*regions_on_noted_gone)(uint64_t note, uint64_t bytes, void *unused);

/* Trees given up without the lock, chained through their roots' `low`; freed by the next holder. */
static struct region *_Atomic limbo;

/* What settle_locked came upon, until somebody can be told. */
static _Atomic uint64_t stale_charged, stale_inherited;

/* xorshift32 (Marsaglia, 2003). */
static uint32_t next_priority_locked(void)
{
    lock_assert_held(&lock);
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static struct region *region_make_locked(void)
{
    lock_assert_held(&lock);
    struct region *region = pages_alloc(&pool, sizeof *region);
    if (region != NULL)
        *region = (struct region){.priority = next_priority_locked()};
    return region;
}

static void region_free_locked(struct region *region)
{
    lock_assert_held(&lock);
    pages_free(&pool, region, sizeof *region);
}

/* Makes `at` a boundary between intervals. False: no memory. */
static bool cut_at_locked(struct regions *regions, uintptr_t at)
{
    lock_assert_held(&lock);
    struct region *whole = tree_last_before(regions, at);
    if (whole == NULL || whole->high <= at)
        return true;
    struct region *tail = region_make_locked();
    if (tail == NULL)
        return false;
    tail->low = at;
    tail->high = whole->high;
    tail->state = whole->state;
    tail->site = whole->site;
    tail->note = whole->note;
    whole->high = at;
    tree_insert(regions, tail);
    return true;
}

static void tell_locked(const struct region *region, int64_t sign)
{
    lock_assert_held(&lock);
    if (regions_on_change != NULL && region->state >= REGION_CHARGED)
        regions_on_change(region->site, sign * (int64_t)(region->high - region->low));
}

/* What was taken out of the tree: bytes by state, told of as gone. */
static void count_pieces_locked(const struct region *tree, struct regions_cut *cut)
{
    lock_assert_held(&lock);
    for (; tree != NULL; tree = tree->right) {
        tell_locked(tree, -1);
        *(tree->state == REGION_CHARGED     ? &cut->charged
          : tree->state == REGION_INHERITED ? &cut->inherited
                                            : &cut->reserved) += tree->high - tree->low;
        if (tree->note != 0)
            cut->noted += tree->high - tree->low;
        if (tree->high == cut->high)
            cut->last = tree->state;
        count_pieces_locked(tree->left, cut);
    }
}

static void free_all_locked(struct region *tree)
{
    lock_assert_held(&lock);
    while (tree != NULL) {
        struct region *right = tree->right;
        free_all_locked(tree->left);
        region_free_locked(tree);
        tree = right;
    }
}

/* Frees what was dropped without it. */
static void empty_limbo_locked(void)
{
    lock_assert_held(&lock);
    struct region *tree = atomic_exchange_explicit(&limbo, NULL, memory_order_acquire);
    while (tree != NULL) {
        struct region *next = (struct region *)tree->low;
        free_all_locked(tree);
        tree = next;
    }
}

void regions_drop(struct regions_cut *cut)
{
    struct region *trees[] = {cut->pieces, cut->spare};
    for (unsigned i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        if (trees[i] == NULL)
            continue;
        struct region *next = atomic_load_explicit(&limbo, memory_order_relaxed);
        do
            trees[i]->low = (uintptr_t)next;
        while (!atomic_compare_exchange_weak_explicit(&limbo, &next, trees[i], memory_order_release,
                                                      memory_order_relaxed));
    }
    cut->pieces = cut->spare = NULL;
    cut->whole = REGION_NONE;
}

/* Forgets what overlaps the range. */
static struct regions_gone evict_locked(struct regions *regions, uintptr_t low, uintptr_t high)
{
    lock_assert_held(&lock);
    struct regions_cut gone = {0};
    const struct region *last = tree_last_before(regions, high);
    if (last == NULL || last->high <= low)
        return (struct regions_gone){0, 0};
    (void)(cut_at_locked(regions, low) &&
           cut_at_locked(regions, high)); /* without memory whole intervals go, or stay */
    struct region *tree = tree_take_between(regions, low, high);
    count_pieces_locked(tree, &gone);
    if (gone.noted != 0)
        tree_each_noted(tree, regions_on_noted_gone, NULL);
    free_all_locked(tree);
    return (struct regions_gone){gone.charged, gone.inherited};
}

/* Into the tree, joined with neighbours that are alike. */
static struct regions_gone enter_locked(struct regions *regions, struct region *region)
{
    lock_assert_held(&lock);
    struct regions_gone evicted = evict_locked(regions, region->low, region->high);
    tell_locked(region, 1);
    const struct region *before = tree_last_before(regions, region->low),
                        *after = tree_first_from(regions, region->low);
    if (before != NULL && before->high == region->low && tree_are_alike(before, region)) {
        region->low = before->low;
        region_free_locked(tree_take_exactly(regions, before->low, before->high));
    }
    if (after != NULL && after->low == region->high && tree_are_alike(after, region)) {
        region->high = after->high;
        region_free_locked(tree_take_exactly(regions, after->low, after->high));
    }
    tree_insert(regions, region);
    return evicted;
}

/* Makes records of what was entered without the lock and is in [low, high). False: no memory. */
static bool settle_locked(struct regions *regions, uintptr_t low, uintptr_t high)
{
    lock_assert_held(&lock);
    struct regions_span span;
    for (unsigned place = 0; regions == &regions_own && recent_next(&place, &span); place++) {
        if (span.high <= low || span.low >= high)
            continue;
        struct region *region = region_make_locked();
        if (region == NULL)
            return false;
        if (!recent_take_at(place, &span)) { /* unmapped meanwhile */
            region_free_locked(region);
            continue;
        }
        region->low = span.low;
        region->high = span.high;
        region->state = span.state;
        struct regions_gone gone = enter_locked(regions, region);
        atomic_fetch_add(&stale_charged, gone.charged);
        atomic_fetch_add(&stale_inherited, gone.inherited);
    }
    return true;
}

/* What is recent is not found where there is no memory for its record. */
static void hold_regions(struct regions *regions, struct lock_hold *hold)
{
    lock_take(&lock, hold);
    empty_limbo_locked();
    (void)settle_locked(regions, 0, UINTPTR_MAX);
}

static struct regions_gone let_regions_go(struct regions_gone gone, const struct lock_hold *hold)
{
    gone.charged += atomic_exchange(&stale_charged, 0);
    gone.inherited += atomic_exchange(&stale_inherited, 0);
    lock_drop(&lock, hold);
    return gone;
}

static bool take_locked(struct regions *regions, uintptr_t low, uintptr_t high, bool with_spare,
                        struct regions_cut *cut)
{
    lock_assert_held(&lock);
    empty_limbo_locked();
    if (with_spare)
        cut->spare = region_make_locked();
    bool done = (!with_spare || cut->spare != NULL) && settle_locked(regions, low, high);
    if (done && (cut->pieces = tree_take_exactly(regions, low, high)) == NULL) {
        done = cut_at_locked(regions, low) && cut_at_locked(regions, high);
        cut->pieces = done ? tree_take_between(regions, low, high) : NULL;
    }
    count_pieces_locked(cut->pieces, cut);
    return done;
}

static bool end_take(struct regions_cut *cut, bool done, const struct lock_hold *hold)
{
    lock_drop(&lock, hold);
    if (!done)
        regions_drop(cut);
    return done;
}

bool regions_take(struct regions *regions, uintptr_t low, uintptr_t high, bool with_spare,
                  struct regions_cut *cut)
{
    struct lock_hold hold;
    *cut = (struct regions_cut){.low = low, .high = high};
    lock_take(&lock, &hold);
    return end_take(cut, take_locked(regions, low, high, with_spare, cut), &hold);
}

bool regions_take_if_free(struct regions *regions, uintptr_t low, uintptr_t high,
                          struct regions_cut *cut)
{
    struct lock_hold hold;
    *cut = (struct regions_cut){.low = low, .high = high};
    return lock_try(&lock, &hold) &&
           end_take(cut, take_locked(regions, low, high, false, cut), &hold);
}

/* What becomes of each piece: entered again, `shift` further up, in `state` unless that is NONE. */
static struct regions_gone enter_all_locked(struct regions *regions, struct region *tree,
                                            intptr_t shift, enum region_state state,
                                            const struct regions_cut *cut)
{
    lock_assert_held(&lock);
    struct regions_gone evicted = {0};
    while (tree != NULL) {
        struct region *left = tree->left, *right = tree->right;
        tree->left = tree->right = NULL;
        tree->low += (uintptr_t)shift;
        tree->high += (uintptr_t)shift;
        tree_change_state(tree, state, cut);
        regions_add_gone(&evicted, enter_all_locked(regions, left, shift, state, cut));
        regions_add_gone(&evicted, enter_locked(regions, tree));
        tree = right;
    }
    return evicted;
}

static struct regions_gone put(struct regions *regions, struct regions_cut *cut, intptr_t shift,
                               enum region_state state)
{
    struct lock_hold hold;
    struct regions_gone evicted = {0};
    if (cut->pieces == NULL)
        return evicted;
    hold_regions(regions, &hold);
    evicted = enter_all_locked(regions, cut->pieces, shift, state, cut);
    cut->pieces = NULL;
    return let_regions_go(evicted, &hold);
}

struct regions_gone regions_put_back(struct regions *regions, struct regions_cut *cut,
                                     intptr_t shift)
{
    if (cut->whole != REGION_NONE)
        return recent_put_back(cut);
    return put(regions, cut, shift, REGION_NONE);
}

struct regions_gone regions_put_as(struct regions *regions, struct regions_cut *cut,
                                   enum region_state state)
{
    return put(regions, cut, 0, state);
}

static bool copy_all_locked(const struct region *tree, uint64_t note, struct region **copy)
{
    lock_assert_held(&lock);
    for (; tree != NULL; tree = tree->right, copy = &(*copy)->right) {
        *copy = region_make_locked();
        if (*copy == NULL)
            return false;
        enum region_state state = tree->state == REGION_INHERITED ? REGION_CHARGED : tree->state;
        **copy = (struct region){.low = tree->low,
                                 .high = tree->high,
                                 .state = state,
                                 .site = tree->site,
                                 .note = state == REGION_CHARGED ? note : 0,
                                 .priority = tree->priority};
        if (!copy_all_locked(tree->left, note, &(*copy)->left))
            return false;
    }
    return true;
}

bool regions_copy(const struct regions_cut *cut, struct regions_cut *copy)
{
    struct lock_hold hold;
    *copy = *cut;
    copy->pieces = copy->spare = NULL;
    lock_take(&lock, &hold);
    bool done = copy_all_locked(cut->pieces, cut->note, &copy->pieces);
    lock_drop(&lock, &hold);
    if (!done)
        regions_drop(copy);
    return done;
}

struct regions_gone regions_add(struct regions *regions, struct regions_cut *cut, uintptr_t low,
                                uintptr_t high, enum region_state state, bool *done)
{
    struct lock_hold hold;
    struct regions_gone evicted = {0};
    hold_regions(regions, &hold);
    struct region *region = cut->spare != NULL ? cut->spare : region_make_locked();
    *done = region != NULL;
    if (region != NULL) {
        region->low = low;
        region->high = high;
        region->state = state;
        region->site = state == REGION_CHARGED ? cut->site : 0;
        region->note = state == REGION_CHARGED ? cut->note : 0;
        evicted = enter_locked(regions, region);
    }
    cut->spare = NULL;
    return let_regions_go(evicted, &hold);
}

struct regions_gone regions_settle(void)
{
    struct lock_hold hold;
    struct regions_gone gone = {0};
    if (!recent_next(&(unsigned){0}, &(struct regions_span){0}) &&
        (stale_charged | stale_inherited) == 0)
        return gone;
    hold_regions(&regions_own, &hold);
    return let_regions_go(gone, &hold);
}

enum region_state regions_at(struct regions *regions, uintptr_t address)
{
    struct lock_hold hold;
    hold_regions(regions, &hold);
    const struct region *found = tree_last_before(regions, address + 1);
    enum region_state state = found != NULL && found->high > address ? found->state : REGION_NONE;
    lock_drop(&lock, &hold);
    return state;
}

bool regions_next(struct regions *regions, uintptr_t at, struct regions_span *span)
{
    struct lock_hold hold;
    hold_regions(regions, &hold);
    const struct region *next = tree_last_before(regions, at + 1);
    if (next == NULL || next->high <= at)
        next = tree_first_from(regions, at);
    if (next != NULL)
        *span = (struct regions_span){.low = next->low,
                                      .high = next->high,
                                      .state = next->state,
                                      .site = next->site,
                                      .note = next->note};
    lock_drop(&lock, &hold);
    return next != NULL;
}

struct regions_live regions_live(struct regions *regions)
{
    struct regions_live live = {0};
    struct lock_hold hold;
    hold_regions(regions, &hold);
    for (struct region *at = tree_first_from(regions, 0); at != NULL;
         at = tree_first_from(regions, at->low + 1))
        if (at->state >= REGION_CHARGED) {
            live.regions++;
            live.bytes += at->high - at->low;
        }
    if (regions == &regions_own)
        recent_count(&live);
    lock_drop(&lock, &hold);
    return live;
}

void regions_forget_sites(struct regions *regions)
{
    struct lock_hold hold;
    hold_regions(regions, &hold);
    for (struct region *at = tree_first_from(regions, 0); at != NULL;
         at = tree_first_from(regions, at->low + 1))
        at->site = 0;
    lock_drop(&lock, &hold);
}

void regions_inherit(struct regions *regions)
{
    struct lock_hold hold;
    hold_regions(regions, &hold);
    for (struct region *at = tree_first_from(regions, 0); at != NULL;
         at = tree_first_from(regions, at->low + 1))
        if (at->state == REGION_CHARGED)
            at->state = REGION_INHERITED;
    if (regions == &regions_own)
        recent_inherit();
    lock_drop(&lock, &hold);
}

bool regions_are_free(void) { return lock_is_free(&lock); }

void regions_fork_take(void) { lock_fork_take(&lock); }
void regions_fork_drop(void) { lock_fork_drop(&lock); }
void regions_fork_reset(void) { lock_fork_reset(&lock); }

void regions_recover(struct regions *regions)
{
    if (lock_is_free(&lock))
        return;
    regions->root = NULL;
    pool = (struct pages_pool){0};
    atomic_store(&limbo, NULL);
    lock_fork_reset(&lock);
}
