/* SPDX-License-Identifier: MIT
 *
 * Maps as many MiB as it is told by a system call of its own, as Go's runtime does, and keeps them
 * for a second.
 */
#include "common/kernel_call.h"
#include "victim.h"

#include <string.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
    size_t size = (size_t)strtoul(argc > 1 ? argv[1] : "1", NULL, 10) << 20;
    long mapped = KERNEL_CALL(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mapped > 0);
    memset((void *)mapped, 1, size);
    sleep(1);
    return 0;
}
