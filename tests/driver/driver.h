/* SPDX-License-Identifier: MIT
 *
 * Runs victims under the library and looks at what became of them. libcheck allocates, so the tests
 * themselves never run under the preload: they launch programs that do.
 *
 * Environment: BUILD is the folder with libmemrestrict.so and victims/ (default: build).
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "harness.h"

#define SUITES(X)                                                                                  \
    X(heap)                                                                                        \
    X(map)                                                                                         \
    X(process)                                                                                     \
    X(settings)                                                                                    \
    X(fault)                                                                                       \
    X(allocators)                                                                                  \
    X(header)                                                                                      \
    X(front)                                                                                       \
    X(examples)

SUITES(HARNESS_DECLARE)

/* Runs argv (found by execvp's rules; "victims/NAME" means the one in BUILD) under the library,
 * with `settings` ("NAME=VALUE", ended by NULL; one of LD_PRELOAD replaces ours; "%B" in it stands
 * for BUILD) added to an otherwise unchanged environment. The result is static and good until the
 * next. */
const struct run *run_program(const char *const settings[], const char *const argv[]);

#define RUN(settings, ...) run_program(settings, (const char *const[]){__VA_ARGS__, NULL})
#define SETTINGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The victim ends with status 0, having said nothing on stderr. */
void expect_ok(const struct run *run);
/* The path of a file in BUILD, static. */
const char *build_path(const char *name);

/* Runs a script in the repository's folder, not under the library; $B in it is the build folder. */
const struct run *script(const char *text);
/* The same; it succeeds. */
void make_by(const char *text);

static inline void driver_add(Suite *suite, const TTest *test)
{
    harness_add(suite, test, RUN_SECONDS + 10);
}

#endif
