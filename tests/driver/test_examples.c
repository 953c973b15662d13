/* SPDX-License-Identifier: MIT
 *
 * The examples do what they say, in their own comments and in examples/README.md. Most of this is
 * shell: a script runs in a folder of its own that looks like the repository after a build.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For what builds by itself: the make that runs these tests must not tell it where and how. */
#define PLAIN_MAKE "unset BUILD CFLAGS CPPFLAGS LDFLAGS MAKEFLAGS MAKELEVEL MFLAGS\n"
#define LIMITED "LD_PRELOAD=$PWD/build/libmemrestrict.so MEMRESTRICT_LIMIT="

/* Runs a script without the preload in a new folder with examples/ and what is made from them. */
static const struct run *in_folder(const char *script)
{
    static char text[RUN_OUTPUT];
    snprintf(text, sizeof text,
             "set -eu\n"
             "top=$PWD folder=$(mktemp -d)\n"
             "trap 'rm -rf \"$folder\"' EXIT\n"
             "cp -R examples \"$folder\"\n"
             "cd \"$folder\"\n"
             "mkdir build\n"
             "ln -s \"$MADE/libmemrestrict.so\" \"$MADE/memrestrict\" \"$MADE/examples\" build\n"
             "%s\n",
             script);
    return RUN(SETTINGS("LD_PRELOAD=", "MADE=%B", "LC_ALL=C"), "sh", "-c", text);
}

static void expect_output(const struct run *run, const char *out)
{
    expect_ok(run);
    ck_assert_str_eq(run->out, out);
}

/* libcheck takes a message of some KiB at most; what went wrong is told at the end. */
static const char *tail(const char *text)
{
    size_t length = strlen(text);
    return length > 2000 ? text + length - 2000 : text;
}

static void expect_contains(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in: %s", part, tail(text));
}

/* Can programs that are not built here, or are built without our flags, load the library? */
static bool native_library(void) { return RUN(SETTINGS("LC_ALL=C"), "true")->err[0] == '\0'; }

#define NEED(what, name)                                                                           \
    do {                                                                                           \
        if (!(what))                                                                               \
            SKIP("this machine has no " name);                                                     \
    } while (0)
#define NEED_NATIVE_LIBRARY                                                                        \
    do {                                                                                           \
        if (!native_library())                                                                     \
            SKIP("the library is not of the machine's own kind");                                  \
    } while (0)

START_TEST(big_alloc_gets_all_that_fits)
{
    expect_output(RUN(SETTINGS("MEMRESTRICT_LIMIT=98M"), "examples/big_alloc"),
                  "got all 1000 blocks of 102400 bytes\n");
}
END_TEST

START_TEST(big_alloc_stops_at_the_limit)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_LIMIT=64M"), "examples/big_alloc");
    ck_assert_int_eq(run->status, 1);
    ck_assert_str_eq(run->out, "stopped after 655 of 1000 blocks of 102400 bytes: "
                               "Cannot allocate memory\n");
}
END_TEST

START_TEST(big_alloc_allocates_when_optimized)
{
    NEED_NATIVE_LIBRARY;
    expect_output(in_folder("for cc in cc clang; do\n"
                            "  command -v $cc >/dev/null || continue\n"
                            "  $cc -std=c11 -O3 examples/big_alloc.c -o optimized\n"
                            "  " LIMITED "64M ./optimized >got && cat got\n"
                            "  grep -q 'stopped after 655 of 1000 blocks' got || echo $cc\n"
                            "done"),
                  "");
}
END_TEST

START_TEST(generated_numbers_are_a_million_distinct_ones_of_8_digits)
{
    expect_output(in_folder("build/examples/sort_1mib --generate >numbers\n"
                            "sort -u numbers | grep -Ecx '[0-9]{8}'\n"
                            "sort -c numbers 2>/dev/null || echo unsorted"),
                  "1000000\nunsorted\n");
}
END_TEST

START_TEST(both_sorts_without_a_limit_agree_with_sort)
{
    expect_output(in_folder("build/examples/sort_1mib --generate >numbers\n"
                            "sort -n numbers >expected\n"
                            "build/examples/sort_1mib numbers | cmp - expected\n"
                            "build/examples/sort_1mib <numbers | cmp - expected\n"
                            "build/examples/sort_naive numbers | cmp - expected\n"
                            "build/examples/sort_naive <numbers | cmp - expected"),
                  "");
}
END_TEST

