/* SPDX-License-Identifier: MIT
 *
 * A limit that is off is never silent: each process of a run is limited, limited alone, not
 * limited, or not known, and with -e the last three fail. And no false alarms.
 */
#include "command.h"

/* A static program of one line. */
#define STATIC                                                                                     \
    "echo 'int main(void) { return 0; }' >p.c; cc -static p.c -o p 2>/dev/null || exit 77; "
#define VALGRIND                                                                                   \
    "command -v valgrind >/dev/null || exit 77; V1='valgrind -q "                                  \
    "--log-file=/dev/null'; "
#define PRINTS(words) "grep -qF '" words "' "

/* Scripts that end with 0 where all is right, and with 77 where it cannot be tried. */
static void right(const char *test, const char *script)
{
    const struct run *run = shell(script);
    if (run->status == 77) {
        harness_skip(test, "it cannot be tried here");
        return;
    }
    ck_assert_msg(run->status == 0, "status %d\nstdout: %.1000s\nstderr: %.2000s", run->status,
                  run->out, run->err);
}

/* Each of so many that live for less than a look takes is named, with this reason. */
#define EACH(ways, options, program, reason)                                                       \
    "n=50; [ -z \"$TEST_LONG\" ] || n=1000; for how in " ways "; do $M -q --lenient -l 64M "       \
    "--json=j " options " $V/exec_many $how $n " program " || exit 2; c=$(grep -c '\"" reason      \
    "\"' j); test $c = $n || { echo \"$how: $c of $n\" >&2; exit 1; }; done"

#define EACH_BY_A_SHELL(command, program, coverage)                                                \
    "n=5; [ -z \"$TEST_LONG\" ] || n=1000; $M -q --lenient -l 4G --json=j sh -c \"for i in "       \
    "$(seq -s ' ' $n); do " command "; done\" >/dev/null 2>e; c=$(jq '[.processes[] | "            \
    "select(.program == \"" program "\" and .coverage == \"" coverage "\")] | length' j); test "   \
    "$c = $n || { echo \"$c of $n\" >&2; cat e >&2; exit 1; }"

#define EACH_NAMED(X)                                                                              \
    X(coverage_each_static_program_is_named,                                                       \
      STATIC EACH("fork vfork spawn thread renamed", "--engine=preload", "./p",                    \
                  "statically linked"))                                                            \
    X(coverage_each_script_of_a_static_program_is_named,                                           \
      STATIC "echo \"#!$PWD/p\" >s; chmod +x s; " EACH("fork vfork spawn", "--engine=preload",     \
                                                       "./s", "statically linked"))                \
    X(coverage_each_setuid_program_is_named,                                                       \
      "cp /usr/bin/id s && chown 65534 s && chmod 4755 s; test \"$(./s -u)\" = 65534 || exit "     \
      "77; " EACH("fork vfork spawn", "", "./s", "set-user-ID or the like") " >/dev/null")         \
    X(coverage_each_cleaned_program_is_named,                                                      \
      EACH("fork-i vfork-i spawn-i", "--no-follow", "/bin/true",                                   \
           "its environment lacked the library"))

/* By an instruction, after fork: what came of each, unless the kernel showed it, is not known. */
#define EACH_PAST_LIBC                                                                             \
    "n=50; [ -z \"$TEST_LONG\" ] || n=1000; "                                                      \
    "$M -q --lenient -l 64M --json=j $V/exec_many inline $n ./p || exit $?; "                      \
    "c=$(grep -cE '\"coverage\": \"not_(known|limited)\"' j); "                                    \
    "test $c = $n || { echo \"$c of $n\" >&2; exit 1; }; "                                         \
    "$M -l 64M -e 9 --json=j $V/exec_many inline 1 ./p 2>e; test $? = 9 && " PRINTS(               \
        "exec_many inline 1 ./p\"") "j && " PRINTS("not known: ") "e"

