/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/time.h>

enum { ROUNDS = 30000, SLOTS = 16 };

static char *slots[SLOTS];
static volatile unsigned signals;

static void on_alarm(int number)
{
    (void)number;
    char **slot = &slots[signals++ % SLOTS];
    if (*slot == NULL) {
        *slot = map_rw(3 * PAGE);
        CHECK(mprotect(*slot + PAGE, PAGE, PROT_NONE) == 0);
    } else {
        unmap(*slot, 3 * PAGE);
        *slot = NULL;
    }
}

int main(void)
{
    struct counts before = counts();
    struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < ROUNDS || (signals < SLOTS && i < 100 * ROUNDS); i++) {
        char *memory = map_rw(4 * PAGE);
        unmap(memory + PAGE, PAGE);
        memory = mremap(memory, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
        CHECK(memory != MAP_FAILED);
        unmap(memory, 4 * PAGE);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(signals > 0);
    for (int i = 0; i < SLOTS; i++)
        if (slots[i] != NULL)
            unmap(slots[i], 3 * PAGE);
    return agree(before) ? 0 : 1;
}
