/* SPDX-License-Identifier: MIT
 *
 * growth blocks|threads|mappings N: what a call costs where there are N of them. Prints the seconds
 * of processor time that a million calls of malloc and free, or of mmap and munmap, took once all N
 * were there; with threads, which may wait for each other, the time by the clock of as many
 * processors as they can keep busy.
 */
#include "bench.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    CALLS_A_STEP = 2, /* one of them makes, one of them unmakes */
    BLOCK_STEPS = 2000000,
    SMALLEST = 16,
    LARGEST = 48,           /* bytes, where there may be millions */
    THREAD_STEPS = 4000000, /* of all threads together */
    BLOCKS_A_THREAD = 10000,
    MOST_THREADS = 64,
    MAPPING_STEPS = 20000,
    MAPPING_PAGES = 4,
    STRIDE_PAGES = 5 /* apart, so that no two are joined */
};

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void print_cost(double seconds, double steps)
{
    printf("%.6f\n", seconds * 1e6 / (steps * CALLS_A_STEP));
}

static char *small_block(uint64_t *state)
{
    char *block = checked_malloc(SMALLEST + random_below(state, LARGEST - SMALLEST + 1));
    *(volatile char *)block = 1;
    return block;
}

static void grow_blocks(size_t n)
{
    uint64_t state = 1;
    char **live = calloc(n, sizeof *live);
    if (live == NULL)
        fail("calloc");
    for (size_t i = 0; i < n; i++)
        live[i] = small_block(&state);
    double begin = now(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t left = BLOCK_STEPS; left > 0; left--) {
        char **slot = &live[random_below(&state, n)];
        free(*slot);
        *slot = small_block(&state);
    }
    print_cost(now(CLOCK_PROCESS_CPUTIME_ID) - begin, BLOCK_STEPS);
}

static pthread_barrier_t barrier;
static size_t steps_a_thread;

static void *replace_at_random(void *seed)
{
    uint64_t state = (uintptr_t)seed;
    char *live[BLOCKS_A_THREAD];
    for (size_t i = 0; i < BLOCKS_A_THREAD; i++)
        live[i] = random_block(&state);
    pthread_barrier_wait(&barrier);
    for (size_t left = steps_a_thread; left > 0; left--) {
        char **slot = &live[random_below(&state, BLOCKS_A_THREAD)];
        free(*slot);
        *slot = random_block(&state);
    }
    pthread_barrier_wait(&barrier);
    return NULL;
}

static void grow_threads(size_t n)
{
    pthread_t thread;
    double processors = (double)sysconf(_SC_NPROCESSORS_ONLN);
    if (n > MOST_THREADS)
        exit(2);
    steps_a_thread = THREAD_STEPS / n;
    pthread_barrier_init(&barrier, NULL, (unsigned)n + 1);
    for (size_t i = 0; i < n; i++)
        if (pthread_create(&thread, NULL, replace_at_random, (void *)(i + 1)) != 0)
            fail("pthread_create");
    pthread_barrier_wait(&barrier);
    double begin = now(CLOCK_MONOTONIC);
    pthread_barrier_wait(&barrier);
    double seconds = now(CLOCK_MONOTONIC) - begin;
    print_cost(seconds * (processors < (double)n ? processors : (double)n), THREAD_STEPS);
}

/* At that place, unless somebody else has mapped there meanwhile. */
static char *map_at(char *place)
{
    char *start = mmap(place, MAPPING_PAGES * (size_t)getpagesize(), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        fail("mmap");
    return start;
}

static char *unused_addresses(size_t bytes)
{
    char *start = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED || munmap(start, bytes) != 0)
        fail("mmap");
    return start;
}

static void grow_mappings(size_t n)
{
    uint64_t state = 1;
    size_t page = (size_t)getpagesize();
    char **live = calloc(n, sizeof *live);
    if (live == NULL)
        fail("calloc");
    char *first = unused_addresses(n * STRIDE_PAGES * page);
    for (size_t i = 0; i < n; i++)
        live[i] = map_at(first + i * STRIDE_PAGES * page);
    double begin = now(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t left = MAPPING_STEPS; left > 0; left--) {
        char **slot = &live[random_below(&state, n)];
        if (munmap(*slot, MAPPING_PAGES * page) != 0)
            fail("munmap");
        *slot = map_at(*slot);
    }
    print_cost(now(CLOCK_PROCESS_CPUTIME_ID) - begin, MAPPING_STEPS);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*grow)(size_t n);
    } kinds[] = {{"blocks", grow_blocks}, {"threads", grow_threads}, {"mappings", grow_mappings}};
    size_t n = argument(argv, 2);
    (void)argc;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].grow(n);
            return 0;
        }
    fprintf(stderr, "growth: %s is neither blocks, threads nor mappings\n", argv[1]);
    return 2;
}
