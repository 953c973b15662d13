/* SPDX-License-Identifier: MIT */
#include "victim.h"

static void *early;

static __attribute__((constructor)) void allocate_before_main(void) { early = malloc(24); }

/* Says which of the two calls failed. */
int main(void)
{
    void *late = malloc(24);
    char line[] = {early != NULL ? '.' : 'x', late != NULL ? '.' : 'x', '\n'};
    CHECK(write(1, line, 3) == 3);
    free(early);
    free(late);
    return 0;
}
