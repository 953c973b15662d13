/* SPDX-License-Identifier: MIT
 *
 * 64 threads allocate in scopes of their own, in shared ones and below them, and free what others
 * have allocated. At each pause every scope has what its blocks add up to.
 */
#include "scope.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 64, SHARED = 4, BLOCKS = 1024, PAUSES = 6, STEPS = 1200 };

static struct block {
    void *at;
    size_t size;
    unsigned scope; /* who paid: a shared one, or below it a thread's own */
} blocks[BLOCKS];
static pthread_mutex_t locks[BLOCKS];
static struct memrestrict_scope *shared[SHARED], *owned[THREADS];
static pthread_barrier_t barrier;
static _Atomic unsigned refused, given;

static unsigned next(unsigned *state) { return (*state = *state * 1103515245 + 12345) / 65536; }

static void replace(struct block *block, unsigned payer, unsigned *state)
{
    size_t size = 1 + next(state) % (next(state) % 64 == 0 ? 100000 : 600);
    unsigned what = next(state) % 4;
    void *at = what == 0                     ? calloc(1, size)
               : what == 1 && block->at != 0 ? realloc(block->at, block->size + size)
                                             : malloc(size);
    if (at == NULL) {
        atomic_fetch_add(&refused, 1);
        return;
    }
    if (what == 1 && block->at != 0)
        size += block->size;
    else
        free(block->at);
    memset(at, 1, size < 16 ? size : 16);
    *block = (struct block){at, size, payer};
    atomic_fetch_add(&given, 1);
}

static void step(unsigned own, unsigned *state)
{
    unsigned place = next(state) % BLOCKS, payer = next(state) % 2 ? SHARED + own : own % SHARED;
    struct memrestrict_scope *scope = payer < SHARED ? shared[payer] : owned[own];
    CHECK(memrestrict_scope_enter(scope));
    pthread_mutex_lock(&locks[place]);
    if (next(state) % 3 == 0) {
        free(blocks[place].at);
        blocks[place] = (struct block){NULL, 0, 0};
    } else {
        replace(&blocks[place], payer, state);
    }
    pthread_mutex_unlock(&locks[place]);
    memrestrict_scope_leave(scope);
}

static void expect_sums(void)
{
    uint64_t in_shared[SHARED] = {0}, in_owned[THREADS] = {0};
    for (int i = 0; i < BLOCKS; i++) {
        unsigned payer = blocks[i].scope;
        if (payer >= SHARED)
            in_owned[payer - SHARED] += blocks[i].size;
        in_shared[payer < SHARED ? payer : (payer - SHARED) % SHARED] += blocks[i].size;
    }
    for (int i = 0; i < SHARED; i++)
        CHECK(scope_used(shared[i]) == in_shared[i] &&
              scope_usage(shared[i]).peak <= scope_usage(shared[i]).limit);
    for (int i = 0; i < THREADS; i++)
        CHECK(scope_used(owned[i]) == in_owned[i] &&
              scope_usage(owned[i]).peak <= scope_usage(owned[i]).limit);
}

static void *work(void *number)
{
    unsigned own = (unsigned)(uintptr_t)number, state = own + 1;
    for (int pause = 0; pause < PAUSES; pause++) {
        for (int i = 0; i < STEPS; i++)
            step(own, &state);
        pthread_barrier_wait(&barrier);
        if (own == 0)
            expect_sums();
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < BLOCKS; i++)
        pthread_mutex_init(&locks[i], NULL);
    for (int i = 0; i < SHARED; i++)
        CHECK((shared[i] = memrestrict_scope_create("shared", 100 * KIB)) != NULL);
    for (int i = 0; i < THREADS; i++) {
        CHECK(memrestrict_scope_enter(shared[i % SHARED]));
        CHECK((owned[i] = memrestrict_scope_create("own", 64 * KIB)) != NULL);
        memrestrict_scope_leave(shared[i % SHARED]);
    }
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(refused > 100 && given > 1000);
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i].at);
    memset(blocks, 0, sizeof blocks);
    expect_sums();
    return 0;
}
