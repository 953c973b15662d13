/* SPDX-License-Identifier: MIT
 *
 * memrestrict sweep: what looks like a bug and is none is no finding, and what hides one does not
 * hide it.
 */
#include "command.h"

#define SWEEP "$M sweep -t 300 -q --mode=once --json=j "
#define ENDS "$V/sweep_ends "
#define BUG "$V/sweep_one_bug "
#define KEYS "jq -r '.findings[] | \"\\(.key) \\(.signal)\"' j"
#define AT(function) function "@sweep_ends.c "
/* What a program makes of one of its ends. */
#define END(end) SWEEP ENDS end " >o 2>&1; " KEYS

#define PROPERTIES(X)                                                                              \
    X(sweep_words_of_the_programs_own_are_no_corruption, END("words"), 0, "", "")                  \
    X(sweep_report_of_undefined_behaviour_is_a_corruption, END("report"), 0,                       \
      "corruption:" AT("say_and_fail") "0\n", "")                                                  \
    X(sweep_report_of_a_bad_access_is_a_corruption, END("address"), 0,                             \
      "corruption:" AT("say_and_fail") "0\n", "")                                                  \
    X(sweep_report_of_a_signal_is_a_crash, END("address_crash"), 0,                                \
      "crash:" AT("say_and_fail") "0\n", "")                                                       \
    X(sweep_report_that_the_reference_has_is_none, END("always"), 0, "", "")                       \
    X(sweep_end_by_sigpipe_is_no_crash, END("child_ends"), 0, "", "")                              \
    X(sweep_end_by_sigpipe_hides_no_crash, END("child_crashes"), 0,                                \
      "crash:" AT("crash_of_child") "11\n", "")                                                    \
    X(sweep_end_by_sigpipe_hides_no_abort, END("child_aborts"), 0,                                 \
      "abort:" AT("abort_of_child") "6\n", "")                                                     \
    X(sweep_abort_that_follows_hides_no_crash, END("both_die"), 0,                                 \
      "crash:" AT("crash_of_child") "11\n", "")                                                    \
    X(sweep_status_of_a_shell_hides_no_crash,                                                      \
      SWEEP "sh -c '\"$0\" child_crashes; exit 7' " ENDS ">o 2>&1; " KEYS " | grep -v @dash", 0,   \
      "crash:" AT("crash_of_child") "11\n", "")

/* A library that calls itself the C library, and dies of what its own call came to. */
#define LIBRARY                                                                                    \
    "echo '#include <stdlib.h>\nchar *made(void) { return malloc(9); }\n"                          \
    "void look_up(void) { char *block = made(); *block = 1; free(block); }' >l.c; "                \
    "cc -g -shared -fPIC -fno-builtin -o libc-own.so l.c; "                                        \
    "echo 'void look_up(void); char *made(void);\n"                                                \
    "void use(char *block) { *block = 1; }\n"                                                      \
    "int main(int argc, char **argv) { if (argc > 1) use(made()); else look_up(); return 0; }' "   \
    ">v.c; cc -g -fno-builtin -o v v.c ./libc-own.so; "
/* A script whose program dies. */
#define SCRIPT                                                                                     \
    "printf '#!/bin/sh\\n$V/sweep_one_bug crash \"a b\" $(printf \"\\\\377\")\\n' >p; chmod +x "   \
    "p; "
