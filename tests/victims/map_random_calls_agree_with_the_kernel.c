/* SPDX-License-Identifier: MIT */
#include "map.h"

/* Thousands of calls on a small piece of address space, many of which fail: after each the
 * library's count has moved as the kernel's did. Private memory only: VmData has no other. */
enum { PAGES = 24, ARENA = 32, CALLS = 6000 };

static unsigned next(unsigned below)
{
    static uint64_t state = 88172645463325252u; /* xorshift64 */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

static char *arena;

static char *somewhere(void) { return arena + next(PAGES) * PAGE; }
static size_t some_length(void) { return (next(8) + 1) * PAGE - next(2) * 100; }
static int some_prot(void) { return next(3) == 0 ? PROT_NONE : next(3) == 0 ? PROT_READ : RW; }

static void remap(void)
{
    static const int kinds[] = {0, MREMAP_MAYMOVE, MREMAP_MAYMOVE | MREMAP_FIXED,
                                MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
                                MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP};
    size_t old = some_length(), new = next(2) ? old : some_length();
    char *from = somewhere(), *to = somewhere();
    int flags = kinds[next(5)];
    char *now = mremap(from, next(50) ? old : 0, new, flags, to);
    if (now != MAP_FAILED && (now < arena || now >= arena + ARENA * PAGE))
        unmap(now, new);
}

static void call(void)
{
    switch (next(5)) {
    case 0: mmap(somewhere(), some_length(), some_prot(), ANON | MAP_FIXED, -1, 0); break;
    case 1: mmap(somewhere(), some_length(), some_prot(), ANON | MAP_FIXED_NOREPLACE, -1, 0); break;
    case 2: munmap(somewhere(), some_length()); break;
    case 3: mprotect(somewhere(), some_length(), some_prot()); break;
    default: remap();
    }
}

int main(void)
{
    arena = map_none(ARENA * PAGE);
    struct counts before = counts();
    for (int i = 0; i < CALLS; i++) {
        call();
        if (!agree(before)) {
            dprintf(2, "after call %d\n", i);
            return 1;
        }
    }
    return 0;
}
