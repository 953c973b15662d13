/* SPDX-License-Identifier: MIT
 *
 * Each setting on real runs, and what a value that cannot be understood leads to: one line, status
 * 125, and main never reached. The report is read as a user would: its figures are compared with
 * what the victim says that it did, and it must arrive whatever the program does to its
 * descriptors.
 */
#include "driver.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT(value) "MEMRESTRICT_LIMIT=" value
#define REPORT(value) "MEMRESTRICT_REPORT=" value
#define SAYS_ITS_LIMIT "victims/settings_says_its_limit"
#define IS_REFUSED "victims/settings_is_refused"

/* --- Small helpers --- */

/* A string good until eight more were made. */
static __attribute__((format(printf, 1, 2))) const char *words(const char *format, ...)
{
    static char room[8][9000];
    static unsigned next;
    char *text = room[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof room[0], format, arguments);
    va_end(arguments);
    return text;
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word))
        count++;
    return count;
}

static void expect_one_line(const char *text)
{
    const char *end = strchr(text, '\n');
    ck_assert_msg(end != NULL && end[1] == '\0', "not one line: %s", text);
}

static void expect_silence(const struct run *run, int status, const char *out)
{
    ck_assert_msg(!run->hung && run->status == status, "status %d\n%s%s", run->status, run->out,
                  run->err);
    ck_assert_str_eq(run->err, "");
    ck_assert_str_eq(run->out, out);
}

/* A folder of the test's own, removed when it has passed. */
static char folder[4300];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "%s", build_path("settings-XXXXXX"));
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void) { ck_assert_int_eq(system(words("rm -rf '%s'", folder)), 0); }

static bool is_there(const char *name) { return access(words("%s/%s", folder, name), F_OK) == 0; }

/* The text of a file in the folder; "" if there is none. */
static const char *text_of(const char *name)
{
    static char text[RUN_OUTPUT];
    FILE *file = fopen(words("%s/%s", folder, name), "r");
    size_t length = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    text[length] = '\0';
    if (file != NULL)
        fclose(file);
    return text;
}

static unsigned files_in_folder(void)
{
    unsigned files = 0;
    FILE *list = popen(words("ls '%s'", folder), "r");
    for (int c; (c = getc(list)) != EOF;)
        files += c == '\n';
    pclose(list);
    return files;
}

static const char *report_to(const char *name)
{
    return words("MEMRESTRICT_REPORT=%s/%s", folder, name);
}

/* A script of the shell: $V has the victims, $D is the folder, $L the library. What the script runs
 * is not preloaded unless it says so, since the victims may be of another kind than the machine's
 * own programs. */
#define SHELL(script, ...)                                                                         \
    RUN(SETTINGS("LD_PRELOAD=", "L=%B/libmemrestrict.so", "V=%B/victims", words("D=%s", folder),   \
                 __VA_ARGS__),                                                                     \
        "sh", "-c", script)

/* --- Reports --- */

static const char *const labels[] = {"limit", "used",          "peak",       "refused",
                                     "live",  "unknown frees", "own memory", "unseen"};
enum { LABELS = sizeof labels / sizeof labels[0] };

static unsigned reports_in(const char *text) { return count_of(text, "memrestrict: "); }

/* What stands after a label, up to the end of its line. */
static const char *line_of(const char *report, const char *label)
{
    static char line[8][300];
    static unsigned next;
    const char *at = strstr(report, words("\n  %s ", label));
    ck_assert_msg(at != NULL, "no line \"%s\" in: %s", label, report);
    at += strlen(label) + strlen("\n   ");
    at += strspn(at, " ");
    char *room = line[next++ % 8];
    snprintf(room, sizeof line[0], "%.*s", (int)strcspn(at, "\n"), at);
    return room;
}

static uint64_t figure(const char *report, const char *label)
{
    const char *line = line_of(report, label);
    ck_assert_msg(isdigit((unsigned char)*line), "%s is no number: %s", label, line);
    return strtoull(line, NULL, 10);
}

/* So many whole reports and nothing else. */
static void expect_reports(const char *text, unsigned number)
{
    unsigned lines = 0, known = reports_in(text);
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    for (unsigned i = 0; i < LABELS; i++) {
        unsigned count = count_of(text, words("\n  %s ", labels[i]));
        ck_assert_msg(count == number, "%u times \"%s\", not %u, in: %s", count, labels[i], number,
                      text);
        known += count;
    }
    ck_assert_msg(reports_in(text) == number && lines == known, "not %u reports: %s", number, text);
}

/* The report of one process among several. */
static const char *report_of(const char *text, long pid)
{
    static char report[3000];
    const char *at = strstr(text, words("(process %ld)", pid));
    ck_assert_msg(at != NULL, "no report of %ld in: %s", pid, text);
    const char *end = strstr(at, "memrestrict: ");
    snprintf(report, sizeof report, "%.*s", end != NULL ? (int)(end - at) : (int)strlen(at), at);
    return report;
}

/* The number after a word on a line of the victim's own. */
static uint64_t said(const char *out, const char *word)
{
    const char *at = strstr(out, words("%s ", word));
    ck_assert_msg(at != NULL, "no \"%s\" in: %s", word, out);
    return strtoull(at + strlen(word) + 1, NULL, 10);
}

/* --- MEMRESTRICT_LIMIT --- */

START_TEST(limit_is_understood_in_every_spelling)
{
    static const char *const spellings[][2] = {
        {"0", "0"},
        {"1", "1"},
        {"67108864", "67108864"},
        {"100000B", "100000"},
        {"64K", "65536"},
        {"64k", "65536"},
        {"64KiB", "65536"},
        {"64kib", "65536"},
        {"64KB", "64000"},
        {"64kB", "64000"},
        {"64M", "67108864"},
        {"64m", "67108864"},
        {"64MiB", "67108864"},
        {"64MB", "64000000"},
        {"064M", "67108864"},
        {"64Mi", "67108864"},
        {"1.5G", "1610612736"},
        {"3G", "3221225472"},
        {"3GB", "3000000000"},
        {"2T", "2199023255552"},
        {"1P", "1125899906842624"},
        {"7E", "8070450532247928832"},
        {"9223372036854775807", "9223372036854775807"},
        {"unlimited", "unlimited"},
        {"UNLIMITED", "unlimited"},
        {"infinity", "unlimited"},
    };
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        const struct run *run = RUN(SETTINGS(words(LIMIT("%s"), spellings[i][0])), SAYS_ITS_LIMIT);
        expect_silence(run, 0, words("%s\n", spellings[i][1]));
    }
}
END_TEST

