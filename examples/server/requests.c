/* SPDX-License-Identifier: MIT
 *
 * A thousand requests in flight on 16 threads, each in a scope of 1 MiB: the one that wants more is
 * answered 503, and no other notices.
 *
 *     $ cc -I include -pthread examples/server/requests.c -o requests
 *     $ LD_PRELOAD=libmemrestrict.so ./requests
 *     200 for 999 requests, 503 for request 500, at 1048576 bytes
 *
 * Threads take a step of whatever request is next, so a request is served by many of them, and is
 * in its scope in each. A scope that has something left when its request is over would tell where
 * that comes from. Without the library all requests are served.
 */
#include <memrestrict.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { REQUESTS = 1000, THREADS = 16, STEPS = 8, GREEDY = 500, BUDGET = 1 << 20 };

struct piece {
    struct piece *next;
    char bytes[4096 - sizeof(struct piece *)];
};

static struct request {
    pthread_mutex_t lock;
    struct memrestrict_scope *scope;
    struct piece *answer;
    int steps;
    int status;
    uint64_t refused_at; /* bytes */
} requests[REQUESTS];
static _Atomic unsigned next_step;

static void free_answer(struct request *request)
{
    while (request->answer != NULL) {
        struct piece *piece = request->answer;
        request->answer = piece->next;
        free(piece);
    }
}

static bool add_pieces(struct request *request, int count)
{
    for (int i = 0; i < count; i++) {
        struct piece *piece = malloc(sizeof *piece);
        if (piece == NULL)
            return false;
        piece->next = request->answer;
        request->answer = piece;
    }
    return true;
}

static void end(struct request *request, int status)
{
    struct memrestrict_usage usage;
    struct memrestrict_live left[10];
    if (memrestrict_scope_usage(request->scope, &usage, sizeof usage))
        request->refused_at = usage.used;
    request->status = status;
    free_answer(request);
    size_t sites = memrestrict_scope_live(request->scope, left, 10, sizeof left[0]);
    for (size_t i = 0; i < sites; i++)
        fprintf(stderr, "%llu bytes left by the caller at %p\n", (unsigned long long)left[i].bytes,
                left[i].caller);
}

/* Its scope is entered and left within a step. */
static void take_step(struct request *request)
{
    bool is_greedy = request == &requests[GREEDY];
    if (request->status != 0)
        return;
    memrestrict_scope_enter(request->scope);
    bool done = add_pieces(request, is_greedy ? 40 : 1);
    if (!done)
        end(request, 503);
    else if (++request->steps == STEPS)
        end(request, 200);
    memrestrict_scope_leave(request->scope);
}

static void *work(void *unused)
{
    (void)unused;
    for (;;) {
        unsigned step = atomic_fetch_add(&next_step, 1);
        if (step >= REQUESTS * STEPS)
            return NULL;
        struct request *request = &requests[step % REQUESTS];
        pthread_mutex_lock(&request->lock);
        take_step(request);
        pthread_mutex_unlock(&request->lock);
    }
}

int main(void)
{
    pthread_t threads[THREADS];
    int served = 0, refused = 0;
    for (int i = 0; i < REQUESTS; i++) {
        pthread_mutex_init(&requests[i].lock, NULL);
        requests[i].scope = memrestrict_scope_create("request", BUDGET);
    }
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, NULL) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < REQUESTS; i++) {
        served += requests[i].status == 200;
        refused += requests[i].status == 503;
        memrestrict_scope_destroy(requests[i].scope);
    }
    printf("200 for %d requests", served);
    for (int i = 0; i < REQUESTS; i++)
        if (requests[i].status == 503)
            printf(", 503 for request %d, at %llu bytes", i,
                   (unsigned long long)requests[i].refused_at);
    printf("\n");
    return served + refused == REQUESTS ? 0 : 1;
}
