/* SPDX-License-Identifier: MIT
 *
 * memrestrict min: the need that it finds, what it says of programs that are not simple, files for
 * CI, and that nothing is left behind.
 */
#include "command.h"

#define EXACT "$V/min_needs_exactly "
#define FAILS(words) "$M min -t 500 " words " true"
/* A budget file that has this line for a program that needs 10000 bytes. */
#define BUDGET(bytes) "V=$V; echo \"" bytes " $V/min_needs_exactly 10000\" >f; "
#define CHECK_BUDGET(options) "$M min -t 500 -q --budget-file=f " options EXACT "10000"

/* Name, script, status, stdout, and what is on stderr: see expect(). */
#define PROPERTIES(X)                                                                              \
    X(min_is_exact, "$M min -t 500 -q " EXACT "12345", 0, "12345\n", "")                           \
    X(min_is_exact_with_any_number_of_jobs,                                                        \
      "for j in 1 2 3 8; do $M min -t 500 -q -j $j " EXACT "12345; done", 0,                       \
      "12345\n12345\n12345\n12345\n", "")                                                          \
    X(min_with_few_descriptors, "ulimit -n 60; $M min -t 500 -q -j 200 " EXACT "12345", 0,         \
      "12345\n", "")                                                                               \
    X(min_of_a_program_that_needs_nothing, "$M min -t 500 -q true", 0, "0\n", "")                  \
    X(min_in_steps, "$M min -t 500 -q --step=4K " EXACT "12345", 0, "16384\n", "")                 \
    X(min_in_a_step_beyond_the_peak, "$M min -t 500 -q --step=1G " EXACT "12345", 0,               \
      "1073741824\n", "")                                                                          \
    X(min_double_dash_ends_options, "$M min -t 500 -q -- " EXACT "5 -v", 0, "5\n", "")             \
    X(min_of_a_tree,                                                                               \
      "$M min -t 500 -q --scope=tree -p min_needs_exactly sh -c '" EXACT "5000; " EXACT "7000'",   \
      0, "7000\n", "")                                                                             \
    X(min_of_what_is_counted, "$M min -t 500 -q -c regions " EXACT "5000", 0, "0\n", "")           \
    X(min_is_told_with_what_used_it,                                                               \
      "$M min -t 500 " EXACT "2000000 | grep -o "                                                  \
      "'needs 2000000 bytes (1.9 MiB)\\|with 1999999 bytes: exit 3 (not enough)\\|passed 4 of 4"   \
      "\\|100.0%  *1  main (min_needs_exactly.c\\|Again: memrestrict run --limit=2000000 -- '",    \
      0,                                                                                           \
      "needs 2000000 bytes (1.9 MiB)\nwith 1999999 bytes: exit 3 (not enough)\npassed 4 of 4\n"    \
      "100.0%         1  main (min_needs_exactly.c\n"                                              \
      "Again: memrestrict run --limit=2000000 -- \n",                                              \
      "")                                                                                          \
    X(min_replay_line_does_the_same,                                                               \
      "PATH=$B:$PATH; sh -c \"$($M min -t 500 " EXACT "'5000' | sed -n 's/^Again: //p')\"", 0,     \
      "rich\n", "")                                                                                \
    X(min_replay_line_reads_the_same,                                                              \
      "PATH=$B:$PATH; export V; echo 5000 >'in put'; sh -c \"$($M min -t 500 -p "                  \
      "min_needs_exactly "                                                                         \
      "sh -c 'read n; " EXACT "$n' <'in put' | sed -n 's/^Again: //p')\"",                         \
      0, "rich\n", "")                                                                             \
    X(min_sees_that_more_may_be_too_much, "$M min -t 500 -q $V/min_has_a_cache", 0, "110000\n",    \
      "")                                                                                          \
    X(min_tells_that_more_may_be_too_much,                                                         \
      "$M min -t 500 $V/min_has_a_cache | "                                                        \
      "grep -c '^  More is not always enough: it passes with 50000 bytes\\|"                       \
      "^ *50000 .* ++* *passes$\\|^ .* 109999 .* --* *exit 1$\\|^ *110000 .* ++* *passes$'",       \
      0, "4\n", "")                                                                                \
    X(min_shows_every_budget,                                                                      \
      "$M min -t 500 -v --step=4K " EXACT "5000 | "                                                \
      "awk '/^ *[0-9].*( passes$| exit 3 )/ { print $1 == $2, $3 }' | sort -u",                    \
      0, "1 1\n", "")                                                                              \
    X(min_of_a_need_that_varies, "$M min -t 500 -q -j 1 $V/min_needs_more_at_times f", 0,          \
      "52000\n", "")                                                                               \
    X(min_tells_that_the_need_varies,                                                              \
      "$M min -t 500 -j 1 $V/min_needs_more_at_times f | "                                         \
      "grep -o 'at its peak (.*\\|It is not the same in each run'",                                \
      0,                                                                                           \
      "at its peak (51000 to 52000 bytes): not the same in each run\n"                             \
      "It is not the same in each run\n",                                                          \
      "")                                                                                          \
    X(min_output_counts, "$M min -t 500 -q " EXACT "5000 poor", 0, "5000\n", "")                   \
    X(min_status_alone_counts_if_asked, "$M min -t 500 -q --compare=status " EXACT "5000 poor", 0, \
      "0\n", "")                                                                                   \
    X(min_output_alone_counts_if_asked, "$M min -t 500 -q --compare=stdout " EXACT "5000 poor", 0, \
      "5000\n", "")                                                                                \
    X(min_test_decides, "$M min -t 500 -q --test='grep -q rich $TRIAL_STDOUT' " EXACT "5000 poor", \
      0, "5000\n", "")                                                                             \
    X(min_test_has_all_that_the_trial_left,                                                        \
      "$M min -t 500 -q --test='[ $TRIAL_STATUS = 7 ] && "                                         \
      "[ $(cat $TRIAL_STDOUT $TRIAL_STDERR $TRIAL_TMPDIR/f) = outerrtmp ]' "                       \
      "sh -c 'printf out; printf err >&2; printf tmp >$TMPDIR/f; exit 7' | grep -c '^[0-9]*$'",    \
      0, "1\n", "")                                                                                \
    X(min_status_of_a_success_can_be_another,                                                      \
      "$M min -t 500 -q --expect=3 sh -c '" EXACT "5000; exit 3' >/dev/null", 0, "", "")           \
    X(min_hang_is_no_success,                                                                      \
      "for t in 1 10 100; do $M min -q -n 0 --step=500000 -t $t " EXACT "1000000 hang >out; "      \
      "if grep -qx 1000000 out; then echo found; break; fi; done",                                 \
      0, "found\n", NULL)                                                                          \
    X(min_failure_without_a_limit, "$M min -t 500 sh -c 'echo no >&2; exit 4'", 125, "",           \
      "memrestrict: 'sh' without a limit: exit 4 (no); accepted: --expect=4, if that is a "        \
      "success\n")                                                                                 \
    X(min_death_without_a_limit, "$M min -t 500 sh -c 'kill -SEGV $$'", 125, "",                   \
      "memrestrict: 'sh' without a limit: killed by SIGSEGV; accepted: ")                          \
    X(min_hang_without_a_limit, "$M min -t 500 -t 0.2 sleep 60", 124, "", "does not end in time")  \
    X(min_failed_test_without_a_limit, "$M min -t 500 --test=false true", 125, "",                 \
      "the test says no")                                                                          \
    X(min_output_that_is_never_the_same, "$M min -t 500 sh -c 'echo $$'", 125, "",                 \
      "memrestrict: 'sh' is not the same in each run: without a limit it passed once, and then: "  \
      "another output; accepted: --compare=status, or --test=COMMAND\n")                           \
    X(min_not_found_is_127, "$M min -t 500 ./nothing", 127, "",                                    \
      "memrestrict: cannot run './nothing': No such file or directory\n")                          \
    X(min_not_executable_is_126, "$M min -t 500 /etc/passwd", 126, "", "cannot run '/etc/passwd'") \
    X(min_every_run_reads_the_whole_input, "seq 1000 | $M min -t 500 -q sort -n >/dev/null", 0,    \
      "", "")                                                                                      \
    X(min_every_run_reads_a_file_from_where_it_stood,                                              \
      "seq 1000 >f; { read x; $M min -t 500 -q --test='[ $(wc -l <$TRIAL_STDOUT) = 999 ]' cat "    \
      ">/dev/null; "                                                                               \
      "head -n 1; } <f",                                                                           \
      0, "2\n", "")                                                                                \
    X(min_leaves_no_file,                                                                          \
      "mkdir t; TMPDIR=$PWD/t $M min -t 500 -q sh -c 'mkdir $TMPDIR/d; echo >$TMPDIR/d/f; chmod "  \
      "0 $TMPDIR/d' "                                                                              \
      ">/dev/null; ls t",                                                                          \
      0, "", "")                                                                                   \
    X(min_leaves_no_process,                                                                       \
      "$M min -t 500 -q -n 0 --step=1G sh -c 'setsid sleep 1000 & (sleep 1000 &); echo $! "        \
      ">>'$PWD/pids >/dev/null; "                                                                  \
      "for p in $(cat pids); do kill -0 $p 2>/dev/null && echo $p; done; [ -s pids ]",             \
      0, "", "")                                                                                   \
    X(min_interrupted_leaves_nothing,                                                              \
      "mkdir t; TMPDIR=$PWD/t $M min -t 500 sh -c 'echo $$ >>'$PWD/'pids; exec sleep 1000' "       \
      "& " UNTIL("[ -s pids ] || ! kill -0 $!") "kill -TERM $!; wait $!; echo $?; ls t; kill -0 "  \
                                                "$(cat pids) 2>/dev/null",                         \
      1, "143\n", NULL)                                                                            \
    X(min_folder_that_cannot_be_made, "TMPDIR=/proc/nowhere $M min -t 500 true", 125, "",          \
      "memrestrict: TMPDIR: cannot make a folder in /proc/nowhere: No such file or directory; "    \
      "accepted: a folder that can be written to\n")                                               \
    X(min_folder_open_to_all,                                                                      \
      "mkdir -m 777 t; TMPDIR=t $M min -t 500 true; s=$?; ls t; chmod 1777 t; "                    \
      "TMPDIR=t $M min -t 500 -q true >/dev/null; echo $s $?",                                     \
      0, "125 0\n",                                                                                \
      "memrestrict: TMPDIR: t is not safe: everybody may rename what is in it; accepted: a "       \
      "folder "                                                                                    \
      "of yours, or one with the sticky bit, as /tmp has it\n")                                    \
    X(min_budget_file_is_made,                                                                     \
      CHECK_BUDGET("--update ") "; "                                                               \
                                "sed 's|/.*/||' f",                                                \
      0,                                                                                           \
      "10000\n# What programs need, in bytes: written and read by "                                \
      "memrestrict min --budget-file\n10000 min_needs_exactly 10000\n",                            \
      "")                                                                                          \
    X(min_budget_file_has_the_same, BUDGET("10000") CHECK_BUDGET(""), 0, "10000\n", "")            \
    X(min_budget_file_has_less, BUDGET("9000") CHECK_BUDGET(""), 1, "10000\n",                     \
      "f has 8.7 KiB: 11.1% more is needed, and 5% are allowed\n")                                 \
    X(min_budget_file_has_a_little_less, BUDGET("9600") CHECK_BUDGET(""), 0, "10000\n", "")        \
    X(min_budget_file_tolerance,                                                                   \
      BUDGET("9600") CHECK_BUDGET("--tolerance=5 ") " && " CHECK_BUDGET("--tolerance=2.5% "), 1,   \
      NULL, "and 2.5% are allowed")                                                                \
    X(min_budget_file_has_more, BUDGET("64M") CHECK_BUDGET(""), 0, "10000\n", "")                  \
    X(min_budget_file_is_updated,                                                                  \
      "echo '# a comment' >f; echo '5 other' >>f; echo \"9 $V/min_needs_"                          \
      "exactly  10000\" >>f; echo \" 64M   $V/min_needs_exactly 10000 \" >>f; printf '7 last' "    \
      ">>f; " CHECK_BUDGET("--update ") "; sed 's|/.*/||' f",                                      \
      0,                                                                                           \
      "10000\n# a comment\n5 other\n9 min_needs_exactly  10000\n10000 min_needs_exactly 10000\n7 " \
      "last\n",                                                                                    \
      "")                                                                                          \
    X(min_budget_file_is_updated_where_it_grew,                                                    \
      BUDGET("9000") CHECK_BUDGET("--update ") "; sed 's|/.*/||' f", 0,                            \
      "10000\n10000 min_needs_exactly 10000\n", NULL)                                              \
    X(min_budget_file_keeps_links_and_modes,                                                       \
      BUDGET("9000") "chmod 640 f; ln -s f l; "                                                    \
                     "$M min -t 500 -q --budget-file=l --update " EXACT                            \
                     "10000 2>/dev/null; [ -L l ] && stat -c %a f; "                               \
                     "sed 's|/.*/||' f",                                                           \
      0, "10000\n640\n10000 min_needs_exactly 10000\n", "")                                        \
    X(min_budget_file_is_not_there, FAILS("--budget-file=f"), 125, "",                             \
      "memrestrict: --budget-file: f: cannot be read: No such file or directory; --update makes "  \
      "it\n")                                                                                      \
    X(min_budget_file_without_the_line, "echo '5 false' >f; " FAILS("--budget-file=f"), 125, "",   \
      "f: there is no line for this command line; accepted: --update, or 'BYTES true'\n")          \
    X(min_budget_file_with_a_bad_line,                                                             \
      "echo '5 true' >f; echo 'x true' >>f; " FAILS("--budget-file=f"), 125, "",                   \
      "--budget-file: f:2: cannot understand 'x")                                                  \
    X(min_budget_file_keeps_what_is_no_text,                                                       \
      "printf '\\0\\n# \\0x\\n\\0' >f; " CHECK_BUDGET(                                             \
          "--update ") "; tr '\\0' 0 <f | sed 's|/.*/||'",                                         \
      0, "10000\n0\n# 0x\n0\n10000 min_needs_exactly 10000\n", "")                                 \
    X(min_budget_file_that_is_a_device, FAILS("--budget-file=/dev/zero --update"), 125, "",        \
      "memrestrict: --budget-file: /dev/zero: this is no regular file\n")                          \
    X(min_budget_file_in_a_folder_that_is_not_there, FAILS("--budget-file=d/f --update"), 125, "", \
      "--budget-file: cannot write to d/f: No such file or directory\n")                           \
    X(min_json,                                                                                    \
      "$M min -t 500 -q --json=j $V/min_has_a_cache; jq -c '[.schema, .version, .need_bytes, "     \
      ".least_passed_bytes, .most_peak_bytes, .steady, .simple, .budget_file, .sites[0].bytes, "   \
      "([.tried[] | select(.passed > 0) | .budget_bytes] | min)]' j",                              \
      0, "110000\n[\"memrestrict-min\",1,110000,50000,110000,true,false,null,110000,50000]\n", "") \
    X(min_json_on_stdout,                                                                          \
      "$M min -t 500 --json=- " EXACT "5000 2>err | jq .need_bytes; "                              \
      "grep -c 'needs 5000 bytes' err",                                                            \
      0, "5000\n1\n", "")                                                                          \
    X(min_junit,                                                                                   \
      BUDGET("9000")                                                                               \
          CHECK_BUDGET("--junit=x ") " 2>/dev/null; grep -o '<failure type=\"need_grew\" "         \
                                     "message=\"f has 8.7 KiB: 11.1% more' x; "                    \
                                     "xmllint --noout x",                                          \
      0,                                                                                           \
      "10000\n<failure type=\"need_grew\" message=\"f has 8.7 KiB: "                               \
      "11.1% more\n",                                                                              \
      "")                                                                                          \
    X(min_file_that_cannot_be_written, FAILS("--json=/proc/no"), 125, "",                          \
      "memrestrict: --json: cannot write to /proc/no: ")                                           \
    X(min_full_disk_is_said, "$M min -t 500 -q --json=/dev/full true", 125, "0\n",                 \
      "memrestrict: --json: cannot write to /dev/full: No space left on device\n")                 \
    X(min_failed_run_leaves_no_report, "$M min -t 500 --json=j false; ls", 0, "", NULL)            \
    X(min_one_file_for_two_reports, FAILS("--json=x --junit=x"), 125, "", "both go to x")          \
    X(min_no_program, "$M min -t 500 -q", 125, "",                                                 \
      "accepted: memrestrict min [--] PROGRAM [ARG]...\n")                                         \
    X(min_bad_step, FAILS("--step=0"), 125, "",                                                    \
      "--step: cannot understand '0'; accepted: a size from 1")                                    \
    X(min_bad_scope, FAILS("--scope=x"), 125, "", "accepted: process|tree\n")                      \
    X(min_bad_compare, FAILS("--compare=x"), 125, "", "accepted: status|stdout|both\n")            \
    X(min_bad_tolerance, FAILS("--tolerance=x"), 125, "", "accepted: a percentage")                \
    X(min_bad_jobs, FAILS("-j 0"), 125, "",                                                        \
      "--jobs: cannot understand '0'; accepted: a number from 1")                                  \
    X(min_no_time, FAILS("-t 0"), 125, "", "--time: cannot understand '0'; accepted: more than 0") \
    X(min_bad_count, FAILS("-c x"), 125, "", "--count: cannot understand 'x'; accepted: ")         \
    X(min_update_of_nothing, FAILS("--update"), 125, "", "accepted: with --budget-file=FILE\n")    \
    X(min_help,                                                                                    \
      "$M min -t 500 --help | grep -c '^Usage: memrestrict min \\|^Examples:'; $M help min | "     \
      "head -n 1 | cut -c-22",                                                                     \
      0, "2\nUsage: memrestrict min\n", "")

#define PROPERTY_TEST(name, script, status, out, err)                                              \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(PROPERTY_TEST)

Suite *suite_min(void)
{
    Suite *suite = suite_create("min");
#define PROPERTY_ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(PROPERTY_ADD)
    return suite;
}
