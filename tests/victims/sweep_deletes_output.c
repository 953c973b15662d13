/* SPDX-License-Identifier: MIT
 * Writes to the file that it is told; what could not be written whole, it deletes and says nothing
 * of, or, with another argument, leaves as it is. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "w") : NULL;
    if (file == NULL)
        return 3;
    char *block = malloc(501);
    fputs("begun\n", file);
    if (block != NULL)
        fputs("done\n", file);
    if (fclose(file) != 0)
        return 3;
    if (block == NULL && argc == 2)
        unlink(argv[1]);
    free(block);
    return 0;
}
