/* SPDX-License-Identifier: MIT
 *
 * The settings: what each accepts, what it refuses, and the one line that a refused one is worth.
 */
#include "unit.h"

#include "common/config.h"

#include <string.h>

#define K UINT64_C(1024)

static struct config config;
static struct text complaint;

static bool read_all(char **environment)
{
    complaint = (struct text){.length = 0};
    return config_read(environment, &config, &complaint);
}

#define READ(...) read_all((char *[]){__VA_ARGS__, NULL})

static const char *said(void)
{
    static char line[WRITER_ROOM + 1];
    memcpy(line, complaint.bytes, complaint.length);
    line[complaint.length] = '\0';
    return line;
}

static void expect_said(const char *words)
{
    ck_assert_msg(strstr(said(), words) != NULL, "\"%s\" is not in \"%s\"", words, said());
}

static void expect_one_line(void)
{
    ck_assert_msg(strcspn(said(), "\n") + 1 == strlen(said()), "not one line: \"%s\"", said());
    for (const char *at = said(); at[1] != '\0'; at++)
        ck_assert_msg((unsigned char)*at >= ' ' && *at != 0x7f, "control character %d", *at);
}

static const struct {
    const char *word;
    uint64_t bytes;
} sizes_understood[] = {
    {"0", 0},
    {"1", 1},
    {"007", 7},
    {"67108864", 64 * K *K},
    {"9223372036854775807", INT64_MAX},
    {"0000000000000000000000000000000000001", 1},
    {"12B", 12},
    {"12b", 12},
    {"1K", K},
    {"64k", 64 * K},
    {"64M", 64 * K *K},
    {"64m", 64 * K *K},
    {"3G", 3 * K *K *K},
    {"3g", 3 * K *K *K},
    {"2T", 2 * K *K *K *K},
    {"2t", 2 * K *K *K *K},
    {"5P", 5 * K *K *K *K *K},
    {"5p", 5 * K *K *K *K *K},
    {"7E", 7 * K *K *K *K *K *K},
    {"7e", 7 * K *K *K *K *K *K},
    {"0E", 0},
    {"64KiB", 64 * K},
    {"64MiB", 64 * K *K},
    {"64mib", 64 * K *K},
    {"64MIB", 64 * K *K},
    {"1GiB", K *K *K},
    {"1TiB", K *K *K *K},
    {"1PiB", K *K *K *K *K},
    {"1EiB", K *K *K *K *K *K},
    {"64KB", 64000},
    {"64kB", 64000},
    {"64MB", 64000000},
    {"64mb", 64000000},
    {"1GB", 1000000000},
    {"1TB", UINT64_C(1000000000000)},
    {"1PB", UINT64_C(1000000000000000)},
    {"9EB", UINT64_C(9000000000000000000)},
    {"8388607T", UINT64_C(8388607) << 40},
    {"1Ki", K},
    {"64Mi", 64 * K *K},
    {"64mi", 64 * K *K},
    {"1.5K", 1536},
    {"1.5G", 3 * K *K *K / 2},
    {"1.5GiB", 3 * K *K *K / 2},
    {"0.5Mi", K *K / 2},
    {"1.25MB", 1250000},
    {"1.0kB", 1000},
    {"00.10KB", 100},
    {"0.0001K", 0}, /* rounded down */
    {"1.9999999999999999999999999999999999999999K", 2047},
    {"0.333333333333333333333333333333E", UINT64_C(384307168202282325)},
    {"7.9999999999999999999999999999999E", INT64_MAX},
    {"9.223372036854775807EB", INT64_MAX},
    {"unlimited", CONFIG_UNLIMITED},
    {"Unlimited", CONFIG_UNLIMITED},
    {"UNLIMITED", CONFIG_UNLIMITED},
    {"infinity", CONFIG_UNLIMITED},
};

START_TEST(sizes_as_people_write_them_are_understood)
{
    for (unsigned i = 0; i < sizeof sizes_understood / sizeof sizes_understood[0]; i++) {
        uint64_t bytes = 42;
        ck_assert_msg(size_parse(sizes_understood[i].word, &bytes), "refused: %s",
                      sizes_understood[i].word);
        ck_assert_msg(bytes == sizes_understood[i].bytes, "%s: %ju", sizes_understood[i].word,
                      (uintmax_t)bytes);
    }
}
END_TEST

