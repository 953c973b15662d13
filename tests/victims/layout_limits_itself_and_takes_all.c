/* SPDX-License-Identifier: MIT
 *
 * Sets the limit of its own that its argument names, maps memory until the kernel gives no more,
 * and ends at once.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

int main(int argc, char **argv)
{
    struct rlimit limit = {200 * MIB, 200 * MIB};
    int resource = argc > 1 && strcmp(argv[1], "data") == 0 ? RLIMIT_DATA : RLIMIT_AS;
    if (setrlimit(resource, &limit) != 0)
        return 77;
    for (int i = 0; i < 200; i++)
        if (mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
            MAP_FAILED)
            _exit(1);
    return 0;
}
