/* SPDX-License-Identifier: MIT
 *
 * deep BLOCKS SIZE: allocates BLOCKS blocks of SIZE bytes, writes to each, then frees them all.
 * They are a list, so that nothing else takes memory.
 */
#include "bench.h"

struct node {
    struct node *next;
};

int main(int argc, char **argv)
{
    (void)argc;
    size_t blocks = argument(argv, 1), size = argument(argv, 2);
    struct node *newest = NULL;
    if (size < sizeof *newest)
        return 2;
    for (; blocks > 0; blocks--) {
        struct node *node = (struct node *)checked_malloc(size);
        node->next = newest;
        newest = node;
    }
    while (newest != NULL) {
        struct node *next = newest->next;
        free(newest);
        newest = next;
    }
    return 0;
}
