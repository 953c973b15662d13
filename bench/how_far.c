/* SPDX-License-Identifier: MIT
 *
 * examples/big_alloc.c for a survey: how_far FILE [ROUNDS]. FILE has the count of blocks that it
 * got, also after it was killed; with ROUNDS each is replaced so often.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCKS = 1000, BLOCK_BYTES = 100 * 1024 };

char *blocks[BLOCKS];

static int take(int *got)
{
    for (*got = 0; *got < BLOCKS; ++*got) {
        blocks[*got] = malloc(BLOCK_BYTES);
        if (blocks[*got] == NULL) {
            printf("stopped after %d of %d blocks: %s\n", *got, BLOCKS, strerror(errno));
            return 1;
        }
        memset(blocks[*got], 0xff, BLOCK_BYTES);
    }
    return 0;
}

int main(int argc, char **argv)
{
    int fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666) : -1;
    if (fd < 0 || ftruncate(fd, sizeof(int)) != 0)
        return 2;
    int *got = mmap(NULL, sizeof *got, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (got == MAP_FAILED)
        return 2;
    if (take(got) != 0)
        return 1;
    for (int i = 0; i < BLOCKS * (argc > 2 ? atoi(argv[2]) : 0); i++) {
        char **block = &blocks[i % BLOCKS];
        free(*block);
        *block = malloc(BLOCK_BYTES);
        if (*block == NULL)
            return 1;
        memset(*block, 0xff, BLOCK_BYTES);
    }
    return 0;
}
