/* SPDX-License-Identifier: MIT
 *
 * pairs COUNT: malloc and free in a tight loop, 16 to 512 bytes.
 */
#include "bench.h"

int main(int argc, char **argv)
{
    (void)argc;
    uint64_t state = 1;
    for (size_t left = argument(argv, 1); left > 0; left--)
        free(random_block(&state));
    return 0;
}
