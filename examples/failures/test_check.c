/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <check.h>
#include <memrestrict.h>
#include <stdlib.h>

START_TEST(each_failure_is_taken_well)
{
    struct memrestrict_failures failures = {0};
    MEMRESTRICT_FOREACH_FAILURE(failures) { names_try(); }
    ck_assert_msg(failures.lost_blocks == 0, "lost %d bytes when allocation %d failed",
                  (int)failures.lost_bytes, (int)failures.failed);
    ck_assert_int_eq(failures.tried, memrestrict_active() ? 7 : 0); /* six, and one more to end */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tests = tcase_create("memory");
    tcase_add_test(tests, each_failure_is_taken_well);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
