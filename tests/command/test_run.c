/* SPDX-License-Identifier: MIT
 *
 * The command line: every option, every exit status, and every bad input a clear line.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

/* Starts a program and waits for it only when the command must have seen it dead: when it has woken
 * up some times more. */
#define LINGERS                                                                                    \
    "perl -e 'unless ($p = fork) { exec @ARGV }"                                                   \
    " sub r { local $/; open F, shift; <F> }"                                                      \
    " sub n { r(q(/proc/) . getppid . q(/status)) =~ /^vol\\w*:\\s*(\\d+)/m; $1 }"                 \
    " sub nap { select undef, undef, undef, 0.01 }"                                                \
    " nap() until r(qq(/proc/$p/stat)) =~ /[)] Z/; $n = n(); nap() until n() > $n + 20; wait' "

/* Name, script, status, stdout, and what is on stderr: see expect(). */
#define PROPERTIES(X)                                                                              \
    X(run_is_silent_when_nothing_is_refused, "$M -l 64M echo hi", 0, "hi\n", "")                   \
    X(run_word_can_be_written, "$M run -l 64M -- echo hi", 0, "hi\n", "")                          \
    X(run_options_end_at_the_program, "$M echo -l 5 -v", 0, "-l 5 -v\n", "")                       \
    X(run_double_dash_ends_options, "$M -l 1M -- echo -- a", 0, "-- a\n", "")                      \
    X(run_program_called_like_a_subcommand,                                                        \
      "printf '#!/bin/sh\\necho mine\\n' >ps; chmod +x ps; PATH=.:$PATH; $M run ps; $M -- ps", 0,  \
      "mine\nmine\n", NULL)                                                                        \
    X(run_long_options_take_both_forms, "$M --limit=64M true && $M --limit 64M true", 0, "", "")   \
    X(run_limit_refuses, "$M -l 64M $V/run_refused 3 2", 2, "",                                    \
      "memrestrict: run_refused: refused 3 allocations (first: malloc of 1.0 GiB at 0 bytes of "   \
      "64.0 MiB), exit 2\n")                                                                       \
    X(run_limit_of_the_environment_holds, "MEMRESTRICT_LIMIT=64M $M $V/run_refused 1 2", 2, "",    \
      "refused 1 allocation")                                                                      \
    X(run_option_beats_the_environment, "MEMRESTRICT_LIMIT=64M $M -l 2G $V/run_refused 1 0", 0,    \
      "", "")                                                                                      \
    X(run_without_a_limit_only_measures, "$M -v $V/run_refused 1 0", 0, "", "nothing refused")     \
    X(run_unlimited_is_none, "$M -l unlimited $V/run_refused 1 0", 0, "", "")                      \
    X(run_scope_process_gives_each_the_limit,                                                      \
      "$M --scope=process -l 1536M sh -c \"$V/run_refused 1 0\"", 0, "", "")                       \
    X(run_scope_tree_limits_all_together,                                                          \
      "$M --scope=tree -l 64M sh -c \"$V/run_refused 1 0; $V/run_refused 2 0\"", 0, "",            \
      "refused 3 allocations")                                                                     \
    X(run_tree_limit_holds_beside_the_limit, "$M -l 2G -L 64M $V/run_refused 1 0", 0, "",          \
      "refused 1 allocation")                                                                      \
    X(run_reserve_opens_with_the_first_refusal, "$M -l 64M -r 2G $V/run_refused 2 0", 0, "",       \
      "refused 1 allocation")                                                                      \
    X(run_reserve_is_part_of_the_limit_once_open, "$M -v -l 64M -r 1M $V/run_refused 1 0", 0, "",  \
      "run_refused  65.0 MiB  ")                                                                   \
    X(run_count_leaves_out_the_heap, "$M -l 64M -c regions $V/run_refused 1 0", 0, "", "")         \
    X(run_program_leaves_others_alone, "$M -l 64M -p 'no*' $V/run_refused 1 0; true", 0, "",       \
      "memrestrict: no program named no* ran with the library: nothing was limited\n")             \
    X(run_program_limits_the_named, "$M -l 64M -p 'x,run_r*' sh -c \"$V/run_refused 1 0\"", 0, "", \
      "refused 1 allocation")                                                                      \
    X(run_on_refusal_aborts, "exec $M -l 64M -a abort $V/run_refused 1 0", -6, "", "SIGABRT")      \
    X(run_on_refusal_warns, "$M -l 64M -a warn $V/run_refused 1 0", 0, "", "refused malloc")       \
    X(run_on_refusal_stops,                                                                        \
      IN_TIME("$M -l 64M -a stop -t $t $V/run_refused 1 0", "grep -q hung err") "exit $s", 124,    \
      "", "hung")                                                                                  \
    X(run_status_is_the_programs, "$M sh -c 'exit 7'", 7, "", "")                                  \
    X(run_signal_is_the_programs, "exec $M sh -c 'kill -SEGV $$'", -11, "", "")                    \
    X(run_kill_is_the_programs, "exec $M sh -c 'kill -KILL $$'", -9, "", "")                       \
    X(run_refused_and_died, "exec $M -l 64M $V/run_refused 1 segv", -11, "", "SIGSEGV")            \
    X(run_leaves_no_core_of_its_own,                                                               \
      "ulimit -c unlimited; ($M sh -c 'ulimit -c 0; kill -SEGV $$'); ls; true", 0, "", NULL)       \
    X(run_not_found_is_127, "$M -l 64M ./nothing", 127, "",                                        \
      "memrestrict: cannot run './nothing': No such file or directory\n")                          \
    X(run_not_executable_is_126, "$M /etc/passwd", 126, "",                                        \
      "memrestrict: cannot run '/etc/passwd': Permission denied\n")                                \
    X(run_folder_is_126, "$M /", 126, "", "cannot run '/': Is a directory")                        \
    X(run_empty_name, "$M ''", 127, "", "cannot run '': No such file or directory\n")              \
    X(run_name_is_no_steering, "$M \"$(printf 'a\\377\\033b')\"", 127, "",                         \
      "cannot run 'a\\xff\\x1bb': No such")                                                        \
    X(run_unit_is_no_program, "$M -l 64 M true", 127, "",                                          \
      "cannot run 'M': No such file or directory; did you mean '-l 64M', without a space?\n")      \
    X(run_missing_interpreter_is_named, "printf '#!/no/such/thing\\n' >s; chmod +x s; $M ./s",     \
      127, "", "it needs /no/such/thing")                                                          \
    X(run_text_without_a_first_line_is_a_script, "echo 'echo plain' >s; chmod +x s; $M ./s", 0,    \
      "plain\n", "")                                                                               \
    X(run_vanished_program, "cp /bin/true t; $M ./t && rm t; $M ./t", 127, "", "cannot run './t'") \
    X(run_time_limit_is_124, "$M -t 0.2 sleep 60", 124, "", "")                                    \
    X(run_time_limit_of_0_is_none, "$M -t 0 true", 0, "", "")                                      \
    X(run_time_limit_is_not_met, "$M -t 1m true", 0, "", "")                                       \
    X(run_refused_and_hung,                                                                        \
      IN_TIME("$M -l 64M -t ${t}s $V/run_refused 1 hang", "grep -q hung err") "exit $s", 124, "",  \
      "hung")                                                                                      \
    X(run_time_limit_starts_with_sigterm,                                                          \
      IN_TIME("$M -t $t sh -c 'trap \"echo term; exit 5\" TERM; : >ready; while :; do sleep "      \
              "0.05; done'",                                                                       \
              "[ -e ready ]") "exit $s",                                                           \
      124, "term\n", NULL)                                                                         \
    X(run_kill_after_ends_the_stubborn,                                                            \
      IN_TIME("$M -t $t -k 200ms sh -c 'trap \"\" TERM; : >ready; while :; do sleep 0.05; done'",  \
              "[ -e ready ]") "exit $s",                                                           \
      124, "", NULL)                                                                               \
    X(run_time_limit_ends_the_stopped, "$M -t 0.2 sh -c 'kill -STOP $$'", 124, "", "")             \
    X(run_time_limit_ends_the_children,                                                            \
      IN_TIME("$M -t $t sh -c 'sh -c \"echo \\$\\$ >pid; while :; do sleep 0.05; done\"; true'",   \
              "[ -s pid ]") "echo $s; " UNTIL("! kill -0 $(cat pid) 2>/dev/null") "true",          \
      0, "124\n", "")                                                                              \
    X(run_error_exitcode_when_refused, "$M -l 64M -e 9 $V/run_refused 1 0", 9, "", "refused 1")    \
    X(run_error_exitcode_not_otherwise, "$M -l 64M -e 9 sh -c 'exit 3'", 3, "", "")                \
    X(run_error_exitcode_beats_a_signal, "$M -l 64M -e 9 $V/run_refused 1 segv", 9, "", NULL)      \
    X(run_quiet_says_nothing, "$M -q -l 64M $V/run_refused 1 2", 2, "", "")                        \
    X(run_verbose_says_all, "$M -v -l 64M sh -c 'true; exit 3'", 3, "", "PEAK")                    \
    X(run_child_that_failed_is_told, "$M -l 64M sh -c \"$V/run_refused 1 3; true\"", 0, "",        \
      ", which exited 3), exit 0\n")                                                               \
    X(run_child_that_died_is_told_by_its_signal, "$M -l 64M " LINGERS "$V/run_refused 1 segv", 0,  \
      "", ", killed by SIGSEGV), exit 0\n")                                                        \
    X(run_child_that_died_did_not_survive,                                                         \
      "$M -l 64M sh -c \"$V/run_refused 1 segv; true\" 2>&1 | "                                    \
      "grep -c 'by run_refused, process [0-9]*, .*killed.*), exit 0$'",                            \
      0, "1\n", "")                                                                                \
    X(run_child_that_died_has_its_signal_in_json,                                                  \
      "$M -l 64M --json=j " LINGERS "$V/run_refused 1 segv 2>/dev/null; tr -d ' \\n' <j | "        \
      "grep -c "                                                                                   \
      "'\"end\":\"killed\",\"exit_status\":null,\"signal\":{\"number\":11,\"name\":\"SIGSEGV\"}'", \
      0, "1\n", "")                                                                                \
    X(run_child_that_went_on_is_not, "$M -l 64M sh -c \"$V/run_refused 1 0; exit 3\"", 3, "",      \
      "), exit 3\n")                                                                               \
    X(run_last_of_quiet_and_verbose, "$M -v -q true && $M -q -v true", 0, "", "nothing refused")   \
    X(run_quiet_beats_an_earlier_verbose, "$M -v -q true", 0, "", "")                              \
    X(run_color_when_told, "$M --color=always -l 64M $V/run_refused 1 0", 0, "", "\033[")          \
    X(run_nested_in_a_tree_needs_no_word, "$M --scope=tree -l 64M $M true", 0, "", "")             \
    X(run_nested, "$M -l 64M $M -l 32M $V/run_refused 1 4", 4, "", "at ")                          \
    X(run_preload_is_kept, "LD_PRELOAD=libm.so.6 $M sh -c 'echo ${LD_PRELOAD##*/}'", 0,            \
      "libmemrestrict.so:libm.so.6\n", "")                                                         \
    X(run_bare_is_a_mistake, "$M", 125, "", "memrestrict: no program to run; accepted: ")          \
    X(run_options_alone_are_a_mistake, "$M -l 64M --", 125, "", "no program to run")               \
    X(run_unknown_option, "$M --nonsense true", 125, "", "unrecognized option '--nonsense'")       \
    X(run_unknown_letter, "$M -z true", 125, "", "invalid option -- 'z'")                          \
    X(run_unknown_options_are_quoted,                                                              \
      "e=$(printf '\\033'); for c in '' set ps sweep plot min judge layout; do for o in "          \
      "\"--bad$e[31m\" \"-$e\" \"--$e=[31m\"; do $M $c \"$o\" true 2>err; s=$?; "                  \
      "[ $s = 125 ] && ! grep -q $e err && grep -q 'option.*x1b' err || echo \"$c $o\"; done; "    \
      "done; cat err >&2",                                                                         \
      0, "", "unrecognized option '--\\x1b=[31m'\n")                                               \
    X(run_what_the_library_had_no_memory_for_is_told_apart,                                        \
      "$M -v -l 1G $V/map_without_memory_for_records_fails", 0, "",                                \
      "the library failed 1 allocation (mprotect of 4.0 KiB; it had no memory for its records")    \
    X(run_missing_value, "$M -l", 125, "", "option requires an argument -- 'l'")                   \
    X(run_bad_setting_in_the_environment, "MEMRESTRICT_LIMIT=6x $M true", 125, "",                 \
      "MEMRESTRICT_LIMIT: cannot understand '6x'")                                                 \
    X(run_given_up_by_the_library_had_it, "MEMRESTRICT_REPORT=no/r $M true 2>&1 | grep -c .", 0,   \
      "1\n", "")                                                                                   \
    X(run_tree_without_a_limit, "$M --scope=tree true", 125, "",                                   \
      "memrestrict: --scope=tree: there is no limit; accepted: with --limit\n")                    \
    X(run_reserve_without_a_limit, "$M -r 1M true", 125, "", "--reserve: there is no limit; ")     \
    X(run_limit_of_the_environment_is_one, "MEMRESTRICT_LIMIT=9M $M -r 1M --scope=tree true", 0,   \
      "", "")                                                                                      \
    X(run_two_names_for_the_tree, "$M --scope=tree -l 1M -L 2M true", 125, "", "one of the two")   \
    X(run_help, "$M --help | grep -c '^Usage\\|--limit=SIZE\\|^Examples'", 0, "3\n", "")           \
    X(run_help_is_a_subcommand, "$M help >a; $M -h >b; cmp a b", 0, "", "")                        \
    X(run_help_env, "$M help env | grep -c MEMRESTRICT_LIMIT", 0, "1\n", "")                       \
    X(run_help_on_nonsense, "$M help me", 125, "", "help: there is none on 'me'")                  \
    X(run_help_on_a_subcommand, "$M help set >a; $M set --help >b; cmp a b && test -s a", 0, "",   \
      "")                                                                                          \
    X(run_mistake_of_a_subcommand, "$M set 1", 125, "", "\nTry 'memrestrict set --help' for more") \
    X(run_help_on_a_full_disk, "$M --help >/dev/full", 125, "", "standard output: cannot write")   \
    X(run_help_without_a_stdout, "$M --help >&-", 125, "", "standard output: cannot write")        \
    X(run_version, "$M -V | grep -c '^memrestrict [0-9]'; $M --version >/dev/null", 0, "1\n", "")  \
    X(run_usage, "$M --usage | grep -c '^Usage: memrestrict'", 0, "1\n", "")

