/* SPDX-License-Identifier: MIT */
#include "min/tried_budgets.h"

#include <stdlib.h>
#include <string.h>

/* The place of the first that is not smaller. */
static size_t place_of(const struct attempts *attempts, uint64_t budget)
{
    size_t low = 0, high = attempts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (attempts->of[middle].budget < budget)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct attempt *find(const struct attempts *attempts, uint64_t budget)
{
    size_t place = place_of(attempts, budget);
    bool there = place < attempts->count && attempts->of[place].budget == budget;
    return there ? &attempts->of[place] : NULL;
}

static struct attempt *insert(struct attempts *attempts, uint64_t budget)
{
    size_t place = place_of(attempts, budget);
    struct attempt *more = realloc(attempts->of, (attempts->count + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    attempts->of = more;
    memmove(more + place + 1, more + place, (attempts->count - place) * sizeof *more);
    attempts->count++;
    more[place] = (struct attempt){.budget = budget};
    return &more[place];
}

bool attempts_note(struct attempts *attempts, uint64_t budget, bool passed, const char *how)
{
    struct attempt *attempt = find(attempts, budget);
    if (attempt == NULL)
        attempt = insert(attempts, budget);
    if (attempt == NULL)
        return false;
    *(passed ? &attempt->passed : &attempt->failed) += 1;
    if (!passed && attempt->how == NULL)
        attempt->how = strdup(how);
    return passed || attempt->how != NULL;
}

void attempts_free(struct attempts *attempts)
{
    for (size_t i = 0; i < attempts->count; i++)
        free(attempts->of[i].how);
    free(attempts->of);
    *attempts = (struct attempts){NULL, 0};
}

const struct attempt *attempts_find(const struct attempts *attempts, uint64_t budget)
{
    return find(attempts, budget);
}

bool attempt_is_good(const struct attempt *attempt)
{
    return attempt->passed > 0 && attempt->failed == 0;
}

const struct attempt *attempts_last_bad(const struct attempts *attempts)
{
    for (size_t i = attempts->count; i-- > 0;)
        if (!attempt_is_good(&attempts->of[i]))
            return &attempts->of[i];
    return NULL;
}

const struct attempt *attempts_answer(const struct attempts *attempts)
{
    const struct attempt *bad = attempts_last_bad(attempts);
    size_t place = bad == NULL ? 0 : (size_t)(bad - attempts->of) + 1;
    return place < attempts->count ? &attempts->of[place] : NULL;
}

const struct attempt *attempts_least(const struct attempts *attempts)
{
    for (size_t i = 0; i < attempts->count; i++)
        if (attempts->of[i].passed > 0)
            return &attempts->of[i];
    return NULL;
}

const struct attempt *attempts_below_least(const struct attempts *attempts)
{
    const struct attempt *least = attempts_least(attempts);
    return least != NULL && least > attempts->of ? least - 1 : NULL;
}