/* A program that ends by an instruction, compiled so, and started by a shell. */
#define ENDS_PAST_LIBC(flags)                                                                      \
    "gcc -D_GNU_SOURCE " flags " -o p $R/tests/victims/ends_past_libc.c || exit 77; ./p || "       \
    "exit 77; $M -l 64M -e 9 sh -c './p; ./p; true' 2>e; "

/* As another user than root, who gets a sandbox. With the smaller limit no page ever comes. */
#define CHROMIUM                                                                                   \
    "[ -n \"$TEST_LONG\" ] && chmod 755 . && mkdir h && chown 65534 h || exit 77; "                \
    "S=\"setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=$PWD/h\"; "                   \
    "C='chromium --headless --disable-gpu --dump-dom about:blank'; "                               \
    "$S timeout 60 $C >/dev/null && $S $M true || exit 77; "                                       \
    "for with in '-l 4G' '-l 300M -t 20'; do $S $M $with -e 9 $C >/dev/null 2>e; test $? = 9 && "  \
    "grep -q 'limited alone: ' e && grep -q 'nothing refused of what was limited' e || exit 1; "   \
    "done"

#define NOT_GREEN(X)                                                                               \
    X(coverage_static_program_by_a_shell,                                                          \
      STATIC "$M --engine=preload -l 1M -e 9 bash -c './p; true' 2>e; test $? = 9 && " PRINTS(     \
          "not limited: ./p (process ") "e")                                                       \
    X(coverage_each_in_a_namespace_is_limited_alone,                                               \
      "unshare -p -f --mount-proc true || exit 77; n=5; [ -z \"$TEST_LONG\" ] || n=1000; "         \
      "$M -q --lenient -l 64M --json=j sh -c \"for i in $(seq -s ' ' $n); do unshare -p -f "       \
      "--mount-proc /bin/true; done\"; test $(grep -c '\"coverage\": \"limited_alone\"' j) = $n")  \
    X(coverage_each_in_a_sandbox_is_limited_alone,                                                 \
      "bwrap --ro-bind / / --proc /proc --unshare-pid true || exit 77; " EACH_BY_A_SHELL(          \
          "bwrap --ro-bind / / --proc /proc --unshare-pid /bin/true", "true", "limited_alone"))    \
    X(coverage_each_in_firejail_is_limited_alone,                                                  \
      "test $(id -u) = 0 && firejail --quiet --noprofile true || exit 77; " EACH_BY_A_SHELL(       \
          "firejail --quiet --noprofile /bin/true", "true", "limited_alone"))                      \
    X(coverage_each_of_a_run_within_is_limited,                                                    \
      EACH_BY_A_SHELL("$M -q -l 32M /bin/true", "true", "limited"))                                \
    X(coverage_each_of_sbcl_is_limited, "command -v sbcl >/dev/null || exit 77; " EACH_BY_A_SHELL( \
                                            "sbcl --non-interactive --eval 1", "sbcl", "limited")) \
    X(coverage_each_that_valgrind_runs_is_named, VALGRIND                                          \
      "n=1; [ -z \"$TEST_LONG\" ] || n=20; $M -q --lenient -l 64M --json=j sh -c \"for i "         \
      "in $(seq -s ' ' $n); do $V1 /bin/true; done\"; test $(grep -c 'another malloc, as "         \
      "under valgrind' j) = $n")                                                                   \
    X(coverage_firejail_is_said,                                                                   \
      "firejail --quiet --noprofile true || exit 77; $M -l 10M -e 9 firejail --quiet --noprofile " \
      "true 2>e; test $? = 9 && grep -Eq 'limited alone|not limited' e")                           \
    X(coverage_chromium_in_its_sandbox_is_said, CHROMIUM)                                          \
    X(coverage_heap_of_sbcl_is_charged,                                                            \
      "command -v sbcl >/dev/null || exit 77; $M -l 4M -e 9 --json=j sbcl --non-interactive "      \
      "--eval '(print 1)' >/dev/null 2>e; test $? = 9 && " PRINTS(                                 \
          "sbcl: refused 1 allocation "                                                            \
          "(mmap of ") "e && ! " PRINTS("past the library") "e")                                   \
    X(coverage_each_program_started_past_libc_is_not_known, STATIC EACH_PAST_LIBC)                 \
    X(coverage_end_past_libc_is_not_known,                                                         \
      ENDS_PAST_LIBC("") "test $? = 9 && " PRINTS("not known: 2 processes, first p") "e")          \
    X(coverage_refusal_is_before_what_is_unlimited,                                                \
      STATIC "$M --engine=preload -l 1M -e 9 -t 1 sh -c './p; $V/takes_95M; sleep 9' 2>e; test "   \
             "$? = 9 && " PRINTS("takes_95M") "e && ! " PRINTS("exit 9: not all") "e")             \
    X(coverage_what_is_unlimited_is_before_the_time_limit, STATIC                                  \
      "$M --engine=preload -l 1M -e 9 -t 1 sh -c './p; sleep 9' 2>e; test $? = 9 && " PRINTS(      \
          "exit 9: not all") "e; $M -l 1M -e 9 -t 0.5 sh -c 'sleep 9'; test $? = 124 && "          \
                             "$M --engine=preload -l 1M -e 9 --lenient -t 0.5 sh -c './p; sleep "  \
                             "9'; test $? = 124")                                                  \
    X(coverage_name_that_nobody_has, "$M -l 5M -e 9 -p typo true 2>e; test $? = 9 && " PRINTS(     \
                                         "no program of the given names ran") "e")                 \
    X(coverage_environment_left_empty,                                                             \
      "$M -l 5M -e 9 --no-follow env -i true 2>e; test $? = 9 && " PRINTS(                         \
          "its environment lacked the library") "e")                                               \
    X(coverage_namespace_of_processes,                                                             \
      "unshare -p -f --mount-proc true || exit 77; "                                               \
      "$M -l 2M -e 9 unshare -p -f --mount-proc true 2>e; test $? = 9 && " PRINTS(                 \
          "limited alone: ") "e")                                                                  \
    X(coverage_is_no_acquittal,                                                                    \
      STATIC "$M --engine=preload -v -l 1M bash -c './p; true' 2>e; " PRINTS(                      \
          "nothing refused of what was limited") "e")                                              \
    X(coverage_lenient_passes,                                                                     \
      STATIC "$M --engine=preload -l 1M -e 9 --lenient bash -c './p; true'")                       \
    X(coverage_without_a_limit_is_not_asked_for,                                                   \
      STATIC "$M --engine=preload -e 9 bash -c './p; true'")                                       \
    X(coverage_junit_has_an_error,                                                                 \
      STATIC "$M --engine=preload -l 1M --junit=j bash -c './p; true'; " PRINTS(                   \
          "<error type=\"uncovered\"") "j")                                                        \
    X(coverage_tap_is_not_ok,                                                                      \
      STATIC "$M --engine=preload -l 1M --tap=t bash -c './p; true'; " PRINTS("not ok 1 - ") "t")  \
    X(coverage_json_says_which,                                                                    \
      STATIC "$M --engine=preload -l 1M --json=j bash -c './p; true'; " PRINTS(                    \
          "\"coverage\": \"not_limited\"") "j")                                                    \
    X(coverage_valgrind_has_a_malloc_of_its_own,                                                   \
      VALGRIND "$M -l 5M -e 9 $V1 $V/takes_95M 2>e; test $? = 9 && " PRINTS(                       \
          "another malloc, as under valgrind") "e && ! " PRINTS("statically linked") "e")          \
    X(coverage_what_the_kernel_counts_besides_is_said,                                             \
      "$M -v -l 5M --json=j "                                                                      \
      "$V/outside_maps_past_the_library 100 "                                                      \
      "2>e; " PRINTS("memrestrict: past the library: "                                             \
                     "outside_maps_past_the_library has "                                          \
                     "100.") "e && " PRINTS("nothing "                                             \
                                            "refused of "                                          \
                                            "what was "                                            \
                                            "charged") "e "                                        \
                                                       "&&"                                        \
                                                       " g"                                        \
                                                       "re"                                        \
                                                       "p "                                        \
                                                       "-q"                                        \
                                                       " "                                         \
                                                       "\""                                        \
                                                       "ke"                                        \
                                                       "rn"                                        \
                                                       "el"                                        \
                                                       "_c"                                        \
                                                       "ou"                                        \
                                                       "nt"                                        \
                                                       "ed"                                        \
                                                       "_b"                                        \
                                                       "yt"                                        \
                                                       "es"                                        \
                                                       ".:"                                        \
                                                       " 1"                                        \
                                                       "0"                                         \
                                                       "\""                                        \
                                                       " "                                         \
                                                       "j")                                        \
    X(coverage_search_passes_over_what_is_no_program,                                              \
      STATIC "mkdir a b; echo >a/p; mkdir a/q; cp p b/p; cp p b/q; export PATH=$PWD/a:$PWD/b:"     \
             "$PATH; for i in p q; do $M --engine=preload -q --lenient -l 1M --json=j env $i || "  \
             "exit 1; grep -q \"command.: .*/b/$i\\\"\" j || exit 1; done")                        \
    X(coverage_sandbox_is_said,                                                                    \
      "bwrap --ro-bind / / --proc /proc --unshare-pid true || exit 77; "                           \
      "$M -l 10M -e 9 bwrap --ro-bind / / --proc /proc --unshare-pid true 2>e; test $? = 9 && "    \
      "grep -Eq 'limited alone|not limited|not known' e")                                          \
    X(coverage_shell_in_an_emptied_environment_is_said,                                            \
      "for how in system popen; do $M -l 64M -e 9 $V/exec_by $how -i true 2>e; test $? = 9 && "    \
      "grep -q 'not limited: /bin/sh: its environment lacked' e || exit 1; done")                  \
    X(coverage_many_short_ones_are_each_named,                                                     \
      STATIC "$M --engine=preload -l 64M --json=j perl -e 'for (1 .. 200) { fork // die or exec "  \
             "\"./p\"; wait }'; "                                                                  \
             "test $(grep -c 'statically linked' j) = 200")

