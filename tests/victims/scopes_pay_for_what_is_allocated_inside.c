/* SPDX-License-Identifier: MIT */
#include "scope.h"

#include <pthread.h>

static void *give_back(void *block)
{
    free(block);
    return NULL;
}

int main(void)
{
    void *blocks[6];
    pthread_t thread;
    struct memrestrict_scope *scope = memrestrict_scope_create("one", MIB);
    CHECK(scope != NULL && memrestrict_scope_enter(scope));
    uint64_t before = used();
    errno = 0;
    blocks[0] = malloc(1000);
    blocks[1] = calloc(10, 200);
    CHECK(posix_memalign(&blocks[2], 4096, 300) == 0);
    blocks[3] = aligned_alloc(64, 640);
    blocks[4] = malloc(200 * KIB);
    blocks[5] = realloc(NULL, 50);
    CHECK(errno == 0);
    CHECK(scope_used(scope) == 1000 + 2000 + 300 + 640 + 200 * KIB + 50);
    CHECK(used() - before == scope_used(scope));
    CHECK(malloc(0) != NULL && scope_used(scope) == used() - before);
    free(blocks[1]);
    CHECK(scope_used(scope) == 1000 + 300 + 640 + 200 * KIB + 50);
    memrestrict_scope_leave(scope);
    void *outside = malloc(77);
    free(blocks[0]);
    free(blocks[4]);
    CHECK(scope_used(scope) == 300 + 640 + 50);
    CHECK(pthread_create(&thread, NULL, give_back, blocks[2]) == 0);
    pthread_join(thread, NULL);
    CHECK(scope_used(scope) == 640 + 50);
    CHECK(memrestrict_scope_enter(scope));
    free(outside);
    CHECK(scope_used(scope) == 640 + 50);
    free(blocks[3]);
    free(blocks[5]);
    CHECK(scope_used(scope) == 0 &&
          scope_usage(scope).peak == 1000 + 2000 + 300 + 640 + 200 * KIB + 50);
    CHECK(scope_usage(scope).limit == MIB && scope_usage(scope).refusals == 0);
    return 0;
}
