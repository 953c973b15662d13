/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

enum { SLOTS = 1000, CALLS = 200000 };

static struct {
    unsigned char *block;
    size_t size;
} slots[SLOTS];
static size_t held;
static uint64_t state = 20240229;

static size_t pick(size_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % below);
}

static void mark(size_t i, unsigned char *block, size_t size)
{
    slots[i].block = block;
    slots[i].size = size;
    held += size;
    if (size > 0)
        block[0] = block[size - 1] = (unsigned char)i;
}

static void step(size_t i)
{
    unsigned char *block = slots[i].block;
    size_t size = pick(pick(10) == 0 ? 200 * KIB : 500), old_size = slots[i].size;
    CHECK(old_size == 0 || (block[0] == (unsigned char)i && block[old_size - 1] == block[0]));
    if (block == NULL) {
        const struct maker *maker = &makers[pick(sizeof makers / sizeof makers[0] - 1)];
        block = maker->make(size);
        CHECK_OF(maker, block != NULL);
    } else if (pick(2) == 0 && size > 0) {
        block = realloc(block, size);
        CHECK(block != NULL);
    } else {
        free(block);
        block = NULL;
        size = 0;
    }
    held -= old_size;
    mark(i, block, size);
}

int main(void)
{
    uint64_t before = used();
    for (int i = 0; i < CALLS; i++) {
        step(pick(SLOTS));
        CHECK(used() == before + held);
    }
    for (size_t i = 0; i < SLOTS; i++)
        free(slots[i].block);
    CHECK(used() == before && usage().unknown == 0 && refusals() == 0);
    return 0;
}
