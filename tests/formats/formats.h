/* SPDX-License-Identifier: MIT
 *
 * Tests of what the command makes of an outcome: built by hand here, so no program is run but those
 * that read the formats (jq, xmllint, prove, promtool, gnuplot); what is missing is skipped.
 */
#ifndef FORMATS_H
#define FORMATS_H

#include "harness.h"
#include "outcome/outcome.h"

#include <stdio.h>
#include <stdlib.h>

#define SUITES(X)                                                                                  \
    X(formats)                                                                                     \
    X(verdict)                                                                                     \
    X(timeline)                                                                                    \
    X(plot)                                                                                        \
    X(bisect)                                                                                      \
    X(trial)                                                                                       \
    X(site_records)                                                                                \
    X(sweep)                                                                                       \
    X(replay)                                                                                      \
    X(json_text)                                                                                   \
    X(layout)                                                                                      \
    X(memory)                                                                                      \
    X(reap)

SUITES(HARNESS_DECLARE)

#define MIB UINT64_C(1048576)
#define MS UINT64_C(1000000)

/* An outcome to change at will; each test is a process of its own, so nothing need be freed. */
struct sample {
    struct outcome outcome;
    char *argv[8];
    struct process processes[8];
    char *warnings[4];
};

/* sort big.txt, process 4242, was refused 3 times: the first was a malloc of 1.0 MiB at 63.4 of
 * 64.0 MiB; it ran from 1000 to 3500 ms and ended with status 2. */
struct sample *sample_make(void);
/* Adds a process that was never refused. */
struct process *sample_add(struct sample *sample, int pid, const char *program);

/* What a writer writes, as a string. */
char *written(bool (*write)(FILE *, const struct outcome *), const struct outcome *outcome);
/* A file's whole text. */
char *contents(const char *path);
/* A file of this name in a folder that is removed at the end of the test program. Static. */
const char *scratch(const char *name);
void put_file(const char *path, const char *text);
/* Runs a shell command, with the scratch folder as its working directory. True: status 0. */
bool shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void formats_add(Suite *suite, const TTest *test)
{
    harness_add(suite, test, RUN_SECONDS);
}

#define expect_has(text, part)                                                                     \
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in:\n%s", part, text)
#define expect_lacks(text, part)                                                                   \
    ck_assert_msg(strstr(text, part) == NULL, "\"%s\" in:\n%s", part, text)

#define NEEDS(program)                                                                             \
    if (!program_exists(program))                                                                  \
    SKIP("no %s", program)

#endif
