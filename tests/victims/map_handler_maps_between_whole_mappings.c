/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <setjmp.h>
#include <sys/time.h>

enum { ROUNDS = 500, SLOTS = 8, SIGNALS = 100, JUMPS = 100 };

static char *slots[SLOTS];
static volatile unsigned signals;
static volatile bool jumps;
static sigjmp_buf out;

static void on_alarm(int number)
{
    (void)number;
    char **slot = &slots[signals++ % SLOTS];
    if (*slot == NULL) {
        *slot = map_rw(3 * PAGE);
    } else {
        unmap(*slot, 3 * PAGE);
        *slot = NULL;
    }
    if (jumps)
        siglongjmp(out, 1);
}

static void map_and_unmap(void)
{
    static char *others[SLOTS];
    for (int i = 0; i < SLOTS; i++)
        others[i] = map_rw((size_t)(i + 1) * PAGE);
    for (int i = 0; i < SLOTS; i++)
        unmap(others[i], (size_t)(i + 1) * PAGE);
}

static void set_timer(long microseconds)
{
    struct itimerval often = {{0, microseconds}, {0, microseconds}};
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
}

/* Nothing is lost between the two. Whoever jumps out of a call leaves what that call was about to
 * charge or to give back, and everything else is exact again. */
int main(void)
{
    struct counts before = counts();
    signal(SIGALRM, on_alarm);
    set_timer(100);
    for (int i = 0; i < ROUNDS || (signals < SIGNALS && i < 100 * ROUNDS); i++)
        map_and_unmap();
    set_timer(0);
    CHECK(signals > 0 && agree(before));
    signals -= signals % SLOTS;
    for (int i = 0; i < SLOTS; i++)
        if (slots[i] != NULL) {
            unmap(slots[i], 3 * PAGE);
            slots[i] = NULL;
        }
    CHECK(agree(before));
    jumps = true;
    unsigned from = signals;
    set_timer(100);
    sigsetjmp(out, 1);
    while (signals - from < JUMPS)
        map_and_unmap();
    jumps = false;
    set_timer(0);
    CHECK(usage().used <= usage().limit);
    before = counts();
    map_and_unmap();
    char *memory = map_rw(9 * PAGE);
    CHECK(both_grew(before, (int64_t)(9 * PAGE)));
    unmap(memory, 4 * PAGE);
    unmap(memory + 4 * PAGE, 5 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
