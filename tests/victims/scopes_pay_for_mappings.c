/* SPDX-License-Identifier: MIT */
#include "scope.h"

#include <pthread.h>
#include <sys/mman.h>

enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };
#define PAGES(n) ((n) * (size_t)sysconf(_SC_PAGESIZE))
static struct memrestrict_scope *outer, *one, *other;

static char *map(void *at, size_t pages, int prot)
{
    return mmap(at, PAGES(pages), prot, ANON | (at != NULL ? MAP_FIXED : 0), -1, 0);
}

static void expect(size_t in_one, size_t in_other)
{
    CHECK(scope_used(one) == PAGES(in_one) && scope_used(other) == PAGES(in_other));
    CHECK(scope_used(outer) == PAGES(in_one + in_other));
}

static void *unmap_half(void *at)
{
    CHECK(munmap(at, PAGES(4)) == 0);
    return NULL;
}

static void others_may_unmap_it(void)
{
    pthread_t thread;
    CHECK(memrestrict_scope_enter(one));
    char *at = map(NULL, 8, RW);
    errno = 0;
    CHECK(at != MAP_FAILED && map(NULL, 3, RW) == MAP_FAILED && errno == ENOMEM);
    CHECK(scope_usage(one).refusals == 1 && scope_usage(outer).refusals == 0);
    memrestrict_scope_leave(one);
    expect(8, 0);
    CHECK(pthread_create(&thread, NULL, unmap_half, at) == 0);
    pthread_join(thread, NULL);
    expect(4, 0);
    CHECK(memrestrict_scope_enter(other) && munmap(at + PAGES(4), PAGES(4)) == 0);
    memrestrict_scope_leave(other);
    expect(0, 0);
}

/* Whoever covers a part pays for it, and a full scope may cover its own. */
static void others_may_cover_it(void)
{
    CHECK(memrestrict_scope_enter(one));
    char *at = map(NULL, 10, RW);
    CHECK(map(at + PAGES(2), 4, RW) != MAP_FAILED);
    CHECK(map(at + PAGES(8), 3, RW) == MAP_FAILED);
    expect(10, 0);
    CHECK(memrestrict_scope_enter(other) && map(at + PAGES(3), 4, RW) != MAP_FAILED);
    expect(6, 4);
    memrestrict_scope_leave(one);
    CHECK(map(at, 4, RW) != MAP_FAILED);
    expect(3, 3);
    CHECK(munmap(at, PAGES(10)) == 0);
    expect(0, 0);
}

static void who_lets_it_grow_pays_for_more(void)
{
    CHECK(memrestrict_scope_enter(one));
    char *at = map(NULL, 6, RW);
    CHECK(memrestrict_scope_enter(other));
    at = mremap(at, PAGES(6), PAGES(9), MREMAP_MAYMOVE);
    CHECK(at != MAP_FAILED);
    expect(6, 3);
    CHECK(mremap(at, PAGES(9), PAGES(20), MREMAP_MAYMOVE) == MAP_FAILED);
    expect(6, 3);
    CHECK(mremap(at, PAGES(9), PAGES(5), 0) == at);
    expect(5, 0);
    memrestrict_scope_leave(one);
    CHECK(munmap(at, PAGES(5)) == 0);
    expect(0, 0);
}

static void who_makes_it_writable_pays(void)
{
    CHECK(memrestrict_scope_enter(one));
    char *at = map(NULL, 100, PROT_NONE);
    expect(0, 0);
    CHECK(memrestrict_scope_enter(other));
    CHECK(mprotect(at, PAGES(5), RW) == 0);
    memrestrict_scope_leave(other);
    CHECK(mprotect(at + PAGES(4), PAGES(3), RW) == 0);
    CHECK(mprotect(at, PAGES(100), RW) == -1 && errno == ENOMEM);
    expect(2, 5);
    CHECK(mprotect(at + PAGES(1), PAGES(5), PROT_READ) == 0);
    expect(1, 1);
    memrestrict_scope_leave(one);
    CHECK(munmap(at, PAGES(100)) == 0);
    expect(0, 0);
}

static void what_the_kernel_refuses_costs_nothing(void)
{
    uint64_t told = scope_usage(one).refusals;
    CHECK(memrestrict_scope_enter(one));
    char *at = map(NULL, 4, RW);
    CHECK(munmap(at + PAGES(2), PAGES(1)) == 0 && mprotect(at, PAGES(1), PROT_READ) == 0);
    expect(2, 0);
    CHECK(mprotect(at, PAGES(4), RW) == -1); /* it stopped at the hole */
    expect(3, 0);
    CHECK(mmap(NULL, PAGES(2), RW, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap(NULL, PAGES(200), RW, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
    expect(3, 0);
    CHECK(scope_usage(one).refusals == told);
    memrestrict_scope_leave(one);
    CHECK(munmap(at, PAGES(4)) == 0);
    expect(0, 0);
}

static void the_break_is_paid_for(void)
{
    CHECK(memrestrict_scope_enter(one));
    CHECK(sbrk(5000) != (void *)-1 && scope_used(one) == 5000);
    CHECK(sbrk(1 << 20) == (void *)-1 && scope_used(one) == 5000);
    memrestrict_scope_leave(one);
    CHECK(sbrk(100) != (void *)-1 && scope_used(one) == 5000);
    CHECK(sbrk(-600) != (void *)-1 && scope_used(one) == 4500);
    CHECK(sbrk(-4500) != (void *)-1);
    expect(0, 0);
}

static void pools_are_paid_for(void)
{
    CHECK(memrestrict_scope_enter(one));
    struct memrestrict_pool *pool = memrestrict_pool_create("one's", PAGES(4));
    CHECK(pool != NULL && memrestrict_pool_create("large", PAGES(7)) == NULL);
    memrestrict_scope_leave(one);
    expect(4, 0);
    CHECK(memrestrict_pool_seal(pool));
    expect(4, 0);
    memrestrict_pool_destroy(pool);
    expect(0, 0);
}

static void what_is_left_is_told(void)
{
    struct memrestrict_live live[4];
    CHECK(memrestrict_scope_enter(one));
    char *at = map(NULL, 3, RW), *more = map(NULL, 2, PROT_READ);
    CHECK(memrestrict_scope_live(one, live, 4, sizeof live[0]) == 1);
    CHECK(live[0].blocks == 1 && live[0].bytes == PAGES(3));
    CHECK((uintptr_t)live[0].caller - (uintptr_t)map < 200);
    memrestrict_scope_leave(one);
    memrestrict_scope_destroy(one);
    CHECK(scope_used(outer) == PAGES(3));
    CHECK(memrestrict_scope_live(outer, live, 4, sizeof live[0]) == 1);
    CHECK(munmap(at, PAGES(3)) == 0 && munmap(more, PAGES(2)) == 0 && scope_used(outer) == 0);
}

int main(void)
{
    CHECK(malloc(1) != NULL); /* what comes of the first is not ours */
    outer = memrestrict_scope_create("outer", MEMRESTRICT_UNLIMITED);
    CHECK(memrestrict_scope_enter(outer));
    one = memrestrict_scope_create("one", PAGES(10));
    other = memrestrict_scope_create("other", PAGES(10));
    memrestrict_scope_leave(outer);
    others_may_unmap_it();
    uint64_t before = used();
    others_may_cover_it();
    who_lets_it_grow_pays_for_more();
    who_makes_it_writable_pays();
    what_the_kernel_refuses_costs_nothing();
    the_break_is_paid_for();
    pools_are_paid_for();
    what_is_left_is_told();
    CHECK(used() == before && refusals() == 0);
    return 0;
}
