/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

/* stdout has no buffer yet and gets none; the driver looks at what arrives. */
int main(void)
{
    void *all = fill(0);
    CHECK(printf("%d %s %.2f\n", 42, "words", 1.5) == 14);
    CHECK(fflush(stdout) == 0 && refusals() > 0);
    free(all);
    return 0;
}
