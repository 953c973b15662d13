/* SPDX-License-Identifier: MIT
 *
 * Plans of faults on real runs: which calls fail, by what of them; that the same plan fails the
 * same calls again; and what a plan that cannot be understood leads to. With 32-bit programs too,
 * where those are built.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLS "victims/fault_makes_calls"
#define PLAN(plan) SETTINGS("MEMRESTRICT_FAULT=" plan)

static void expect_line(const struct run *run, const char *line)
{
    ck_assert_msg(!run->hung && run->status == 0 && run->err[0] == '\0' &&
                      strncmp(run->out, line, strlen(line)) == 0 &&
                      strcmp(run->out + strlen(line), "\n") == 0,
                  "status %d, not '%s' but '%s'\nstderr: %s", run->status, line, run->out,
                  run->err);
}

/* Name, plan, the line that the victim is to print, its calls. */
#define PROPERTIES(X)                                                                              \
    X(nth_call_fails_and_no_other, "nth=3", "..x...", "6*malloc")                                  \
    X(every_call_of_the_heap_counts, "nth=1..", "xxxxxxx", "malloc", "calloc", "reallocarray",     \
      "posix_memalign", "aligned_alloc", "strdup", "grow")                                         \
    X(growing_fails_and_keeps_the_block, "call=realloc", ".x.", "malloc", "grow", "calloc")        \
    X(shrinking_fails_too, "call=realloc", "x", "shrink")                                          \
    X(realloc_to_nothing_does_not_fail, "call=realloc", ".x", "release", "grow")                   \
    X(reallocarray_has_its_own_name, "call=reallocarray", ".x", "grow", "reallocarray")            \
    X(posix_memalign_leaves_the_pointer, "call=posix_memalign", ".x", "malloc", "posix_memalign")  \
    X(overflow_is_refused_and_not_counted, "call=calloc,nth=2", ".xx", "calloc", "overflow",       \
      "calloc")                                                                                    \
    X(regions_do_not_fail_unnamed, "keep", "xx......", "2*malloc", "mmap", "mprotect", "mremap",   \
      "sbrk", "mmap", "mmap")                                                                      \
    X(mmap_fails_when_named, "call=mmap,nth=2", ".x.", "3*mmap")                                   \
    X(mprotect_fails_when_named, "call=mprotect", ".x", "malloc", "mprotect")                      \
    X(mremap_fails_when_named, "call=mremap", ".x", "malloc", "mremap")                            \
    X(sbrk_fails_when_named, "call=sbrk", "x.", "sbrk", "malloc")                                  \
    X(pthread_create_fails_when_named, "call=pthread_create,nth=2", ".X.", "3*thread")             \
    X(sizes_select, "size=100..200,nth=2..", "..xx.", "malloc:100", "malloc:99", "malloc:200",     \
      "calloc:150", "malloc:201")                                                                  \
    X(library_selects, "lib=libc.so", ".x.", "malloc", "strdup", "calloc")                         \
    X(library_with_its_version_selects, "lib=libc.so.*", ".x.", "malloc", "strdup", "calloc")      \
    X(program_is_a_library_too, "lib=fault_makes_calls", "x.x", "malloc", "strdup", "calloc")      \
    X(caller_selects, "caller=parse_header", ".x.", "record", "header", "malloc")                  \
    X(caller_is_anywhere_in_the_stack, "caller=parse_*,nth=2", "..x.", "record", "malloc",         \
      "header", "record")                                                                          \
    X(any_of_several_callers_will_do, "caller=nobody,caller=parse_h*", ".x", "record", "header")   \
    X(filters_compose, "call=malloc,size=30..,caller=parse_*,nth=2", "....x", "malloc:30",         \
      "record:29", "record:30", "malloc:40", "header:50")                                          \
    X(main_thread_selects, "thread=main,call=malloc", "x.x", "malloc", "thread", "malloc")         \
    X(other_threads_select, "thread=others,call=malloc", ".x.", "malloc", "thread", "malloc")      \
    X(thread_number_selects, "thread=3,call=malloc", ".x.", "3*thread")                            \
    X(main_thread_is_number_1, "thread=1,call=malloc", "x.", "malloc", "thread")                   \
    X(thread_name_selects, "thread=work*", ".x.", "malloc", "thread", "malloc")                    \
    X(child_of_a_fork_goes_on_counting, "nth=5", "...|.x..", "3*malloc", "fork", "4*malloc")       \
    X(child_of_a_fork_has_its_own_main_thread, "thread=main,call=malloc,nth=3", ".|.x", "malloc",  \
      "fork", "2*malloc")                                                                          \
    X(signal_arms, "arm=signal,once", "..x.", "2*malloc", "usr1", "2*malloc")                      \
    X(another_signal_does_not_arm, "arm=signal:USR2,once;arm=signal,nth=2", "..x", "malloc",       \
      "usr1", "2*malloc")                                                                          \
    X(set_is_not_armed_without_the_command, "arm=set", "..", "2*malloc")                           \
    X(keep_fails_all_from_the_first_on, "nth=3,keep", "..xxxx", "6*malloc")                        \
    X(plans_go_side_by_side, "call=malloc,nth=2;call=calloc,once", ".xx.", "2*malloc", "2*calloc")

