/* SPDX-License-Identifier: MIT */
#include "victim.h"

static int rounds, passed;
static char *kept;

/* Takes three blocks, and gives all of them back. */
static void careful(void)
{
    char *one = malloc(10), *two = one != NULL ? malloc(20) : NULL;
    char *three = two != NULL ? realloc(two, 3000) : NULL;
    rounds++;
    passed += three != NULL;
    free(one);
    free(three != NULL ? three : two);
}

/* Forgets the first where it does not get the second. */
static void careless(void)
{
    char *one = malloc(10), *two = malloc(20);
    if (two == NULL)
        return;
    free(one);
    free(two);
}

static void keeps(void)
{
    if (kept == NULL)
        kept = malloc(100);
    careful();
}

static void loses_always(void)
{
    char *volatile lost = malloc(40);
    (void)lost;
}

int main(void)
{
    struct memrestrict_failures good = {0}, bad = {0}, caching = {0}, leaking = {0}, none = {0};
    MEMRESTRICT_FOREACH_FAILURE(good)
    careful();
    CHECK(rounds == 4 && passed == 1 && good.tried == 4);
    CHECK(good.lost_bytes == 0 && good.lost_blocks == 0 && good.failed == 0);
    MEMRESTRICT_FOREACH_FAILURE(bad)
    {
        careless();
        if (rounds < 0)
            continue;
    }
    CHECK(bad.lost_bytes == 10 && bad.lost_blocks == 1 && bad.failed == 2);
    MEMRESTRICT_FOREACH_FAILURE(caching)
    keeps();
    CHECK(kept != NULL && caching.lost_blocks == 0);
    MEMRESTRICT_FOREACH_FAILURE(leaking)
    loses_always();
    CHECK(leaking.lost_bytes == 40 && leaking.lost_blocks == 1 && leaking.failed == 0);
    MEMRESTRICT_FOREACH_FAILURE(none)
    rounds = 0;
    CHECK(none.tried == 1 && none.lost_blocks == 0 && malloc(1) != NULL);
    return 0;
}
