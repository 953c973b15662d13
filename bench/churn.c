/* SPDX-License-Identifier: MIT
 *
 * churn COUNT [bare]: 64 mappings of 64 to 256 KiB; COUNT times a random one is unmapped and
 * another mapped in its place, every page of it written. bare: of 4 KiB to 1 MiB, one page written.
 */
#include "bench.h"

#include <stdbool.h>
#include <sys/mman.h>

enum { MAPPINGS = 64, UNIT = 4096 };

static size_t fewest = 16, most = 64; /* units */
static bool touch_all = true;

struct mapping {
    char *start;
    size_t bytes;
};

static void map_and_touch(struct mapping *mapping, size_t bytes)
{
    char *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        fail("mmap");
    for (size_t at = 0; at < (touch_all ? bytes : 1); at += UNIT)
        ((volatile char *)start)[at] = 1;
    *mapping = (struct mapping){start, bytes};
}

int main(int argc, char **argv)
{
    static struct mapping mappings[MAPPINGS];
    uint64_t state = 1;
    if (argc > 2) {
        fewest = 1;
        most = 256;
        touch_all = false;
    }
    for (size_t left = argument(argv, 1); left > 0; left--) {
        struct mapping *mapping = &mappings[random_below(&state, MAPPINGS)];
        if (mapping->start != NULL && munmap(mapping->start, mapping->bytes) != 0)
            fail("munmap");
        map_and_touch(mapping, UNIT * (fewest + random_below(&state, most - fewest + 1)));
    }
    return 0;
}
