// SPDX-License-Identifier: MIT
//
// 0: with the library, and 1 without, where the block runs once.
#include <memrestrict.h>

#include <new>
#include <string>

int main()
{
    memrestrict_failures failures = {};
    int rounds = 0, thrown = 0;
    MEMRESTRICT_FOREACH_FAILURE(failures)
    {
        rounds++;
        try {
            std::string text(1000, 'x');
            text += text;
        } catch (const std::bad_alloc &) {
            thrown++;
        }
    }
    if (!memrestrict_active())
        return rounds == 1 && !memrestrict_fault_arm("nth=1") && errno == ENOSYS ? 1 : 2;
    memrestrict_fault_disarm();
    return rounds == thrown + 1 && thrown >= 2 && failures.lost_blocks == 0 ? 0 : 3;
}