#define TEST(name, script, status, out, err)                                                       \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(TEST)

/* Each bad value of each option: one line names the option and the value, and says what is
 * accepted. */
static const struct bad {
    const char *option, *value;
} bad_values[] = {
    {"limit", "64X"},
    {"limit", ""},
    {"limit", "-1"},
    {"limit", "99999999999999999999"},
    {"limit", "1.5.5M"},
    {"tree-limit", "x"},
    {"reserve", "unlimited"},
    {"reserve", "1Q"},
    {"scope", "all"},
    {"count", "heap,"},
    {"count", "disk"},
    {"program", "a,,b"},
    {"program", "/bin/ls"},
    {"on-refusal", "go"},
    {"time", "1x"},
    {"time", "-1"},
    {"time", "."},
    {"time", ""},
    {"kill-after", "s"},
    {"interval", "0"},
    {"interval", "soon"},
    {"error-exitcode", "0"},
    {"error-exitcode", "256"},
    {"error-exitcode", "x"},
    {"color", "red"},
    {"sites", "0"},
    {"sites", "65"},
    {"json", ""},
    {"json", "a%d"},
    {"output", "%"},
    {"report", "a%x"},
    {"report", "-"},
};

START_TEST(run_bad_value)
{
    const struct bad *bad = &bad_values[_i];
    char script[200], said[200];
    snprintf(script, sizeof script, "$M --%s='%s' touch started; s=$?; ls; exit $s", bad->option,
             bad->value);
    snprintf(said, sizeof said,
             "memrestrict: --%s: cannot understand '%s'; accepted: ", bad->option, bad->value);
    expect(script, 125, "", said);
}
END_TEST

