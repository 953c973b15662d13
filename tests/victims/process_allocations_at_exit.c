/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>

static void allocate_and_free(void)
{
    uint64_t before = used();
    char *block = malloc(1000);
    void *pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(block != NULL && pages != MAP_FAILED && used() == before + 1000 + MIB);
    CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM);
    CHECK(munmap(pages, MIB) == 0);
    free(block);
    CHECK(used() == before);
    CHECK(write(1, ".", 1) == 1);
}

static void by_on_exit(int status, void *block)
{
    (void)status;
    allocate_and_free();
    free(block);
}

static __attribute__((destructor(101))) void destroy(void) { allocate_and_free(); }

int main(void)
{
    CHECK(atexit(allocate_and_free) == 0);
    CHECK(on_exit(by_on_exit, malloc(100)) == 0);
    return 0;
}