START_TEST(words_that_are_no_size_are_refused)
{
    static const char *const words[] = {
        "",           " ",         "-1",
        "+1",         " 1",        "1 ",
        "1 M",        "M",         "B",
        "KiB",        "iB",        "x",
        "1x",         "1.5",       "1.5B",
        "1.0",        ".5G",       "1.G",
        "1.",         ".",         "1.5.5G",
        "1.-5G",      "1. 5G",     "1.5iB",
        "1,5G",       "1e6",       "0x10",
        "1_000",      "1Kii",      "1KBB",
        "1KiBB",      "1BB",       "1MM",
        "1MBi",       "1iB",       "1Bi",
        "1 KB",       "1K\n",      "1\n",
        "64MiB,",     "%",         "25%",
        "unlimited ", "unlimite",  "unlimitedM",
        "-unlimited", "infinit",   "inf",
        "max",        "none",      "1Z",
        "1Y",         "1R",        "1@",
        "1[",         "1\xc3\xa9", "\xef\xbc\x91",
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        uint64_t bytes;
        ck_assert_msg(!size_parse(words[i], &bytes), "accepted: \"%s\"", words[i]);
    }
}
END_TEST

START_TEST(sizes_past_the_largest_object_are_refused)
{
    static const char *const words[] = {
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551617",
        "99999999999999999999",
        "184467440737095516160",
        "8E",
        "16E",
        "17E",
        "10EB",
        "8.0E",
        "9.223372036854775808EB",
        "18446744073709551615.5K",
        "9007199254740992K",
        "8388608T",
        "18014398509481984K",
        "36028797018963968KiB",
        "18446744073709551616B",
        "99999999999999999999999999999999999999999999999999",
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        uint64_t bytes;
        ck_assert_msg(!size_parse(words[i], &bytes), "accepted: %s", words[i]);
    }
}
END_TEST

static void expect_defaults(void)
{
    ck_assert_uint_eq(config.limit, CONFIG_UNLIMITED);
    ck_assert_uint_eq(config.reserve, 0);
    ck_assert_uint_eq(config.count, COUNT_HEAP | COUNT_REGIONS);
    ck_assert_uint_eq(config.on_refusal, REFUSAL_ERRNO);
    ck_assert_ptr_null(config.program);
    ck_assert_ptr_null(config.report);
    ck_assert_uint_eq(complaint.length, 0);
}

START_TEST(an_empty_environment_limits_nothing)
{
    memset(&config, 0x55, sizeof config);
    ck_assert(READ(NULL));
    expect_defaults();
}
END_TEST

START_TEST(no_environment_at_all_limits_nothing)
{
    ck_assert(read_all(NULL));
    expect_defaults();
}
END_TEST

START_TEST(variables_of_others_are_none_of_ours)
{
    ck_assert(READ("PATH=/bin", "MEMRESTRICT=1", "MEMRESTRICTED=x", "MEMRESTRIC_LIMIT=x",
                   "XMEMRESTRICT_LIMIT=x", " MEMRESTRICT_LIMIT=x", "memrestrict_limit=x",
                   "A=MEMRESTRICT_LIMIT=x", "=MEMRESTRICT_LIMIT=x", "", "=", "MEMRESTRICT_LIMIT"));
    expect_defaults();
}
END_TEST

START_TEST(limit_is_a_size_or_unlimited)
{
    ck_assert(READ("MEMRESTRICT_LIMIT=64M"));
    ck_assert_uint_eq(config.limit, 64 * K * K);
    ck_assert(READ("MEMRESTRICT_LIMIT=0"));
    ck_assert_uint_eq(config.limit, 0);
    ck_assert(READ("MEMRESTRICT_LIMIT=unlimited"));
    ck_assert_uint_eq(config.limit, CONFIG_UNLIMITED);
    ck_assert(!READ("MEMRESTRICT_LIMIT="));
    ck_assert(!READ("MEMRESTRICT_LIMIT=64M="));
}
END_TEST

