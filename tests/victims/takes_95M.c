/* SPDX-License-Identifier: MIT
 *
 * Asks once for 95 MiB, by the call that is named; ends with 0 if it has them, or with 1. With a
 * program after it, a forked child is what asks, and the process becomes that program.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 95 << 20, LITTLE = 4096 };

static bool take(const char *call)
{
    const int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (strcmp(call, "mmap") == 0)
        return mmap(NULL, SIZE, prot, flags, -1, 0) != MAP_FAILED;
    if (strcmp(call, "mremap") == 0)
        return mremap(mmap(NULL, LITTLE, prot, flags, -1, 0), LITTLE, SIZE, MREMAP_MAYMOVE) !=
               MAP_FAILED;
    if (strcmp(call, "sbrk") == 0)
        return sbrk(SIZE) != (void *)-1;
    if (strcmp(call, "calloc") == 0)
        return calloc(SIZE, 1) != NULL;
    if (strcmp(call, "realloc") == 0)
        return realloc(malloc(1), SIZE) != NULL;
    if (strcmp(call, "aligned_alloc") == 0)
        return aligned_alloc(64, SIZE) != NULL;
    return strcmp(call, "malloc") == 0 && malloc(SIZE) != NULL;
}

int main(int argc, char **argv)
{
    int status;
    if (argc < 3)
        return take(argc == 2 ? argv[1] : "malloc") ? 0 : 1;
    if (fork() == 0)
        _exit(take(argv[1]) ? 0 : 1);
    wait(&status);
    execvp(argv[2], argv + 2);
    return 99;
}
