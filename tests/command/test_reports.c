/* SPDX-License-Identifier: MIT
 *
 * The files that a run writes: where they go, when they are made, and what happens where they
 * cannot be. What is in them is tested elsewhere.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

#define REFUSED "-l 64M $V/run_refused 1 0"

/* A program's name that would write in red, and a line of its own. */
#define STEERING "n=$(printf 'a\\033[31m\\nb'); "

#define PROPERTIES(X)                                                                              \
    X(reports_output_takes_the_verdict, "$M -o v " REFUSED "; grep -c 'refused 1 allocation' v",   \
      0, "1\n", "")                                                                                \
    X(reports_output_always_has_a_verdict, "$M -o v true; grep -c 'nothing refused' v", 0, "1\n",  \
      "")                                                                                          \
    X(reports_output_to_stdout, "$M -o - " REFUSED " | grep -c 'refused 1'", 0, "1\n", "")         \
    X(reports_names_have_pid_and_program,                                                          \
      "p=$($M --json=%e.%p.%% sh -c 'echo $$'); ls \"sh.$p.%\" >/dev/null && echo same", 0,        \
      "same\n", "")                                                                                \
    X(reports_survive_quiet, "$M -q --tap=t " REFUSED "; test -s t", 0, "", "")                    \
    X(reports_of_all_kinds,                                                                        \
      "$M -q --json=j --junit=u --tap=t --prometheus=p --timeline=c " REFUSED                      \
      "; for f in j u t p c; do test -s $f && echo $f; done",                                      \
      0, "j\nu\nt\np\nc\n", "")                                                                    \
    X(reports_of_each_process, "$M --report=r.%e sh -c '/bin/true; :'; ls", 0, NULL, "")           \
    X(reports_of_processes_need_a_folder, "$M --report=no/r.%p touch x; echo $?; ls", 0, "125\n",  \
      "memrestrict: --report: cannot write to no/r.%p: No such file or directory\n")               \
    X(reports_of_processes_need_a_file, "mkdir d; $M --report=d/r/%e touch x; s=$?; ls; exit $s",  \
      125, "d\n", "--report: cannot write to d/r/%e: ")                                            \
    X(reports_of_processes_to_stderr, "mkdir d; chmod 500 d; cd d; $M --report=stderr true", 0,    \
      "", "peak")                                                                                  \
    X(reports_of_processes_may_be_in_folders_by_name,                                              \
      "mkdir echo; $M --report=%e/r echo hi; ls echo", 0, "hi\nr\n", "")                           \
    X(reports_replace_what_was_there,                                                              \
      "yes old words | head -1000 >j; $M --tap=j true; grep -c old j", 1, "0\n", "")               \
    X(reports_follow_links, "echo old >f; ln -s f l; $M --tap=l true; test -L l && grep -c old f", \
      1, "0\n", "")                                                                                \
    X(reports_unwritable_starts_nothing, "$M --json=no/such/folder touch x; echo $?; ls", 0,       \
      "125\n", "memrestrict: --json: cannot write to no/such/folder: No such file or directory\n") \
    X(reports_metrics_unwritable_starts_nothing,                                                   \
      "$M --prometheus=no/such/folder touch x; echo $?; ls", 0, "125\n",                           \
      "--prometheus: cannot write")                                                                \
    X(reports_folder_is_no_file, "$M --tap=. touch x; echo $?; ls", 0, "125\n", "Is a directory")  \
    X(reports_not_found_leaves_no_empty_file, "$M -o v --timeline=t --massif=m ./nothing; ls", 0,  \
      "", "cannot run")                                                                            \
    X(reports_not_found_is_no_old_success,                                                         \
      "o='--json=j --junit=u --tap=t --prometheus=p --timeline=c'; $M $o true; $M $o ./nothing;"   \
      "echo $?; grep -c 'passed\": false' j; grep -c '<error type=.never_started' u;"              \
      "grep -c '^not ok' t; grep -c '^memrestrict_.* 1$' p; wc -c <c",                             \
      0, "127\n1\n1\n1\n0\n0\n", "cannot run")                                                     \
    X(reports_not_executable_says_why,                                                             \
      "$M --json=j /etc/passwd; grep -c \"cannot run '/etc/passwd': Permission denied\" j", 0,     \
      "1\n", "cannot run")                                                                         \
    X(reports_join_a_descriptor,                                                                   \
      "{ echo a; $M --tap=/dev/stdout -o /dev/stderr echo b; echo c; } >f 2>&1; "                  \
      "grep -c '^[abc]$\\|^1..1$\\|nothing refused (peak .*exit 0$' f",                            \
      0, "6\n", "")                                                                                \
    X(reports_need_the_descriptor, "$M --json=/dev/fd/77 touch x; s=$?; ls; exit $s", 125, "",     \
      "--json: cannot write to /dev/fd/77: Bad file descriptor")                                   \
    X(reports_two_in_one_file, "$M --json=a --tap=a true", 125, "", "both go to a; accepted: ")    \
    X(reports_to_a_full_disk, "$M --json=/dev/full true", 125, "",                                 \
      "memrestrict: --json: cannot write to /dev/full: No space left on device\n")                 \
    X(reports_tap_to_a_full_disk, "$M --tap=/dev/full true", 125, "", "--tap: cannot write")       \
    X(reports_junit_to_a_full_disk, "$M --junit=/dev/full true", 125, "", "--junit: cannot write") \
    X(reports_metrics_to_a_full_disk, "$M --prometheus=/dev/full true", 125, "",                   \
      "--prometheus: cannot write")                                                                \
    X(reports_timeline_to_a_full_disk, "$M --timeline=/dev/full true", 125, "",                    \
      "--timeline: cannot write")                                                                  \
    X(reports_sites_to_a_full_disk,                                                                \
      "for o in massif collapsed speedscope; do $M --$o=/dev/full perl -e 1; echo $?; done", 0,    \
      "125\n125\n125\n", "--massif: cannot write to /dev/full: No space left on device")           \
    X(reports_sites_for_viewers,                                                                   \
      "$M --massif=m --collapsed=c --speedscope=s perl -e 1; for f in m c s; do test -s $f && "    \
      "echo $f; done",                                                                             \
      0, "m\nc\ns\n", "")                                                                          \
    X(reports_sites_as_a_table, "$M -q --sites=8 perl -e 1; $M --sites perl -e 1", 0, "",          \
      "at its peak")                                                                               \
    X(reports_to_a_fifo, "mkfifo f; cat f >o & $M --json=f true; wait; grep -c '\"schema\"' o", 0, \
      "1\n", "")                                                                                   \
    X(reports_to_a_fifo_that_is_read_late,                                                         \
      "mkfifo f; $M --json=f sh -c 'cat f >o & :'; " UNTIL("grep -q processes o") "echo read", 0,  \
      "read\n", "")                                                                                \
    X(reports_to_a_fifo_that_nobody_reads,                                                         \
      "mkfifo f; $M -q -t 0.3 --timeline=f sleep 1000; echo $?", 0, "124\n",                       \
      "memrestrict: --timeline: cannot write to f: nobody reads it\n")                             \
    X(reports_to_a_fifo_that_is_open_and_not_read,                                                 \
      "mkfifo f; sleep 1000 <f & $M -q --json=f sh -c 'for i in $(seq 400); do /bin/true; done'; " \
      "echo $?; kill $!",                                                                          \
      0, "125\n", "memrestrict: --json: cannot write to f: nobody reads it\n")                     \
    X(reports_to_a_program_of_the_shell,                                                           \
      "bash -c \"$M --json=>(cat >o) true\"; " UNTIL("grep -q warnings o") "grep -c schema o", 0,  \
      "1\n", "")                                                                                   \
    X(reports_to_a_device, "$M --json=/dev/null --tap=/proc/self/fd/1 true | grep -c '^ok'", 0,    \
      "1\n", "")                                                                                   \
    X(reports_replaced_where_a_link_leads,                                                         \
      "mkdir d; echo old >d/p; chmod 640 d/p; ln -s d/p l; "                                       \
      "$M --prometheus=l true; test -L l && grep -c old d/p; stat -c %a d/p; ls d",                \
      0, "0\n640\np\n", "")                                                                        \
    X(reports_have_no_steering_in_them,                                                            \
      STEERING                                                                                     \
      "mkdir d; cp /bin/ls \"d/$n\"; "                                                             \
      "$M -v --sites --massif=m --collapsed=c --report=stderr \"d/$n\" -d / >o 2>e; "              \
      "grep -c 'in .*a.x1b' m | grep -vx 0 >a; grep -q '^memrestrict: a?.31m?b (process' e && "    \
      "test -s a && cat o e m c | grep -c \"$(printf '\\033')\"",                                  \
      1, "0\n", "")                                                                                \
    X(reports_alone_have_no_steering_in_them,                                                      \
      STEERING "cp $V/run_refused \"$n\"; MEMRESTRICT_ACCOUNTS=/etc/passwd "                       \
               "LD_PRELOAD=$B/libmemrestrict.so MEMRESTRICT_LIMIT=64M \"./$n\" 1 0",               \
      0, NULL, "memrestrict: a?[31m?b: no place in the accounts of the run (")                     \
    X(reports_verdict_to_a_full_disk, "$M -o /dev/full true", 125, "", "--output: cannot write")   \
    X(reports_stdout_on_a_full_disk, "$M --json=- true >/dev/full", 125, "", "standard output")    \
    X(reports_stdout_on_a_full_disk_is_one_line,                                                   \
      "$M --json=- true 2>&1 >/dev/full | wc -l; $M --tap=- sh -c 'exit 3' >/dev/full 2>e; echo "  \
      "$?; wc -l <e",                                                                              \
      0, "1\n3\n1\n", "")                                                                          \
    X(reports_stderr_on_a_full_disk, "$M -v true 2>/dev/full", 125, "", "")                        \
    X(reports_unasked_verdict_on_a_full_disk, "$M " REFUSED " 2>/dev/full", 0, "", "")             \
    X(reports_unasked_verdict_without_a_stderr, "$M " REFUSED " 2>&-", 0, "", "")                  \
    X(reports_unasked_verdict_to_a_closed_pipe,                                                    \
      "{ $M " REFUSED " 2>&1; echo $? >s; } | true; cat s", 0, "0\n", NULL)                        \
    X(reports_full_disk_leaves_a_failure_alone, "$M --json=/dev/full sh -c 'exit 3'", 3, "",       \
      "--json: cannot write")                                                                      \
    X(reports_full_disk_leaves_a_signal_alone, "exec $M --json=/dev/full sh -c 'kill -TERM $$'",   \
      -15, "", "--json: cannot write")                                                             \
    X(reports_to_a_closed_pipe,                                                                    \
      "{ $M --json=- sh -c '" UNTIL("[ -e over ]") "'; echo $? >s; } | { exec <&-; : >over; }; "   \
                                                   "cat s",                                        \
      0, "125\n", "standard output")                                                               \
    X(reports_without_a_stdout, "$M --json=- touch x >&-; s=$?; ls; exit $s", 125, "",             \
      "--json: cannot write to standard output")                                                   \
    X(reports_metrics_leave_nothing_beside, "$M --prometheus=p true; $M --prometheus=p true; ls",  \
      0, "p\n", "")                                                                                \
    X(reports_metrics_have_the_mode_of_a_file, "umask 022; $M --prometheus=p true; stat -c %a p",  \
      0, "644\n", "")                                                                              \
    X(reports_timeline_has_rows,                                                                   \
      "$M --timeline=t --interval=1ms $V/run_refused 1 0; head -1 t | cut -c 1-8; tail -n +2 t | " \
      "grep -c used",                                                                              \
      0, NULL, "")

