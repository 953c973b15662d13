/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>

/* The library that the test builds maps 1 MiB, and 1 GiB, before anybody has allocated. */
int main(void)
{
    void **small = dlsym(RTLD_DEFAULT, "mapper_small"),
         **large = dlsym(RTLD_DEFAULT, "mapper_large");
    CHECK(small != NULL && *small != MAP_FAILED);
    CHECK(large != NULL && *large == MAP_FAILED && refusals() == 1);
    uint64_t before = used();
    CHECK(munmap(*small, MIB) == 0 && used() == before - MIB);
    return 0;
}
