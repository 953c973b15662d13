/* SPDX-License-Identifier: MIT */
#include "heap_crew.h"

/* Half of the threads only allocate, the other half only free what those hand over. */
enum { THREADS = 16, BLOCKS = 40000, SHELVES = 64 };

static _Atomic(void *) shelves[SHELVES];
static _Atomic int to_come = THREADS / 2;
static size_t most_each;

static void bring(struct dice *dice)
{
    for (int i = 0; i < BLOCKS; i++) {
        void *block = malloc(pick(dice, most_each)), *none = NULL;
        CHECK(block != NULL);
        if (!atomic_compare_exchange_strong(&shelves[pick(dice, SHELVES)], &none, block))
            free(block);
    }
    atomic_fetch_sub(&to_come, 1);
}

static void take(struct dice *dice)
{
    while (atomic_load(&to_come) > 0)
        free(atomic_exchange(&shelves[pick(dice, SHELVES)], NULL));
}

static void work(int number)
{
    struct dice dice = dice_of(number);
    if (number % 2 == 0)
        bring(&dice);
    else
        take(&dice);
}

int main(void)
{
    crew_assemble(THREADS, work);
    size_t all = room();
    most_each = all / (SHELVES + 2 * THREADS); /* so that all that can be held at once fits */
    crew_work(0);
    for (int i = 0; i < SHELVES; i++)
        free(shelves[i]);
    CHECK(room() == all && refusals() == 0 && usage().unknown == 0);
    crew_dismiss();
    return 0;
}
