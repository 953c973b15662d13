/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    (void)counts();
    int may = MREMAP_MAYMOVE, fixed = MREMAP_FIXED, stay = MREMAP_DONTUNMAP;
    char *memory = map_rw(8 * PAGE), *gone = map_rw(PAGE);
    unmap(gone, PAGE);
    struct counts before = {used(), vm_data()};
    CHECK(mremap(memory + 1, PAGE, PAGE, may) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(memory, PAGE, 0, may) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(memory, PAGE, PAGE, 64) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(memory, PAGE, PAGE, fixed, memory + PAGE) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(memory, PAGE, PAGE, may | fixed, memory + 1) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(memory, 4 * PAGE, 4 * PAGE, may | fixed, memory + 2 * PAGE) == MAP_FAILED &&
          errno == EINVAL);
    CHECK(mremap(memory, 4 * PAGE, 2 * PAGE, may | stay, NULL) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(memory, 2 * PAGE, 4 * PAGE, may | stay, NULL) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(memory, PAGE, PAGE, stay, NULL) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(gone, PAGE, 2 * PAGE, may) == MAP_FAILED && errno == EFAULT);
    CHECK(both_grew(before, 0));
    memset(memory, 'x', 8 * PAGE);
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, -8 * (int64_t)PAGE));
    return 0;
}