#define SHOWN "--program=sweep_one_bug -- gdb -ex run --args sweep_one_bug crash 'a b' $'\\377'\n"
#define FINDINGS "jq -r '.findings[].key' j"
#define PROPERTIES_OF_TRIALS(X)                                                                    \
    X(sweep_passes_over_a_trial_that_cannot_be_run,                                                \
      "$M sweep -t 300 -j1 --mode=once --json=j " ENDS                                             \
      "loses_folder >o; echo $?; tail -n 2 o | sed 's/[;,].*//'; " FINDINGS "; jq -r .finished j", \
      0,                                                                                           \
      "3\nnote: 1 trial could not be run\n"                                                        \
      "memrestrict: sweep: 1 finding (1 crash) in 5 trials of 6 call sites: 1 went wrong\n"        \
      "crash:lose@sweep_ends.c\nfalse\n",                                                          \
      "memrestrict: a trial could not be run: ")                                                   \
    X(sweep_where_no_trial_can_be_run_ends_with_what_it_found,                                     \
      SWEEP "--no-sandbox -j1 " ENDS "loses_all >o; echo $?; " FINDINGS, 0,                        \
      "125\ncrash:lose@sweep_ends.c\n",                                                            \
      "memrestrict: sweep: 3 trials in a row could not be run: it ends here")                      \
    X(sweep_where_no_trial_can_be_run_says_why, SWEEP "--no-sandbox -j1 " ENDS "loses_all >o",     \
      125, "", ": No such file or directory\n")                                                    \
    X(sweep_of_a_static_program_says_so,                                                           \
      "echo 'int main(void) { return 0; }' >s.c && cc -static -o s s.c && $M sweep ./s", 125, "",  \
      "memrestrict: the program cannot be swept: s is statically linked, so the library")          \
    X(sweep_of_blocks_that_have_grown,                                                             \
      SWEEP ENDS                                                                                   \
      "leaves_a_large_one >o; jq -r '.findings[].detail' j | tail -n 1 | cut -d ' ' -f -7",        \
      0, "11 bytes more in the blocks of\n", "")                                                   \
    X(sweep_rules_of_sarif_are_sentences,                                                          \
      SWEEP "--sarif=s " ENDS                                                                      \
            "words >o 2>&1; jq -r '.runs[0].tool.driver.rules[].shortDescription.text' s | "       \
            "grep -vc '^After a failed allocation the program [a-z][^.]*[.]$'",                    \
      1, "0\n", "")                                                                                \
    X(sweep_names_the_c_library_where_it_fails_itself,                                             \
      LIBRARY SWEEP "./v >o; " FINDINGS "; " SWEEP "./v x >o; " FINDINGS, 0,                       \
      "crash:look_up@l.c\ncrash:use@v.c\n", "")                                                    \
    X(sweep_in_one_run_names_what_fails_on_an_error_path,                                          \
      "for f in -j2 --fork; do " SWEEP "$f $V/sweep_one_bug twice >o; "                            \
      "jq -r '.findings[] | \"\\(.key) \\(.origin)\"' j; done | uniq -c | sed 's/^ *//'",          \
      0, "2 crash:fail_twice@sweep_one_bug.c fail_twice (sweep_one_bug.c:89)\n", "")               \
    X(sweep_of_one_program_of_a_script,                                                            \
      "printf '#!/bin/sh\\n%s crash\\n' $V/sweep_one_bug >p; chmod +x p; for f in -j2 --fork; "    \
      "do " SWEEP "$f -p sweep_one_bug ./p >o; echo $?; jq -r .sites j; " FINDINGS                 \
      "; jq -r '.findings[0].replay, .findings[0].debug' j | grep -c -- "                          \
      "'--program=sweep_one_bug -- '; done",                                                       \
      0,                                                                                           \
      "3\n3\ncrash:crash@sweep_one_bug.c\n2\n"                                                     \
      "3\n3\ncrash:crash@sweep_one_bug.c\n2\n",                                                    \
      NULL)                                                                                        \
    X(sweep_shows_the_debugger_what_died,                                                          \
      SCRIPT "show() { jq -r '.findings[0].debug' j | sed 's|.*once[^ ]* ||; s|/.*/||'; }; "       \
             "for f in --fork '-j2 -p sweep_one_bug --journal=k'; do " SWEEP "$f ./p >o; show; "   \
             "done; $M merge -q --json=j k >o; show",                                              \
      0, SHOWN SHOWN SHOWN, "")                                                                    \
    X(sweep_for_a_time_begins_no_trial_after_it,                                                   \
      SWEEP "--for=1ms " ENDS "words; echo $?; " SWEEP "--for=1h " ENDS                            \
            "words >o; echo $?; jq -r .finished j; " SWEEP                                         \
            "-j1 --for=2 sh -c 'sleep 0.3; exec \"$0\" loses_folder' " ENDS                        \
            ">o 2>e; [ $? != 125 ] && jq -r .finished j",                                          \
      0, "125\n0\ntrue\nfalse\n",                                                                  \
      "memrestrict: --for: the time was over before the first trial; accepted: more")              \
    X(sweep_writes_a_report_of_each_new_bug,                                                       \
      SWEEP "--bug-reports=b " BUG "crash >o; ls b; sed \"s|$V|V|; s/=[0-9a-f]\\{16\\},/=S,/\" "   \
            "b/* | grep -e '^#' -e '^The p' -e '^\\* [op]' -e ' --fault=.*crash$'; "               \
            "echo 'crash:*' >s; " SWEEP "--suppress=s --bug-reports=n " BUG                        \
            "crash >o; ls n; " SWEEP "--bug-reports=/proc/no true",                                \
      125,                                                                                         \
      "0001-crash-crash@sweep_one_bug.c.md\n"                                                      \
      "# `crash by SIGSEGV in crash (sweep_one_bug.c:35) when malloc of 103 bytes fails in crash " \
      "(sweep_one_bug.c:34)`\n"                                                                    \
      "* package: none that is known\n* object: `V/sweep_one_bug`\n"                               \
      "* place: `crash (sweep_one_bug.c:35)`\n"                                                    \
      "The program is killed by a signal `when malloc of 103 bytes fails in crash "                \
      "(sweep_one_bug.c:34)`.\n"                                                                   \
      "    memrestrict run --fault=site=S,once -- V/sweep_one_bug crash\n"                         \
      "    memrestrict run --fault=site=S,once --program=sweep_one_bug -- gdb -ex run --args "     \
      "V/sweep_one_bug crash\n",                                                                   \
      "memrestrict: --bug-reports: cannot use /proc/no")                                           \
    X(sweep_report_of_a_bug_names_the_package,                                                     \
      "printf '#!/bin/sh\\ncase $1$4 in -Wvic:x) echo vic 1.2-3;; -S) case $3 in /usr/*) "         \
      "echo vic:x: $3;; *) exit 1; esac; esac\\n' >dpkg-query; chmod +x dpkg-query; " SWEEP        \
      "--journal=k " BUG "crash >o; PATH=$PWD:$PATH $M merge -q --bug-reports=b k >o; "            \
      "grep package: b/*",                                                                         \
      0, "* package: vic 1.2-3\n", "")                                                             \
    X(sweep_leaves_out_what_only_does_not_name,                                                    \
      LIBRARY SWEEP "--only=lib=libc-own.so ./v >o; jq -r '.trials[].outcome, .notes[]' j; " SWEEP \
                    "--only=lib=v ./v >o",                                                         \
      125, "crash\n", "memrestrict: --only: no call site of the program is of such a library")     \
    X(sweep_keeps_an_input_that_came_by_a_pipe,                                                    \
      "printf 12345 | " SWEEP "--keep=k $V/sweep_reads_input >o; cat k/input; jq -r "              \
      "'.findings[].replay' j | grep -o '<.*'",                                                    \
      0, "12345<k/input\n", "")                                                                    \
    X(sweep_as_root_is_warned_of,                                                                  \
      "$M sweep -t 300 true 2>&1 >o | grep -c '^memrestrict: sweep: as root, ' >n; "               \
      "[ $(cat n) = $([ $(id -u) = 0 ] && echo 1 || echo 0) ]",                                    \
      0, "", "")                                                                                   \
    X(sweep_finds_once_what_no_new_is_caught_of,                                                   \
      "for f in -j2 --fork; do " SWEEP "$f $V/sweep_uncaught >o; jq -r '.findings[] | "            \
      "\"\\(.key) \\(.trials >= 3)\"' j; done",                                                    \
      0, "abort:std::bad_alloc@sweep_uncaught true\nabort:std::bad_alloc@sweep_uncaught true\n",   \
      "")                                                                                          \
    X(sweep_folds_what_ends_so_with_fewer_faults,                                                  \
      SWEEP ENDS "swallows >o; jq -r '.findings[] | \"\\(.key) \\(.trials) \\(.plan)\"' j | "      \
                 "cut -d ';' -f 2- | sed 's/ site.*//'; $M sweep -v -t 300 --mode=once " ENDS      \
                 "swallows 2>e | grep -c 'also: .*, which ends so without its last fault'",        \
      0, "swallowed:swallows@sweep_ends.c 2\n1\n", "")                                             \
    X(sweep_ranks_silent_errors_first, SWEEP ENDS "swallows_aloud >o; " FINDINGS, 0,               \
      "swallowed:silent@sweep_ends.c\nswallowed:alarming@sweep_ends.c\n", "")                      \
    X(sweep_counts_findings_by_object,                                                             \
      LIBRARY SWEEP "--journal=k ./v >o; sed -n '2{s/\"object\":\"[^\"]*\"/\"object\":\"b\"/; "    \
                    "s/site=/site=0/; s/look_up@/f@/; p}' k >l; sed -i 2r/dev/stdin k <l; "        \
                    "$M merge k | grep '^by object'; $M merge -q k | grep -c '^by object'",        \
      1, "by object: b: 1, libc-own.so: 1\n0\n", "")                                               \
    X(sweep_lists_are_read_before_the_program_runs,                                                \
      "echo no >s; for o in suppress baseline; do $M sweep --$o=s touch ran; done; ls", 0, "s\n",  \
      "memrestrict: s:1: cannot understand 'no'")

