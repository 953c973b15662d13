/* SPDX-License-Identifier: MIT
 *
 * What the benchmark's programs share: sizes from the command line, the same random numbers in
 * every run, and one way to fail, so that a library that loses an allocation is seen and not
 * measured.
 */
#ifndef MEMRESTRICT_BENCH_H
#define MEMRESTRICT_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SMALLEST_BLOCK = 16, LARGEST_BLOCK = 512 };

static inline _Noreturn void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* The `index`th argument, a number of at least 1. */
static inline size_t argument(char **argv, int index)
{
    for (int i = 1; i <= index; i++)
        if (argv[i] == NULL) {
            fprintf(stderr, "%s: argument %d is missing\n", argv[0], i);
            exit(2);
        }
    size_t number = strtoull(argv[index], NULL, 10);
    if (number == 0) {
        fprintf(stderr, "%s: %s is no size\n", argv[0], argv[index]);
        exit(2);
    }
    return number;
}

/* Xorshift; the state must not be 0. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Below `bound`, by a multiplication: a division would cost as much as a malloc. */
static inline size_t random_below(uint64_t *state, size_t bound)
{
    return (size_t)((next_random(state) >> 32) * bound >> 32);
}

static inline char *checked_malloc(size_t size)
{
    char *block = malloc(size);
    if (block == NULL)
        fail("malloc");
    return block;
}

/* A block of 16 to 512 bytes, its first byte written. */
static inline char *random_block(uint64_t *state)
{
    char *block =
        checked_malloc(SMALLEST_BLOCK + random_below(state, LARGEST_BLOCK - SMALLEST_BLOCK + 1));
    *(volatile char *)block = 1;
    return block;
}

#endif
