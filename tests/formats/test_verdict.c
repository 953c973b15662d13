/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "formats.h"

#include "base/size_words.h"
#include "outcome/verdict.h"
#include "outcome/sentence.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct verdict_style style;

static bool print(FILE *file, const struct outcome *outcome)
{
    return verdict_print(file, outcome, &style);
}

static void expect(const struct sample *sample, const char *line)
{
    ck_assert_str_eq(written(print, &sample->outcome), line);
}

START_TEST(sizes_have_one_decimal_and_are_never_rounded_up)
{
    char room[SIZE_ROOM];
    ck_assert_str_eq(size_words(0, room), "0 bytes");
    ck_assert_str_eq(size_words(1, room), "1 byte");
    ck_assert_str_eq(size_words(1023, room), "1023 bytes");
    ck_assert_str_eq(size_words(1024, room), "1.0 KiB");
    ck_assert_str_eq(size_words(MIB - 1, room), "1023.9 KiB");
    ck_assert_str_eq(size_words(64 * MIB, room), "64.0 MiB");
    ck_assert_str_eq(size_words(UINT64_MAX - 1, room), "15.9 EiB");
    ck_assert_str_eq(size_words(UINT64_MAX, room), "unlimited");
}
END_TEST

START_TEST(a_pair_of_sizes_shares_a_unit_if_it_has_one)
{
    char room[SIZE_PAIR_ROOM];
    ck_assert_str_eq(size_pair(66500000, 64 * MIB, room), "63.4 of 64.0 MiB");
    ck_assert_str_eq(size_pair(1, 512, room), "1 of 512 bytes");
    ck_assert_str_eq(size_pair(700, 64 * MIB, room), "700 bytes of 64.0 MiB");
    ck_assert_str_eq(size_pair(MIB, UINT64_MAX, room), "1.0 MiB");
}
END_TEST

START_TEST(durations_are_short)
{
    char room[DURATION_ROOM];
    ck_assert_str_eq(duration_words(12 * MS, room), "12 ms");
    ck_assert_str_eq(duration_words(2500 * MS, room), "2.5 s");
    ck_assert_str_eq(duration_words(10000 * MS, room), "10 s");
    ck_assert_str_eq(duration_words(200000 * MS, room), "3 min 20 s");
    ck_assert_str_eq(duration_words(7500000 * MS, room), "2 h 5 min");
}
END_TEST

START_TEST(a_program_that_failed_has_its_status_in_the_line)
{
    expect(sample_make(),
           "memrestrict: sort: refused 3 allocations (first: malloc of 1.0 MiB at 63.4 of "
           "64.0 MiB), exit 2\n");
}
END_TEST

START_TEST(one_refusal_is_an_allocation)
{
    struct sample *sample = sample_make();
    sample->processes[0].refusals = 1;
    expect(sample, "memrestrict: sort: refused 1 allocation (malloc of 1.0 MiB at 63.4 of 64.0 "
                   "MiB), exit 2\n");
}
END_TEST

START_TEST(a_program_that_survived_is_said_to)
{
    struct sample *sample = sample_make();
    sample->outcome.status = 0;
    expect(
        sample,
        "memrestrict: sort: refused 3 allocations (first: malloc of 1.0 MiB at 63.4 of 64.0 MiB), "
        "survived, exit 0\n");
}
END_TEST

START_TEST(a_program_that_died_has_its_signal_in_the_line)
{
    struct sample *sample = sample_make();
    sample->outcome.exited = false;
    sample->outcome.status = SIGSEGV;
    sample->outcome.core_dumped = true;
    expect(
        sample,
        "memrestrict: sort: refused 3 allocations (first: malloc of 1.0 MiB at 63.4 of 64.0 MiB), "
        "killed by SIGSEGV (core dumped)\n");
}
END_TEST

