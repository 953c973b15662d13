/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

/* Run with a limit of 1 MiB and a reserve of 64 KiB. */
int main(void)
{
    CHECK(usage().limit == MIB);
    size_t left = MIB - (size_t)used();
    CHECK(malloc(left + 1) == NULL && errno == ENOMEM); /* the reserve would have served it */
    CHECK(refusals() == 1);
    CHECK(malloc(left + 64 * KIB + 1) == NULL && errno == ENOMEM);
    char *all = malloc(left + 64 * KIB);
    CHECK(all != NULL && used() == MIB + 64 * KIB);
    CHECK(malloc(1) == NULL && refusals() == 3);
    free(all);
    return 0;
}
