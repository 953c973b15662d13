/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { FORKS = 200 };

static char *reservation;
static _Atomic bool over;

static void *commit_and_decommit(void *ignored)
{
    while (!over) {
        map_at(reservation, 4 * PAGE, RW, ANON | MAP_FIXED);
        CHECK(mprotect(reservation + PAGE, PAGE, PROT_NONE) == 0);
        map_at(reservation, 4 * PAGE, PROT_NONE, ANON | MAP_FIXED);
    }
    return ignored;
}

/* In the child only the forking thread goes on: what the other was about must not stay charged. */
static _Noreturn void child(uint64_t before)
{
    unmap(reservation, 4 * PAGE);
    CHECK(used() == before);
    _exit(0);
}

int main(void)
{
    pthread_t thread;
    int status;
    reservation = map_none(4 * PAGE);
    CHECK(pthread_create(&thread, NULL, commit_and_decommit, NULL) == 0);
    over = true;
    pthread_join(thread, NULL);
    over = false;
    uint64_t before = used(); /* the thread's stack is kept for the next, with what belongs to it */
    CHECK(pthread_create(&thread, NULL, commit_and_decommit, NULL) == 0);
    for (int i = 0; i < FORKS; i++) {
        pid_t pid = fork();
        if (pid == 0)
            child(before);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
    over = true;
    pthread_join(thread, NULL);
    CHECK(used() == before);
    return 0;
}