/* A machine's own memory of limits on files must not matter to what is no file. */
START_TEST(run_under_a_limit_on_files)
{
    const struct run *run = shell("ulimit -Sf 1; $M -l 64M $V/run_refused 1 2");
    ck_assert_msg(run->status == 2 && strstr(run->err, "refused 1 allocation"), "%d: %.2000s",
                  run->status, run->err);
    run = shell("ulimit -f 1; $M -l 64M true");
    ck_assert_msg(run->status == 125 && strstr(run->err, "ulimit -f"), "%d: %.2000s", run->status,
                  run->err);
}
END_TEST

START_TEST(run_library_is_missing)
{
    expect("mkdir bin; cp $M bin/; bin/memrestrict true", 125, "",
           "the library is missing: looked for libmemrestrict.so in ");
}
END_TEST

/* ld.so takes the first for the end of a path. */
START_TEST(run_library_in_a_folder_with_spaces_and_colons)
{
    expect("mkdir 'a b:c'; cp $M $B/libmemrestrict.so 'a b:c'; 'a b:c/memrestrict' -l 64M sh -c "
           "\"$V/run_refused 1 0\"",
           0, "", "refused 1 allocation");
}
END_TEST

START_TEST(run_installed_library_is_found)
{
    expect("mkdir -p p/bin p/lib; cp $M p/bin; cp $B/libmemrestrict.so p/lib; p/bin/memrestrict -l "
           "64M $V/run_refused 1 0",
           0, "", "refused 1 allocation");
}
END_TEST

Suite *suite_run(void)
{
    Suite *suite = suite_create("run");
    TCase *bad = tcase_create("run_bad_value");
    tcase_set_timeout(bad, RUN_SECONDS + 10);
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
#undef ADD
    tcase_add_loop_test(bad, run_bad_value, 0, (int)(sizeof bad_values / sizeof bad_values[0]));
    suite_add_tcase(suite, bad);
    command_add(suite, run_under_a_limit_on_files);
    command_add(suite, run_library_is_missing);
    command_add(suite, run_library_in_a_folder_with_spaces_and_colons);
    command_add(suite, run_installed_library_is_found);
    return suite;
}
