/* SPDX-License-Identifier: MIT */
#include "heap_crew.h"

enum { THREADS = 2000, A_THREAD = 8, MOST_LEFT = 256 * 1024 };

static pthread_key_t key;

static void free_at_the_end(void *block) { free(block); }

static void *free_some(void *unused)
{
    void *blocks[A_THREAD];
    for (int i = 0; i < A_THREAD; i++)
        CHECK((blocks[i] = malloc(1000)) != NULL);
    for (int i = 0; i < A_THREAD; i++)
        free(blocks[i]);
    CHECK(pthread_setspecific(key, malloc(1000)) == 0);
    return unused;
}

static void run_threads(int count)
{
    pthread_t thread;
    for (int i = 0; i < count; i++) {
        CHECK(pthread_create(&thread, NULL, free_some, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
    }
}

/* The C library counts what it has not got back. Musl does not. */
static size_t held(void)
{
    struct allocator_figures {
        size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks,
            keepcost;
    } (*figures)(void) = (struct allocator_figures(*)(void))dlsym(RTLD_DEFAULT, "mallinfo2");
    return figures != NULL ? figures().uordblks : 0;
}

int main(void)
{
    CHECK(pthread_key_create(&key, free_at_the_end) == 0);
    run_threads(10);
    size_t before = held();
    run_threads(THREADS);
    CHECK(held() <= before + MOST_LEFT);
    return 0;
}
