/* SPDX-License-Identifier: MIT
 *
 * Runs the command as a user would, by lines of shell, and looks at what came of it. Each test has
 * a folder of its own, which is gone afterwards.
 *
 * Environment: BUILD is the folder with memrestrict, libmemrestrict.so and victims/ (default:
 * build).
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#define SUITES(X) X(run) X(reports) X(signals) X(target) X(crowd) X(plot) X(tree) X(sites)

#define SUITES_DECLARE(name) Suite *suite_##name(void);
SUITES(SUITES_DECLARE)
#undef SUITES_DECLARE

enum { RUN_OUTPUT = 256 * 1024, RUN_SECONDS = 30 };

struct run {
    int status; /* the exit status, or minus the signal that ended it */
    bool hung;  /* it was still running after RUN_SECONDS, and was killed */
    char out[RUN_OUTPUT], err[RUN_OUTPUT];
};

/* Runs a script by sh, in the test's folder and in a process group of its own, with an empty
 * stdin. In it $M is the command, $V the folder of the victims, $B BUILD, $R the repository's
 * folder. What it ends with is what its last command ended with; one that was ended by a signal
 * shows by `exec'. The result is static and good until the next. */
const struct run *shell(const char *script);

/* The script ends with `status` (minus a signal), printed exactly `out` (NULL: anything), and
 * `err` is in its stderr; an `err` of "" means that nothing is there, and NULL that anything may
 * be there. */
void expect(const char *script, int status, const char *out, const char *err);

bool program_exists(const char *name);

/* Adds a test case of its own, named after the property, to the suite. */
static inline void command_add(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);
    tcase_set_timeout(tcase, RUN_SECONDS + 10);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

/* For what this machine lacks: says so, and ends the test without a failure. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        command_skip(__func__, __VA_ARGS__);                                                       \
        return;                                                                                    \
    } while (0)
void command_skip(const char *test, const char *format, ...);

#endif
