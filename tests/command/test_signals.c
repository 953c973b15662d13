/* SPDX-License-Identifier: MIT
 *
 * As if the command were not there: descriptors, signals, limits, folder, and the terminal with its
 * jobs.
 */
#include "command.h"

#include <string.h>

/* The same under the command as without it. */
#define SAME(what) "(" what ") >a; ($M " what ") >b; cmp a b"
/* $V/run_signals in the background, and ready for signals; $p is the command. `had 2`: two have
 * arrived, and the command is done with them: it waits, and neither it nor its two children, one of
 * which the command has to watch its group's signals, have any pending. */
#define SIGNALS(last)                                                                              \
    "$M $V/run_signals ready " last " & p=$!; "                                                    \
    "idle() { set -- $p $(cat /proc/$p/task/$p/children); [ $# = 3 ] && "                          \
    "grep -q '^State:.S' /proc/$p/status && "                                                      \
    "all=$(cat /proc/$1/status /proc/$2/status /proc/$3/status 2>/dev/null) && "                   \
    "! echo \"$all\" | grep -q '^S[hi][dg]Pnd:.*[1-9a-f]'; }; "                                    \
    "had() { " UNTIL("[ $(wc -c <ready) -ge $1 ] && idle") "}; " UNTIL("[ -e ready ]") "had 0; "
#define GROUP(last) "setsid " SIGNALS(last)
/* `cat` under the command $p, as $c, for as long as nobody has opened the pipe "end" and closed it
 * again; the command's other child, $w, has made itself small. */
#define CAT_UNDER(command)                                                                         \
    "mkfifo end; " command                                                                         \
    " cat end & p=$!; " UNTIL("c=$(pgrep -P $p -x cat) && w=$(pgrep -P $p -x group-probe) && [ "   \
                              "-z \"$(ls /proc/$w/fd)\" ]")
/* The command in a group of its own, which has made the program's process and lets it wait until
 * somebody reads the pipe j. */
#define HELD                                                                                       \
    "setsid $V/run_signals_held $M --json=j $V/run_signals_held & p=$!; " UNTIL(                   \
        "[ -n \"$(cat /proc/$p/task/$p/children)\" ]")

