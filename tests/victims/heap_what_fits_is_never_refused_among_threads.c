/* SPDX-License-Identifier: MIT */
#include "heap_crew.h"

/* In each round the idle threads allocate and free a little, and so sit on what the library let
 * them draw; then the busy ones fill the whole limit together, each its share to the last byte.
 * Nothing of that may be refused, also while greedy threads ask for more than there is. */
enum { BLOCKS = 40 };

static int busy, idle, greedy;
static size_t all, share;
static pthread_barrier_t round_barrier;
static bool another_round = true;

static void free_all(void *blocks[])
{
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
}

/* With some to and fro on the way. */
static void fill_share(void *blocks[], struct dice *dice)
{
    size_t left = share;
    for (int i = 0; i < BLOCKS; i++) {
        size_t size = i == BLOCKS - 1 ? left : pick(dice, left / 4 + 1);
        if (pick(dice, 4) == 0)
            free(calloc(1, size));
        blocks[i] = malloc(size);
        CHECK(blocks[i] != NULL);
        left -= size;
    }
}

static void meet(void)
{
    if (pthread_barrier_wait(&round_barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
        another_round = crew_goes_on();
    pthread_barrier_wait(&round_barrier);
}

static void play(bool is_busy, struct dice *dice)
{
    void *blocks[BLOCKS] = {NULL};
    if (!is_busy)
        free(malloc(100));
    meet();
    for (int i = 0; is_busy && i < 3; i++) {
        free_all(blocks);
        fill_share(blocks, dice);
    }
    meet();
    free_all(blocks);
    meet();
}

static void work(int number)
{
    struct dice dice = dice_of(number);
    if (number < busy + idle)
        while (another_round)
            play(number < busy, &dice);
    else
        do /* once at least: on a busy machine the time may be over before */
            CHECK(malloc(all + 1 + pick(&dice, MIB)) == NULL && errno == ENOMEM);
        while (crew_goes_on());
}

/* How many threads are busy, idle, greedy; for how many seconds. */
int main(int argc, char **argv)
{
    CHECK(argc == 5);
    busy = atoi(argv[1]);
    idle = atoi(argv[2]);
    greedy = atoi(argv[3]);
    CHECK(pthread_barrier_init(&round_barrier, NULL, (unsigned)(busy + idle)) == 0);
    crew_assemble(busy + idle + greedy, work);
    all = room();
    share = all / (size_t)busy;
    crew_work((unsigned)atoi(argv[4]));
    CHECK(room() == all && usage().peak <= usage().limit);
    CHECK((refusals() > 0) == (greedy > 0));
    crew_dismiss();
    return 0;
}
