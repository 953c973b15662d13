/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

static void check_kept(const struct resizer *resizer, size_t old_size, size_t too_much)
{
    unsigned char *block = malloc(old_size);
    CHECK_OF(resizer, block != NULL);
    for (size_t i = 0; i < old_size; i++)
        block[i] = (unsigned char)(i * 7);
    uint64_t before = used(), refused = refusals();
    errno = 0;
    CHECK_OF(resizer, resizer->resize(block, too_much) == NULL);
    CHECK_OF(resizer, errno == ENOMEM && refusals() == refused + 1);
    CHECK_OF(resizer, used() == before);
    for (size_t i = 0; i < old_size; i++)
        CHECK_OF(resizer, block[i] == (unsigned char)(i * 7));
    free(block);
    CHECK_OF(resizer, used() == before - old_size);
}

int main(void)
{
    static const size_t sizes[] = {0, 1, 24, 1000, 61437, 61438, 65536, 200 * KIB};
    EACH(resizer, resizer, resizers)
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_kept(resizer, sizes[i], room() + 1);
        check_kept(resizer, sizes[i], PTRDIFF_MAX);
        check_kept(resizer, sizes[i], SIZE_MAX);
    }
    CHECK(usage().unknown == 0);
    return 0;
}
