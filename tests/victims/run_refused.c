/* SPDX-License-Identifier: MIT
 *
 * Asks COUNT times for a gigabyte, and then ends as told: by that status, or "segv" or "hang".
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 99;
    for (int i = atoi(argv[1]); i > 0; i--)
        free(malloc(1 << 30));
    if (strcmp(argv[2], "segv") == 0)
        raise(SIGSEGV);
    while (strcmp(argv[2], "hang") == 0)
        pause();
    _exit(atoi(argv[2])); /* figures must outlive it */
}