#define TEST(name, plan, line, ...)                                                                \
    START_TEST(name) { expect_line(RUN(PLAN(plan), CALLS, __VA_ARGS__), line); }                   \
    END_TEST
PROPERTIES(TEST)

START_TEST(file_arms_when_it_is_there)
{
    char setting[300], touch[300], path[256];
    snprintf(path, sizeof path, "%s-%d", build_path("victims/fault-armed"), (int)getpid());
    snprintf(setting, sizeof setting, "MEMRESTRICT_FAULT=once,arm=file:%s", path);
    snprintf(touch, sizeof touch, "touch:%s", path);
    expect_line(RUN(SETTINGS(setting), CALLS, "2*malloc", touch, "2*malloc"), "..x.");
    unlink(path);
}
END_TEST

START_TEST(main_arms)
{
    expect_line(RUN(PLAN("once,arm=main"), "victims/fault_before_main"), ".x");
}
END_TEST

START_TEST(constructors_count_unless_main_arms)
{
    expect_line(RUN(PLAN("once"), "victims/fault_before_main"), "x.");
}
END_TEST

START_TEST(new_is_its_callers)
{
    expect_ok(RUN(PLAN("lib=fault_of_*"), "victims/fault_of_new_is_its_callers"));
}
END_TEST

START_TEST(lots_fall_the_same_again)
{
    static char first[RUN_OUTPUT];
    const struct run *run = RUN(PLAN("p=0.3,seed=11"), CALLS, "200*malloc");
    ck_assert_int_eq(run->status, 0);
    ck_assert_ptr_nonnull(strchr(run->out, 'x'));
    strcpy(first, run->out);
    run = RUN(PLAN("p=0.3,seed=11"), CALLS, "200*malloc");
    ck_assert_str_eq(run->out, first);
}
END_TEST

START_TEST(seed_that_was_made_is_said_and_does_the_same_again)
{
    static char first[RUN_OUTPUT];
    char setting[100];
    const struct run *run = RUN(PLAN("p=0.3"), CALLS, "200*malloc");
    const char *seed = strstr(run->err, "seed=");
    ck_assert_msg(seed != NULL && strchr(seed, '\n') != NULL, "no seed: %s", run->err);
    snprintf(setting, sizeof setting, "MEMRESTRICT_FAULT=p=0.3,%.*s", (int)strcspn(seed, "\n"),
             seed);
    strcpy(first, run->out);
    expect_line(RUN(SETTINGS(setting), CALLS, "200*malloc"), strtok(first, "\n"));
}
END_TEST

/* What the report says of the first fault's call stack. Static. */
static const char *site_of(const struct run *run)
{
    static char site[17];
    const char *at = strstr(run->err, ", site ");
    if (at == NULL)
        return NULL;
    snprintf(site, sizeof site, "%s", at + strlen(", site "));
    return site;
}

