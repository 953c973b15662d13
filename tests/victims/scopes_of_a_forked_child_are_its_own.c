/* SPDX-License-Identifier: MIT */
#include "scope.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

static struct memrestrict_scope *scope, *other;
static _Atomic bool stop;

static void *churn(void *unused)
{
    void *blocks[16] = {NULL};
    (void)unused;
    CHECK(memrestrict_scope_enter(other));
    for (unsigned i = 0; !atomic_load(&stop); i++) {
        free(blocks[i % 16]);
        CHECK((blocks[i % 16] = malloc(i % 500 + 1)) != NULL);
        CHECK(memrestrict_scope_push(1000));
        CHECK(malloc(1001) == NULL);
        memrestrict_scope_pop();
    }
    for (int i = 0; i < 16; i++)
        free(blocks[i]);
    return NULL;
}

/* What the other thread had stays paid for by its scope, but for what it was in the middle of. */
static void be_child(void *block)
{
    CHECK(scope_used(scope) == 1000 && scope_used(other) <= 16 * 500);
    void *more = malloc(9000);
    CHECK(more != NULL && scope_used(scope) == 10000 && malloc(1) == NULL);
    free(block);
    CHECK(scope_used(scope) == 9000);
    free(more);
    memrestrict_scope_leave(scope);
    CHECK(memrestrict_scope_enter(scope) && scope_used(scope) == 0);
    _exit(0);
}

static void fork_once(void *block)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        be_child(block);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(scope_used(scope) == 1000);
}

int main(void)
{
    pthread_t thread;
    scope = memrestrict_scope_create("mine", 10000);
    other = memrestrict_scope_create("the other's", MEMRESTRICT_UNLIMITED);
    CHECK(memrestrict_scope_enter(scope));
    void *block = malloc(1000);
    fork_once(block);
    memrestrict_scope_leave(scope); /* what the C library allocates for the thread is not its */
    CHECK(pthread_create(&thread, NULL, churn, NULL) == 0);
    CHECK(memrestrict_scope_enter(scope));
    for (int i = 0; i < 50; i++)
        fork_once(block);
    atomic_store(&stop, true);
    memrestrict_scope_leave(scope);
    pthread_join(thread, NULL);
    CHECK(scope_used(other) == 0);
    return 0;
}
