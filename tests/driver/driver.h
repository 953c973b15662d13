/* SPDX-License-Identifier: MIT
 *
 * Runs victims under the library and looks at what became of them. libcheck allocates, so the tests
 * themselves never run under the preload: they launch programs that do.
 *
 * Environment: BUILD is the folder with libmemrestrict.so and victims/ (default: build).
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#define SUITES(X) X(heap) X(map) X(process) X(settings) X(allocators) X(examples)

#define SUITES_DECLARE(name) Suite *suite_##name(void);
SUITES(SUITES_DECLARE)
#undef SUITES_DECLARE

enum { RUN_OUTPUT = 64 * 1024, RUN_SECONDS = 120 };

struct run {
    int status; /* the exit status, or minus the signal that ended it */
    bool hung;  /* it was still running after RUN_SECONDS, and was killed */
    char out[RUN_OUTPUT], err[RUN_OUTPUT];
};

/* Runs argv (found by execvp's rules; "victims/NAME" means the one in BUILD) under the library, with
 * `settings` ("NAME=VALUE", ended by NULL; one of LD_PRELOAD replaces ours; "%B" in it stands for
 * BUILD) added to an otherwise unchanged environment. The result is static and good until the next. */
const struct run *run_program(const char *const settings[], const char *const argv[]);

#define RUN(settings, ...) run_program(settings, (const char *const[]){__VA_ARGS__, NULL})
#define SETTINGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The victim ends with status 0, having said nothing on stderr. */
void expect_ok(const struct run *run);
/* The path of a file in BUILD, static. */
const char *build_path(const char *name);
bool program_exists(const char *name);

/* Adds a test case of its own, named after the property, to the suite. */
static inline void driver_add(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);
    tcase_set_timeout(tcase, RUN_SECONDS + 10);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

/* For what this machine lacks: says so, and ends the test without a failure. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        driver_skip(__func__, __VA_ARGS__);                                                        \
        return;                                                                                    \
    } while (0)
void driver_skip(const char *test, const char *format, ...);

#endif
