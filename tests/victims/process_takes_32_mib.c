/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

/* Also linked statically, and run set-user-ID: so it does not ask the library for its figures. */
int main(void)
{
    for (int mib = 0; mib < 32; mib++)
        if (malloc(1024 * 1024) == NULL) {
            printf("refused\n");
            return 0;
        }
    printf("not refused\n");
    return 0;
}
