/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* The library that the test builds allocates in its constructor, which runs before ours, and frees
 * and allocates in its destructor, which runs after ours. */
int main(void)
{
    char **block = dlsym(RTLD_DEFAULT, "library_block");
    CHECK(block != NULL && *block != NULL);
    uint64_t before = used();
    *block = realloc(*block, 3000);
    CHECK(*block != NULL && used() == before + 2000 && usage().unknown == 0);
    return 0;
}
