/* SPDX-License-Identifier: MIT
 *
 * Sets the limit of its own that its argument names, maps memory until the kernel gives no more,
 * and ends at once. "reserves": it asks for addresses alone, past the limit. "probes": without a
 * limit, it asks for addresses that no program can have.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static int fails(void *at, size_t size, int flags)
{
    return mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0) == MAP_FAILED;
}

int main(int argc, char **argv)
{
    struct rlimit limit = {200 * MIB, 200 * MIB};
    int resource = argc > 1 && strcmp(argv[1], "data") == 0 ? RLIMIT_DATA : RLIMIT_AS;
    if (argc > 1 && strcmp(argv[1], "probes") == 0)
        return fails((void *)-(1UL << 30), MIB, MAP_FIXED_NOREPLACE) ? 1 : 77;
    if (setrlimit(resource, &limit) != 0)
        return 77;
    if (argc > 1 && strcmp(argv[1], "reserves") == 0)
        _exit(fails(NULL, 512 * MIB, 0));
    for (int i = 0; i < 200; i++)
        if (mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
            MAP_FAILED)
            _exit(1);
    return 0;
}
