/* SPDX-License-Identifier: MIT */
#include "records/regions.h"

#include "ground/lock.h"
#include "ground/pages.h"

#include <stdatomic.h>

struct region {
    uintptr_t low, high;
    enum region_state state;
    uint16_t site;     /* who made it charged; 0: not known */
    uint32_t priority; /* random: a parent's is not below its children's */
    struct region *left, *right;
};

static struct lock lock;
static struct pages_pool pool;
struct regions regions_own;

void (*regions_on_change)(uint16_t site, int64_t bytes);

/* Trees given up without the lock, chained through their roots' `low`; freed by the next holder. */
static struct region *_Atomic limbo;

/* xorshift32 (Marsaglia, 2003). Under the lock. */
static uint32_t next_priority(void)
{
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static struct region *region_make(void)
{
    struct region *region = pages_alloc(&pool, sizeof *region);
    if (region != NULL)
        *region = (struct region){.priority = next_priority()};
    return region;
}

static void region_free(struct region *region) { pages_free(&pool, region, sizeof *region); }

/* Splits by start address: *below gets the intervals that start before `at`. Depth is O(log n). */
static void split(struct region *tree, uintptr_t at, struct region **below, struct region **above)
{
    if (tree == NULL) {
        *below = *above = NULL;
    } else if (tree->low < at) {
        *below = tree;
        split(tree->right, at, &tree->right, above);
    } else {
        *above = tree;
        split(tree->left, at, below, &tree->left);
    }
}

/* Every interval of `below` lies before every one of `above`. */
static struct region *join(struct region *below, struct region *above)
{
    if (below == NULL)
        return above;
    if (above == NULL)
        return below;
    if (below->priority >= above->priority) {
        below->right = join(below->right, above);
        return below;
    }
    above->left = join(below, above->left);
    return above;
}

/* The last interval that starts before `at`, or NULL. */
static struct region *last_before(struct regions *regions, uintptr_t at)
{
    struct region *best = NULL;
    for (struct region *node = regions->root; node != NULL;) {
        bool before = node->low < at;
        if (before)
            best = node;
        node = before ? node->right : node->left;
    }
    return best;
}

/* Under the lock: the first interval at or after `at`; in order without a stack, each from the
 * root. */
static struct region *first_from(struct regions *regions, uintptr_t at)
{
    struct region *first = NULL;
    for (struct region *node = regions->root; node != NULL;) {
        bool after = node->low >= at;
        if (after)
            first = node;
        node = after ? node->left : node->right;
    }
    return first;
}

/* Nobody else starts there. */
static void insert(struct regions *regions, struct region *region)
{
    struct region **link = &regions->root;
    while (*link != NULL && (*link)->priority >= region->priority)
        link = (*link)->low < region->low ? &(*link)->right : &(*link)->left;
    split(*link, region->low, &region->left, &region->right);
    *link = region;
}

/* Under the lock: the interval with just these ends, out of the tree; or NULL. */
static struct region *take_exactly(struct regions *regions, uintptr_t low, uintptr_t high)
{
    struct region **link = &regions->root;
    while (*link != NULL && (*link)->low != low)
        link = (*link)->low < low ? &(*link)->right : &(*link)->left;
    struct region *region = *link;
    if (region == NULL || region->high != high)
        return NULL;
    *link = join(region->left, region->right);
    region->left = region->right = NULL;
    return region;
}

/* Makes `at` a boundary between intervals. False: no memory. */
static bool cut_at(struct regions *regions, uintptr_t at)
{
    struct region *whole = last_before(regions, at);
    if (whole == NULL || whole->high <= at)
        return true;
    struct region *tail = region_make();
    if (tail == NULL)
        return false;
    tail->low = at;
    tail->high = whole->high;
    tail->state = whole->state;
    tail->site = whole->site;
    whole->high = at;
    insert(regions, tail);
    return true;
}

static void tell(const struct region *region, int64_t sign)
{
    if (regions_on_change != NULL && region->state >= REGION_CHARGED)
        regions_on_change(region->site, sign * (int64_t)(region->high - region->low));
}

/* Of what was taken out of the tree. */
static void tally(const struct region *tree, struct regions_cut *cut)
{
    for (; tree != NULL; tree = tree->right) {
        tell(tree, -1);
        *(tree->state == REGION_CHARGED     ? &cut->charged
          : tree->state == REGION_INHERITED ? &cut->inherited
                                            : &cut->reserved) += tree->high - tree->low;
        if (tree->high == cut->high)
            cut->last = tree->state;
        tally(tree->left, cut);
    }
}

static void free_all(struct region *tree)
{
    while (tree != NULL) {
        struct region *right = tree->right;
        free_all(tree->left);
        region_free(tree);
        tree = right;
    }
}

/* Under the lock: frees what was dropped without it. */
static void empty_limbo(void)
{
    struct region *tree = atomic_exchange_explicit(&limbo, NULL, memory_order_acquire);
    while (tree != NULL) {
        struct region *next = (struct region *)tree->low;
        free_all(tree);
        tree = next;
    }
}

static void hold_regions(struct lock_hold *hold)
{
    lock_take(&lock, hold);
    empty_limbo();
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
}

/* Under the lock: out of the tree, between two boundaries. */
static struct region *take_between(struct regions *regions, uintptr_t low, uintptr_t high)
{
    struct region *below, *middle, *above;
    split(regions->root, low, &below, &middle);
    split(middle, high, &middle, &above);
    regions->root = join(below, above);
    return middle;
}

/* Under the lock, which it drops. */
static bool take_and_drop(struct regions *regions, uintptr_t low, uintptr_t high, bool with_spare,
                          struct regions_cut *cut, const struct lock_hold *hold)
{
    empty_limbo();
    if (with_spare)
        cut->spare = region_make();
    bool done = !with_spare || cut->spare != NULL;
    if (done && (cut->pieces = take_exactly(regions, low, high)) == NULL) {
        done = cut_at(regions, low) && cut_at(regions, high);
        cut->pieces = done ? take_between(regions, low, high) : NULL;
    }
    tally(cut->pieces, cut);
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
    return take_and_drop(regions, low, high, with_spare, cut, &hold);
}

bool regions_take_if_free(struct regions *regions, uintptr_t low, uintptr_t high,
                          struct regions_cut *cut)
{
    struct lock_hold hold;
    *cut = (struct regions_cut){.low = low, .high = high};
    return lock_try(&lock, &hold) && take_and_drop(regions, low, high, false, cut, &hold);
}

static void count_gone(struct regions_gone *gone, struct regions_gone more)
{
    gone->charged += more.charged;
    gone->inherited += more.inherited;
}

/* Under the lock: forgets what overlaps the range. */
static struct regions_gone evict(struct regions *regions, uintptr_t low, uintptr_t high)
{
    struct regions_cut gone = {0};
    const struct region *last = last_before(regions, high);
    if (last == NULL || last->high <= low)
        return (struct regions_gone){0, 0};
    (void)(cut_at(regions, low) &&
           cut_at(regions, high)); /* without memory whole intervals go, or stay */
    struct region *tree = take_between(regions, low, high);
    tally(tree, &gone);
    free_all(tree);
    return (struct regions_gone){gone.charged, gone.inherited};
}

static bool are_alike(const struct region *one, const struct region *other)
{
    return one->state == other->state && one->site == other->site;
}

/* Under the lock: into the tree, joined with neighbours that are alike. */
static struct regions_gone enter(struct regions *regions, struct region *region)
{
    struct regions_gone evicted = evict(regions, region->low, region->high);
    tell(region, 1);
    const struct region *before = last_before(regions, region->low),
                        *after = first_from(regions, region->low);
    if (before != NULL && before->high == region->low && are_alike(before, region)) {
        region->low = before->low;
        region_free(take_exactly(regions, before->low, before->high));
    }
    if (after != NULL && after->low == region->high && are_alike(after, region)) {
        region->high = after->high;
        region_free(take_exactly(regions, after->low, after->high));
    }
    insert(regions, region);
    return evicted;
}

/* What becomes of each piece: entered again, `shift` further up, in `state` unless that is NONE. */
static struct regions_gone enter_all(struct regions *regions, struct region *tree, intptr_t shift,
                                     enum region_state state, uint16_t site)
{
    struct regions_gone evicted = {0};
    while (tree != NULL) {
        struct region *left = tree->left, *right = tree->right;
        tree->left = tree->right = NULL;
        tree->low += (uintptr_t)shift;
        tree->high += (uintptr_t)shift;
        if (state != REGION_NONE && !(state == REGION_CHARGED && tree->state == REGION_INHERITED)) {
            tree->site = tree->state == state ? tree->site : state == REGION_CHARGED ? site : 0;
            tree->state = state;
        }
        count_gone(&evicted, enter_all(regions, left, shift, state, site));
        count_gone(&evicted, enter(regions, tree));
        tree = right;
    }
    return evicted;
}

static struct regions_gone put(struct regions *regions, struct regions_cut *cut, intptr_t shift,
                               enum region_state state)
{
    struct regions_gone evicted = {0};
    if (cut->pieces != NULL) {
        struct lock_hold hold;
        hold_regions(&hold);
        evicted = enter_all(regions, cut->pieces, shift, state, cut->site);
        lock_drop(&lock, &hold);
        cut->pieces = NULL;
    }
    return evicted;
}

struct regions_gone regions_put_back(struct regions *regions, struct regions_cut *cut,
                                     intptr_t shift)
{
    return put(regions, cut, shift, REGION_NONE);
}

struct regions_gone regions_put_as(struct regions *regions, struct regions_cut *cut,
                                   enum region_state state)
{
    return put(regions, cut, 0, state);
}

static bool copy_all(const struct region *tree, struct region **copy)
{
    for (; tree != NULL; tree = tree->right, copy = &(*copy)->right) {
        *copy = region_make();
        if (*copy == NULL)
            return false;
        enum region_state state = tree->state == REGION_INHERITED ? REGION_CHARGED : tree->state;
        **copy = (struct region){.low = tree->low,
                                 .high = tree->high,
                                 .state = state,
                                 .site = tree->site,
                                 .priority = tree->priority};
        if (!copy_all(tree->left, &(*copy)->left))
            return false;
    }
    return true;
}

bool regions_copy(const struct regions_cut *cut, struct regions_cut *copy)
{
    struct lock_hold hold;
    *copy = *cut;
    copy->pieces = copy->spare = NULL;
    hold_regions(&hold);
    bool done = copy_all(cut->pieces, &copy->pieces);
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
    hold_regions(&hold);
    struct region *region = cut->spare != NULL ? cut->spare : region_make();
    *done = region != NULL;
    if (region != NULL) {
        region->low = low;
        region->high = high;
        region->state = state;
        region->site = state == REGION_CHARGED ? cut->site : 0;
        evicted = enter(regions, region);
    }
    lock_drop(&lock, &hold);
    cut->spare = NULL;
    return evicted;
}

enum region_state regions_at(struct regions *regions, uintptr_t address)
{
    struct lock_hold hold;
    hold_regions(&hold);
    const struct region *found = last_before(regions, address + 1);
    enum region_state state = found != NULL && found->high > address ? found->state : REGION_NONE;
    lock_drop(&lock, &hold);
    return state;
}

bool regions_next(struct regions *regions, uintptr_t at, struct regions_span *span)
{
    struct lock_hold hold;
    hold_regions(&hold);
    const struct region *next = last_before(regions, at + 1);
    if (next == NULL || next->high <= at)
        next = first_from(regions, at);
    if (next != NULL)
        *span = (struct regions_span){.low = next->low, .high = next->high, .state = next->state};
    lock_drop(&lock, &hold);
    return next != NULL;
}

struct regions_live regions_live(struct regions *regions)
{
    struct regions_live live = {0};
    struct lock_hold hold;
    hold_regions(&hold);
    for (struct region *at = first_from(regions, 0); at != NULL;
         at = first_from(regions, at->low + 1))
        if (at->state >= REGION_CHARGED) {
            live.regions++;
            live.bytes += at->high - at->low;
        }
    lock_drop(&lock, &hold);
    return live;
}

void regions_forget_sites(struct regions *regions)
{
    struct lock_hold hold;
    hold_regions(&hold);
    for (struct region *at = first_from(regions, 0); at != NULL;
         at = first_from(regions, at->low + 1))
        at->site = 0;
    lock_drop(&lock, &hold);
}

void regions_inherit(struct regions *regions)
{
    struct lock_hold hold;
    hold_regions(&hold);
    for (struct region *at = first_from(regions, 0); at != NULL;
         at = first_from(regions, at->low + 1))
        if (at->state == REGION_CHARGED)
            at->state = REGION_INHERITED;
    lock_drop(&lock, &hold);
}

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