#define DEFINE(name, script, status, out, err)                                                     \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(DEFINE)
PROPERTIES_OF_TRIALS(DEFINE)

START_TEST(sweep_line_for_the_debugger_ends_in_the_crash)
{
    if (shell("gdb --version")->status != 0)
        SKIP("gdb is missing");
    expect(SCRIPT SWEEP "-p sweep_one_bug ./p >o; PATH=$B:$PATH; "
                        "sh -c \"$(jq -r '.findings[0].debug' j)\" 2>&1 | grep -c 'received signal "
                        "SIGSEGV\\|^#0.* crash'",
           0, "1\n", "");
}
END_TEST

START_TEST(sweep_names_the_folder_that_is_full)
{
    if (shell("unshare -rm sh -c 'mount -t tmpfs none /mnt'")->status != 0)
        SKIP("no mounts here");
    expect("mkdir t; export F=$PWD/t; unshare -rm sh -c 'mount -t tmpfs -o size=512k none $F && "
           "TMPDIR=$F $M sweep -t 300 -q -j1 --mode=once $V/sweep_ends fills 2>&1 >o | "
           "sed \"s|$F|F|\"'",
           0, "memrestrict: a trial could not be run: no space left in F\n", "");
}
END_TEST

Suite *suite_sweep_truth(void)
{
    Suite *suite = suite_create("sweep_truth");
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
    PROPERTIES_OF_TRIALS(ADD)
    command_add(suite, sweep_line_for_the_debugger_ends_in_the_crash);
    command_add(suite, sweep_names_the_folder_that_is_full);
    return suite;
}