START_TEST(sort_1mib_needs_no_more_than_1_mib)
{
    expect_output(in_folder("build/examples/sort_1mib --generate >numbers\n"
                            "sort -n numbers >expected\n" LIMITED "1M \\\n"
                            "MEMRESTRICT_REPORT=$PWD/report build/examples/sort_1mib numbers >got\n"
                            "cmp got expected\n"
                            "grep -E 'limit|refused' report"),
                  "  limit         1048576 bytes (1.0 MiB)\n"
                  "  refused       0\n");
}
END_TEST

START_TEST(sort_naive_is_refused_in_1_mib_and_says_so)
{
    expect_output(in_folder("build/examples/sort_1mib --generate >numbers\n"
                            "status=0\n" LIMITED "1M \\\n"
                            "build/examples/sort_naive numbers 2>&1 || status=$?\n"
                            "echo status $status"),
                  "sort_naive: no memory for more than 131072 numbers: Cannot allocate memory\n"
                  "status 1\n");
}
END_TEST

START_TEST(sort_1mib_refuses_what_it_cannot_sort)
{
    expect_output(
        in_folder("for input in 1234567 123456789 12345678x '' '12345678\\n12345678'; do\n"
                  "  printf \"$input\\n\" | build/examples/sort_1mib 2>&1 || echo status $?\n"
                  "done"),
        "sort_1mib: input: a line is not a number of 8 digits\nstatus 1\n"
        "sort_1mib: input: a line is not a number of 8 digits\nstatus 1\n"
        "sort_1mib: input: a line is not a number of 8 digits\nstatus 1\n"
        "sort_1mib: input: a line is not a number of 8 digits\nstatus 1\n"
        "sort_1mib: input: a number comes twice\nstatus 1\n");
}
END_TEST

START_TEST(survivor_serves_small_requests_after_refused_ones)
{
    expect_output(in_folder("for i in 1 2 3; do echo 5000000; echo 900000; done |" LIMITED "1M \\\n"
                            "build/examples/survivor"),
                  "503 no memory for 5000000 bytes\n200 served 900000 bytes\n"
                  "503 no memory for 5000000 bytes\n200 served 900000 bytes\n"
                  "503 no memory for 5000000 bytes\n200 served 900000 bytes\n");
}
END_TEST

START_TEST(survivor_answers_with_a_limit_of_nothing)
{
    expect_output(in_folder("printf '%s\\n' 1 x | " LIMITED "0 build/examples/survivor"),
                  "503 no memory for 1 bytes\n400 not a size\n");
}
END_TEST

START_TEST(survivor_holds_nothing_after_a_refusal)
{
    expect_output(in_folder("yes 5000000 | head -n 100 |" LIMITED "1M \\\n"
                            "MEMRESTRICT_REPORT=$PWD/report build/examples/survivor | sort -u\n"
                            "grep -Eo 'refused +100,|live +0 blocks' report | tr -s ' '"),
                  "503 no memory for 5000000 bytes\nrefused 100,\nlive 0 blocks\n");
}
END_TEST

START_TEST(demo_shows_refusals_that_happen)
{
    NEED_NATIVE_LIBRARY;
    const struct run *run = in_folder("examples/demo.sh build/memrestrict");
    expect_ok(run);
    expect_contains(run->out, "$ LD_PRELOAD=build/libmemrestrict.so MEMRESTRICT_LIMIT=5M ");
    expect_contains(run->out, "shuf: memory exhausted\n");
    expect_contains(run->out, "memrestrict: shuf: refused 1 allocation (");
    expect_contains(run->out, "  refused       1, first: ");
}
END_TEST

START_TEST(demo_fails_when_nothing_is_refused)
{
    const struct run *run =
        in_folder("printf '#!/bin/sh\\n[ $1 = -v ] || shift; shift; exec \"$@\"\\n' >none\n"
                  "chmod +x none; examples/demo.sh ./none");
    ck_assert_int_eq(run->status, 1);
    expect_contains(run->err, "demo.sh: this did not happen: the verdict has the peak");
}
END_TEST

START_TEST(demo_says_what_is_wrong_with_its_command)
{
    expect_output(in_folder("examples/demo.sh 2>&1 || examples/demo.sh none 2>&1 ||\n"
                            "examples/demo.sh 'a b' 2>&1 || echo status $?"),
                  "\ndemo.sh: usage: demo.sh MEMRESTRICT\n"
                  "\ndemo.sh: no command at ./none: 'make all' builds it\n"
                  "\ndemo.sh: the loader or the shell cannot take this path: a b\n"
                  "status 1\n");
}
END_TEST