START_TEST(no_limit_is_unlimited)
{
    expect_silence(RUN(SETTINGS("MEMRESTRICT_COUNT=heap"), SAYS_ITS_LIMIT), 0, "unlimited\n");
}
END_TEST

/* --- Values that are not understood --- */

static void expect_complaint(const struct run *run, const char *name, const char *value,
                             const char *accepted)
{
    ck_assert_msg(run->status == 125, "%s=%s: status %d", name, value, run->status);
    ck_assert_str_eq(run->out, "");
    expect_one_line(run->err);
    ck_assert_msg(strncmp(run->err, "memrestrict: ", 13) == 0, "%s", run->err);
    ck_assert_msg(strstr(run->err, name) != NULL, "no \"%s\" in: %s", name, run->err);
    ck_assert_msg(strstr(run->err, words("'%s'", value)) != NULL, "no \"%s\" in: %s", value,
                  run->err);
    ck_assert_msg(strstr(run->err, accepted) != NULL, "no \"%s\" in: %s", accepted, run->err);
}

/* Values ended by NULL. */
static void expect_complaints(const char *name, const char *const values[], const char *accepted)
{
    for (; *values != NULL; values++)
        expect_complaint(RUN(SETTINGS(words("%s=%s", name, *values)), SAYS_ITS_LIMIT), name,
                         *values, accepted);
}

static const char *const bad_sizes[] = {"",
                                        "M",
                                        "x",
                                        "-1",
                                        "+1",
                                        " 64M",
                                        "64M ",
                                        "64 M",
                                        "6 4",
                                        "1.5",
                                        "1.G",
                                        "1,5G",
                                        "0x10",
                                        "64Q",
                                        "64MM",
                                        "64MiBs",
                                        "64iB",
                                        "B64",
                                        "8E",
                                        "9223372036854775808",
                                        "18446744073709551616",
                                        "99999999999999999999999",
                                        "17179869184G",
                                        "none",
                                        "unlimitedly",
                                        "64M,64M",
                                        "50%",
                                        NULL};

START_TEST(bad_limit_ends_the_program_before_main)
{
    expect_complaints("MEMRESTRICT_LIMIT", bad_sizes, "64M, 1.5G, 64MiB, 64MB");
    expect_complaints("MEMRESTRICT_LIMIT", (const char *const[]){"many", NULL}, "unlimited");
}
END_TEST

START_TEST(bad_reserve_ends_the_program_before_main)
{
    static const char *const values[] = {"", "much", "-5M", "8E", "unlimited", "infinity", NULL};
    expect_complaints("MEMRESTRICT_RESERVE", values, "64M, 1.5G, 64MiB, 64MB");
}
END_TEST

START_TEST(bad_count_ends_the_program_before_main)
{
    static const char *const values[] = {"",      "all",   "heaps",         "hea",          "HEAP",
                                         "heap,", ",heap", "heap,,regions", "heap regions", NULL};
    expect_complaints("MEMRESTRICT_COUNT", values, "heap, regions, stacks");
}
END_TEST

START_TEST(bad_on_refusal_ends_the_program_before_main)
{
    static const char *const values[] = {"", "kill", "ABORT", "warn,stop", "errno ", NULL};
    expect_complaints("MEMRESTRICT_ON_REFUSAL", values, "errno, abort, stop or warn");
}
END_TEST

/* It names no program, so it cannot be what excuses this one. */
START_TEST(bad_program_ends_the_program_before_main)
{
    static const char *const values[] = {"", ",", "sh,", ",sh", "sh,,ls", NULL};
    expect_complaints("MEMRESTRICT_PROGRAM", values, "names or globs");
}
END_TEST

START_TEST(bad_report_ends_the_program_before_main)
{
    static const char *const values[] = {"", "%", "file%", "%x", "a%p%q", "%%%", NULL};
    expect_complaints("MEMRESTRICT_REPORT", values, "%p");
}
END_TEST

START_TEST(unknown_setting_ends_the_program_before_main)
{
    static const char *const names[] = {"MEMRESTRICT_X", "MEMRESTRICT_", "MEMRESTRICT_LIMITS",
                                        "MEMRESTRICT_limit"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct run *run = RUN(SETTINGS(words("%s=1M", names[i])), SAYS_ITS_LIMIT);
        ck_assert_int_eq(run->status, 125);
        ck_assert_str_eq(run->out, "");
        expect_one_line(run->err);
        ck_assert_msg(strstr(run->err, words("%s:", names[i])) != NULL, "%s", run->err);
        ck_assert_msg(strstr(run->err, "MEMRESTRICT_LIMIT") != NULL &&
                          strstr(run->err, "MEMRESTRICT_REPORT") != NULL,
                      "does not say what there is: %s", run->err);
    }
}
END_TEST

START_TEST(names_that_only_look_alike_are_no_settings)
{
    expect_silence(RUN(SETTINGS("MEMRESTRICT=1", "MEMRESTRICTED_X=1", "memrestrict_x=1",
                                "XMEMRESTRICT_LIMIT=x"),
                       SAYS_ITS_LIMIT),
                   0, "unlimited\n");
}
END_TEST

START_TEST(complaint_is_one_readable_line_whatever_the_value)
{
    char value[5000];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    const char *settings[] = {LIMIT("1\n2\t\033[31m"), words(LIMIT("%s"), value),
                              words("MEMRESTRICT_%s=1", "A\nB\033"),
                              words("MEMRESTRICT_%.200s=1", value)};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const struct run *run = RUN(SETTINGS(settings[i]), SAYS_ITS_LIMIT);
        ck_assert_int_eq(run->status, 125);
        ck_assert_str_eq(run->out, "");
        expect_one_line(run->err);
        ck_assert(strlen(run->err) < 1000);
        for (const char *at = run->err; *at != '\n'; at++)
            ck_assert(isprint((unsigned char)*at));
    }
}
END_TEST

