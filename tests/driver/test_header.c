/* SPDX-License-Identifier: MIT
 *
 * The header: sealed pools and faults from code, in programs of many kinds. A victim shows each
 * property, and its name says which.
 */
#include "driver.h"

#include <stdio.h>
#include <string.h>

/* A victim's status when this machine cannot show its property. */
enum { NOT_HERE = 77 };

#define FAULT "): thread "

static const struct run *run_victim(const char *name, const char *const settings[])
{
    char victim[200] = "victims/";
    return RUN(settings, strncat(victim, name, 150));
}

/* X(victim, settings) */
#define VICTIMS(X)                                                                                 \
    X(pools_are_charged_whole_sealed_or_not, "MEMRESTRICT_LIMIT=1M")                               \
    X(pools_past_the_limit_are_refused, "MEMRESTRICT_LIMIT=1M")                                    \
    X(pools_of_a_size_are_full_at_it, "MEMRESTRICT_LIMIT=1M")                                      \
    X(pools_grow_by_runs, "MEMRESTRICT_LIMIT=64M")                                                 \
    X(pools_name_their_pages, "MEMRESTRICT_LIMIT=64M")                                             \
    X(pools_handlers_are_entered_as_theirs, "MEMRESTRICT_LIMIT=1M")                                \
    X(pools_threads_share_a_pool, "MEMRESTRICT_LIMIT=64M")                                         \
    X(pools_in_a_forked_child_are_its_own, "MEMRESTRICT_LIMIT=unlimited")                          \
    X(pools_sealed_for_ever_stay_so, "MEMRESTRICT_LIMIT=1M")                                       \
    X(pools_system_calls_cannot_write_either, "MEMRESTRICT_LIMIT=1M")                              \
    X(limits_are_set_from_inside, "MEMRESTRICT_LIMIT=4M")                                          \
    X(limits_hold_while_they_are_set, "MEMRESTRICT_LIMIT=1M")                                      \
    X(soft_level_is_crossed_once, "MEMRESTRICT_LIMIT=8M")                                          \
    X(soft_level_is_exact_among_threads, "MEMRESTRICT_LIMIT=unlimited")                            \
    X(soft_level_is_never_missed, "MEMRESTRICT_LIMIT=8M")                                          \
    X(sites_are_written_by_who_has_them, "MEMRESTRICT_LIMIT=1M")                                   \
    X(scopes_pay_for_what_is_allocated_inside, "MEMRESTRICT_LIMIT=64M")                            \
    X(scopes_pay_for_mappings, "MEMRESTRICT_LIMIT=64M")                                            \
    X(scopes_mappings_among_threads_add_up, "MEMRESTRICT_LIMIT=64M")                               \
    X(scopes_refuse_at_every_level, "MEMRESTRICT_LIMIT=2M")                                        \
    X(scopes_pay_anew_for_what_grows, "MEMRESTRICT_LIMIT=64M")                                     \
    X(scopes_destroyed_go_on_with_their_parent, "MEMRESTRICT_LIMIT=64M")                           \
    X(scopes_of_a_forked_child_are_its_own, "MEMRESTRICT_LIMIT=64M")                               \
    X(scopes_tell_what_is_left, "MEMRESTRICT_LIMIT=64M")                                           \
    X(scopes_of_threads_that_end_are_left, "MEMRESTRICT_LIMIT=64M")                                \
    X(scopes_with_faults_and_exec, "MEMRESTRICT_LIMIT=64M")                                        \
    X(scopes_among_threads_add_up, "MEMRESTRICT_LIMIT=64M")                                        \
    X(scopes_in_cxx_and_without_the_library, "MEMRESTRICT_LIMIT=1M")                               \
    X(faults_armed_are_one_threads, "MEMRESTRICT_LIMIT=64M")                                       \
    X(faults_armed_end_with_their_thread, "MEMRESTRICT_LIMIT=64M")                                 \
    X(faults_armed_look_at_callers, "MEMRESTRICT_LIMIT=1M")                                        \
    X(faults_fail_each_allocation_in_turn, "MEMRESTRICT_LIMIT=1M")                                 \
    X(faults_in_cxx_and_without_the_library, "MEMRESTRICT_LIMIT=1M")