#define TEST(name, script, status, out, err)                                                       \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(TEST)

/* A small disk that fills while the report is written. */
START_TEST(reports_on_a_disk_that_fills)
{
    const struct run *run =
        shell("mkdir d; mount -t tmpfs -o size=4k none d 2>/dev/null || exit 77\n"
              "for i in 1 2 3 4 5 6 7 8 9; do set -- \"$@\" "
              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx \"$@\"; done\n"
              "$M --json=d/j true \"$@\"; s=$?; umount d; exit $s");
    if (run->status == 77)
        SKIP("no tmpfs can be mounted here");
    ck_assert_msg(run->status == 125 && strstr(run->err, "No space left on device"), "%d: %.2000s",
                  run->status, run->err);
}
END_TEST

/* In a folder that anybody may write to, where the other user, 65534, was first. */
#define THEIR_LINK                                                                                 \
    "[ $(id -u) = 0 ] || exit 77; mkdir d; chmod 1777 d; echo secret >s; chmod 600 s; "            \
    "ln -s ../s d/l; chown -h 65534 d/l; "

static void expect_not_followed(const char *script, int status, const char *err)
{
    char line[1000];
    snprintf(line, sizeof line, "%s%s; s=$?; [ \"$(cat s)\" = secret ] || echo followed; exit $s",
             THEIR_LINK, script);
    const struct run *run = shell(line);
    if (run->status == 77)
        SKIP("only root can make another user's link");
    ck_assert_msg(run->status == status && strstr(run->err, err) != NULL, "%d: %s", run->status,
                  run->err);
    ck_assert_str_eq(run->out, "");
}

