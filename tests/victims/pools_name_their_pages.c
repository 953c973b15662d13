/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>
#include <sys/prctl.h>

enum { SET_VMA = 0x53564d41, ANON_NAME = 0 };

static unsigned named(const char *name)
{
    unsigned count = 0;
    char line[512], wanted[100];
    FILE *maps = fopen("/proc/self/maps", "re");
    CHECK(maps != NULL);
    snprintf(wanted, sizeof wanted, "[anon:%s]", name);
    while (fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, wanted) != NULL;
    fclose(maps);
    return count;
}

/* 77: the kernel gives no names. */
int main(void)
{
    char name[101], cut[64];
    memset(name, 'x', sizeof name);
    name[100] = '\0';
    snprintf(cut, sizeof cut, "%s", name);
    void *pages = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (prctl(SET_VMA, ANON_NAME, pages, 4096, "a name") != 0)
        return 77;
    struct memrestrict_pool *pool = memrestrict_pool_create(name, 0);
    CHECK(memrestrict_pool_alloc(pool, 100) && memrestrict_pool_alloc(pool, 4 * MIB));
    CHECK(named(cut) == 2);
    CHECK(memrestrict_pool_create("config", 4096) != NULL && named("config") == 1);
    return 0;
}