#define PROPERTIES(X)                                                                              \
    X(signals_stdin_is_the_programs, "printf 'one\\ntwo\\n' | $M cat", 0, "one\ntwo\n", "")        \
    X(signals_stdin_is_not_read, "printf 'one\\ntwo\\n' | { $M head -c 4; cat; }", 0, NULL, "")    \
    X(signals_descriptors_are_the_same, SAME("sh -c 'ls /proc/$$/fd'") " 4<&0 7>&1", 0, "", "")    \
    X(signals_closed_streams_stay_closed,                                                          \
      "sh -c 'ls /proc/$$/fd >a; :' <&- 2>&-; $M sh -c 'ls /proc/$$/fd >b; :' <&- 2>&-; cmp a b",  \
      0, "", "")                                                                                   \
    X(signals_folder_is_the_same, "mkdir d; cd d; " SAME("pwd"), 0, "", "")                        \
    X(signals_umask_is_the_same, "umask 027; " SAME("sh -c umask"), 0, "", "")                     \
    X(signals_limits_are_the_same, "ulimit -n 99; ulimit -Sc 5; " SAME("cat /proc/self/limits"),   \
      0, "", "")                                                                                   \
    X(signals_group_and_session_are_the_same, SAME("sh -c 'cut -d\" \" -f 5,6 /proc/$$/stat'"), 0, \
      "", "")                                                                                      \
    X(signals_masks_and_ignored_are_the_same,                                                      \
      "trap '' INT HUP USR1 CHLD; " SAME("grep ^Sig[BIC] /proc/self/status"), 0, "", "")           \
    X(signals_name_is_the_same, SAME("sh -c 'echo $0'"), 0, "", "")                                \
    X(signals_parent_environment_is_the_same,                                                      \
      SAME("sh -c 'env | grep -v \"^_=\\|^LD_PRELOAD=\\|^MEMRESTRICT_\" | sort'"), 0, "", "")      \
    X(signals_to_the_command_reach_the_program,                                                    \
      SIGNALS("3") "kill -USR1 $p; had 1; kill -HUP $p; had 2; kill -TERM $p; wait $p", 0,         \
      "HUP=1\nUSR1=1\nTERM=1\n", "")                                                               \
    X(signals_to_the_group_reach_the_program_once,                                                 \
      GROUP("3") "kill -INT -$p; had 1; kill -TERM -$p; had 2; kill -HUP $p; wait $p", 0,          \
      "HUP=1\nINT=1\nTERM=1\n", "")                                                                \
    X(signals_to_the_group_do_not_hide_later_ones,                                                 \
      GROUP("4") "kill -USR1 -$p; had 1; kill -USR1 $p; had 2; kill -USR1 -$p; had 3; "            \
                 "kill -USR1 $p; wait $p",                                                         \
      0, "USR1=4\n", "")                                                                           \
    X(signals_to_the_group_before_the_start_reach_the_program_once,                                \
      "mkfifo j; " HELD "kill -40 -$p; kill -41 $p; cat j >/dev/null; wait $p", 0, "1\n", "")      \
    X(signals_to_the_command_before_the_start_reach_the_program,                                   \
      "mkfifo j; " HELD "kill -40 $p; kill -41 $p; cat j >/dev/null; wait $p", 0, "1\n", "")       \
    X(signals_helper_has_no_name_to_be_found_by,                                                   \
      CAT_UNDER(                                                                                   \
          "$M") "for i in $c $w; do tr -d '\\0' </proc/$i/cmdline; echo; done; : >end; wait",      \
      0, "catend\n\n", "")                                                                         \
    X(signals_helper_ends_with_the_command,                                                        \
      CAT_UNDER("$M") "kill -KILL $p; wait $p; " UNTIL(                                            \
          "! grep -q '^State:.[^ZX]' /proc/$w/status 2>/dev/null") "cat /proc/$c/comm; : >end",    \
      0, "cat\n", NULL)                                                                            \
    X(signals_pipes_end_with_the_program,                                                          \
      "$M sh -c 'exec >&- <&-; until [ -e over ]; do sleep 0.02; done' | { cat; : >over; }", 0,    \
      "", "")                                                                                      \
    X(signals_ignored_by_the_command_reach_the_program,                                            \
      "trap '' INT QUIT; " SIGNALS("2") "kill -INT $p; had 1; kill -QUIT $p; wait $p", 0,          \
      "INT=1\nQUIT=1\n", "")                                                                       \
    X(signals_of_the_program_to_its_parent_do_not_come_back,                                       \
      "$M sh -c 'trap \"echo back\" USR1; kill -USR1 $PPID; sleep 0.2'", 0, "", "")                \
    X(signals_end_the_program_and_the_command,                                                     \
      "$M sleep 1000 & p=$!; " UNTIL("pgrep -P $p -x sleep >/dev/null") "kill -TERM $p; wait $p",  \
      128 + 15, "", NULL)                                                                          \
    X(signals_program_outlives_a_killed_command,                                                   \
      "$M -l 64M sh -c 'echo $$ >pid; until [ -e go ]; do sleep 0.02; done; $V/run_refused 1 0 "   \
      "&& echo on' &"                                                                              \
      " p=$!; until [ -s pid ]; do sleep 0.01; done; kill -KILL $p; wait $p; : >go;"               \
      " while kill -0 $(cat pid) 2>/dev/null; do sleep 0.02; done",                                \
      0, "on\n", NULL)                                                                             \
    X(signals_killed_command_leaves_nothing,                                                       \
      CAT_UNDER("$M -l 64M --json=- --prometheus=p") "kill -KILL $p; wait $p; : >end; rm "         \
                                                     "end; " UNTIL(                                \
                                                         "! kill -0 $c 2>/dev/null") "ls; ls "     \
                                                                                     "/dev/shm | " \
                                                                                     "grep "       \
                                                                                     "memrestric"  \
                                                                                     "t",          \
      1, "", NULL)                                                                                 \
    X(signals_alarm_of_who_became_the_command,                                                     \
      "for t in 1 5 25 125; do perl -e 'alarm shift; exec @ARGV' $t $M perl -e '"                  \
      "$SIG{ALRM} = sub { print \"alarm\\n\"; exit 0 }; open F, q(>ready); sleep 1000' >out "      \
      "2>&1; "                                                                                     \
      "s=$?; if [ -e ready ]; then break; fi; done; cat out; exit $s",                             \
      0, "alarm\n", "")                                                                            \
    X(signals_stopped_program_goes_on_alone,                                                       \
      "$M sh -c 'kill -STOP $$; echo on' & p=$!; c=; until [ -n \"$c\" ] && grep -q '^State:.T' "  \
      "/proc/${c%% *}/status;"                                                                     \
      " do c=$(cat /proc/$p/task/$p/children); sleep 0.01; done; kill -CONT ${c%% *}; wait $p",    \
      0, "on\n", "")