START_TEST(two_bad_settings_are_one_line)
{
    const struct run *run = RUN(SETTINGS(LIMIT("x"), "MEMRESTRICT_COUNT=y"), SAYS_ITS_LIMIT);
    ck_assert_int_eq(run->status, 125);
    expect_one_line(run->err);
}
END_TEST

START_TEST(bad_setting_without_stderr_still_ends_the_program)
{
    expect_silence(SHELL("LD_PRELOAD=$L exec \"$V\"/settings_says_its_limit 2>&-", LIMIT("x")), 125,
                   "");
}
END_TEST

/* --- MEMRESTRICT_PROGRAM --- */

static void expect_limited(const char *patterns, const char *script, const char *out)
{
    const struct run *run = SHELL(script, LIMIT("1M"), words("MEMRESTRICT_PROGRAM=%s", patterns));
    expect_silence(run, 0, out);
}

START_TEST(program_is_named_by_name_glob_or_list)
{
    static const char *const yes[] = {"settings_says_its_limit",
                                      "settings_*",
                                      "*its_limi?",
                                      "*",
                                      "ls,settings_says_its_limit",
                                      "settings_says_its_limi[st],cat",
                                      "a,b,*_limit,c"};
    static const char *const no[] = {"settings_says",
                                     "says_its_limit",
                                     "ls",
                                     "settings_?",
                                     "*.exe",
                                     "SETTINGS_SAYS_ITS_LIMIT",
                                     "settings_says_its_limit ",
                                     "/settings_says_its_limit"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        expect_limited(yes[i], "LD_PRELOAD=$L exec \"$V\"/settings_says_its_limit", "1048576\n");
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        expect_limited(no[i], "LD_PRELOAD=$L exec \"$V\"/settings_says_its_limit", "untouched\n");
}
END_TEST

START_TEST(program_called_through_a_link_goes_by_both_names)
{
    static const char script[] =
        "ln -sf \"$V\"/settings_says_its_limit \"$D\"/link; LD_PRELOAD=$L exec \"$D\"/link";
    expect_limited("link", script, "1048576\n");
    expect_limited("settings_says_its_limit", script, "1048576\n");
    expect_limited("lin?", script, "1048576\n");
    expect_limited("other,links", script, "untouched\n");
}
END_TEST

START_TEST(program_found_by_path_search_goes_by_its_name)
{
    expect_limited("settings_says_its_limit",
                   "PATH=$V:$PATH; LD_PRELOAD=$L settings_says_its_limit", "1048576\n");
}
END_TEST

START_TEST(other_programs_of_the_tree_are_untouched)
{
    if (RUN(SETTINGS("MEMRESTRICT_PROGRAM=none"), "sh", "-c", ":")->err[0] != '\0')
        SKIP("the victims are of another kind than sh");
    const struct run *run =
        RUN(SETTINGS("V=%B/victims", LIMIT("0"), REPORT("stderr"),
                     "MEMRESTRICT_PROGRAM=settings_says_its_limit"),
            "sh", "-c", "ls / >/dev/null && \"$V\"/settings_says_its_limit && echo end");
    ck_assert_int_eq(run->status, 0);
    ck_assert_str_eq(run->out, "0\nend\n");
    expect_reports(run->err, 1);
}
END_TEST

START_TEST(other_programs_do_not_mind_bad_settings)
{
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_PROGRAM=other", LIMIT("rubbish"), "MEMRESTRICT_X=1",
                     "MEMRESTRICT_COUNT=?", "MEMRESTRICT_ON_REFUSAL=?"),
            SAYS_ITS_LIMIT);
    expect_silence(run, 0, "untouched\n");
}
END_TEST

START_TEST(other_programs_open_no_report)
{
    expect_silence(RUN(SETTINGS("MEMRESTRICT_PROGRAM=other", report_to("report")), SAYS_ITS_LIMIT),
                   0, "untouched\n");
    ck_assert(!is_there("report"));
    expect_silence(
        RUN(SETTINGS("MEMRESTRICT_PROGRAM=other", report_to("none/report")), SAYS_ITS_LIMIT), 0,
        "untouched\n");
}
END_TEST

START_TEST(bad_settings_bite_the_named_program)
{
    const struct run *run =
        RUN(SETTINGS("MEMRESTRICT_PROGRAM=settings_*", LIMIT("rubbish")), SAYS_ITS_LIMIT);
    expect_complaint(run, "MEMRESTRICT_LIMIT", "rubbish", "64M");
}
END_TEST

/* --- MEMRESTRICT_RESERVE, MEMRESTRICT_COUNT --- */

START_TEST(reserve_opens_with_the_first_refusal)
{
    expect_ok(RUN(SETTINGS(LIMIT("1M"), "MEMRESTRICT_RESERVE=64K"),
                  "victims/settings_reserve_opens_with_the_first_refusal"));
}
END_TEST

START_TEST(reserve_is_closed_before_a_refusal)
{
    expect_ok(RUN(SETTINGS(LIMIT("1M"), "MEMRESTRICT_RESERVE=64KiB"),
                  "victims/settings_reserve_is_closed_before_a_refusal"));
}
END_TEST

START_TEST(reserve_without_a_limit_changes_nothing)
{
    expect_silence(RUN(SETTINGS("MEMRESTRICT_RESERVE=1M"), SAYS_ITS_LIMIT), 0, "unlimited\n");
}
END_TEST

static void expect_charged(const char *count, const char *out)
{
    const struct run *run = RUN(SETTINGS(LIMIT("16M"), words("MEMRESTRICT_COUNT=%s", count)),
                                "victims/settings_says_what_is_charged");
    expect_silence(run, 0, out);
}