#define NO_ALARM(X)                                                                                \
    X(coverage_valgrind_without_a_malloc_is_limited,                                               \
      VALGRIND "$M -l 200M -e 9 $V1 --tool=none $V/takes_95M && ! $M -l 5M $V1 --tool=none "       \
               "$V/takes_95M 2>e && " PRINTS("refused 1 allocation (malloc of 95.0 MiB") "e")      \
    X(coverage_environment_put_back_is_green, "$M -l 5M -e 9 env -i true")                         \
    X(coverage_pipeline_cut_short_is_green, "$M -l 64M -e 9 sh -c 'yes | head -n 1 >/dev/null'")   \
    X(coverage_orphan_is_green, "$M -l 64M -e 9 sh -c 'sleep 0.1 & exit 0'")                       \
    X(coverage_make_is_green,                                                                      \
      "printf 'all: a b\\na b:\\n\\t@true $@\\n' >mf; $M -l 1G -e 9 make -s -j2 -f mf")            \
    X(coverage_git_is_green,                                                                       \
      "command -v git >/dev/null || exit 77; $M -l 1G -e 9 git init -q there")                     \
    X(coverage_pool_of_processes_is_green,                                                         \
      "command -v python3 >/dev/null || exit 77; $M -l 400M -e 9 python3 -c 'import "              \
      "multiprocessing as m; m.Pool(3).map(abs, [1, -2])'")                                        \
    X(coverage_small_blocks_and_stacks_raise_no_alarm,                                             \
      "command -v perl >/dev/null || exit 77; $M -v -l 1G perl -e '@a = map { \"x\" } 1 .. "       \
      "300000; "                                                                                   \
      "select undef, undef, undef, 0.3' 2>e; $M -v -l 1G $V/process_thousand_threads 2>>e; "       \
      "test $(grep -c 'nothing refused (' e) = 2 && ! " PRINTS("past the library") "e")            \
    X(coverage_workers_that_are_ended_raise_no_alarm,                                              \
      "f=$(ls /usr/sbin/php-fpm* 2>/dev/null | head -n 1); test -n \"$f\" || exit 77; "            \
      "printf '[global]\nerror_log=%s/log\n[www]\nuser=nobody\ngroup=nogroup\nlisten=%s/s\n"       \
      "pm=static\npm.max_children=3\n' $PWD $PWD >c; cat >r <<'E'\n"                               \
      "$1 -F -y c & p=$!; i=0; until [ -S s ] || [ $i -gt 200 ]; do sleep 0.05; i=$((i + 1)); "    \
      "done; kill -QUIT $p; wait $p\nE\n"                                                          \
      "$f -t -y c 2>/dev/null || exit 77; $M -l 1G -e 9 sh r $f")                                  \
    X(coverage_every_end_is_green, "$M -l 64M -e 9 $V/end_in_every_way")                           \
    X(coverage_waits_are_green, "$M -l 64M -e 9 $V/process_waits_are_as_bare")                     \
    X(coverage_programs_of_go_are_green,                                                           \
      ENDS_PAST_LIBC("-DLIKE_GO") "test $? = 0 || exit 1; " ENDS_PAST_LIBC(                        \
          "-DLIKE_CGO -rdynamic") "test $? = 0")                                                   \
    X(coverage_go_itself_is_green,                                                                 \
      "[ -n \"$TEST_LONG\" ] && command -v go >/dev/null || exit 77; export GOCACHE=$PWD/go "      \
      "GOFLAGS=-mod=mod HOME=$PWD; printf 'package main\nimport \"C\"\nimport \"os\"\nfunc "       \
      "main() { os.Exit(0) }\n' >p.go; go build -o p p.go && go build -ldflags=-buildid= -o q "    \
      "p.go || exit 77; $M -l 1G -e 9 bash -c './p; ./q; true'")                                   \
    X(coverage_sanitizer_that_ends_a_program_is_green,                                             \
      "echo 'int main(int c, char **v) { int x = 2147483647; x += c; return v == 0; }' >u.c; "     \
      "gcc -fsanitize=undefined -fno-sanitize-recover=all -o u u.c 2>/dev/null || exit 77; "       \
      "$M -l 1G -e 9 sh -c './u; true' 2>/dev/null")                                               \
    X(coverage_pool_that_is_ended_is_green,                                                        \
      "command -v python3 >/dev/null || exit 77; $M -l 400M -e 9 python3 -c 'import os, signal, "  \
      "multiprocessing as m\nwith m.Pool(3) as p: p.map(abs, [1, -2])\nfor i in range(9):\n "      \
      "p = os.fork()\n if p == 0: os._exit(i)\n os.waitpid(p, 0)'")                                \
    X(coverage_jobs_of_a_shell_are_green,                                                          \
      "$M -l 64M -e 9 bash -c 'sleep 0.1 & wait; kill -9 $BASHPID & wait; (exit 3); yes | head "   \
      "-n 1 >/dev/null; sleep 9 & kill %1; wait; true'")                                           \
    X(coverage_loader_that_only_looks_is_green, "$M -l 64M -e 9 sh -c 'ldd /bin/true >/dev/null'") \
    X(coverage_other_names_are_as_asked, STATIC "$M -l 64M -e 9 -p bash bash -c 'true; ./p'")

#define RIGHT(name, script)                                                                        \
    START_TEST(name) { right(#name, script); }                                                     \
    END_TEST
EACH_NAMED(RIGHT)
NOT_GREEN(RIGHT)
NO_ALARM(RIGHT)

Suite *suite_coverage(void)
{
    Suite *suite = suite_create("coverage");
#define ADD(name, script) command_add(suite, name);
    EACH_NAMED(ADD)
    NOT_GREEN(ADD)
    NO_ALARM(ADD)
    return suite;
}
