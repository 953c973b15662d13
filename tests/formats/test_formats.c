/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include "outcome/format_json.h"
#include "outcome/format_junit.h"
#include "outcome/format_prometheus.h"
#include "outcome/format_tap.h"

#include <regex.h>
#include <signal.h>
#include <string.h>

#define HOSTILE "a <b> & \"c\" 'd' # SKIP \\n \x01 \033[2J \n ]]> caf\xc3\xa9 \xff"

static void put_in(const char *name, bool (*write)(FILE *, const struct outcome *),
                   const struct sample *sample)
{
    put_file(scratch(name), written(write, &sample->outcome));
}

static struct sample *hostile(void)
{
    struct sample *sample = sample_make();
    sample->argv[1] = HOSTILE;
    sample->outcome.name = HOSTILE;
    sample->processes[0].program = HOSTILE;
    sample->warnings[sample->outcome.warning_count++] = HOSTILE;
    return sample;
}

static struct sample *survivor(void)
{
    struct sample *sample = sample_make();
    sample->outcome.status = sample->processes[0].status = 0;
    return sample;
}

static struct sample *killed(void)
{
    struct sample *sample = sample_make();
    sample->outcome.exited = false;
    sample->outcome.status = SIGSEGV;
    return sample;
}

/* Does jq find the filter true of the outcome? */
static bool json_says(const struct sample *sample, const char *filter)
{
    put_in("o.json", format_json, sample);
    put_file(scratch("filter"), filter);
    return shell("jq -e -f filter o.json >o.out 2>&1");
}

#define expect_json(sample, filter)                                                                \
    ck_assert_msg(json_says(sample, filter), "%s", contents(scratch("o.json")))

START_TEST(json_has_its_schema_first)
{
    char *text = written(format_json, &sample_make()->outcome);
    ck_assert_int_eq(
        strncmp(text, "{\n  \"schema\": \"memrestrict-outcome\",\n  \"version\": 1,\n", 50), 0);
}
END_TEST

START_TEST(json_has_the_figures_of_the_run)
{
    NEEDS("jq");
    expect_json(
        sample_make(),
        ".outcome == \"refused_then_failed\" and .program == \"sort\" and "
        ".argv == [\"/usr/bin/sort\", \"big.txt\"] and .exit_status == 2 and .signal == null "
        "and .limit_bytes == 67108864 and .tree_limit_bytes == null and .refusals == 3 "
        "and .duration_ns == 2500000000 and .first_refusal.call == \"malloc\" and "
        ".first_refusal.size_bytes == 1048576 and .first_refusal.after_ns == 1000000000");
}
END_TEST

START_TEST(json_has_an_object_for_each_process)
{
    NEEDS("jq");
    struct sample *sample = sample_make();
    sample_add(sample, 4243, "cat")->limit = OUTCOME_UNLIMITED;
    sample_add(sample, 4244, "own")->heap_owner = "libjemalloc.so.2";
    expect_json(sample,
                "(.processes | length) == 3 and .processes[0].refusals == 3 and "
                ".processes[1].limit_bytes == null and .processes[1].first_refusal == null and "
                ".processes[2].heap_limited == false and .processes[2].end == \"exited\"");
}
END_TEST

START_TEST(a_refusal_fails_where_that_is_asked_for)
{
    struct sample *sample = survivor();
    expect_has(written(format_json, &sample->outcome), "\"passed\": true");
    sample->outcome.refusals_fail = true;
    expect_has(written(format_json, &sample->outcome), "\"passed\": false");
    expect_has(written(format_junit, &sample->outcome), "<failure type=\"refused_and_survived\"");
    expect_has(written(format_tap, &sample->outcome), "\nnot ok 1 - ");
    expect_has(written(format_prometheus, &sample->outcome),
               "\nmemrestrict_success{run=\"sort\"} 0\n");
    sample->processes[0].refusals = 0;
    expect_has(written(format_json, &sample->outcome), "\"passed\": true");
}
END_TEST

START_TEST(json_names_the_signal)
{
    NEEDS("jq");
    expect_json(killed(), ".signal == {number: 11, name: \"SIGSEGV\"} and .exit_status == null and "
                          ".outcome == \"refused_then_died\"");
}
END_TEST

START_TEST(json_keeps_what_is_no_utf8)
{
    NEEDS("jq");
    struct sample *sample = hostile();
    sample->argv[1] = "\xff\n";
    expect_json(sample, ".argv[1] == \"\\\\xff\\\\x0a\" and .argv_hex[1] == \"ff0a\" and "
                        "(.warnings | length) == 1");
}
END_TEST

