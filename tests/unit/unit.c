/* SPDX-License-Identifier: MIT */
#include "unit.h"

int main(void)
{
    SRunner *runner = srunner_create(NULL);
    SUITES(HARNESS_ADD)
    return harness_run_all(runner);
}