START_TEST(reserve_is_a_size_and_not_unlimited)
{
    ck_assert(READ("MEMRESTRICT_RESERVE=1MiB"));
    ck_assert_uint_eq(config.reserve, K * K);
    ck_assert_uint_eq(config.limit, CONFIG_UNLIMITED);
    ck_assert(!READ("MEMRESTRICT_RESERVE=unlimited"));
    ck_assert(!READ("MEMRESTRICT_RESERVE=infinity"));
    ck_assert(!READ("MEMRESTRICT_RESERVE="));
    ck_assert(!READ("MEMRESTRICT_RESERVE=-1"));
}
END_TEST

START_TEST(count_is_a_list_of_kinds)
{
    static const struct {
        char *entry;
        unsigned count;
    } lists[] = {
        {"MEMRESTRICT_COUNT=heap", COUNT_HEAP},
        {"MEMRESTRICT_COUNT=regions", COUNT_REGIONS},
        {"MEMRESTRICT_COUNT=stacks", COUNT_STACKS},
        {"MEMRESTRICT_COUNT=heap,regions", COUNT_HEAP | COUNT_REGIONS},
        {"MEMRESTRICT_COUNT=stacks,heap", COUNT_STACKS | COUNT_HEAP},
        {"MEMRESTRICT_COUNT=regions,stacks,heap", COUNT_HEAP | COUNT_REGIONS | COUNT_STACKS},
        {"MEMRESTRICT_COUNT=heap,heap", COUNT_HEAP},
    };
    for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        ck_assert_msg(READ(lists[i].entry), "refused: %s", lists[i].entry);
        ck_assert_msg(config.count == lists[i].count, "%s: %u", lists[i].entry, config.count);
    }
}
END_TEST

START_TEST(count_refuses_other_words)
{
    static char *const entries[] = {
        "MEMRESTRICT_COUNT=",
        "MEMRESTRICT_COUNT=,",
        "MEMRESTRICT_COUNT=heap,",
        "MEMRESTRICT_COUNT=,heap",
        "MEMRESTRICT_COUNT=Heap",
        "MEMRESTRICT_COUNT=hea",
        "MEMRESTRICT_COUNT=heaps",
        "MEMRESTRICT_COUNT=heap heap",
        "MEMRESTRICT_COUNT=heap, regions",
        "MEMRESTRICT_COUNT=heap,,heap",
        "MEMRESTRICT_COUNT=none",
        "MEMRESTRICT_COUNT=7",
    };
    for (unsigned i = 0; i < sizeof entries / sizeof entries[0]; i++)
        ck_assert_msg(!READ(entries[i]), "accepted: %s", entries[i]);
}
END_TEST

START_TEST(on_refusal_is_one_of_four_words)
{
    ck_assert(READ("MEMRESTRICT_ON_REFUSAL=errno"));
    ck_assert_uint_eq(config.on_refusal, REFUSAL_ERRNO);
    ck_assert(READ("MEMRESTRICT_ON_REFUSAL=abort"));
    ck_assert_uint_eq(config.on_refusal, REFUSAL_ABORT);
    ck_assert(READ("MEMRESTRICT_ON_REFUSAL=stop"));
    ck_assert_uint_eq(config.on_refusal, REFUSAL_STOP);
    ck_assert(READ("MEMRESTRICT_ON_REFUSAL=warn"));
    ck_assert_uint_eq(config.on_refusal, REFUSAL_WARN);
    ck_assert(!READ("MEMRESTRICT_ON_REFUSAL="));
    ck_assert(!READ("MEMRESTRICT_ON_REFUSAL=Abort"));
    ck_assert(!READ("MEMRESTRICT_ON_REFUSAL=warn,abort"));
    ck_assert(!READ("MEMRESTRICT_ON_REFUSAL=kill"));
}
END_TEST

START_TEST(report_is_stderr_or_a_path)
{
    static char *const good[] = {
        "MEMRESTRICT_REPORT=stderr",         "MEMRESTRICT_REPORT=out",
        "MEMRESTRICT_REPORT=/tmp/%e.%p.txt", "MEMRESTRICT_REPORT=100%%",
        "MEMRESTRICT_REPORT=%%p%%%p",        "MEMRESTRICT_REPORT=a=b",
        "MEMRESTRICT_REPORT=/a b\tc",        "MEMRESTRICT_REPORT=%%%%",
    };
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_msg(READ(good[i]), "refused: %s", good[i]);
        ck_assert_str_eq(config.report, strchr(good[i], '=') + 1);
    }
}
END_TEST

