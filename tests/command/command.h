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

#include "harness.h"

#define SUITES(X)                                                                                  \
    X(run)                                                                                         \
    X(reports)                                                                                     \
    X(signals)                                                                                     \
    X(target)                                                                                      \
    X(coverage)                                                                                    \
    X(crowd)                                                                                       \
    X(plot)                                                                                        \
    X(exec)                                                                                        \
    X(tree)                                                                                        \
    X(sites)                                                                                       \
    X(leaks)                                                                                       \
    X(explore)                                                                                     \
    X(fault)                                                                                       \
    X(min)                                                                                         \
    X(sweep)                                                                                       \
    X(sweep_truth)                                                                                 \
    X(sweep_sandbox)                                                                               \
    X(layout)                                                                                      \
    X(layout_others)                                                                               \
    X(engine)                                                                                      \
    X(engine_kernels)                                                                              \
    X(cgroup)                                                                                      \
    X(engine_min)                                                                                  \
    X(attach)                                                                                      \
    X(outside)                                                                                     \
    X(rlimit)                                                                                      \
    X(explain)                                                                                     \
    X(survey)                                                                                      \
    X(judge)                                                                                       \
    X(hostile)                                                                                     \
    X(nested)

SUITES(HARNESS_DECLARE)

/* Runs a script by sh, in the test's folder and in a process group of its own, with an empty
 * stdin. In it $M is the command, $V the folder of the victims, $B BUILD, $R the repository's
 * folder. What it ends with is what its last command ended with; one that was ended by a signal
 * shows by `exec'. The result is static and good until the next. */
const struct run *shell(const char *script);

/* The script ends with `status` (minus a signal), printed exactly `out` (NULL: anything), and
 * `err` is in its stderr; an `err` of "" means that nothing is there, and NULL that anything may
 * be there. */
void expect(const char *script, int status, const char *out, const char *err);

/* For scripts: waits in short naps until `condition`, a command, is true. */
#define UNTIL(condition) "until " condition "; do sleep 0.01; done; "
/* For scripts about a time limit: runs `command` with ever longer limits, in $t, as long as it is
 * over before `seen`, a command, is true: a busy machine may need many seconds for the first step.
 * The last run's output is what there is, and its status is in $s. */
#define IN_TIME(command, seen)                                                                     \
    "for t in 0.3 3 30 300; do " command " >out 2>err; s=$?; if " seen "; then break; fi; done; "  \
    "cat out; cat err >&2; "

static inline void command_add(Suite *suite, const TTest *test)
{
    harness_add(suite, test, RUN_SECONDS + 10);
}

#endif
