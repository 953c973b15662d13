/* SPDX-License-Identifier: MIT
 *
 * scopes pairs|nested|push COUNT: malloc and free in a tight loop within a scope, or within two;
 * or a scope pushed and popped.
 */
#include "bench.h"

#include <memrestrict.h>

#include <string.h>

int main(int argc, char **argv)
{
    (void)argc;
    uint64_t state = 1;
    bool push = strcmp(argv[1], "push") == 0, nested = strcmp(argv[1], "nested") == 0;
    if (!push)
        memrestrict_scope_push(1 << 20);
    if (nested)
        memrestrict_scope_push(1 << 20);
    for (size_t left = argument(argv, 2); left > 0; left--)
        if (push) {
            memrestrict_scope_push(1 << 20);
            memrestrict_scope_pop();
        } else {
            free(random_block(&state));
        }
    return 0;
}