START_TEST(count_says_what_is_charged)
{
    expect_charged("heap", "heap 1000, region 0, stack 0\n");
    expect_charged("regions", "heap 0, region 1048576, stack 0\n");
    expect_charged("stacks", "heap 0, region 0, stack 1048576\n");
    expect_charged("heap,regions", "heap 1000, region 1048576, stack 0\n");
    expect_charged("stacks,heap", "heap 1000, region 0, stack 1048576\n");
    expect_charged("regions,stacks", "heap 0, region 1048576, stack 1048576\n");
    expect_charged("stacks,regions,heap", "heap 1000, region 1048576, stack 1048576\n");
    expect_charged("heap,heap", "heap 1000, region 0, stack 0\n");
}
END_TEST

START_TEST(heap_and_regions_are_charged_by_default)
{
    expect_silence(RUN(SETTINGS(LIMIT("16M")), "victims/settings_says_what_is_charged"), 0,
                   "heap 1000, region 1048576, stack 0\n");
}
END_TEST

/* --- MEMRESTRICT_ON_REFUSAL --- */

START_TEST(refusals_are_silent_by_default)
{
    expect_silence(RUN(SETTINGS(LIMIT("1M")), IS_REFUSED, "1000"), 0, "refused\n");
}
END_TEST

START_TEST(refusals_by_errno_are_silent)
{
    expect_silence(RUN(SETTINGS(LIMIT("1M"), "MEMRESTRICT_ON_REFUSAL=errno"), IS_REFUSED, "1000"),
                   0, "refused\n");
}
END_TEST

START_TEST(refusal_aborts_and_says_why)
{
    const struct run *run =
        RUN(SETTINGS(LIMIT("1M"), "MEMRESTRICT_ON_REFUSAL=abort"), IS_REFUSED, "5");
    ck_assert_int_eq(run->status, -SIGABRT);
    ck_assert_str_eq(run->out, "");
    expect_one_line(run->err);
    ck_assert_ptr_nonnull(strstr(run->err, "malloc of 2097152 bytes"));
    ck_assert_ptr_nonnull(strstr(run->err, "of 1048576 bytes"));
}
END_TEST

START_TEST(program_that_is_not_refused_does_not_abort)
{
    expect_silence(RUN(SETTINGS(LIMIT("1M"), "MEMRESTRICT_ON_REFUSAL=abort"), SAYS_ITS_LIMIT), 0,
                   "1048576\n");
}
END_TEST

START_TEST(refusal_stops_the_program_and_it_can_go_on)
{
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), "MEMRESTRICT_ON_REFUSAL=stop"),
                                "victims/settings_stop_is_seen_by_the_parent");
    ck_assert_msg(!run->hung && run->status == 0, "status %d\n%s", run->status, run->err);
    expect_one_line(run->err);
}
END_TEST

/* The 1st, the 10th, the 100th ... */
START_TEST(warnings_become_rarer)
{
    static const struct {
        const char *times;
        unsigned lines;
    } cases[] = {{"0", 0}, {"1", 1}, {"9", 1}, {"10", 2}, {"99", 2}, {"100", 3}, {"1500", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct run *run =
            RUN(SETTINGS(LIMIT("1M"), "MEMRESTRICT_ON_REFUSAL=warn"), IS_REFUSED, cases[i].times);
        ck_assert_int_eq(run->status, 0);
        ck_assert_str_eq(run->out, "refused\n");
        ck_assert_uint_eq(count_of(run->err, "\n"), cases[i].lines);
        ck_assert_uint_eq(count_of(run->err, "): refused malloc of 2097152 bytes"), cases[i].lines);
        for (unsigned line = 0, number = 1; line < cases[i].lines; line++, number *= 10)
            ck_assert_uint_eq(count_of(run->err, words("refusal %u\n", number)), 1);
    }
}
END_TEST

/* --- MEMRESTRICT_REPORT --- */

START_TEST(no_report_by_default)
{
    expect_silence(
        RUN(SETTINGS(LIMIT("1M")), "victims/settings_report_survives_every_way_out", "return"), 3,
        "");
}
END_TEST

START_TEST(report_goes_to_stderr)
{
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")), IS_REFUSED);
    ck_assert_int_eq(run->status, 0);
    ck_assert_str_eq(run->out, "refused\n");
    expect_reports(run->err, 1);
    ck_assert_ptr_nonnull(strstr(run->err, "settings_is_refused"));
}
END_TEST

START_TEST(report_tells_what_the_program_did)
{
    const struct run *run =
        RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")), "victims/settings_does_known_work");
    ck_assert_int_eq(run->status, 3);
    expect_reports(run->err, 1);
    const uint64_t held = 1234 + 7000, region = 64 * 1024;
    ck_assert_uint_eq(said(run->out, "used"), said(run->out, "start") + held + region);
    ck_assert_uint_eq(said(run->out, "peak"), said(run->out, "used") + 100000);

    const char *pid =
        words("memrestrict: settings_does_known_work (process %d)\n", (int)said(run->out, "pid"));
    ck_assert_ptr_nonnull(strstr(run->err, pid));
    ck_assert_uint_eq(figure(run->err, "limit"), 1048576);
    ck_assert_uint_eq(figure(run->err, "used"), said(run->out, "used"));
    ck_assert_uint_eq(figure(run->err, "peak"), said(run->out, "peak"));
    ck_assert_uint_eq(figure(run->err, "unknown frees"), 2);

    ck_assert_uint_eq(figure(run->err, "refused"), 3);
    const char *first = words("first: calloc of 3145728 bytes (3.0 MiB) at %" PRIu64 " bytes",
                              said(run->out, "at"));
    ck_assert_msg(strstr(line_of(run->err, "refused"), first) != NULL, "no \"%s\" in %s", first,
                  run->err);
}
END_TEST

START_TEST(report_tells_what_is_live)
{
    const struct run *run =
        RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")), "victims/settings_does_known_work");
    unsigned long long blocks, bytes, regions, region_bytes;
    const char *live = line_of(run->err, "live");
    ck_assert_uint_eq(said(run->out, "start"), 0);
    ck_assert_int_eq(sscanf(live, "%llu blocks, %llu bytes %*[^;]; %llu region, %llu bytes",
                            &blocks, &bytes, &regions, &region_bytes),
                     4);
    ck_assert_uint_eq(blocks, 3);
    ck_assert_uint_eq(bytes, 1234 + 7000);
    ck_assert_uint_eq(regions, 1);
    ck_assert_uint_eq(region_bytes, 64 * 1024);
    ck_assert_uint_eq(bytes + region_bytes, figure(run->err, "used"));
}
END_TEST

START_TEST(report_tells_of_no_limit_and_no_refusal)
{
    const struct run *run = RUN(SETTINGS(REPORT("stderr")), SAYS_ITS_LIMIT);
    ck_assert_int_eq(run->status, 0);
    ck_assert_str_eq(line_of(run->err, "limit"), "unlimited");
    ck_assert_str_eq(line_of(run->err, "refused"), "0");
    ck_assert_str_eq(line_of(run->err, "unknown frees"), "0");
}
END_TEST

START_TEST(report_file_is_named_by_process_and_program)
{
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), report_to("%%-%e-%p-%e.100%%")),
                                "victims/settings_does_known_work");
    ck_assert_int_eq(run->status, 3);
    ck_assert_str_eq(run->err, "");
    int pid = (int)said(run->out, "pid");
    expect_reports(
        text_of(words("%%-settings_does_known_work-%d-settings_does_known_work.100%%", pid)), 1);
    ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(report_path_is_relative_to_the_first_folder)
{
    const struct run *run = SHELL(
        "mkdir \"$D\"/sub && cd \"$D\"/sub && LD_PRELOAD=$L exec \"$V\"/settings_changes_folder",
        REPORT("../report"));
    expect_silence(run, 0, "");
    expect_reports(text_of("report"), 1);
}
END_TEST