START_TEST(reports_do_not_follow_links_of_others)
{
    static const char *const options[] = {"json", "tap", "timeline", "prometheus", "output"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char script[200], said[200];
        snprintf(script, sizeof script, "$M --%s=d/l true; s=$?; rm -r d; (exit $s)", options[i]);
        snprintf(said, sizeof said,
                 "memrestrict: --%s: cannot write to d/l: there is a link on the way", options[i]);
        expect_not_followed(script, 125, said);
    }
}
END_TEST

/* Each file that another subcommand writes, and one that it reads as well. */
START_TEST(reports_of_subcommands_do_not_follow_links_of_others)
{
    static const char *const lines[] = {
        "sweep --journal=d/l", "sweep --sarif=d/l", "min --json=d/l",
        "layout --svg=d/l",    "judge --json=d/l",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char script[200];
        snprintf(script, sizeof script, "$M %s -- ls >out; s=$?; rm -r d; (exit $s)", lines[i]);
        expect_not_followed(script, 125, "there is a link on the way that another user made");
    }
}
END_TEST

START_TEST(reports_of_processes_do_not_follow_links_of_others)
{
    expect_not_followed(
        "MEMRESTRICT_REPORT=d/l LD_PRELOAD=$B/libmemrestrict.so MEMRESTRICT_LIMIT=64M /bin/true",
        125, "memrestrict: MEMRESTRICT_REPORT: cannot write to ");
}
END_TEST

START_TEST(reports_of_others_are_not_followed_by_sweeps_and_min)
{
    expect_not_followed("$M sweep -q --journal=d/l /bin/ls", 125, "--journal: d/l: cannot write: ");
    expect_not_followed("rm -rf d; " THEIR_LINK "$M sweep -q --sarif=d/l /bin/ls", 125,
                        "--sarif: cannot write to d/l: there is a link on the way");
    expect_not_followed("rm -rf d; " THEIR_LINK
                        "echo '1M true' >s; $M min -q --budget-file=d/l --update true; s=$?; "
                        "echo secret >s; (exit $s)",
                        125, "--budget-file: cannot write to d/l: there is a link on the way");
}
END_TEST

Suite *suite_reports(void)
{
    Suite *suite = suite_create("reports");
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
#undef ADD
    command_add(suite, reports_on_a_disk_that_fills);
    command_add(suite, reports_do_not_follow_links_of_others);
    command_add(suite, reports_of_subcommands_do_not_follow_links_of_others);
    command_add(suite, reports_of_processes_do_not_follow_links_of_others);
    command_add(suite, reports_of_others_are_not_followed_by_sweeps_and_min);
    return suite;
}
