/* SPDX-License-Identifier: MIT
 *
 * Built as an executable at a fixed address: it has a stub that counts as the address of malloc.
 */
#include "victim.h"

int main(void)
{
    void *(*volatile allocate)(size_t) = malloc;
    CHECK(allocate(1024 * MIB) == NULL && errno == ENOMEM);
    CHECK(malloc(1024 * MIB) == NULL && refusals() == 2);
    free(allocate(1000));
    return 0;
}
