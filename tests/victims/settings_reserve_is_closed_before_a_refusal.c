/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

/* Run with a limit of 1 MiB and a reserve of 64 KiB. */
int main(void)
{
    size_t left = MIB - (size_t)used();
    char *all = malloc(left);
    CHECK(all != NULL && used() == MIB && refusals() == 0);
    CHECK(malloc(1) == NULL && refusals() == 1);
    char *more = malloc(64 * KIB);
    CHECK(more != NULL && malloc(1) == NULL);
    free(all);
    free(more);
    return 0;
}
