/* SPDX-License-Identifier: MIT
 *
 * Threads map, cover, move, grow, protect and unmap in a reservation that they share, in scopes of
 * their own and in shared ones; a byte for each page says who paid for it. At each pause every
 * scope has what its pages add up to. Meanwhile one thread forks, and its children ask the same.
 */
#include "scope.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { THREADS = 12, SHARED = 3, SLOTS = 24, ROOM = 8, PAUSES = 4, STEPS = 400, FORKS = 8 };
enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS, NOBODY = 255 };

static struct slot {
    pthread_mutex_t lock;
    uint8_t payer[ROOM];
} slots[SLOTS];
static struct memrestrict_scope *scopes[SHARED + THREADS];
static uint64_t outside; /* charged to the process alone when all began */
static pthread_barrier_t barrier;
static _Atomic unsigned refused, given;
static char *base;
static size_t page;

static unsigned next(unsigned *state) { return (*state = *state * 1103515245 + 12345) / 65536; }
static unsigned parent_of(unsigned payer) { return payer % SHARED; }

static void set(struct slot *slot, unsigned from, unsigned count, bool done, unsigned payer)
{
    atomic_fetch_add(done ? &given : &refused, 1);
    if (done)
        memset(slot->payer + from, (int)payer, count);
}

/* Half of a slot onto the other: who has paid for it goes on, wherever it lies. */
static void move_half(char *at, struct slot *slot)
{
    enum { HALF = ROOM / 2 };
    char *to = at + HALF * page;
    for (unsigned i = 0; i < HALF; i++)
        if (slot->payer[i] != slot->payer[0])
            return; /* mremap takes one mapping */
    CHECK(mremap(at, HALF * page, HALF * page, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    CHECK(mmap(at, HALF * page, PROT_NONE, ANON | MAP_FIXED, -1, 0) == at);
    memcpy(slot->payer + HALF, slot->payer, HALF);
    memset(slot->payer, NOBODY, HALF);
}

static void protect(char *at, struct slot *slot, unsigned payer)
{
    if (mprotect(at, ROOM * page, RW) != 0) {
        atomic_fetch_add(&refused, 1);
        return;
    }
    for (unsigned i = 0; i < ROOM; i++)
        slot->payer[i] = slot->payer[i] == NOBODY ? (uint8_t)payer : slot->payer[i];
}

static void step(unsigned own, unsigned *state)
{
    unsigned number = next(state) % SLOTS, payer = next(state) % 2 ? SHARED + own : own % SHARED;
    unsigned from = next(state) % ROOM, count = 1 + next(state) % (ROOM - from);
    struct slot *slot = &slots[number];
    char *low = base + number * ROOM * page, *at = low + from * page;
    CHECK(memrestrict_scope_enter(scopes[payer]));
    pthread_mutex_lock(&slot->lock);
    switch (next(state) % 6) {
    case 0:
    case 1: {
        void *made = mmap(at, count * page, RW, ANON | MAP_FIXED, -1, 0);
        set(slot, from, count, made != MAP_FAILED, payer);
        break;
    }
    case 2: set(slot, from, count, mprotect(at, count * page, PROT_READ) == 0, NOBODY); break;
    case 3: protect(low, slot, payer); break;
    case 4: move_half(low, slot); break;
    default:
        CHECK(mmap(at, count * page, PROT_NONE, ANON | MAP_FIXED, -1, 0) == at);
        set(slot, from, count, true, NOBODY);
    }
    pthread_mutex_unlock(&slot->lock);
    memrestrict_scope_leave(scopes[payer]);
}

static void expect_sums(void)
{
    uint64_t sums[SHARED + THREADS] = {0}, all = 0;
    for (unsigned i = 0; i < SLOTS * ROOM; i++) {
        unsigned payer = slots[i / ROOM].payer[i % ROOM];
        if (payer == NOBODY)
            continue;
        all += page;
        sums[payer] += page;
        if (payer >= SHARED)
            sums[parent_of(payer)] += page;
    }
    for (unsigned i = 0; i < SHARED + THREADS; i++) {
        struct memrestrict_usage now = scope_usage(scopes[i]);
        CHECK(now.used == sums[i] && now.peak <= now.limit && now.peak >= now.used);
    }
    CHECK(used() == outside + all);
}

/* A child of its own, in which nobody is in the middle of anything. */
static void fork_and_ask(void)
{
    int status;
    for (unsigned i = 0; i < SLOTS; i++)
        pthread_mutex_lock(&slots[i].lock);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        expect_sums();
        CHECK(munmap(base, SLOTS * ROOM * page) == 0);
        memset(slots, NOBODY, sizeof slots);
        expect_sums();
        _exit(0);
    }
    for (unsigned i = 0; i < SLOTS; i++)
        pthread_mutex_unlock(&slots[i].lock);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void *work(void *number)
{
    unsigned own = (unsigned)(uintptr_t)number, state = own + 1;
    pthread_barrier_wait(&barrier);
    if (own == 0)
        outside = used();
    pthread_barrier_wait(&barrier);
    for (int pause = 0; pause < PAUSES; pause++) {
        for (int i = 0; i < STEPS; i++) {
            step(own, &state);
            if (own == 1 && i % (STEPS / FORKS) == 0)
                fork_and_ask();
        }
        pthread_barrier_wait(&barrier);
        if (own == 0)
            expect_sums();
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static struct memrestrict_scope *make_below(struct memrestrict_scope *parent, size_t pages)
{
    CHECK(parent == NULL || memrestrict_scope_enter(parent));
    struct memrestrict_scope *scope = memrestrict_scope_create("one", pages * page);
    CHECK(scope != NULL);
    if (parent != NULL)
        memrestrict_scope_leave(parent);
    return scope;
}

int main(void)
{
    pthread_t threads[THREADS];
    page = (size_t)sysconf(_SC_PAGESIZE);
    base = mmap(NULL, SLOTS * ROOM * page, PROT_NONE, ANON, -1, 0);
    CHECK(base != MAP_FAILED && pthread_barrier_init(&barrier, NULL, THREADS) == 0);
    for (unsigned i = 0; i < SLOTS; i++) {
        pthread_mutex_init(&slots[i].lock, NULL);
        memset(slots[i].payer, NOBODY, ROOM);
    }
    for (unsigned i = 0; i < SHARED + THREADS; i++)
        scopes[i] = make_below(i < SHARED ? NULL : scopes[parent_of(i)], i < SHARED ? 40 : 15);
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(refused > 100 && given > 1000 && refusals() == 0);
    return 0;
}
