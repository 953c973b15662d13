/* SPDX-License-Identifier: MIT */
#include "scope.h"

int main(void)
{
    void *blocks[1000];
    struct memrestrict_scope *outer = memrestrict_scope_create("outer", MIB);
    CHECK(memrestrict_scope_enter(outer));
    for (int i = 0; i < 1000; i++) {
        CHECK(memrestrict_scope_push(i + 1));
        CHECK((blocks[i] = malloc(i + 1)) != NULL && malloc(1) == NULL);
        memrestrict_scope_pop();
    }
    CHECK(scope_used(outer) == 1000 * 1001 / 2);
    struct memrestrict_scope *inner = memrestrict_scope_create("inner", 100);
    CHECK(memrestrict_scope_enter(inner));
    void *block = malloc(100);
    memrestrict_scope_destroy(inner);
    CHECK(malloc(1) == NULL && !memrestrict_scope_enter(inner) && errno == EINVAL);
    memrestrict_scope_leave(inner);
    CHECK(scope_used(outer) == 1000 * 1001 / 2 + 100);
    memrestrict_scope_destroy(inner);
    memrestrict_scope_destroy(NULL);
    for (int i = 0; i < 1000; i++)
        free(blocks[i]);
    CHECK(scope_used(outer) == 100);
    free(block);
    CHECK(scope_used(outer) == 0 && scope_usage(outer).refusals == 0);
    return 0;
}