START_TEST(json_has_strange_utf8_as_it_is)
{
    NEEDS("jq");
    struct sample *sample = sample_make();
    sample->argv[1] = "\xc3\xa9\n\"\\\x01";
    expect_json(sample, ".argv[1] == \"\xc3\xa9\\n\\\"\\\\\\u0001\" and (has(\"argv_hex\") | not)");
}
END_TEST

START_TEST(json_has_sizes_of_63_bits)
{
    struct sample *sample = sample_make();
    sample->processes[0].first.size = UINT64_MAX;
    sample->processes[0].peak = INT64_MAX;
    char *text = written(format_json, &sample->outcome);
    expect_has(text, "\"size_bytes\": 9223372036854775807");
    expect_has(text, "\"peak_bytes\": 9223372036854775807");
}
END_TEST

START_TEST(json_of_a_program_never_started_has_no_outcome)
{
    NEEDS("jq");
    struct sample *sample = sample_make();
    sample->outcome.pid = 0;
    sample->outcome.process_count = 0;
    expect_json(sample,
                ".outcome == null and .pid == null and .exit_status == null and .processes == []");
}
END_TEST

static void expect_xml(const struct sample *sample, const char *xpath)
{
    put_in("o.xml", format_junit, sample);
    ck_assert_msg(
        shell("xmllint --noout o.xml && test \"$(xmllint --xpath '%s' o.xml)\" = true", xpath),
        "%s\n%s", xpath, contents(scratch("o.xml")));
}

START_TEST(junit_passes_a_program_that_survived_and_says_so)
{
    NEEDS("xmllint");
    expect_xml(
        survivor(),
        "/testsuite/@failures=0 and /testsuite/@errors=0 and not(//failure) and "
        "contains(//system-out, \"survived\") and //testcase/@name=\"/usr/bin/sort big.txt\"");
}
END_TEST

START_TEST(junit_passes_a_program_never_refused)
{
    NEEDS("xmllint");
    struct sample *sample = survivor();
    sample->processes[0].refusals = 0;
    expect_xml(sample,
               "/testsuite/@failures=0 and /testsuite/@errors=0 and /testsuite/@tests=1 and "
               "contains(//system-out, \"nothing refused\")");
}
END_TEST

START_TEST(junit_fails_a_program_that_failed_with_message_and_body)
{
    NEEDS("xmllint");
    expect_xml(sample_make(),
               "/testsuite/@failures=1 and //failure/@type=\"refused_then_failed\" and "
               "starts-with(//failure/@message, \"refused 3 allocations\") and "
               "contains(//failure, \"memrestrict: sort: refused 3\") and not(//system-out) and "
               "//testcase/@time=\"2.500\"");
}
END_TEST

START_TEST(junit_fails_a_program_that_failed_unrefused)
{
    NEEDS("xmllint");
    struct sample *sample = sample_make();
    sample->processes[0].refusals = 0;
    expect_xml(sample, "/testsuite/@failures=1 and //failure/@type=\"never_refused\"");
}
END_TEST

START_TEST(junit_has_an_error_for_a_program_that_died)
{
    NEEDS("xmllint");
    expect_xml(killed(),
               "/testsuite/@errors=1 and contains(//error/@message, \"killed by SIGSEGV\")");
}
END_TEST

START_TEST(junit_survives_hostile_names)
{
    NEEDS("xmllint");
    expect_xml(
        hostile(),
        "contains(//testcase/@name, \"a <b> &amp; \") or contains(//testcase/@name, \"a <b> & \")");
}
END_TEST

/* Does prove find the run to be what its status says? */
static bool prove_says(const struct sample *sample, const char *passed)
{
    put_in("o.tap", format_tap, sample);
    return shell("prove -e cat -v o.tap >o.out 2>&1; test $? = %s && ! grep -qi skipped o.out",
                 passed);
}

START_TEST(tap_passes_a_program_that_survived)
{
    NEEDS("prove");
    ck_assert(prove_says(survivor(), "0"));
    expect_has(contents(scratch("o.tap")),
               "TAP version 13\n1..1\nok 1 - /usr/bin/sort big.txt: refused 3 ");
}
END_TEST