START_TEST(a_program_that_hung_has_its_time_in_the_line)
{
    struct sample *sample = sample_make();
    sample->outcome.exited = false;
    sample->outcome.status = SIGTERM;
    sample->outcome.timed_out = true;
    sample->outcome.ended = sample->outcome.began + 10000 * MS;
    expect(
        sample,
        "memrestrict: sort: refused 3 allocations (first: malloc of 1.0 MiB at 63.4 of 64.0 MiB), "
        "hung: ended after 10 s\n");
}
END_TEST

/* Nothing was refused, and a call failed as planned. */
static struct sample *sample_of_fault(uint64_t number)
{
    struct sample *sample = sample_make();
    sample->outcome.fault_plan = "nth=5";
    sample->processes[0].refusals = 0;
    sample->processes[0].faults = 1;
    sample->processes[0].first_fault = (struct fault_struck){"malloc", 24, number, 0x17, 1};
    return sample;
}

START_TEST(a_fault_is_told_apart_from_a_refusal)
{
    struct sample *sample = sample_of_fault(5);
    expect(sample, "memrestrict: sort: failed 1 allocation as planned (malloc of 24 bytes, the "
                   "5th), exit 2\n");
    sample->outcome.status = 0;
    expect(sample, "memrestrict: sort: failed 1 allocation as planned (malloc of 24 bytes, the "
                   "5th), survived, exit 0\n");
}
END_TEST

START_TEST(faults_and_refusals_are_told_side_by_side)
{
    struct sample *sample = sample_of_fault(2);
    sample->processes[0].faults = 2;
    sample->processes[0].refusals = 1;
    expect(sample, "memrestrict: sort: failed 2 allocations as planned (first: malloc of 24 bytes, "
                   "the 2nd), refused 1 allocation (malloc of 1.0 MiB at 63.4 of 64.0 MiB), exit "
                   "2\n");
    sample->outcome.fault_plan = NULL; /* the program armed them itself */
    expect(sample, "memrestrict: sort: failed 2 allocations as planned (first: malloc of 24 bytes, "
                   "the 2nd), refused 1 allocation (malloc of 1.0 MiB at 63.4 of 64.0 MiB), exit "
                   "2\n");
}
END_TEST

START_TEST(a_plan_that_met_nothing_is_told)
{
    struct sample *sample = sample_of_fault(1);
    sample->processes[0].faults = 0;
    expect_has(written(print, &sample->outcome),
               "memrestrict: sort: the plan failed nothing, nothing refused (peak ");
}
END_TEST

START_TEST(a_seed_that_was_made_is_told)
{
    struct sample *sample = sample_of_fault(1);
    sample->outcome.fault_plan = "p=0.5,seed=7";
    sample->outcome.seed_made = true;
    expect_has(written(print, &sample->outcome), ", exit 2; the plan was p=0.5,seed=7\n");
}
END_TEST

START_TEST(calls_are_counted_in_plain_english)
{
    static const char *const ends[][2] = {
        {"1", "1st"},   {"2", "2nd"},   {"3", "3rd"},   {"4", "4th"},     {"11", "11th"},
        {"12", "12th"}, {"13", "13th"}, {"21", "21st"}, {"111", "111th"}, {"102", "102nd"}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char part[40];
        snprintf(part, sizeof part, "bytes, the %s)", ends[i][1]);
        expect_has(written(print, &sample_of_fault(strtoull(ends[i][0], NULL, 10))->outcome), part);
    }
}
END_TEST

START_TEST(nothing_refused_is_silence)
{
    struct sample *sample = sample_make();
    sample->processes[0].refusals = 0;
    expect(sample, "");
}
END_TEST

START_TEST(nothing_refused_is_told_on_request)
{
    struct sample *sample = sample_make();
    sample->processes[0].refusals = 0;
    sample->outcome.status = 0;
    style.always = true;
    expect(sample, "memrestrict: sort: nothing refused (peak 63.4 of 64.0 MiB), exit 0\n");
    sample->outcome.limit = OUTCOME_UNLIMITED;
    expect(sample, "memrestrict: sort: nothing refused (peak 63.4 MiB, no limit), exit 0\n");
    sample->outcome.timed_out = true;
    sample->outcome.limit = 64 * MIB;
    expect(sample, "memrestrict: sort: nothing refused (peak 63.4 of 64.0 MiB), ended by the time "
                   "limit after 2.5 s\n");
}
END_TEST