START_TEST(demo_is_clean_for_shellcheck)
{
    NEED(program_exists("shellcheck"), "shellcheck");
    expect_output(in_folder("shellcheck examples/demo.sh"), "");
}
END_TEST

START_TEST(examples_compile_without_a_warning)
{
    expect_ok(in_folder("for cc in cc gcc clang; do\n"
                        "  command -v $cc >/dev/null || continue\n"
                        "  $cc -std=c11 -Wall -Wextra -Werror -fsyntax-only examples/*.c\n"
                        "done"));
}
END_TEST

#define NEED_CMAKE NEED(program_exists("cmake"), "cmake")
#define NEED_MESON                                                                                 \
    NEED(program_exists("meson") && program_exists("ninja"), "meson, or no ninja-build")
#define NEED_YAML NEED(system("python3 -c 'import yaml' 2>/dev/null") == 0, "python3-yaml")

START_TEST(ctest_passes_in_its_budget)
{
    NEED_CMAKE;
    NEED_NATIVE_LIBRARY;
    const struct run *run = in_folder(PLAIN_MAKE "cmake -S examples/ctest -B there >log\n"
                                                 "cmake --build there >log\n"
                                                 "ctest --test-dir there");
    ck_assert_int_eq(run->status, 0);
    expect_contains(run->out, "100% tests passed, 0 tests failed out of 2");
}
END_TEST

START_TEST(ctest_fails_in_too_small_a_budget)
{
    NEED_CMAKE;
    NEED_NATIVE_LIBRARY;
    const struct run *run =
        in_folder(PLAIN_MAKE "cmake -S examples/ctest -B there -DBUDGET=32M >log\n"
                             "cmake --build there >log\n"
                             "ctest --test-dir there --output-on-failure");
    ck_assert_int_ne(run->status, 0);
    expect_contains(run->out, "1 - fits_into_its_budget (Failed)");
    expect_contains(run->out, "stopped after 327 of 1000 blocks");
}
END_TEST

START_TEST(ctest_fails_where_the_library_is_not_loaded)
{
    NEED_CMAKE;
    NEED_NATIVE_LIBRARY;
    const struct run *run = in_folder(PLAIN_MAKE "touch no_library\n"
                                                 "cmake -S examples/ctest -B there "
                                                 "-DMEMRESTRICT_LIBRARY=no_library >log\n"
                                                 "cmake --build there >log\n"
                                                 "ctest --test-dir there 2>/dev/null");
    ck_assert_int_ne(run->status, 0);
    expect_contains(run->out, "2 - is_refused_and_says_so (Failed)");
}
END_TEST

START_TEST(cmake_says_where_it_looked_for_the_library)
{
    NEED_CMAKE;
    const struct run *run =
        in_folder("cmake -S examples/ctest -B there -DMEMRESTRICT_LIBRARY=/none.so >log");
    ck_assert_int_ne(run->status, 0);
    expect_contains(run->err, "libmemrestrict.so is not at MEMRESTRICT_LIBRARY=/none.so");
}
END_TEST

START_TEST(meson_passes_in_its_budgets)
{
    NEED_MESON;
    NEED_NATIVE_LIBRARY;
    const struct run *run = in_folder("meson setup there examples/meson >log\n"
                                      "meson test -t 20 -C there | tr -s ' '");
    expect_ok(run);
    expect_contains(run->out, "\nOk: 3");
    expect_contains(run->out, "\nFail: 0");
}
END_TEST

START_TEST(meson_setup_limits_the_test_that_has_no_budget)
{
    NEED_MESON;
    NEED_NATIVE_LIBRARY;
    const struct run *run =
        in_folder("meson setup there examples/meson >log\n"
                  "meson test -t 20 -C there --setup tight --print-errorlogs >log ||\n"
                  "  { tr -s ' ' <log; exit 1; }");
    ck_assert_int_ne(run->status, 0);
    expect_contains(run->out, "does its work FAIL");
    expect_contains(run->out, "stopped after 655 of 1000 blocks");
    expect_contains(run->out, "fits into its budget OK");
}
END_TEST

START_TEST(meson_fails_where_the_library_is_not_loaded)
{
    NEED_MESON;
    const struct run *run =
        in_folder("touch no_library\n"
                  "meson setup there examples/meson "
                  "-Dmemrestrict_library=$PWD/no_library >log\n"
                  "meson test -t 20 -C there >log || { tr -s ' ' <log; exit 1; }");
    ck_assert_int_ne(run->status, 0);
    expect_contains(run->out, "is refused and says so FAIL");
}
END_TEST

