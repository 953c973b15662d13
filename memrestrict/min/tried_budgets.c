/* SPDX-License-Identifier: MIT */
#include "min/tried_budgets.h"

#include <stdlib.h>
#include <string.h>

/* The place of the first that is not smaller. */
static size_t place_of(const struct tried_budgets *tried, uint64_t budget)
{
    size_t low = 0, high = tried->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tried->of[middle].budget < budget)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct tried_budget *find(const struct tried_budgets *tried, uint64_t budget)
{
    size_t place = place_of(tried, budget);
    bool there = place < tried->count && tried->of[place].budget == budget;
    return there ? &tried->of[place] : NULL;
}

static struct tried_budget *insert(struct tried_budgets *tried, uint64_t budget)
{
    size_t place = place_of(tried, budget);
    struct tried_budget *more = realloc(tried->of, (tried->count + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    tried->of = more;
    memmove(more + place + 1, more + place, (tried->count - place) * sizeof *more);
    tried->count++;
    more[place] = (struct tried_budget){.budget = budget};
    return &more[place];
}

bool tried_budgets_note(struct tried_budgets *tried, uint64_t budget, bool passed, const char *how)
{
    struct tried_budget *attempt = find(tried, budget);
    if (attempt == NULL)
        attempt = insert(tried, budget);
    if (attempt == NULL)
        return false;
    *(passed ? &attempt->passed : &attempt->failed) += 1;
    if (!passed && attempt->how == NULL)
        attempt->how = strdup(how);
    return passed || attempt->how != NULL;
}

void tried_budgets_free(struct tried_budgets *tried)
{
    for (size_t i = 0; i < tried->count; i++)
        free(tried->of[i].how);
    free(tried->of);
    *tried = (struct tried_budgets){NULL, 0};
}

const struct tried_budget *tried_budgets_find(const struct tried_budgets *tried, uint64_t budget)
{
    return find(tried, budget);
}

bool tried_budget_is_good(const struct tried_budget *attempt)
{
    return attempt->passed > 0 && attempt->failed == 0;
}

const struct tried_budget *tried_budgets_last_bad(const struct tried_budgets *tried)
{
    for (size_t i = tried->count; i-- > 0;)
        if (!tried_budget_is_good(&tried->of[i]))
            return &tried->of[i];
    return NULL;
}

const struct tried_budget *tried_budgets_answer(const struct tried_budgets *tried)
{
    const struct tried_budget *bad = tried_budgets_last_bad(tried);
    size_t place = bad == NULL ? 0 : (size_t)(bad - tried->of) + 1;
    return place < tried->count ? &tried->of[place] : NULL;
}

const struct tried_budget *tried_budgets_least(const struct tried_budgets *tried)
{
    for (size_t i = 0; i < tried->count; i++)
        if (tried->of[i].passed > 0)
            return &tried->of[i];
    return NULL;
}

const struct tried_budget *tried_budgets_below_least(const struct tried_budgets *tried)
{
    const struct tried_budget *least = tried_budgets_least(tried);
    return least != NULL && least > tried->of ? least - 1 : NULL;
}