START_TEST(a_refusal_of_another_process_names_it)
{
    struct sample *sample = sample_make();
    sample->outcome.name = "make";
    sample->outcome.pid = 4000;
    expect(
        sample,
        "memrestrict: make: refused 3 allocations (first: malloc of 1.0 MiB at 63.4 of 64.0 MiB by "
        "sort, process 4242, which exited 2), exit 2\n");
}
END_TEST

START_TEST(a_refused_child_has_its_own_end_in_the_line)
{
    struct sample *sample = sample_make();
    struct process *child = &sample->processes[0];
    sample->outcome.pid = 4000;
    sample->outcome.status = 0;
    child->end = PROCESS_KILLED;
    child->status = SIGSEGV;
    expect_has(written(print, &sample->outcome), " process 4242, killed by SIGSEGV), exit 0\n");
    child->end = PROCESS_VANISHED;
    expect_has(written(print, &sample->outcome),
               " process 4242, which ended unseen, perhaps killed), exit 0\n");
    child->end = PROCESS_EXITED;
    child->status = 0;
    expect_has(written(print, &sample->outcome), " process 4242), survived, exit 0\n");
}
END_TEST

START_TEST(a_child_that_was_not_the_first_and_died_did_not_survive)
{
    struct sample *sample = sample_make();
    struct process *child = sample_add(sample, 4244, "tee");
    child->refusals = 1;
    child->first = sample->processes[0].first;
    child->first.when++;
    child->end = PROCESS_KILLED;
    sample->processes[0].status = sample->outcome.status = 0;
    expect_has(written(print, &sample->outcome), "64.0 MiB), exit 0\n");
}
END_TEST

START_TEST(a_refusal_by_the_tree_says_so)
{
    struct sample *sample = sample_make();
    sample->processes[0].first.by_tree = true;
    expect_has(written(print, &sample->outcome), "at 63.4 of 64.0 MiB for all processes), exit 2");
}
END_TEST

START_TEST(a_request_for_everything_has_a_size)
{
    struct sample *sample = sample_make();
    sample->processes[0].first.size = UINT64_MAX;
    expect_has(written(print, &sample->outcome), "malloc of 15.9 EiB at");
}
END_TEST

START_TEST(warnings_are_told_though_nothing_was_refused)
{
    struct sample *sample = sample_make();
    sample->processes[0].refusals = 0;
    sample->outcome.no_room = 1;
    sample->warnings[sample->outcome.warning_count++] = "sort is statically linked: not limited";
    expect(sample, "memrestrict: sort is statically linked: not limited\n"
                   "memrestrict: limited alone: 1 process, for which the accounts had no room\n"
                   "memrestrict: 1 process found the accounts full: each was limited alone, and is "
                   "in no figures here\n"
                   "memrestrict: sort: nothing refused of what was limited (peak 63.4 of 64.0 "
                   "MiB), exit 2\n");
}
END_TEST

START_TEST(a_program_that_never_started_gets_no_verdict)
{
    struct sample *sample = sample_make();
    style.always = true;
    sample->outcome.pid = 0;
    expect(sample, "");
}
END_TEST

START_TEST(several_refused_processes_make_a_table_with_them_first)
{
    struct sample *sample = sample_make();
    sample_add(sample, 4243, "cat");
    struct process *refused = sample_add(sample, 4244, "tee");
    refused->refusals = 1;
    refused->first = sample->processes[0].first;
    refused->end = PROCESS_KILLED;
    refused->status = SIGABRT;
    char *text = written(print, &sample->outcome);
    expect_has(text, "refused 4 allocations in 2 processes (first: ");
    expect_has(text, "\n   PID  PROGRAM     LIMIT      PEAK      AT END  REFUSED  FIRST REFUSAL ");
    expect_has(
        text,
        "\n  4244  tee      64.0 MiB   1.0 MiB  1000 bytes        1  malloc of 1.0 MiB at 63.4 of "
        "64.0 MiB  killed by SIGABRT\n");
    ck_assert(strstr(text, "\n  4244  tee ") < strstr(text, "\n  4243  cat "));
}
END_TEST

