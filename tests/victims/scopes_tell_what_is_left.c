/* SPDX-License-Identifier: MIT */
#include "scope.h"

static __attribute__((noinline)) void *leak(size_t size) { return malloc(size); }

int main(void)
{
    struct memrestrict_live live[8];
    struct memrestrict_scope *scope = memrestrict_scope_create("request", MIB);
    CHECK(memrestrict_scope_enter(scope));
    CHECK(memrestrict_scope_live(scope, live, 8, sizeof live[0]) == 0);
    free(malloc(10));
    for (int i = 0; i < 3; i++)
        CHECK(leak(100) != NULL);
    void *large = calloc(1, 200 * KIB), *kept;
    CHECK(memrestrict_scope_push(1000) && (kept = malloc(7)) != NULL);
    memrestrict_scope_pop();
    CHECK((kept = realloc(kept, 20)) != NULL);
    memrestrict_scope_leave(scope);
    CHECK(malloc(5) != NULL);
    uint64_t before = used();
    CHECK(memrestrict_scope_live(scope, live, 8, sizeof live[0]) == 3 && used() == before);
    CHECK(live[0].blocks == 1 && live[0].bytes == 200 * KIB);
    CHECK(live[1].blocks == 3 && live[1].bytes == 300 && live[2].bytes == 20);
    CHECK((uintptr_t)live[1].caller - (uintptr_t)leak < 100);
    CHECK((uintptr_t)live[0].caller - (uintptr_t)main < 2000);
    CHECK((uintptr_t)live[2].caller - (uintptr_t)main < 2000);
    CHECK(memrestrict_scope_live(scope, live, 2, sizeof live[0]) == 2);
    CHECK(live[0].bytes + live[1].bytes == 200 * KIB + 320 && live[1].caller == NULL);
    CHECK(memrestrict_scope_live(scope, live, 0, sizeof live[0]) == 0);
    CHECK(memrestrict_scope_live(scope, live, 8, sizeof live[0] - 1) == 0);
    free(large);
    CHECK(memrestrict_scope_live(scope, live, 8, sizeof live[0]) == 2);
    return 0;
}
