/* SPDX-License-Identifier: MIT */
#include "run/resident.h"

#include <stdio.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

enum {
    BLOCK_SHARE = 4,        /* blocks of 8 bytes take 32, and our records a quarter of that */
    LIBRARIES = 32,         /* MiB of data, and the program's own stack */
    STACK = 8,              /* MiB of a thread, ... */
    STACKS_OF_THE_DEAD = 40 /* ... and what glibc keeps of those that have ended */
};

uint64_t resident_of(int pid)
{
    char path[32];
    unsigned long long all, resident, shared;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    int read = file != NULL ? fscanf(file, "%llu %llu %llu", &all, &resident, &shared) : 0;
    if (file != NULL)
        fclose(file);
    return read == 3 && resident > shared
               ? (uint64_t)(resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE)
               : 0;
}

bool resident_is_beyond(uint64_t resident, uint64_t peak, unsigned threads)
{
    uint64_t stacks = threads > 1 ? (STACKS_OF_THE_DEAD + (uint64_t)STACK * threads) * MIB : 0;
    return peak < UINT64_MAX / (2 * BLOCK_SHARE) &&
           resident > BLOCK_SHARE * peak + LIBRARIES * MIB + stacks;
}
