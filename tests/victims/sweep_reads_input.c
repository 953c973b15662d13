/* SPDX-License-Identifier: MIT
 * Prints how many bytes it reads, unless it cannot allocate: then it crashes if they were 5. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile char *nowhere;

int main(void)
{
    char buffer[64];
    ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    void *block = malloc(601);
    if (block == NULL && got == 5)
        *nowhere = 1;
    free(block);
    dprintf(STDOUT_FILENO, "%zd\n", got);
    return 0;
}
