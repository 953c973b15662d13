/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>

static char *block, *pages, *from_constructor;

/* Before the C library has started: such memory works, and whether it is charged is open. */
static void allocate_first(void)
{
    block = realloc(malloc(500), 1000);
    pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(block != NULL && pages != MAP_FAILED);
    memset(block, 'x', 1000);
}

__attribute__((section(".preinit_array"), used)) static void (*earliest)(void) = allocate_first;

static __attribute__((constructor(101))) void construct(void) { from_constructor = malloc(2000); }

int main(void)
{
    CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM && refusals() == 1);
    CHECK((block = realloc(block, 3000)) != NULL && block[999] == 'x');
    CHECK(munmap(pages, MIB) == 0);
    uint64_t before = used();
    free(block);
    CHECK(used() == before - 3000);
    free(from_constructor);
    CHECK(used() == before - 5000 && usage().unknown == 0);
    return 0;
}
