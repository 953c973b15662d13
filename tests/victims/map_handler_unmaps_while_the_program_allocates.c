/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/time.h>

/* An unmap that interrupts malloc is the program's as well, and to be credited. */
enum { SLOTS = 200, ROUNDS = 100 * 1000 * 1000 };

static char *slots[SLOTS];
static volatile unsigned done;

static void on_alarm(int number)
{
    (void)number;
    if (done < SLOTS) {
        unmap(slots[done], PAGE);
        done++;
    }
}

int main(void)
{
    uint64_t before = used();
    struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    for (int i = 0; i < SLOTS; i++)
        slots[i] = map_rw(PAGE);
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < ROUNDS && done < SLOTS; i++)
        free(malloc(40 * KIB));
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(done == SLOTS);
    CHECK(used() == before);
    return 0;
}
