/* SPDX-License-Identifier: MIT */
#include "heap_crew.h"

#include <semaphore.h>

/* The budget is full, in pairs of threads one holds a block and the other waits: the block is
 * freed, the other is told, and must get as much at once. */
enum { PAIRS = 8, ROUNDS = 5000 };

static struct {
    sem_t turn[2];
    size_t size;
} pairs[PAIRS];

static void wait_turn(sem_t *turn)
{
    while (sem_wait(turn) != 0)
        CHECK(errno == EINTR);
}

static void hand_over(int pair, int side)
{
    for (int i = 0; i < ROUNDS; i++) {
        wait_turn(&pairs[pair].turn[side]);
        void *block = malloc(pairs[pair].size);
        CHECK(block != NULL);
        free(block);
        sem_post(&pairs[pair].turn[!side]);
    }
}

static void work(int number)
{
    if (number < 2 * PAIRS)
        hand_over(number / 2, number % 2);
    else
        while (crew_goes_on())
            CHECK(malloc(64 * MIB) == NULL);
}

int main(void)
{
    for (size_t i = 0; i < PAIRS; i++) {
        sem_init(&pairs[i].turn[0], 0, 1);
        sem_init(&pairs[i].turn[1], 0, 0);
        pairs[i].size = (i % 2 == 0 ? 100 : 70 * KIB) + i;
    }
    crew_assemble(2 * PAIRS + 1, work);
    size_t need = 0;
    for (size_t i = 0; i < PAIRS; i++)
        need += pairs[i].size;
    void *most = fill(need);
    crew_work(1);
    CHECK(room() == need);
    free(most);
    crew_dismiss();
    return 0;
}
