/* SPDX-License-Identifier: MIT
 *
 * tree_hold KIB [MORE...]: allocates blocks of 1 KiB, up to so many, says how many it got, and
 * holds them until its standard input ends.
 */
#include "victim.h"

int main(int argc, char **argv)
{
    char rest[64];
    int wanted = atoi(argv[argc > 1 ? 1 : 0]), got = 0;
    while (got < wanted && malloc(KIB) != NULL)
        got++;
    dprintf(1, "%d\n", got);
    while (read(0, rest, sizeof rest) > 0)
        ;
    return 0;
}
