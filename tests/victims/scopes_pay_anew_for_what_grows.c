/* SPDX-License-Identifier: MIT */
#include "scope.h"

int main(void)
{
    struct memrestrict_scope *outer = memrestrict_scope_create("outer", MIB);
    CHECK(memrestrict_scope_enter(outer));
    struct memrestrict_scope *one = memrestrict_scope_create("one", 100 * KIB);
    struct memrestrict_scope *other = memrestrict_scope_create("other", 100 * KIB);
    memrestrict_scope_leave(outer);
    char *block = malloc(10 * KIB);
    uint64_t before = used() - 10 * KIB;

    CHECK(memrestrict_scope_enter(one));
    CHECK((block = realloc(block, 5 * KIB)) != NULL); /* it stays whose it is */
    CHECK(scope_used(one) == 0 && used() == before + 5 * KIB);
    CHECK((block = realloc(block, 20 * KIB)) != NULL);
    CHECK(scope_used(one) == 20 * KIB && scope_used(outer) == 20 * KIB);
    CHECK((block = realloc(block, 30 * KIB)) != NULL);
    CHECK(scope_used(one) == 30 * KIB && used() == before + 30 * KIB);

    CHECK(memrestrict_scope_enter(other));
    CHECK((block = realloc(block, 50 * KIB)) != NULL);
    CHECK(scope_used(one) == 0 && scope_used(other) == 50 * KIB);
    CHECK(scope_used(outer) == 50 * KIB && scope_usage(outer).peak == 50 * KIB);
    CHECK(realloc(block, 101 * KIB) == NULL && scope_used(other) == 50 * KIB);
    memrestrict_scope_leave(one); /* and the other */
    CHECK((block = realloc(block, 40 * KIB)) != NULL);
    CHECK(scope_used(other) == 40 * KIB && used() == before + 40 * KIB);
    CHECK((block = realloc(block, 300 * KIB)) != NULL);
    CHECK(scope_used(other) == 0 && scope_used(outer) == 0 && used() == before + 300 * KIB);

    CHECK(memrestrict_scope_enter(one));
    CHECK(realloc(block, 301 * KIB) == NULL && used() == before + 300 * KIB);
    free(block);
    CHECK((block = malloc(90 * KIB)) != NULL && (block = realloc(block, 1)) != NULL);
    CHECK(scope_used(one) == 1);
    CHECK(realloc(block, 0) == NULL && scope_used(one) == 0 && used() == before);
    return 0;
}