/* Runs a victim so many folders of 200 letters down, and prints the report found there. */
static const struct run *run_in_deep_folder(unsigned depth, const char *detour)
{
    return SHELL(
        "cd \"$D\"; for n in $(seq $DEPTH); do d=$(printf %0200d $n); mkdir $d; cd $d; done; "
        "LD_PRELOAD=$L \"$V\"/settings_changes_folder; s=$?; "
        "[ -e /$NAME ] && { rm /$NAME; exit 9; }; [ -e $NAME ] && cat $NAME; exit $s",
        words("DEPTH=%u", depth), words("NAME=memrestrict-%d", (int)getpid()),
        words("MEMRESTRICT_REPORT=%smemrestrict-%d", detour, (int)getpid()));
}

START_TEST(relative_report_path_in_a_deep_folder)
{
    const struct run *run = run_in_deep_folder(9, "");
    ck_assert_msg(run->status == 0, "status %d: %s", run->status, run->err);
    expect_reports(run->out, 1);
}
END_TEST

START_TEST(report_path_that_is_too_long_ends_the_program_before_main)
{
    char detour[1501];
    for (size_t i = 0; i < sizeof detour - 1; i++)
        detour[i] = i % 2 == 0 ? '.' : '/';
    detour[sizeof detour - 1] = '\0';
    const struct run *run = run_in_deep_folder(15, detour);
    ck_assert_msg(run->status == 125, "status %d: %s", run->status, run->err);
    ck_assert_str_eq(run->out, "");
    expect_one_line(run->err);
    ck_assert_ptr_nonnull(strstr(run->err, "MEMRESTRICT_REPORT"));
}
END_TEST

START_TEST(report_that_cannot_be_written_ends_the_program_before_main)
{
    ck_assert_int_eq(mkdir(words("%s/folder", folder), 0700), 0);
    ck_assert_int_eq(system(words("echo old >'%s'/file", folder)), 0);
    static const char *const names[] = {"folder", "none/report", "file/report", "folder/", "%%/x"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct run *run = RUN(SETTINGS(LIMIT("1M"), report_to(names[i])), SAYS_ITS_LIMIT);
        ck_assert_msg(run->status == 125, "%s: status %d", names[i], run->status);
        ck_assert_str_eq(run->out, "");
        expect_one_line(run->err);
        ck_assert_msg(strstr(run->err, "memrestrict: MEMRESTRICT_REPORT: ") == run->err, "%s",
                      run->err);
        ck_assert_ptr_nonnull(strstr(run->err, folder));
    }
    ck_assert_str_eq(text_of("file"), "old\n");
}
END_TEST

/* The setting is the run's, and was right for the program that the user started. */
START_TEST(report_that_a_program_below_cannot_write_is_a_line)
{
    ck_assert_int_eq(mkdir(words("%s/private", folder), 0700), 0);
    const struct run *run = SHELL("LD_PRELOAD=$L MEMRESTRICT_REPORT=$D/private/%e.%p sh -c '"
                                  "rm -rf \"$D/private\"; \"$V\"/settings_says_its_limit; exit $?'",
                                  words("D=%s", folder), LIMIT("1M"));
    ck_assert_msg(run->status == 0, "status %d: %s", run->status, run->err);
    ck_assert_str_eq(run->out, "1048576\n");
    ck_assert_msg(strstr(run->err, "; no report of settings_says_its_limit\n") != NULL, "%s",
                  run->err);
}
END_TEST

START_TEST(report_that_may_not_be_written_any_more_is_a_line)
{
    if (getuid() != 0 || !program_exists("setpriv"))
        SKIP("not root, or no setpriv");
    const struct run *run =
        SHELL("LD_PRELOAD=$L /bin/true 2>&1 | grep -q 'wrong ELF class' && exit 77; mkdir -m 755 "
              "\"$D/roots\"; LD_PRELOAD=$L MEMRESTRICT_REPORT=$D/roots/%e.%p "
              "setpriv --reuid=65534 --clear-groups echo hi",
              words("D=%s", folder), LIMIT("1M"));
    if (run->status == 77)
        SKIP("the library is of another word size than setpriv");
    ck_assert_msg(run->status == 0, "status %d: %s", run->status, run->err);
    ck_assert_str_eq(run->out, "hi\n");
    ck_assert_msg(strstr(run->err, "; no report of echo\n") != NULL, "%s", run->err);
}
END_TEST

