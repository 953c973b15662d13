/* SPDX-License-Identifier: MIT */
#include "decide/map_barrier.h"

#include "ground/guard.h"
#include "common/kernel.h"

#include <stdatomic.h>

enum { PATIENCE = 10 }; /* waits of 100 ms at most */

static _Atomic int changes; /* between begin and end, in all threads */
static _Atomic int forks;   /* that wait for them, or are under way */

void map_barrier_begin(void)
{
    bool nested = guard.mapping++ > 0; /* the thread's own change is waited for: it must go on */
    for (int waits = 0;; waits++) {
        atomic_fetch_add(&changes, 1);
        int forking = atomic_load(&forks);
        if (forking == 0 || nested || guard.forking > 0 || waits == PATIENCE)
            return;
        atomic_fetch_sub(&changes, 1);
        kernel_wake_all(&changes);
        kernel_wait(&forks, forking);
    }
}

void map_barrier_end(void)
{
    guard.mapping--;
    atomic_fetch_sub(&changes, 1);
    if (atomic_load(&forks) > 0)
        kernel_wake_all(&changes);
}

void map_barrier_fork_take(void)
{
    atomic_fetch_add(&forks, 1);
    for (int waits = 0; waits < PATIENCE; waits++) {
        int now = atomic_load(&changes);
        if (now <= guard.mapping)
            return;
        kernel_wait(&changes, now);
    }
}

void map_barrier_fork_drop(void)
{
    atomic_fetch_sub(&forks, 1);
    kernel_wake_all(&forks);
}

void map_barrier_fork_reset(void)
{
    atomic_store(&forks, 0);
    atomic_store(&changes, guard.mapping);
}
