/* SPDX-License-Identifier: MIT
 *
 * The classic: takes a thousand blocks of 100 KiB, writes to each, and stops at the first refusal.
 *
 *     $ LD_PRELOAD=libmemrestrict.so MEMRESTRICT_LIMIT=64M ./big_alloc
 *     stopped after 655 of 1000 blocks of 102400 bytes: Cannot allocate memory
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 1000, BLOCK_BYTES = 100 * 1024 };

/* Known to others, or a compiler may leave out blocks that nobody looks at. */
char *blocks[BLOCKS];

int main(void)
{
    for (int got = 0; got < BLOCKS; got++) {
        char *block = blocks[got] = malloc(BLOCK_BYTES);
        if (block == NULL) {
            printf("stopped after %d of %d blocks of %d bytes: %s\n", got, BLOCKS, BLOCK_BYTES,
                   strerror(errno));
            return 1;
        }
        memset(block, 0xff, BLOCK_BYTES);
    }
    printf("got all %d blocks of %d bytes\n", BLOCKS, BLOCK_BYTES);
    return 0;
}
