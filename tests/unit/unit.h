/* SPDX-License-Identifier: MIT
 *
 * The unit tests of the core, without a preload: one suite a module, test_MODULE.c.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>

#define SUITES(X) X(accounts) X(budget) X(config) X(gate) X(gate_regions) X(ledger) X(lock) X(pages) X(regions) X(writer)

#define SUITES_DECLARE(name) Suite *suite_##name(void);
SUITES(SUITES_DECLARE)
#undef SUITES_DECLARE

/* Adds a test case of its own, named after the property, to the suite. Each test is a process. */
static inline void unit_add(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

#endif