START_TEST(report_refuses_other_percents_and_nothing)
{
    static char *const bad[] = {
        "MEMRESTRICT_REPORT=",       "MEMRESTRICT_REPORT=%",   "MEMRESTRICT_REPORT=a%",
        "MEMRESTRICT_REPORT=%d",     "MEMRESTRICT_REPORT=%%%", "MEMRESTRICT_REPORT=%p%h",
        "MEMRESTRICT_REPORT=100% x", "MEMRESTRICT_REPORT=%P",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!READ(bad[i]), "accepted: %s", bad[i]);
}
END_TEST

START_TEST(report_refuses_a_path_too_long_to_keep)
{
    char entry[2 * WRITER_PATH] = "MEMRESTRICT_REPORT=";
    memset(entry + strlen(entry), 'x', WRITER_PATH);
    ck_assert(!READ(entry));
    expect_one_line();
}
END_TEST

START_TEST(program_is_a_list_of_names)
{
    static char *const good[] = {"MEMRESTRICT_PROGRAM=sort", "MEMRESTRICT_PROGRAM=a,b,c",
                                 "MEMRESTRICT_PROGRAM=python3*,[ab]?", "MEMRESTRICT_PROGRAM=a b"};
    static char *const bad[] = {"MEMRESTRICT_PROGRAM=", "MEMRESTRICT_PROGRAM=,",
                                "MEMRESTRICT_PROGRAM=a,", "MEMRESTRICT_PROGRAM=,a",
                                "MEMRESTRICT_PROGRAM=a,,b"};
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_msg(READ(good[i]), "refused: %s", good[i]);
        ck_assert_str_eq(config.program, strchr(good[i], '=') + 1);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!READ(bad[i]), "accepted: %s", bad[i]);
}
END_TEST

START_TEST(program_refuses_a_name_longer_than_a_file_can_have)
{
    char entry[512] = "MEMRESTRICT_PROGRAM=";
    size_t start = strlen(entry);
    memset(entry + start, 'x', 255);
    ck_assert(READ(entry));
    ck_assert(config_names(config.program, entry + start));
    entry[start + 255] = 'x';
    ck_assert(!READ(entry));
}
END_TEST

START_TEST(settings_add_up)
{
    ck_assert(READ("MEMRESTRICT_LIMIT=1M", "HOME=/", "MEMRESTRICT_RESERVE=2K",
                   "MEMRESTRICT_COUNT=heap", "MEMRESTRICT_PROGRAM=ls",
                   "MEMRESTRICT_ON_REFUSAL=warn", "MEMRESTRICT_REPORT=r"));
    ck_assert_uint_eq(config.limit, K * K);
    ck_assert_uint_eq(config.reserve, 2 * K);
    ck_assert_uint_eq(config.count, COUNT_HEAP);
    ck_assert_str_eq(config.program, "ls");
    ck_assert_uint_eq(config.on_refusal, REFUSAL_WARN);
    ck_assert_str_eq(config.report, "r");
    ck_assert_uint_eq(complaint.length, 0);
}
END_TEST

START_TEST(texts_are_kept_and_not_copied)
{
    char program[] = "MEMRESTRICT_PROGRAM=ls", report[] = "MEMRESTRICT_REPORT=r";
    ck_assert(READ(program, report));
    ck_assert_ptr_eq(config.program, strchr(program, '=') + 1);
    ck_assert_ptr_eq(config.report, strchr(report, '=') + 1);
}
END_TEST

START_TEST(a_setting_that_is_not_in_the_table_is_refused)
{
    static char *const entries[] = {"MEMRESTRICT_LIMITS=1", "MEMRESTRICT_LIMI=1",
                                    "MEMRESTRICT_limit=1",  "MEMRESTRICT_=1",
                                    "MEMRESTRICT_LIMIT =1", "MEMRESTRICT_DEBUG="};
    for (unsigned i = 0; i < sizeof entries / sizeof entries[0]; i++)
        ck_assert_msg(!READ(entries[i]), "accepted: %s", entries[i]);
}
END_TEST

