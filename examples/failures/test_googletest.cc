/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <gtest/gtest.h>
#include <memrestrict.h>

TEST(names, each_failure_is_taken_well)
{
    struct memrestrict_failures failures = {};
    MEMRESTRICT_FOREACH_FAILURE(failures) { names_try(); }
    ASSERT_EQ(failures.lost_blocks, 0u)
        << "lost " << failures.lost_bytes << " bytes when allocation " << failures.failed
        << " failed";
    EXPECT_EQ(failures.tried, memrestrict_active() ? 7u : 0u); /* six, and one more to end */
}