START_TEST(site_is_found_again_by_its_name)
{
    char setting[100];
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_FAULT=nth=4", "MEMRESTRICT_REPORT=stderr"),
                                CALLS, "malloc", "calloc", "record", "header", "malloc");
    const char *site = site_of(run);
    ck_assert_int_eq(run->status, 0);
    if (site == NULL)
        SKIP("this C library does not say what is loaded where");
    snprintf(setting, sizeof setting, "MEMRESTRICT_FAULT=site=%s", site);
    for (int i = 0; i < 3; i++) /* loaded somewhere else each time */
        expect_line(RUN(SETTINGS(setting), CALLS, "malloc", "calloc", "record", "header", "malloc"),
                    "...x.");
}
END_TEST

START_TEST(site_of_fewer_frames_has_a_name_too)
{
    char setting[100];
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_FAULT=caller=parse_*,once", "MEMRESTRICT_REPORT=stderr"), CALLS,
            "record", "header");
    const char *site = site_of(run);
    if (site == NULL)
        SKIP("this C library does not say what is loaded where");
    snprintf(setting, sizeof setting, "MEMRESTRICT_FAULT=site=%s,depth=1", site);
    expect_line(RUN(SETTINGS(setting), CALLS, "record", "header"), ".."); /* a name of 16 frames */
}
END_TEST

START_TEST(report_counts_faults_apart_from_refusals)
{
    const struct run *run = RUN(SETTINGS("MEMRESTRICT_FAULT=nth=2..3", "MEMRESTRICT_REPORT=stderr"),
                                CALLS, "malloc:30", "2*malloc:40");
    ck_assert_msg(
        strstr(run->err, "  faults        2, first: malloc of 40 bytes, call 2 of those") != NULL &&
            strstr(run->err, "  refused       0\n") != NULL,
        "%s", run->err);
}
END_TEST

START_TEST(fault_takes_nothing_from_the_budget)
{
    expect_line(RUN(SETTINGS("MEMRESTRICT_LIMIT=100", "MEMRESTRICT_FAULT=nth=1..3"), CALLS,
                    "3*malloc:100", "2*malloc:100", "malloc:101"),
                "xxx..x");
}
END_TEST

START_TEST(on_refusal_is_done_at_a_fault_too)
{
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_ON_REFUSAL=warn", "MEMRESTRICT_FAULT=nth=2"), CALLS, "3*malloc");
    ck_assert_ptr_nonnull(strstr(run->err,
                                 "): failed malloc of 24 bytes as planned, call 2 of those "
                                 "that match, fault 1\n"));
}
END_TEST

START_TEST(other_programs_are_left_alone)
{
    expect_line(
        RUN(SETTINGS("MEMRESTRICT_FAULT=keep", "MEMRESTRICT_PROGRAM=nobody"), CALLS, "2*malloc"),
        "..");
}
END_TEST

START_TEST(bad_plan_ends_the_program_with_a_caret_under_the_word)
{
    const struct run *run = RUN(PLAN("call=malloc,nht=5"), CALLS, "malloc");
    ck_assert_int_eq(run->status, 125);
    ck_assert_str_eq(run->out, "");
    ck_assert_ptr_nonnull(
        strstr(run->err, "memrestrict: MEMRESTRICT_FAULT: cannot understand 'nht=5'; accepted: "));
    ck_assert_ptr_nonnull(strstr(run->err, "\n  call=malloc,nht=5\n              ^~~~~\n"));
}
END_TEST

Suite *suite_fault(void)
{
    Suite *suite = suite_create("fault");
#define ADD(name, plan, line, ...) driver_add(suite, name);
    PROPERTIES(ADD)
    driver_add(suite, file_arms_when_it_is_there);
    driver_add(suite, main_arms);
    driver_add(suite, constructors_count_unless_main_arms);
    driver_add(suite, new_is_its_callers);
    driver_add(suite, lots_fall_the_same_again);
    driver_add(suite, seed_that_was_made_is_said_and_does_the_same_again);
    driver_add(suite, site_is_found_again_by_its_name);
    driver_add(suite, site_of_fewer_frames_has_a_name_too);
    driver_add(suite, report_counts_faults_apart_from_refusals);
    driver_add(suite, fault_takes_nothing_from_the_budget);
    driver_add(suite, on_refusal_is_done_at_a_fault_too);
    driver_add(suite, other_programs_are_left_alone);
    driver_add(suite, bad_plan_ends_the_program_with_a_caret_under_the_word);
    return suite;
}
