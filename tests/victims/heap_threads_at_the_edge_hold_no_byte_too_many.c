/* SPDX-License-Identifier: MIT */
#include "heap_crew.h"

enum { SLOTS = 64 };

static size_t limit;
/* Added to after success and subtracted from before a free: never more than what is charged. */
static _Atomic size_t held;
static _Atomic bool refused; /* the edge was met: a slow machine may need more time for that */

static void hold(size_t more)
{
    size_t now = atomic_fetch_add(&held, more) + more;
    CHECK(now <= limit);
}

struct slot {
    char *block;
    size_t size;
};

static void empty(struct slot *slot)
{
    atomic_fetch_sub(&held, slot->size);
    free(slot->block);
    *slot = (struct slot){NULL, 0};
}

static void fill_slot(struct slot *slot, struct dice *dice, size_t size)
{
    slot->block = makers[pick(dice, sizeof makers / sizeof makers[0] - 1)].make(size);
    if (slot->block == NULL) {
        CHECK(errno == ENOMEM);
        atomic_store(&refused, true);
        return;
    }
    slot->size = size;
    hold(size);
}

static void resize(struct slot *slot, size_t size)
{
    size_t old_size = slot->size;
    if (size < old_size)
        atomic_fetch_sub(&held, old_size - size);
    char *block = realloc(slot->block, size);
    CHECK(block != NULL || size > old_size);
    if (block == NULL)
        return;
    *slot = (struct slot){block, size};
    if (size > old_size)
        hold(size - old_size);
}

static void work(int number)
{
    struct slot slots[SLOTS] = {{NULL, 0}};
    struct dice dice = dice_of(number);
    while (crew_goes_on() || !atomic_load(&refused)) {
        struct slot *slot = &slots[pick(&dice, SLOTS)];
        size_t size = 1 + pick(&dice, pick(&dice, 8) == 0 ? 100 * KIB : 2 * KIB);
        if (slot->block == NULL)
            fill_slot(slot, &dice, size);
        else if (pick(&dice, 3) == 0)
            resize(slot, size);
        else
            empty(slot);
    }
    for (int i = 0; i < SLOTS; i++)
        empty(&slots[i]);
}

/* How many threads, for how many seconds. */
int main(int argc, char **argv)
{
    CHECK(argc == 3);
    crew_assemble(atoi(argv[1]), work);
    limit = room();
    crew_work((unsigned)atoi(argv[2]));
    CHECK(refusals() > 0);
    CHECK(room() == limit && usage().peak <= usage().limit && usage().unknown == 0);
    void *all = malloc(limit);
    CHECK(all != NULL && malloc(1) == NULL);
    free(all);
    crew_dismiss();
    return 0;
}
