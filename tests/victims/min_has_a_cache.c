/* SPDX-License-Identifier: MIT
 *
 * Takes 60000 bytes for a cache, which it can do without, and then 50000, which it cannot: it
 * passes with 50000 to 59999 bytes, fails with more, and passes again from 110000 on.
 */
#include <stdlib.h>

int main(void)
{
    char *cache = malloc(60000), *work = malloc(50000);
    int status = work == NULL;
    free(work);
    free(cache);
    return status;
}
