/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <memrestrict.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void each_failure_is_taken_well(void **state)
{
    struct memrestrict_failures failures = {0};
    (void)state;
    MEMRESTRICT_FOREACH_FAILURE(failures) { names_try(); }
    if (failures.lost_blocks != 0)
        fail_msg("lost %d bytes when allocation %d failed", (int)failures.lost_bytes,
                 (int)failures.failed);
    assert_int_equal(failures.tried, memrestrict_active() ? 7 : 0); /* six, and one more to end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_failure_is_taken_well)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
