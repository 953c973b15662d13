/* SPDX-License-Identifier: MIT
 *
 * A planned fault in a scope is none of its refusals, and charges nothing; a program that is
 * started within a scope is in none.
 */
#include "scope.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct memrestrict_scope *scope = memrestrict_scope_create("anew", 5000);
        void *block = malloc(2000);
        CHECK(block != NULL && scope_used(scope) == 0);
        return 0;
    }
    struct memrestrict_scope *scope = memrestrict_scope_create("before", 1000);
    CHECK(memrestrict_scope_enter(scope));
    void *first = malloc(100);
    CHECK(memrestrict_fault_arm("nth=2"));
    void *second = malloc(100);
    CHECK(second != NULL && malloc(100) == NULL && errno == ENOMEM);
    CHECK(realloc(first, 2000) == NULL && calloc(1, 800) != NULL && malloc(1) == NULL);
    CHECK(scope_used(scope) == 1000 && scope_usage(scope).refusals == 2);
    memrestrict_fault_disarm();
    free(first);
    free(second);
    CHECK(scope_used(scope) == 800);
    execl("/proc/self/exe", argv[0], "again", (char *)NULL);
    return 1;
}
