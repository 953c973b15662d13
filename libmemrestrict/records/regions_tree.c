/* SPDX-License-Identifier: MIT */
#include "records/regions_tree.h"

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

struct region *tree_last_before(struct regions *regions, uintptr_t at)
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

struct region *tree_first_from(struct regions *regions, uintptr_t at)
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

void tree_insert(struct regions *regions, struct region *region)
{
    struct region **link = &regions->root;
    while (*link != NULL && (*link)->priority >= region->priority)
        link = (*link)->low < region->low ? &(*link)->right : &(*link)->left;
    split(*link, region->low, &region->left, &region->right);
    *link = region;
}

struct region *tree_take_exactly(struct regions *regions, uintptr_t low, uintptr_t high)
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

struct region *tree_take_between(struct regions *regions, uintptr_t low, uintptr_t high)
{
    struct region *below, *middle, *above;
    split(regions->root, low, &below, &middle);
    split(middle, high, &middle, &above);
    regions->root = join(below, above);
    return middle;
}

void tree_each_noted(const struct region *tree,
                     void (*see)(uint64_t note, uint64_t bytes, void *context), void *context)
{
    for (; tree != NULL; tree = tree->right) {
        if (tree->note != 0)
            see(tree->note, tree->high - tree->low, context);
        tree_each_noted(tree->left, see, context);
    }
}

void regions_each_noted(const struct regions_cut *cut,
                        void (*see)(uint64_t note, uint64_t bytes, void *context), void *context)
{
    if (cut->noted != 0)
        tree_each_noted(cut->pieces, see, context);
}

bool tree_are_alike(const struct region *one, const struct region *other)
{
    return one->state == other->state && one->site == other->site && one->note == other->note;
}

void tree_change_state(struct region *region, enum region_state state,
                       const struct regions_cut *cut)
{
    if (state == REGION_NONE || state == region->state ||
        (state == REGION_CHARGED && region->state == REGION_INHERITED))
        return;
    region->state = state;
    region->site = state == REGION_CHARGED ? cut->site : 0;
    region->note = state == REGION_CHARGED ? cut->note : 0;
}