START_TEST(a_complaint_about_an_unknown_setting_names_it_and_those_there_are)
{
    ck_assert(!READ("MEMRESTRICT_LIMITS=1M"));
    expect_one_line();
    expect_said("memrestrict: MEMRESTRICT_LIMITS: ");
    for (const struct setting *row = config_settings; row->name != NULL; row++)
        expect_said(row->name);
}
END_TEST

START_TEST(a_complaint_names_variable_value_and_what_is_accepted)
{
    for (const struct setting *row = config_settings; row->name != NULL; row++) {
        if (strcmp(row->name, "MEMRESTRICT_FAULT") == 0) /* a plan is read later: plan.h */
            continue;
        char entry[100] = "", quoted[] = "'%x,,'";
        strcat(strcat(entry, row->name), "=%x,,");
        ck_assert_msg(!READ(entry), "accepted: %s", entry);
        expect_one_line();
        expect_said("memrestrict: ");
        expect_said(row->name);
        expect_said(quoted);
        expect_said(row->accepted);
    }
}
END_TEST

START_TEST(only_the_first_complaint_is_made)
{
    ck_assert(!READ("MEMRESTRICT_RESERVE=bad1", "MEMRESTRICT_LIMIT=bad2", "MEMRESTRICT_BAD3=1"));
    expect_one_line();
    expect_said("bad1");
    ck_assert_ptr_null(strstr(said(), "bad2"));
    ck_assert_ptr_null(strstr(said(), "BAD3"));
}
END_TEST

START_TEST(program_is_read_even_when_another_setting_is_bad)
{
    ck_assert(!READ("MEMRESTRICT_LIMIT=bad", "MEMRESTRICT_PROGRAM=ls"));
    ck_assert_str_eq(config.program, "ls");
    ck_assert(!READ("MEMRESTRICT_PROGRAM=ls", "MEMRESTRICT_NONE=1"));
    ck_assert_str_eq(config.program, "ls");
}
END_TEST

START_TEST(a_bad_program_list_names_no_program)
{
    ck_assert(!READ("MEMRESTRICT_PROGRAM=ls,"));
    ck_assert_ptr_null(config.program);
}
END_TEST

START_TEST(control_characters_in_a_value_stay_out_of_the_complaint)
{
    ck_assert(!READ("MEMRESTRICT_LIMIT=a\nb\033[31m\x7f\r\tc"));
    expect_one_line();
    expect_said("'a?b?[31m???c'");
}
END_TEST

START_TEST(control_characters_in_a_name_stay_out_of_the_complaint)
{
    ck_assert(!READ("MEMRESTRICT_A\nB\033[31m=1"));
    expect_one_line();
    expect_said("MEMRESTRICT_A?B?[31m");
}
END_TEST

START_TEST(a_complaint_about_an_endless_value_is_one_short_line)
{
    static char entry[3 * WRITER_ROOM] = "MEMRESTRICT_LIMIT=";
    memset(entry + strlen(entry), '1', 2 * WRITER_ROOM);
    ck_assert(!READ(entry));
    expect_one_line();
    expect_said(config_settings[0].accepted);
    ck_assert_uint_lt(complaint.length, 400);
}
END_TEST

START_TEST(a_complaint_about_an_endless_name_is_one_line)
{
    static char entry[3 * WRITER_ROOM] = "MEMRESTRICT_";
    memset(entry + strlen(entry), 'X', 2 * WRITER_ROOM);
    strcat(entry, "=1");
    ck_assert(!READ(entry));
    expect_one_line();
}
END_TEST

