/* SPDX-License-Identifier: MIT */
#include "scope.h"

int main(void)
{
    uint64_t at_start = refusals();
    struct memrestrict_scope *outer = memrestrict_scope_create("outer", 100 * KIB);
    CHECK(memrestrict_scope_enter(outer));
    struct memrestrict_scope *inner = memrestrict_scope_create("inner", 60 * KIB);
    CHECK(memrestrict_scope_enter(inner));
    char *block = malloc(60 * KIB);
    CHECK(block != NULL && malloc(1) == NULL && errno == ENOMEM);
    CHECK(scope_usage(inner).refusals == 1 && scope_usage(outer).refusals == 0);
    memrestrict_scope_leave(inner);
    char *more = malloc(40 * KIB);
    errno = 0;
    CHECK(more != NULL && calloc(1, 1) == NULL && errno == ENOMEM);
    CHECK(scope_used(outer) == 100 * KIB && scope_usage(outer).refusals == 1);
    free(block);
    CHECK(memrestrict_scope_enter(inner) && scope_used(inner) == 0);
    CHECK(malloc(60 * KIB + 1) == NULL && (block = malloc(60 * KIB)) != NULL);
    CHECK(refusals() == at_start); /* they were the program's own */
    CHECK(realloc(block, 60 * KIB + 1) == NULL && scope_used(inner) == 60 * KIB);
    CHECK(memrestrict_scope_push(10) && malloc(11) == NULL && (more = realloc(more, 5)) != NULL);
    CHECK(scope_used(outer) == 60 * KIB + 5);
    CHECK(memrestrict_scope_push(MEMRESTRICT_UNLIMITED));
    CHECK(malloc(4 * MIB) == NULL && scope_usage(inner).refusals == 3);
    memrestrict_scope_leave(outer);
    CHECK(memrestrict_scope_push(MEMRESTRICT_UNLIMITED) && malloc(4 * MIB) == NULL);
    CHECK(refusals() == at_start + 1); /* the process's limit */
    memrestrict_scope_pop();
    free(more);
    free(block);
    CHECK(scope_used(outer) == 0);
    return 0;
}
