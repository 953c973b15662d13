/* SPDX-License-Identifier: MIT
 *
 * Takes a thousand blocks of 100 KiB, and tells how many came from the break, and how many from
 * elsewhere. It begins without the compiler's start files, which must not be far from .data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS = 1000, BLOCK_BYTES = 100 * 1024 };

/* Known to others, so that it stays; in .data, which is moved. */
char *blocks[BLOCKS] = {(char *)1};

__attribute__((force_align_arg_pointer)) void begin(void)
{
    char *bottom = sbrk(0), here;
    int heap = 0, elsewhere = 0;
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("from the break to the stack: %ld KiB\n", (long)(&here - bottom) / 1024);
    for (int got = 0; got < BLOCKS; got++) {
        char *block = blocks[got] = malloc(BLOCK_BYTES);
        if (block == NULL) {
            printf("stopped after %d blocks\n", got);
            exit(1);
        }
        memset(block, 0xff, BLOCK_BYTES);
        if (block >= bottom && block < (char *)sbrk(0))
            heap++;
        else
            elsewhere++;
    }
    printf("got all %d blocks: %d from the break, %d from elsewhere\n", BLOCKS, heap, elsewhere);
    exit(0);
}