START_TEST(every_row_of_the_table_is_complete)
{
    unsigned rows = 0;
    for (const struct setting *row = config_settings; row->name != NULL; row++, rows++) {
        ck_assert_int_eq(strncmp(row->name, "MEMRESTRICT_", strlen("MEMRESTRICT_")), 0);
        ck_assert(row->parse != NULL);
        ck_assert_uint_gt(strlen(row->accepted), 0);
        ck_assert_uint_gt(strlen(row->help), 0);
        ck_assert_ptr_null(strchr(row->help, '\n'));
        for (const struct setting *other = config_settings; other != row; other++)
            ck_assert_str_ne(other->name, row->name);
    }
    ck_assert_uint_ge(rows, 6);
    ck_assert_uint_le(rows, 10);
}
END_TEST

START_TEST(patterns_name_the_programs_they_match)
{
    static const struct {
        const char *patterns, *program;
    } pairs[] = {
        {"sort", "sort"},     {"a,sort", "sort"},     {"sort,b", "sort"},
        {"a,b,sort", "sort"}, {"python*", "python3"}, {"python*", "python"},
        {"*", "anything"},    {"s?rt", "sort"},       {"[rs]ort", "sort"},
        {"x,[!x]*", "sort"},  {"a\\*", "a*"},         {"*", ".hidden"},
        {"[", "["},           {"a b", "a b"},         {"g++", "g++"},
        {"*.sh", "run.sh"},
    };
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        ck_assert_msg(config_names(pairs[i].patterns, pairs[i].program), "%s does not name %s",
                      pairs[i].patterns, pairs[i].program);
}
END_TEST

START_TEST(patterns_name_no_other_programs)
{
    static const struct {
        const char *patterns, *program;
    } pairs[] = {
        {"sort", "sor"},   {"sort", "sorts"},     {"sort", "Sort"},    {"sort", "xsort"},
        {"a,b", "a,b"},    {"python?", "python"}, {"[rs]ort", "tort"}, {"a\\*", "ab"},
        {"a,b", "c"},      {"sort", ""},          {"x", "?"},          {"*x", "xy"},
        {"sort", "sort,"},
    };
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        ck_assert_msg(!config_names(pairs[i].patterns, pairs[i].program), "%s names %s",
                      pairs[i].patterns, pairs[i].program);
}
END_TEST

Suite *suite_config(void)
{
    Suite *suite = suite_create("config");
    unit_add(suite, sizes_as_people_write_them_are_understood);
    unit_add(suite, words_that_are_no_size_are_refused);
    unit_add(suite, sizes_past_the_largest_object_are_refused);
    unit_add(suite, an_empty_environment_limits_nothing);
    unit_add(suite, no_environment_at_all_limits_nothing);
    unit_add(suite, variables_of_others_are_none_of_ours);
    unit_add(suite, limit_is_a_size_or_unlimited);
    unit_add(suite, reserve_is_a_size_and_not_unlimited);
    unit_add(suite, count_is_a_list_of_kinds);
    unit_add(suite, count_refuses_other_words);
    unit_add(suite, on_refusal_is_one_of_four_words);
    unit_add(suite, report_is_stderr_or_a_path);
    unit_add(suite, report_refuses_other_percents_and_nothing);
    unit_add(suite, report_refuses_a_path_too_long_to_keep);
    unit_add(suite, program_is_a_list_of_names);
    unit_add(suite, program_refuses_a_name_longer_than_a_file_can_have);
    unit_add(suite, settings_add_up);
    unit_add(suite, texts_are_kept_and_not_copied);
    unit_add(suite, a_setting_that_is_not_in_the_table_is_refused);
    unit_add(suite, a_complaint_about_an_unknown_setting_names_it_and_those_there_are);
    unit_add(suite, a_complaint_names_variable_value_and_what_is_accepted);
    unit_add(suite, only_the_first_complaint_is_made);
    unit_add(suite, program_is_read_even_when_another_setting_is_bad);
    unit_add(suite, a_bad_program_list_names_no_program);
    unit_add(suite, control_characters_in_a_value_stay_out_of_the_complaint);
    unit_add(suite, control_characters_in_a_name_stay_out_of_the_complaint);
    unit_add(suite, a_complaint_about_an_endless_value_is_one_short_line);
    unit_add(suite, a_complaint_about_an_endless_name_is_one_line);
    unit_add(suite, every_row_of_the_table_is_complete);
    unit_add(suite, patterns_name_the_programs_they_match);
    unit_add(suite, patterns_name_no_other_programs);
    return suite;
}
