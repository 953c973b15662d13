/* SPDX-License-Identifier: MIT
 *
 * What all test programs share: running their suites, and running other programs and looking at
 * what became of them.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* A test program lists its suites: #define SUITES(X) X(one) X(other); each is made by suite_NAME().
 */
#define HARNESS_DECLARE(name) Suite *suite_##name(void);
#define HARNESS_ADD(name) srunner_add_suite(runner, suite_##name());

/* Runs what was added, and gives the exit status of the test program. */
int harness_run_all(SRunner *runner);
/* Adds a test case of its own, named after the property, to the suite. Each test is a process. */
void harness_add(Suite *suite, const TTest *test, int seconds);

/* Seconds only end what hangs: a busy machine may stand still for many of them. */
enum { RUN_OUTPUT = 256 * 1024, RUN_SECONDS = 600 };

struct run {
    int status; /* the exit status, or minus the signal that ended it */
    bool hung;  /* it was still running after RUN_SECONDS, and was killed with its process group */
    char out[RUN_OUTPUT], err[RUN_OUTPUT];
};

/* Runs `become`, which does not return, in a process group of its own with an empty stdin and no
 * other descriptors, and collects what it prints. */
void harness_run(struct run *run, void (*become)(const void *context), const void *context);

/* Is there such a command? */
bool program_exists(const char *name);

/* For what this machine lacks: says so, and ends the test without a failure. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        harness_skip(__func__, __VA_ARGS__);                                                       \
        return;                                                                                    \
    } while (0)
void harness_skip(const char *test, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
