/* SPDX-License-Identifier: MIT */
#include "scope.h"

#include <new>
#include <string>
#include <vector>

int main()
{
    struct memrestrict_scope *scope = memrestrict_scope_create("c++", 100 * KIB);
    if (!memrestrict_active())
        return scope == NULL && errno == ENOSYS && !memrestrict_scope_push(1) ? 1 : 2;
    CHECK(scope != NULL && memrestrict_scope_enter(scope));
    bool caught = false;
    {
        std::vector<std::string> strings;
        try {
            for (;;)
                strings.push_back(std::string(1000, 'a'));
        } catch (const std::bad_alloc &) {
            caught = true;
        }
        CHECK(caught && scope_used(scope) > 50 * KIB && scope_usage(scope).refusals == 1);
    }
    CHECK(scope_used(scope) <= 200); /* what the exception keeps */
    int *number = new int(3);
    delete number;
    memrestrict_scope_leave(scope);
    memrestrict_scope_destroy(scope);
    return 0;
}
