/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdlib.h>

int main(void)
{
    SRunner *runner = srunner_create(NULL);
#define SUITES_ADD(name) srunner_add_suite(runner, suite_##name());
    SUITES(SUITES_ADD)
#undef SUITES_ADD
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