START_TEST(meson_says_where_it_looked_for_the_library)
{
    NEED_MESON;
    const struct run *run =
        in_folder("meson setup there examples/meson -Dmemrestrict_library=/none.so");
    ck_assert_int_ne(run->status, 0);
    expect_contains(run->out, "libmemrestrict.so is not at /none.so: build it with");
}
END_TEST

/* Runs the commands of a CI file on a copy of the sources, after `prepare`. */
static const struct run *run_ci(const char *file, const char *prepare)
{
    char script[2000];
    snprintf(script, sizeof script,
             PLAIN_MAKE "rm -r build\n"
                        "cp -Rp \"$top/Makefile\" \"$top/include\" \"$top/libmemrestrict\" .\n"
                        "%s\n"
                        "MAKEFLAGS=-j2 CFLAGS=-O1 python3 examples/ci/run_here.py examples/ci/%s",
             prepare, file);
    return in_folder(script);
}

static void expect_ci_passes(const char *file)
{
    const struct run *run = run_ci(file, "");
    ck_assert_msg(run->status == 0, "%s%s", tail(run->out), tail(run->err));
    expect_contains(run->out, "got all 1000 blocks of 102400 bytes\n");
    expect_contains(run->out, "  limit         134217728 bytes (128.0 MiB)\n");
}

static void expect_ci_fails(const char *file, const char *words)
{
    /* What is built already is taken as it is: here it is the budget that matters. */
    const struct run *run = run_ci(file, "mkdir build\n"
                                         "cd \"$MADE\"\n"
                                         "cp -Rp lib examples uthash *.so \"$folder/build\"\n"
                                         "cd \"$folder\"\n"
                                         "sed -Ei 's/128( ?M)/64\\1/' examples/ci/*.yml");
    ck_assert_int_eq(run->status, 1);
    expect_contains(run->out, "stopped after 655 of 1000 blocks of 102400 bytes: ");
    expect_contains(run->out, words);
    expect_contains(run->out, "  refused       1, first: malloc of 102400 bytes");
}

START_TEST(github_workflow_passes_in_its_budget)
{
    NEED_YAML;
    expect_ci_passes("github-actions.yml");
}
END_TEST

START_TEST(github_workflow_fails_clearly_in_too_small_a_budget)
{
    NEED_YAML;
    NEED_NATIVE_LIBRARY;
    expect_ci_fails("github-actions.yml", "\n::error::big_alloc failed in 64 MiB");
}
END_TEST

START_TEST(gitlab_job_passes_in_its_budget)
{
    NEED_YAML;
    expect_ci_passes("gitlab-ci.yml");
}
END_TEST

START_TEST(gitlab_job_fails_clearly_in_too_small_a_budget)
{
    NEED_YAML;
    NEED_NATIVE_LIBRARY;
    expect_ci_fails("gitlab-ci.yml", "\nbig_alloc failed in 64 MiB");
}
END_TEST

/* An address is another in each run. */
START_TEST(talloc_configuration_is_sealed)
{
    NEED_NATIVE_LIBRARY;
    if (script("pkg-config --exists talloc || exit 77")->status == 77)
        SKIP("package libtalloc-dev");
    expect_output(
        in_folder("cc -Wall -Wextra -Werror -g -pthread -I \"$top/include\" "
                  "examples/talloc/config.c -o config $(pkg-config --cflags --libs talloc)\n"
                  "printf 'port 80\\nname a\\n' >in\n"
                  "./config <in\n" LIMITED "1M ./config <in\n"
                  "{ " LIMITED "1M ./config --stray <in; } 2>&1 |"
                  " sed -n 's/.*\\(writes into .*\\), at 0x.*, /\\1, /p; s/ at 0x.*//p; "
                  "s/at stray (.*/at stray/p'\n"
                  "yes 'a long line' | head -9000 | ./config 2>&1 || echo $?"),
        "configuration not sealed\nport is 80\nname is a\n"
        "configuration sealed\nport is 80\nname is a\n"
        "writes into the sealed pool config, 48 bytes from its start\n"
        "  0 bytes into its block of 3 bytes\n  at stray\n"
        "more than a configuration may have: Cannot allocate memory\n1\n");
}
END_TEST