START_TEST(a_table_has_faults_where_a_plan_struck)
{
    struct sample *sample = sample_make();
    sample_add(sample, 4243, "cat")->peak = 0;
    sample->processes[0].refusals = 0;
    sample->processes[0].first.call = NULL;
    style.always = style.table = true;
    expect_lacks(written(print, &sample->outcome), "FAULTS");
    sample->processes[1].faults = 12;
    char *text = written(print, &sample->outcome);
    expect_has(text, "  REFUSED  FAULTS  FIRST REFUSAL  ");
    expect_has(text, "  1000 bytes        0      12  ");
    ck_assert(strstr(text, "\n  4243  cat ") < strstr(text, "\n  4242  sort "));
}
END_TEST

START_TEST(a_table_fits_into_its_columns)
{
    struct sample *sample = sample_make();
    sample_add(sample, 4243, "a-program-with-a-name-that-is-quite-long-indeed");
    style.table = true;
    setenv("COLUMNS", "80", 1);
    char *text = strchr(written(print, &sample->outcome), '\n') + 1;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        ck_assert_msg(text_width(line) <= 80, "%s", line);
}
END_TEST

/* The verdict's table on a terminal of so many columns. */
static char *table_in(const char *columns, const char *program)
{
    struct sample *sample = sample_make();
    sample_add(sample, 4243, program);
    style.table = true;
    setenv("COLUMNS", columns, 1);
    return strchr(written(print, &sample->outcome), '\n') + 1;
}

START_TEST(a_narrow_table_leaves_the_first_refusal_out_before_names_are_cut)
{
    char *text = table_in("90", "a-program-with-a-long-name");
    expect_lacks(text, "FIRST REFUSAL");
    expect_has(text, "  a-program-with-a-long-name  ");
    expect_has(text, "  AT END  ");
}
END_TEST

START_TEST(a_name_that_is_cut_says_so)
{
    setenv("LC_ALL", "C", 1);
    expect_has(table_in("75", "a-program-with-a-long-name"), "  a-program-with-a-~  ");
    setenv("LC_ALL", "C.UTF-8", 1);
    expect_has(table_in("75", "a-program-with-a-long-name"), "  a-program-with-a-\u2026  ");
}
END_TEST

START_TEST(no_row_of_a_table_wraps)
{
    for (int width = 40; width <= 120; width++) {
        char columns[8];
        snprintf(columns, sizeof columns, "%d", width);
        char *text = table_in(columns, "a-program-with-a-name-that-is-quite-long-indeed");
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
            ck_assert_msg(text_width(line) <= (size_t)width, "%d: %s", width, line);
    }
}
END_TEST

/* A column for each letter, two for each of a script that takes two. */
START_TEST(what_takes_two_columns_is_cut_so)
{
    static const struct {
        const char *text, *cut;
        size_t width, columns;
    } cases[] = {
        {"abcdef", "abcdef", 6, 6},
        {"abcdef", "abcd~", 5, 5},
        {"\u65e5\u672c\u8a9e", "\u65e5\u672c\u8a9e", 6, 6},
        {"\u65e5\u672c\u8a9e", "\u65e5\u672c~", 5, 5},
        {"\u65e5\u672c\u8a9e", "\u65e5~", 4, 3},
        {"\u00e9\u0416\u2026", "\u00e9\u0416\u2026", 3, 3},
        {"\U0001f600x", "\U0001f600x", 3, 3},
        {"\U0001f600x", "~", 2, 1},
        {"ab", "", 0, 0},
        {"", "", 0, 0},
    };
    setenv("LC_ALL", "C", 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = NULL;
        size_t length;
        FILE *file = open_memstream(&text, &length);
        ck_assert_uint_eq(text_cut(file, cases[i].text, cases[i].width), cases[i].columns);
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_str_eq(text, cases[i].cut);
        free(text);
    }
}
END_TEST

