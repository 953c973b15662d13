/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Built with a sanitizer, whose own heap comes before the library's: does what it wraps. */
static void *run(void *argument)
{
    free(malloc(100));
    return argument;
}

int main(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, NULL) != 0 || pthread_join(thread, NULL) != 0)
        return 1;
    void *pages = mmap(NULL, 1 << 20, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || munmap(pages, 1 << 20) != 0)
        return 2;
    free(reallocarray(malloc(10), 3, 100));
    free(aligned_alloc(64, 128));
    puts("done");
    return 0;
}
