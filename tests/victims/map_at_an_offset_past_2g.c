/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char name[] = "/tmp/memrestrict.XXXXXX", *memory;
    int fd = mkstemp64(name);
    CHECK(fd >= 0 && unlink(name) == 0);
    CHECK(pwrite64(fd, "x", 1, 0x80001000) == 1);
    memory = mmap64(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0x80001000);
    CHECK(memory != MAP_FAILED && *memory == 'x');
    memory =
        mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, (off_t)0x80001000); /* 32 bits: negative */
    CHECK(memory != MAP_FAILED && *memory == 'x');
    return 0;
}
