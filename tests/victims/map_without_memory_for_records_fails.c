/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/resource.h>

/* The kernel gives the library nothing more: a change that needs a record fails, the budget has
 * room, and what is charged is what was changed. */
int main(void)
{
    enum { PAGES = 32768 };
    char *memory = map_at(NULL, PAGES * PAGE, PROT_NONE, ANON | MAP_NORESERVE);
    uint64_t before = counts().used;
    size_t made = 0;
    struct rlimit limit = {0, RLIM_INFINITY};
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    while (made < PAGES / 2 && mprotect(memory + 2 * made * PAGE, PAGE, RW) == 0)
        made++;
    CHECK(made < PAGES / 2 && errno == ENOMEM);
    CHECK(refusals() == 0 && used() == before + made * PAGE);
    CHECK(mprotect(memory, PAGE, PROT_NONE) == 0 && used() == before + (made - 1) * PAGE);
    return 0;
}