/* A sandbox says that there is no such call. */
START_TEST(report_that_a_sandbox_forbids_is_a_line)
{
    const struct run *run =
        SHELL("LD_PRELOAD=$L /bin/true 2>&1 | grep -q 'wrong ELF class' && exit 78; "
              "LD_PRELOAD=$L MEMRESTRICT_REPORT=$D/%e.%p sh -c "
              "'\"$V\"/settings_in_a_sandbox_that_opens_nothing_new "
              "\"$V\"/settings_says_its_limit; exit $?'",
              words("D=%s", folder), LIMIT("1M"));
    if (run->status == 78)
        SKIP("the library is of another word size than sh");
    if (run->status == 77)
        SKIP("no seccomp filters here");
    ck_assert_msg(run->status == 0, "status %d: %s", run->status, run->err);
    ck_assert_str_eq(run->out, "1048576\n");
    ck_assert_msg(strstr(run->err, ": not allowed here; no report of settings_says_its_limit\n"),
                  "%s", run->err);
}
END_TEST

/* Nobody reads it: neither the start nor the end waits. */
START_TEST(report_to_a_fifo_waits_for_nobody)
{
    ck_assert_int_eq(system(words("mkfifo '%s/fifo'", folder)), 0);
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), report_to("fifo")), SAYS_ITS_LIMIT);
    ck_assert_msg(!run->hung && run->status == 0, "status %d: %s", run->status, run->err);
    expect_one_line(run->err);
    ck_assert_msg(strstr(run->err, "nobody reads it") != NULL, "%s", run->err);
}
END_TEST

START_TEST(report_to_a_fifo_is_read)
{
    const struct run *run =
        SHELL("mkfifo \"$D/read\"; timeout 10 cat \"$D/read\" & "
              "MEMRESTRICT_REPORT=$D/read LD_PRELOAD=$L \"$V\"/process_takes_32_mib; wait",
              words("D=%s", folder), LIMIT("1M"));
    ck_assert_msg(!run->hung && run->status == 0, "status %d: %s", run->status, run->err);
    ck_assert_msg(strstr(run->out, "first: malloc of 1048576 bytes") != NULL, "%s%s", run->out,
                  run->err);
}
END_TEST

START_TEST(report_to_a_full_disk_is_one_line_and_keeps_the_status)
{
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), REPORT("/dev/full")),
                                "victims/settings_report_survives_every_way_out", "return");
    ck_assert_int_eq(run->status, 3);
    ck_assert_str_eq(run->out, "");
    expect_one_line(run->err);
    ck_assert_ptr_nonnull(strstr(run->err, "MEMRESTRICT_REPORT"));
    ck_assert_ptr_nonnull(strstr(run->err, "/dev/full"));
    ck_assert_ptr_nonnull(strstr(run->err, "no space left"));
}
END_TEST

START_TEST(report_is_appended)
{
    ck_assert_int_eq(system(words("echo old >'%s'/report", folder)), 0);
    const struct run *run =
        SHELL("for i in 1 2 3; do LD_PRELOAD=$L \"$V\"/settings_changes_folder || exit; done",
              report_to("report"));
    expect_silence(run, 0, "");
    const char *text = text_of("report");
    ck_assert(strncmp(text, "old\n", 4) == 0);
    expect_reports(text + 4, 3);
}
END_TEST

/* One line of each report follows the other: they are not mixed. */
START_TEST(reports_of_concurrent_processes_stay_whole)
{
    const struct run *run = SHELL("for i in 1 2 3 4; do for j in 1 2 3 4; do "
                                  "LD_PRELOAD=$L \"$V\"/settings_changes_folder & done; done; wait",
                                  report_to("report"));
    expect_silence(run, 0, "");
    const char *text = text_of("report");
    expect_reports(text, 16);
    for (const char *at = text; (at = strstr(at, "memrestrict: ")) != NULL; at++) {
        const char *end = strstr(at + 1, "memrestrict: ");
        unsigned lines = 0;
        for (const char *c = at; c != end && *c != '\0'; c++)
            lines += *c == '\n';
        ck_assert_uint_eq(lines, 1 + LABELS);
    }
}
END_TEST

START_TEST(report_is_written_once_on_every_way_out)
{
    static const char *const ways[] = {"return", "exit", "_exit", "_Exit", "quick_exit", "flush"};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const struct run *run = RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")),
                                    "victims/settings_report_survives_every_way_out", ways[i]);
        ck_assert_msg(run->status == 3, "%s: status %d", ways[i], run->status);
        expect_reports(run->err, 1);
    }
}
END_TEST

START_TEST(report_is_written_once_when_a_thread_ends_the_program)
{
    static const char *const ways[] = {"exit", "_exit", "_Exit", "quick_exit"};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const struct run *run =
            RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")),
                "victims/settings_report_survives_every_way_out", ways[i], "thread");
        ck_assert_msg(run->status == 3, "%s: status %d", ways[i], run->status);
        expect_reports(run->err, 1);
    }
}
END_TEST

START_TEST(report_is_written_when_the_last_thread_ends)
{
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")),
                                "victims/settings_last_thread_ends_the_program");
    ck_assert_int_eq(run->status, 0);
    expect_reports(run->err, 1);
}
END_TEST

/* --- Reports, and what programs do to their descriptors --- */

static const struct {
    const char *first, *last;
} ranges[] = {{"2", "2"}, {"3", "1023"}, {"1000", "1001"}, {"2", "1023"}, {"0", "1023"}};
enum { RANGES = sizeof ranges / sizeof ranges[0] };

#define TAKES "victims/settings_takes_descriptors"

START_TEST(report_file_gets_it_when_descriptors_are_closed)
{
    const char *first = ranges[_i].first, *last = ranges[_i].last;
    expect_silence(RUN(SETTINGS(LIMIT("1M"), report_to("report")), TAKES, first, last), 3, "");
    expect_reports(text_of("report"), 1);
}
END_TEST

START_TEST(report_file_gets_it_when_numbers_are_taken)
{
    const char *first = ranges[_i].first, *last = ranges[_i].last, *own = words("%s/own", folder);
    expect_silence(RUN(SETTINGS(LIMIT("1M"), report_to("report")), TAKES, first, last, own), 3, "");
    expect_reports(text_of("report"), 1);
    ck_assert_str_eq(text_of("own"), "mine\n");
}
END_TEST