START_TEST(tap_fails_a_program_that_failed)
{
    NEEDS("prove");
    ck_assert(prove_says(sample_make(), "1"));
    expect_has(contents(scratch("o.tap")),
               "\n  outcome: refused_then_failed\n  limit_bytes: 67108864\n"
               "  tree_limit_bytes: ~\n");
    expect_has(contents(scratch("o.tap")), "\n  refusals: 3\n  faults: 0\n");
}
END_TEST

START_TEST(tap_is_not_skipped_by_a_name)
{
    NEEDS("prove");
    ck_assert(prove_says(hostile(), "1"));
    struct sample *sample = sample_make();
    sample->argv[1] = "\\# TODO";
    ck_assert(prove_says(sample, "1"));
}
END_TEST

/* The text format's grammar, line by line. */
static void expect_grammar(const char *text)
{
    regex_t grammar;
    char *lines = strdup(text);
    ck_assert_int_eq(regcomp(&grammar,
                             "^(# HELP [a-z_]+ [^\\\\]+|# TYPE [a-z_]+ (gauge|counter)|"
                             "[a-z_]+\\{[a-z]+=\"([^\\\\\"]|\\\\[\\\\n\"])*\"(,[a-z]+=\"([^\\\\\"]|"
                             "\\\\[\\\\n\"])*\")*\\} "
                             "([0-9]+(\\.[0-9]+)?|\\+Inf))$",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n"))
        ck_assert_msg(regexec(&grammar, line, 0, NULL, 0) == 0, "%s", line);
    regfree(&grammar);
}

START_TEST(prometheus_has_the_figures)
{
    char *text = written(format_prometheus, &sample_make()->outcome);
    expect_has(text, "# TYPE memrestrict_refused_total counter\n"
                     "memrestrict_refused_total{run=\"sort\",program=\"sort\"} 3\n");
    expect_has(text, "\nmemrestrict_limit_bytes{run=\"sort\",program=\"sort\"} 67108864\n");
    expect_has(text, "\nmemrestrict_outcome{run=\"sort\",kind=\"refused_then_failed\"} 1\n");
    expect_has(text, "\nmemrestrict_outcome{run=\"sort\",kind=\"never_refused\"} 0\n");
    expect_has(text, "\nmemrestrict_duration_seconds{run=\"sort\"} 2.500000000\n");
    expect_lacks(text, "tree_limit");
    expect_grammar(text);
}
END_TEST

START_TEST(prometheus_takes_processes_of_a_name_together)
{
    struct sample *sample = sample_make();
    sample_add(sample, 4243, "cat")->refusals = 2;
    struct process *sort = sample_add(sample, 4244, "sort");
    sort->refusals = 4;
    sort->faults = 5;
    char *text = written(format_prometheus, &sample->outcome);
    expect_has(text, "\nmemrestrict_refused_total{run=\"sort\",program=\"sort\"} 7\n");
    expect_has(text, "\nmemrestrict_faults_total{run=\"sort\",program=\"sort\"} 5\n");
    expect_has(text, "\nmemrestrict_faults_total{run=\"sort\",program=\"cat\"} 0\n");
    expect_has(text, "\nmemrestrict_peak_bytes{run=\"sort\",program=\"sort\"} 66500000\n");
    expect_has(text, "\nmemrestrict_processes{run=\"sort\",program=\"sort\"} 2\n");
}
END_TEST

START_TEST(prometheus_has_no_limit_as_infinity)
{
    struct sample *sample = sample_make();
    sample->processes[0].limit = OUTCOME_UNLIMITED;
    expect_has(written(format_prometheus, &sample->outcome),
               "\nmemrestrict_limit_bytes{run=\"sort\",program=\"sort\"} +Inf\n");
}
END_TEST

START_TEST(prometheus_survives_hostile_names)
{
    char *text = written(format_prometheus, &hostile()->outcome);
    expect_has(text, "\\\\x1b[2J \\\\x0a ]]> caf\xc3\xa9 \\\\xff\"");
    expect_grammar(text);
}
END_TEST

START_TEST(promtool_reads_the_figures)
{
    NEEDS("promtool");
    struct sample *sample = hostile();
    sample->outcome.tree_limit = 100 * MIB;
    sample_add(sample, 4243, "cat");
    put_in("o.prom", format_prometheus, sample);
    ck_assert_msg(shell("promtool check metrics <o.prom >o.out 2>&1"), "%s",
                  contents(scratch("o.out")));
}
END_TEST

START_TEST(a_full_disk_is_noticed_by_each_format)
{
    static bool (*const writers[])(FILE *, const struct outcome *) = {
        format_json, format_junit, format_tap, format_prometheus};
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        FILE *full = fopen("/dev/full", "w");
        ck_assert(!writers[i](full, &sample_make()->outcome));
        fclose(full);
    }
}
END_TEST

START_TEST(every_format_has_a_run_without_processes)
{
    struct sample *sample = sample_make();
    sample->outcome.process_count = 0;
    expect_has(written(format_json, &sample->outcome), "\"processes\": []");
    expect_has(written(format_junit, &sample->outcome), "nothing refused, nothing seen, exit 2");
    expect_has(written(format_tap, &sample->outcome), "processes: 0");
    expect_has(written(format_prometheus, &sample->outcome), "kind=\"never_refused\"} 1");
}
END_TEST

START_TEST(no_format_says_never_refused_where_nobody_looks)
{
    struct sample *sample = sample_make();
    struct outcome *outcome = &sample->outcome;
    outcome->process_count = 0;
    outcome->unobserved = true;
    expect_json(sample, ".outcome == \"refusals_not_observed\" and .refusals_observed == false");
    expect_has(written(format_junit, outcome), "type=\"refusals_not_observed\" message=\"limit in "
                                               "force, refusals not observed, exit 2");
    expect_has(written(format_tap, outcome), "limit in force, refusals not observed");
    expect_has(written(format_prometheus, outcome), "kind=\"never_refused\"} 0");
}
END_TEST

START_TEST(every_format_counts_what_was_killed_at_the_limit)
{
    struct sample *sample = sample_make();
    struct outcome *outcome = &sample->outcome;
    outcome->process_count = 0;
    outcome->status = 0;
    outcome->grouped = outcome->refusals_fail = true;
    outcome->tree_limit = 64 << 20;
    outcome->tree_peak = 64 << 20;
    outcome->limit_met = 12;
    outcome->limit_kills = 2;
    expect_json(sample, ".outcome == \"killed_at_the_limit\" and .limit_met == 12 and "
                        ".limit_kills == 2 and .passed == false and .tree_peak_bytes == 67108864");
    expect_has(written(format_junit, outcome), "type=\"killed_at_the_limit\" message=\"killed at "
                                               "the limit: 2 processes (peak 64.0 of 64.0 MiB");
    expect_has(written(format_tap, outcome), "limit_kills: 2");
    expect_has(written(format_prometheus, outcome), "memrestrict_limit_kills{run=\"sort\"} 2");
    outcome->limit_kills = 0;
    expect_has(written(format_tap, outcome),
               "sort big.txt: nothing killed, the limit met 12 times (peak 64.0 of 64.0 MiB");
}
END_TEST

Suite *suite_formats(void)
{
    Suite *suite = suite_create("formats");
    formats_add(suite, json_has_its_schema_first);
    formats_add(suite, json_has_the_figures_of_the_run);
    formats_add(suite, json_has_an_object_for_each_process);
    formats_add(suite, a_refusal_fails_where_that_is_asked_for);
    formats_add(suite, json_names_the_signal);
    formats_add(suite, json_keeps_what_is_no_utf8);
    formats_add(suite, json_has_strange_utf8_as_it_is);
    formats_add(suite, json_has_sizes_of_63_bits);
    formats_add(suite, json_of_a_program_never_started_has_no_outcome);
    formats_add(suite, junit_passes_a_program_that_survived_and_says_so);
    formats_add(suite, junit_passes_a_program_never_refused);
    formats_add(suite, junit_fails_a_program_that_failed_with_message_and_body);
    formats_add(suite, junit_fails_a_program_that_failed_unrefused);
    formats_add(suite, junit_has_an_error_for_a_program_that_died);
    formats_add(suite, junit_survives_hostile_names);
    formats_add(suite, tap_passes_a_program_that_survived);
    formats_add(suite, tap_fails_a_program_that_failed);
    formats_add(suite, tap_is_not_skipped_by_a_name);
    formats_add(suite, prometheus_has_the_figures);
    formats_add(suite, prometheus_takes_processes_of_a_name_together);
    formats_add(suite, prometheus_has_no_limit_as_infinity);
    formats_add(suite, prometheus_survives_hostile_names);
    formats_add(suite, promtool_reads_the_figures);
    formats_add(suite, a_full_disk_is_noticed_by_each_format);
    formats_add(suite, every_format_has_a_run_without_processes);
    formats_add(suite, no_format_says_never_refused_where_nobody_looks);
    formats_add(suite, every_format_counts_what_was_killed_at_the_limit);
    return suite;
}
