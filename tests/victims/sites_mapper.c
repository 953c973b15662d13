/* SPDX-License-Identifier: MIT
 *
 * Maps memory in functions of known names: maps has 3 MiB, of which 1 MiB is left in the end, and
 * that elsewhere; reserves has 64 MiB that nobody can write to, and commits makes 1 MiB of it
 * writable.
 */
#include <stdlib.h>
#include <sys/mman.h>

#define FUNCTION __attribute__((noinline, noclone))
#define MIB ((size_t)1 << 20)

static char *volatile mapped, *volatile reserved, *volatile moved;

FUNCTION static void maps(void)
{
    mapped = mmap(NULL, 3 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

FUNCTION static void reserves(void)
{
    reserved = mmap(NULL, 64 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

FUNCTION static int commits(void) { return mprotect(reserved + MIB, MIB, PROT_READ | PROT_WRITE); }

int main(void)
{
    maps();
    reserves();
    if (mapped == MAP_FAILED || reserved == MAP_FAILED || commits() != 0)
        return 1;
    munmap(mapped, 2 * MIB);
    moved = mremap(mapped + 2 * MIB, MIB, MIB, MREMAP_MAYMOVE | MREMAP_FIXED, reserved + 8 * MIB);
    return moved == MAP_FAILED;
}