#define TEST(name, script, status, out, err)                                                       \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(TEST)

/* A static program, p, that has no place in the accounts, being started by posix_spawn; nor, if it
 * is told `orphan`, a parent in the run. Its number is in the file `child`. */
#define UNREACHED                                                                                  \
    "printf '#include <stdio.h>\n#include <unistd.h>\nint main(int c, char **v) { (void)v; "       \
    "if (c > 1 && fork()) return 0; FILE *f = fopen(\"new\", \"w\"); "                             \
    "fprintf(f, \"%%d\", getpid()); fclose(f); rename(\"new\", \"child\"); "                       \
    "for (;;) pause(); }\n' >p.c; cc -static p.c -o p 2>/dev/null || exit 77; "                    \
    "printf '#include <spawn.h>\n#include <unistd.h>\nint main(int c, char **v) { "                \
    "posix_spawn(&c, \"./p\", 0, 0, v, v + c + 1); for (;;) pause(); }\n' >q.c; "                  \
    "cc q.c -o q || exit 77; "                                                                     \
    "runs() { grep -q '^State:.[^ZX]' /proc/$(cat $1)/status 2>/dev/null; }; "                     \
    "is_left() { n=0; while runs $1; do sleep 0.01; n=$((n + 1)); [ $n -lt 3000 ] || "             \
    "{ echo $1 is left; kill $(cat $1); }; done; }; "

static void expect_unreached(const char *test, const char *script, const char *out)
{
    const struct run *run = shell(script);
    if (run->status == 77) {
        harness_skip(test, "no static programs can be made here");
        return;
    }
    ck_assert_msg(run->status == 0 && !run->hung && strcmp(run->out, out) == 0,
                  "%d%s: %.1000s%.1000s", run->status, run->hung ? " hung" : "", run->out,
                  run->err);
}

START_TEST(signals_time_limit_ends_orphans_out_of_the_librarys_reach)
{
    expect_unreached(__func__,
                     UNREACHED "for t in 0.5 5 50 500; do $M -q -t $t ./q orphan 2>err; s=$?; "
                               "[ ! -s child ] || break; done; echo $s; "
                               "is_left child",
                     "124\n");
}
END_TEST

/* What the command had started before it was the command lives on. */
START_TEST(signals_time_limit_ends_children_out_of_the_librarys_reach)
{
    expect_unreached(__func__,
                     UNREACHED "for t in 0.5 5 50 500; do sh -c 'sleep 3000 & echo $! >before; "
                               "exec $M -q -t $0 ./q 2>err' $t; s=$?; "
                               "[ ! -s child ] || break; kill $(cat before); done; echo $s; "
                               "runs before && echo lives; kill $(cat before); "
                               "is_left child",
                     "124\nlives\n");
}
END_TEST

/* A shell with job control, on a terminal of its own; what it prints is in `screen'. */
static const struct run *on_terminal(const char *script)
{
    static char line[4096];
    strcpy(line, "TERM=dumb; export TERM; cat >inner <<'EOF'\n");
    strcat(line, script);
    strcat(line, "\nEOF\nscript -qec \"bash --norc --noprofile -i ./inner\" /dev/null </dev/null | "
                 "tr -d '\\r' >screen; cat screen");
    return shell(line);
}

START_TEST(signals_stop_and_go_on_with_the_program)
{
    if (!program_exists("script") || !program_exists("bash"))
        SKIP("packages bsdutils and bash");
    const struct run *run =
        on_terminal("set -m; $M sh -c 'kill -TSTP $$; echo went on' & p=$!\n"
                    "until grep -q '^State:.T' /proc/$p/status; do sleep 0.02; done\n"
                    "jobs -s | grep -c Stopped; kill -CONT %1; wait $p; echo status $?");
    ck_assert_msg(strstr(run->out, "1\n") && strstr(run->out, "went on") &&
                      strstr(run->out, "status 0"),
                  "%.2000s", run->out);
}
END_TEST

Suite *suite_signals(void)
{
    Suite *suite = suite_create("signals");
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
#undef ADD
    command_add(suite, signals_time_limit_ends_children_out_of_the_librarys_reach);
    command_add(suite, signals_time_limit_ends_orphans_out_of_the_librarys_reach);
    command_add(suite, signals_stop_and_go_on_with_the_program);
    return suite;
}