#define SHOW(name, setting)                                                                        \
    START_TEST(name)                                                                               \
    {                                                                                              \
        const struct run *run = run_victim(#name, SETTINGS(setting));                              \
        if (run->status == NOT_HERE)                                                               \
            SKIP("this kernel does not have what it needs");                                       \
        ck_assert_msg(run->status == 0, "status %d: %s", run->status, run->err);                   \
    }                                                                                              \
    END_TEST
VICTIMS(SHOW)

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void expect_told(const struct run *run, const char *part)
{
    ck_assert_msg(strstr(run->err, part) != NULL, "no \"%s\" in: %s", part, run->err);
}

/* Its stack where it can be taken: the writer, and who started it. */
static void expect_stack(const struct run *run, const char *first)
{
    const char *at = strstr(run->err, "  at ");
    if (at == NULL)
        harness_skip(__func__, "no stack can be taken here");
    else
        ck_assert_msg(strncmp(at + 5, first, strlen(first)) == 0, "%s", run->err);
}

START_TEST(pools_write_when_sealed_is_told)
{
    const struct run *run =
        run_victim("pools_write_when_sealed_is_told", SETTINGS("MEMRESTRICT_LIMIT=1M"));
    ck_assert_int_eq(run->status, -11);
    expect_told(run, " (worker) writes into the sealed pool con?fig, at 0x");
    expect_told(run, ", 37 bytes from its start\n  5 bytes into its block of 20 bytes at 0x");
    expect_stack(run, "write_into_it (pools_write_when_sealed_is_told+0x");
    ck_assert_uint_eq(count_of(run->err, FAULT), 1);
}
END_TEST

START_TEST(pools_write_behind_the_end_is_told)
{
    const struct run *run = run_victim("pools_write_behind_the_end_is_told", SETTINGS(NULL));
    ck_assert_int_eq(run->status, -11);
    expect_told(run, " leaves pool config, at 0x");
    expect_told(run, ", a guard page beside it\n  2 bytes behind its block of ");
    expect_stack(run, "main (");
}
END_TEST

START_TEST(pools_own_handler_goes_on)
{
    const struct run *run = run_victim("pools_own_handler_goes_on", SETTINGS(NULL));
    ck_assert_msg(run->status == 0, "status %d: %s", run->status, run->err);
    expect_told(run, " 7 bytes from its start\n");
    expect_told(run, " 8 bytes from its start\n");
    expect_told(run, " 9 bytes from its start\n");
    ck_assert_uint_eq(count_of(run->err, FAULT), 3); /* neither others', nor past its own handler */
}
END_TEST

START_TEST(pools_signal_that_is_sent_is_no_fault)
{
    const struct run *run = run_victim("pools_signal_that_is_sent_is_no_fault", SETTINGS(NULL));
    ck_assert_int_eq(run->status, -11);
    ck_assert_str_eq(run->err, "");
}
END_TEST

START_TEST(pools_write_in_a_forked_child_is_told_of_it)
{
    const struct run *run =
        run_victim("pools_write_in_a_forked_child_is_told_of_it", SETTINGS(NULL));
    ck_assert_int_eq(run->status, 0);
    expect_told(run, run->out);
}
END_TEST

START_TEST(pools_of_a_program_without_a_limit_are_sealed_too)
{
    const struct run *run = run_victim("pools_of_a_program_without_a_limit_are_sealed_too",
                                       SETTINGS("MEMRESTRICT_PROGRAM=another"));
    ck_assert_msg(run->status == 0, "status %d: %s", run->status, run->err);
    expect_told(run, " writes into the sealed pool config");
}
END_TEST

/* How a program may be built, with the compiler in front; "static" ones do not load the library. */
static const char *const builds[] = {
    "cc -std=c11 -pedantic",
    "cc -std=c99 -O2",
    "cc -O2 -no-pie -fno-pie",
    "cc -O2 -static",
    "c++ -x c++ -O0",
    "c++ -x c++ -std=c++98 -O2",
    "clang -pedantic",
    "clang++ -x c++ -O2",
    "musl-gcc -O2",
    "musl-gcc -static",
    "clang -O2 -no-pie",
    "cc -O2 -flto",
    "c++ -x c++ -std=c++11 -pedantic -O2",
    "c++ -x c++ -std=c++20 -pedantic",
    "clang++ -x c++ -std=c++17 -pedantic",
    "clang -std=c99 -pedantic -O2",
    "cc -std=gnu17 -O3 -Wshadow -Wconversion",
    "cc -m32 -O2",
};

START_TEST(pools_need_no_library)
{
    char text[1000];
    const char *build = builds[_i];
    bool loads = strstr(build, "static") == NULL;
    snprintf(
        text, sizeof text,
        "made=$(mktemp -d)\n"
        "trap 'rm -rf \"$made\"' EXIT\n"
        "command -v %.*s >/dev/null || exit 77\n"
        "case '%s' in *-m32*) echo 'int main(void) { return 0; }' | cc -m32 -x c - -o $made/m32 "
        "2>/dev/null || exit 77; esac\n"
        "%s -Wall -Wextra -Werror -Iinclude tests/victims/pools_without_the_library_are_plain.c"
        " -o $made/it || exit 5\n"
        "$made/it && exit 3\n"
        "LD_PRELOAD=$B/libmemrestrict.so $made/it || exit $((%d + 10 * $?))\n",
        (int)strcspn(build, " "), build, build, build, loads ? 0 : 100);
    const struct run *run = script(text);
    if (run->status == 77)
        SKIP("no %s", build);
    if (strstr(run->err, "cannot be preloaded") != NULL)
        SKIP("the library is of another kind than what %s makes", build);
    ck_assert_msg(run->status == (loads ? 0 : 110), "%s: status %d: %s%s", build, run->status,
                  run->out, run->err);
}
END_TEST

START_TEST(faults_without_the_library_never_strike)
{
    const struct run *run =
        RUN(SETTINGS("LD_PRELOAD="), "victims/faults_in_cxx_and_without_the_library");
    ck_assert_int_eq(run->status, 1);
}
END_TEST

START_TEST(scopes_without_the_library_are_none)
{
    const struct run *run =
        RUN(SETTINGS("LD_PRELOAD="), "victims/scopes_in_cxx_and_without_the_library");
    ck_assert_int_eq(run->status, 1);
}
END_TEST

START_TEST(plain_asks_the_loader_once)
{
    const struct run *run = RUN(SETTINGS("LD_PRELOAD="), "victims/plain_asks_the_loader_once");
    ck_assert_int_eq(run->status, 0);
}
END_TEST

START_TEST(pools_are_had_by_linking)
{
    const struct run *run =
        script("made=$(mktemp -d)\n"
               "trap 'rm -rf \"$made\"' EXIT\n"
               "cc -Iinclude tests/victims/pools_without_the_library_are_plain.c -o $made/it "
               "-L$B -Wl,--as-needed -lmemrestrict 2>/dev/null || exit 77\n"
               "LD_LIBRARY_PATH=$B $made/it");
    if (run->status == 77)
        SKIP("nothing can be linked with it here");
    ck_assert_msg(run->status == 0, "status %d: %s%s", run->status, run->out, run->err);
}
END_TEST

Suite *suite_header(void)
{
    Suite *suite = suite_create("header");
#define ADD(name, setting) driver_add(suite, name);
    VICTIMS(ADD)
    driver_add(suite, pools_write_when_sealed_is_told);
    driver_add(suite, pools_write_behind_the_end_is_told);
    driver_add(suite, pools_own_handler_goes_on);
    driver_add(suite, pools_signal_that_is_sent_is_no_fault);
    driver_add(suite, pools_write_in_a_forked_child_is_told_of_it);
    driver_add(suite, pools_of_a_program_without_a_limit_are_sealed_too);
    driver_add(suite, pools_are_had_by_linking);
    driver_add(suite, plain_asks_the_loader_once);
    driver_add(suite, faults_without_the_library_never_strike);
    driver_add(suite, scopes_without_the_library_are_none);
    TCase *kinds = tcase_create("pools_need_no_library");
    tcase_set_timeout(kinds, RUN_SECONDS + 10);
    tcase_add_loop_test(kinds, pools_need_no_library, 0, sizeof builds / sizeof builds[0]);
    suite_add_tcase(suite, kinds);
    return suite;
}