/* What was stderr is a file: it can be opened again, though all that led to it are gone. */
START_TEST(stderr_file_gets_the_report_when_descriptors_are_closed)
{
    const struct run *run =
        SHELL("LD_PRELOAD=$L exec \"$V\"/settings_takes_descriptors $A 2>\"$D\"/err",
              REPORT("stderr"), LIMIT("1M"), words("A=%s %s", ranges[_i].first, ranges[_i].last));
    expect_silence(run, 3, "");
    expect_reports(text_of("err"), 1);
}
END_TEST

START_TEST(stderr_file_gets_the_report_when_numbers_are_taken)
{
    const struct run *run =
        SHELL("LD_PRELOAD=$L exec \"$V\"/settings_takes_descriptors $A \"$D\"/own 2>\"$D\"/err",
              REPORT("stderr"), LIMIT("1M"), words("A=%s %s", ranges[_i].first, ranges[_i].last));
    expect_silence(run, 3, "");
    expect_reports(text_of("err"), 1);
    ck_assert_str_eq(text_of("own"), "mine\n");
}
END_TEST

/* A pipe cannot be opened again: with all descriptors gone the report is lost, but not misplaced.
 */
START_TEST(stderr_pipe_gets_the_report_or_nobody)
{
    const char *first = ranges[_i].first, *last = ranges[_i].last, *own = words("%s/own", folder);
    bool all_gone = atoi(first) <= 2 && atoi(last) >= 1000;
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")), TAKES, first, last, own);
    ck_assert_int_eq(run->status, 3);
    ck_assert_str_eq(run->out, "");
    expect_reports(run->err, all_gone ? 0 : 1);
    ck_assert_str_eq(text_of("own"), "mine\n");
}
END_TEST

/* The file that was stderr has lost its name, or the program has given that name to a new one. */
START_TEST(deleted_stderr_file_is_not_made_again)
{
    const struct run *run = SHELL(
        "exec 2>\"$D\"/err; rm \"$D\"/err; LD_PRELOAD=$L exec \"$V\"/settings_takes_descriptors $A",
        REPORT("stderr"), LIMIT("1M"), words("A=%s %s", ranges[_i].first, ranges[_i].last));
    expect_silence(run, 3, "");
    ck_assert_uint_eq(files_in_folder(), 0);
}
END_TEST

START_TEST(new_file_of_stderrs_name_does_not_get_the_report)
{
    const struct run *run =
        SHELL("LD_PRELOAD=$L exec \"$V\"/settings_takes_descriptors $A \"$D\"/err new 2>\"$D\"/err",
              REPORT("stderr"), LIMIT("1M"), words("A=%s %s", ranges[_i].first, ranges[_i].last));
    expect_silence(run, 3, "");
    ck_assert_str_eq(text_of("err"), "mine\n");
}
END_TEST

START_TEST(complaint_about_the_report_is_not_put_into_the_programs_file)
{
    const char *own = words("%s/own", folder);
    const struct run *run = RUN(SETTINGS(LIMIT("1M"), REPORT("/dev/full")), TAKES, ranges[_i].first,
                                ranges[_i].last, own);
    ck_assert_int_eq(run->status, 3);
    ck_assert_str_eq(run->out, "");
    ck_assert_str_eq(text_of("own"), "mine\n");
}
END_TEST

START_TEST(report_needs_no_high_descriptor)
{
    expect_silence(SHELL("ulimit -n 20; LD_PRELOAD=$L exec \"$V\"/settings_changes_folder",
                         report_to("report")),
                   0, "");
    expect_reports(text_of("report"), 1);
}
END_TEST

START_TEST(report_to_closed_stderr_ends_the_program_before_main)
{
    expect_silence(
        SHELL("LD_PRELOAD=$L exec \"$V\"/settings_says_its_limit 2>&-", REPORT("stderr")), 125, "");
}
END_TEST

/* --- Reports and processes --- */

START_TEST(vfork_child_writes_no_report)
{
    const struct run *run =
        RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")), "victims/settings_vfork_child_exits");
    ck_assert_int_eq(run->status, 0);
    expect_reports(run->err, 1);
    ck_assert_uint_eq(figure(report_of(run->err, atol(run->out)), "used"), 5000);
}
END_TEST

static void expect_reports_of_both(const struct run *run, const char *parent, const char *child)
{
    ck_assert_int_eq(run->status, 0);
    ck_assert_uint_eq(figure(parent, "refused"), 1);
    ck_assert_uint_eq(figure(parent, "used"), 1000);
    ck_assert_uint_eq(figure(child, "refused"), 0);
    ck_assert_uint_eq(figure(child, "used"), 1200);
}

static void child_and_parent(const char *out, long *parent, long *child)
{
    ck_assert_int_eq(sscanf(out, "%ld\n%ld\n", parent, child), 2);
}

START_TEST(forked_child_writes_a_report_of_its_own)
{
    long parent, child;
    char of_parent[3000];
    const struct run *run =
        RUN(SETTINGS(LIMIT("1M"), REPORT("stderr")), "victims/settings_forked_child_ends");
    child_and_parent(run->out, &parent, &child);
    expect_reports(run->err, 2);
    snprintf(of_parent, sizeof of_parent, "%s", report_of(run->err, parent));
    expect_reports_of_both(run, of_parent, report_of(run->err, child));
}
END_TEST

START_TEST(forked_child_writes_to_a_file_of_its_own)
{
    long parent, child;
    char of_parent[3000];
    const struct run *run =
        RUN(SETTINGS(LIMIT("1M"), report_to("report-%p")), "victims/settings_forked_child_ends");
    child_and_parent(run->out, &parent, &child);
    ck_assert_str_eq(run->err, "");
    ck_assert_uint_eq(files_in_folder(), 2);
    snprintf(of_parent, sizeof of_parent, "%s", text_of(words("report-%ld", parent)));
    expect_reports(of_parent, 1);
    expect_reports(text_of(words("report-%ld", child)), 1);
    expect_reports_of_both(run, of_parent, text_of(words("report-%ld", child)));
}
END_TEST