START_TEST(a_table_of_thousands_is_cut)
{
    struct sample *sample = sample_make();
    struct process *many = calloc(10000, sizeof *many);
    for (int i = 0; i < 10000; i++) {
        many[i] = sample->processes[0];
        many[i].refusals = i == 9999;
        many[i].pid = i + 1;
    }
    sample->outcome.processes = many;
    sample->outcome.process_count = 10000;
    style.table = true;
    char *text = written(print, &sample->outcome);
    expect_has(text, "  ... and 9960 more\n");
    expect_has(text, "\n  10000  sort");
}
END_TEST

START_TEST(a_name_cannot_steer_the_terminal)
{
    struct sample *sample = sample_make();
    sample->outcome.name = "\033[2Ja\nb\xc2\x9b\xff\xc3\xa9";
    expect_has(written(print, &sample->outcome),
               "memrestrict: \\x1b[2Ja\\x0ab\\xc2\\x9b\\xff\xc3\xa9: refused");
}
END_TEST

START_TEST(colors_come_only_when_wanted)
{
    struct sample *sample = sample_make();
    expect_lacks(written(print, &sample->outcome), "\033");
    style.color = true;
    expect_has(written(print, &sample->outcome), "\033[31mrefused 3 allocations");
}
END_TEST

START_TEST(a_full_disk_is_noticed)
{
    struct sample *sample = sample_make();
    FILE *full = fopen("/dev/full", "w");
    ck_assert(!verdict_print(full, &sample->outcome, &style));
}
END_TEST

Suite *suite_verdict(void)
{
    Suite *suite = suite_create("verdict");
    formats_add(suite, sizes_have_one_decimal_and_are_never_rounded_up);
    formats_add(suite, a_pair_of_sizes_shares_a_unit_if_it_has_one);
    formats_add(suite, durations_are_short);
    formats_add(suite, a_program_that_failed_has_its_status_in_the_line);
    formats_add(suite, one_refusal_is_an_allocation);
    formats_add(suite, a_program_that_survived_is_said_to);
    formats_add(suite, a_program_that_died_has_its_signal_in_the_line);
    formats_add(suite, a_program_that_hung_has_its_time_in_the_line);
    formats_add(suite, a_fault_is_told_apart_from_a_refusal);
    formats_add(suite, faults_and_refusals_are_told_side_by_side);
    formats_add(suite, a_plan_that_met_nothing_is_told);
    formats_add(suite, a_seed_that_was_made_is_told);
    formats_add(suite, calls_are_counted_in_plain_english);
    formats_add(suite, nothing_refused_is_silence);
    formats_add(suite, nothing_refused_is_told_on_request);
    formats_add(suite, a_refusal_of_another_process_names_it);
    formats_add(suite, a_refused_child_has_its_own_end_in_the_line);
    formats_add(suite, a_child_that_was_not_the_first_and_died_did_not_survive);
    formats_add(suite, a_refusal_by_the_tree_says_so);
    formats_add(suite, a_request_for_everything_has_a_size);
    formats_add(suite, warnings_are_told_though_nothing_was_refused);
    formats_add(suite, a_program_that_never_started_gets_no_verdict);
    formats_add(suite, several_refused_processes_make_a_table_with_them_first);
    formats_add(suite, a_table_has_faults_where_a_plan_struck);
    formats_add(suite, a_table_fits_into_its_columns);
    formats_add(suite, a_narrow_table_leaves_the_first_refusal_out_before_names_are_cut);
    formats_add(suite, a_name_that_is_cut_says_so);
    formats_add(suite, no_row_of_a_table_wraps);
    formats_add(suite, what_takes_two_columns_is_cut_so);
    formats_add(suite, a_table_of_thousands_is_cut);
    formats_add(suite, a_name_cannot_steer_the_terminal);
    formats_add(suite, colors_come_only_when_wanted);
    formats_add(suite, a_full_disk_is_noticed);
    return suite;
}