/* A thousand of them in flight, on 16 threads. */
START_TEST(server_refuses_the_greedy_request_alone)
{
    NEED_NATIVE_LIBRARY;
    expect_output(in_folder("cc -std=c11 -Wall -Wextra -Werror -pthread -I \"$top/include\" "
                            "examples/server/requests.c -o requests\n"
                            "./requests\n"
                            "for i in 1 2 3; do " LIMITED "unlimited ./requests 2>&1; done"),
                  "200 for 1000 requests\n"
                  "200 for 999 requests, 503 for request 500, at 1048576 bytes\n"
                  "200 for 999 requests, 503 for request 500, at 1048576 bytes\n"
                  "200 for 999 requests, 503 for request 500, at 1048576 bytes\n");
}
END_TEST

START_TEST(ci_files_name_no_host)
{
    expect_output(
        in_folder("grep -En '://|[a-z]\\.(com|io|net|org)' examples/ci/*.yml || echo none"),
        "none\n");
}
END_TEST

START_TEST(readme_prints_what_the_commands_print)
{
    NEED_CMAKE;
    NEED_MESON;
    NEED_NATIVE_LIBRARY;
    /* Inside of fences, "$ " opens a command and what follows is its output. */
    expect_output(in_folder(PLAIN_MAKE
                            "sed -n '/^```/,/^```/{/^```/!p}' examples/README.md >expected\n"
                            "grep -c '^[$] ' expected\n"
                            "sed -n 's/^[$] //p' expected | while IFS= read -r command; do\n"
                            "  printf '$ %s\\n' \"$command\"\n"
                            "  sh -c \"$command\" 2>&1 </dev/null || true\n"
                            "done >printed\n"
                            "diff expected printed"),
                  "13\n");
}
END_TEST

/* All but process IDs, which are different in each run. */
START_TEST(main_readme_prints_who_holds_names)
{
    NEED_NATIVE_LIBRARY;
    expect_output(
        in_folder("block='/^[$] memrestrict .*--sites/,/^```$/p'\n"
                  "sed -n \"$block\" \"$top/README.md\" | sed '1d;$d' >expected\n"
                  "command=$(sed -n \"$block\" \"$top/README.md\" | sed -n '1s/^[$] //p')\n"
                  "PATH=build:$PATH sh -c \"$command\" >printed 2>&1 || echo status $?\n"
                  "for file in expected printed; do\n"
                  "  sed -i 's/(process [0-9]*)/(process N)/' $file\n"
                  "done\n"
                  "grep -c 'had by' expected\n"
                  "diff expected printed"),
        "status 1\n1\n");
}
END_TEST

Suite *suite_examples(void)
{
    const TTest *const tests[] = {
        big_alloc_gets_all_that_fits,
        big_alloc_stops_at_the_limit,
        big_alloc_allocates_when_optimized,
        generated_numbers_are_a_million_distinct_ones_of_8_digits,
        both_sorts_without_a_limit_agree_with_sort,
        sort_1mib_needs_no_more_than_1_mib,
        sort_naive_is_refused_in_1_mib_and_says_so,
        sort_1mib_refuses_what_it_cannot_sort,
        survivor_serves_small_requests_after_refused_ones,
        survivor_answers_with_a_limit_of_nothing,
        survivor_holds_nothing_after_a_refusal,
        demo_shows_refusals_that_happen,
        demo_fails_when_nothing_is_refused,
        demo_says_what_is_wrong_with_its_command,
        demo_is_clean_for_shellcheck,
        examples_compile_without_a_warning,
        ctest_passes_in_its_budget,
        ctest_fails_in_too_small_a_budget,
        ctest_fails_where_the_library_is_not_loaded,
        cmake_says_where_it_looked_for_the_library,
        meson_passes_in_its_budgets,
        meson_setup_limits_the_test_that_has_no_budget,
        meson_fails_where_the_library_is_not_loaded,
        meson_says_where_it_looked_for_the_library,
        github_workflow_passes_in_its_budget,
        github_workflow_fails_clearly_in_too_small_a_budget,
        gitlab_job_passes_in_its_budget,
        gitlab_job_fails_clearly_in_too_small_a_budget,
        talloc_configuration_is_sealed,
        server_refuses_the_greedy_request_alone,
        ci_files_name_no_host,
        readme_prints_what_the_commands_print,
        main_readme_prints_who_holds_names,
    };
    Suite *suite = suite_create("examples");
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        driver_add(suite, tests[i]);
    return suite;
}
