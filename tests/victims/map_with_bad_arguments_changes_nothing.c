/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int fd = open("/dev/null", O_RDONLY);
    char *memory = map_rw(4 * PAGE);
    struct counts before = counts();
    CHECK(mmap(NULL, 0, RW, ANON, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(memory + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(memory, PAGE, RW, MAP_PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap(NULL, PAGE, RW, MAP_PRIVATE, 1000, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap(memory, PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED && errno == ENODEV);
    CHECK(mmap(NULL, PAGE, RW, MAP_PRIVATE, scratch_file(PAGE), 1) == MAP_FAILED &&
          errno == EINVAL);
    CHECK(mmap(NULL, SIZE_MAX, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(both_grew(before, 0));
    memset(memory, 'x', 4 * PAGE);
    return 0;
}