START_TEST(forked_child_appends_to_the_same_file)
{
    RUN(SETTINGS(LIMIT("1M"), report_to("both")), "victims/settings_forked_child_ends");
    expect_reports(text_of("both"), 2);
}
END_TEST

START_TEST(settings_outlive_the_environment)
{
    long parent, child;
    const struct run *run =
        RUN(SETTINGS(LIMIT("1M"), report_to("report-%p")), "victims/settings_clears_environ");
    ck_assert_msg(run->status == 0, "status %d\n%s", run->status, run->err);
    child_and_parent(run->out, &parent, &child);
    ck_assert_str_eq(run->err, "");
    expect_reports(text_of(words("report-%ld", parent)), 1);
    expect_reports(text_of(words("report-%ld", child)), 1);
    ck_assert_uint_eq(files_in_folder(), 2);
}
END_TEST

/* --- The suite --- */

#define TESTS(X)                                                                                   \
    X(limit_is_understood_in_every_spelling)                                                       \
    X(no_limit_is_unlimited)                                                                       \
    X(bad_limit_ends_the_program_before_main)                                                      \
    X(bad_reserve_ends_the_program_before_main)                                                    \
    X(bad_count_ends_the_program_before_main)                                                      \
    X(bad_on_refusal_ends_the_program_before_main)                                                 \
    X(bad_program_ends_the_program_before_main)                                                    \
    X(bad_report_ends_the_program_before_main)                                                     \
    X(unknown_setting_ends_the_program_before_main)                                                \
    X(names_that_only_look_alike_are_no_settings)                                                  \
    X(complaint_is_one_readable_line_whatever_the_value)                                           \
    X(two_bad_settings_are_one_line)                                                               \
    X(bad_setting_without_stderr_still_ends_the_program)                                           \
    X(program_is_named_by_name_glob_or_list)                                                       \
    X(program_called_through_a_link_goes_by_both_names)                                            \
    X(program_found_by_path_search_goes_by_its_name)                                               \
    X(other_programs_of_the_tree_are_untouched)                                                    \
    X(other_programs_do_not_mind_bad_settings)                                                     \
    X(other_programs_open_no_report)                                                               \
    X(bad_settings_bite_the_named_program)                                                         \
    X(reserve_opens_with_the_first_refusal)                                                        \
    X(reserve_is_closed_before_a_refusal)                                                          \
    X(reserve_without_a_limit_changes_nothing)                                                     \
    X(count_says_what_is_charged)                                                                  \
    X(heap_and_regions_are_charged_by_default)                                                     \
    X(refusals_are_silent_by_default)                                                              \
    X(refusals_by_errno_are_silent)                                                                \
    X(refusal_aborts_and_says_why)                                                                 \
    X(program_that_is_not_refused_does_not_abort)                                                  \
    X(refusal_stops_the_program_and_it_can_go_on)                                                  \
    X(warnings_become_rarer)                                                                       \
    X(no_report_by_default)                                                                        \
    X(report_goes_to_stderr)                                                                       \
    X(report_tells_what_the_program_did)                                                           \
    X(report_tells_what_is_live)                                                                   \
    X(report_tells_of_no_limit_and_no_refusal)                                                     \
    X(report_file_is_named_by_process_and_program)                                                 \
    X(report_path_is_relative_to_the_first_folder)                                                 \
    X(relative_report_path_in_a_deep_folder)                                                       \
    X(report_path_that_is_too_long_ends_the_program_before_main)                                   \
    X(report_that_cannot_be_written_ends_the_program_before_main)                                  \
    X(report_that_a_program_below_cannot_write_is_a_line)                                          \
    X(report_that_may_not_be_written_any_more_is_a_line)                                           \
    X(report_that_a_sandbox_forbids_is_a_line)                                                     \
    X(report_to_a_fifo_waits_for_nobody)                                                           \
    X(report_to_a_fifo_is_read)                                                                    \
    X(report_to_a_full_disk_is_one_line_and_keeps_the_status)                                      \
    X(report_is_appended)                                                                          \
    X(reports_of_concurrent_processes_stay_whole)                                                  \
    X(report_is_written_once_on_every_way_out)                                                     \
    X(report_is_written_once_when_a_thread_ends_the_program)                                       \
    X(report_is_written_when_the_last_thread_ends)                                                 \
    X(report_needs_no_high_descriptor)                                                             \
    X(report_to_closed_stderr_ends_the_program_before_main)                                        \
    X(vfork_child_writes_no_report)                                                                \
    X(forked_child_writes_a_report_of_its_own)                                                     \
    X(forked_child_writes_to_a_file_of_its_own)                                                    \
    X(forked_child_appends_to_the_same_file)                                                       \
    X(settings_outlive_the_environment)

/* Run once for each row of `ranges`. */
#define RANGE_TESTS(X)                                                                             \
    X(report_file_gets_it_when_descriptors_are_closed)                                             \
    X(report_file_gets_it_when_numbers_are_taken)                                                  \
    X(stderr_file_gets_the_report_when_descriptors_are_closed)                                     \
    X(stderr_file_gets_the_report_when_numbers_are_taken)                                          \
    X(stderr_pipe_gets_the_report_or_nobody)                                                       \
    X(deleted_stderr_file_is_not_made_again)                                                       \
    X(new_file_of_stderrs_name_does_not_get_the_report)                                            \
    X(complaint_about_the_report_is_not_put_into_the_programs_file)

static void add(Suite *suite, const TTest *test, int times)
{
    TCase *tcase = tcase_create(test->name);
    tcase_set_timeout(tcase, RUN_SECONDS + 10);
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_loop_test(tcase, test, 0, times);
    suite_add_tcase(suite, tcase);
}

Suite *suite_settings(void)
{
    Suite *suite = suite_create("settings");
#define ADD(name) add(suite, name, 1);
    TESTS(ADD)
#undef ADD
#define ADD(name) add(suite, name, RANGES);
    RANGE_TESTS(ADD)
#undef ADD
    return suite;
}
