/* SPDX-License-Identifier: MIT */
#define CATCH_CONFIG_MAIN
#include "names.h"

#include <catch2/catch.hpp>
#include <memrestrict.h>

TEST_CASE("each failure is taken well")
{
    struct memrestrict_failures failures = {};
    MEMRESTRICT_FOREACH_FAILURE(failures) { names_try(); }
    INFO("lost " << failures.lost_bytes << " bytes when allocation " << failures.failed
                 << " failed");
    REQUIRE(failures.lost_blocks == 0);
    CHECK(failures.tried == (memrestrict_active() ? 7 : 0)); /* six, and one more to end */
}
