/* SPDX-License-Identifier: MIT
 *
 * Sets a limit of its own, and is refused what is more: 0. Without the library: 1.
 */
#include <memrestrict.h>

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    if (!memrestrict_active() || !memrestrict_limit_set(1 << 20)) {
        puts("there is no limit");
        return 1;
    }
    char *volatile block = malloc(2 << 20);
    printf("2 MiB were %s\n", block == NULL ? "refused" : "had");
    free(block);
    return block == NULL ? 0 : 1;
}
