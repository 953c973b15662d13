/* SPDX-License-Identifier: MIT
 *
 * Limits from outside: the same refusal to the page in each kind of program, and programs that do
 * what a tracer can get wrong.
 */
#include "command.h"

#include <stdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Makes the victim NAME as ./p; where such a program cannot be made the test is skipped. */
#define MAKE(cc, name)                                                                             \
    cc " -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread $R/tests/victims/" name                \
       ".c -o p || exit 77; "
#define VERIFIED "export TEST_OF_MEMRESTRICT_PTRACE=verify; "
#define PTRACE VERIFIED "$M -q --engine=ptrace "

static const char *const kinds[] = {
    "dynamic", "gcc",      "static", "gcc -static",      "static-pie", "gcc -static-pie",
    "32-bit",  "gcc -m32", "musl",   "musl-gcc -static", NULL,
};

/* Runs the script after the victim, made in each way, is there as ./p. */
static void in_kinds(const char *const *of, const char *test, const char *victim,
                     const char *script, const char *out)
{
    char whole[8192];
    for (const char *const *kind = of; kind[0] != NULL; kind += 2) {
        snprintf(whole, sizeof whole,
                 "%s -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread -idirafter "
                 "/usr/include/$(gcc -print-multiarch) $R/tests/victims/%s.c -o p 2>/dev/null || "
                 "exit 77\n%s",
                 kind[1], victim, script);
        const struct run *run = shell(whole);
        if (run->status == 77) {
            harness_skip(test, "%s programs cannot be made here", kind[0]);
            continue;
        }
        ck_assert_msg(run->status == 0 && strcmp(run->out, out) == 0 && run->err[0] == '\0',
                      "%s: status %d\nstdout: %.2000s\nstderr: %.2000s", kind[0], run->status,
                      run->out, run->err);
    }
}

static void in_each_kind(const char *test, const char *victim, const char *script, const char *out)
{
    in_kinds(kinds, test, victim, script, out);
}

START_TEST(each_way_is_refused_at_the_page)
{
    in_each_kind(__func__, "engine_fills",
                 "for way in mmap shared brk mprotect fixed mremap malloc; do\n" PTRACE
                 "-l 2M ./p $way 2097152; done",
                 "full\nfull\nfull\nfull\nfull\nfull\nfull\n");
}
END_TEST

/* Their stacks are charged, so that all kinds of program are alike: musl's are not marked. */
START_TEST(eight_threads_fill_it_to_the_page)
{
    in_each_kind(__func__, "engine_fills",
                 "for i in 1 2 3; do " PTRACE
                 "-c heap,regions,stacks -l 96M ./p threads 100663296; done",
                 "full\nfull\nfull\n");
}
END_TEST

START_TEST(marked_stacks_are_exempt)
{
    expect(MAKE("gcc -static", "engine_fills") PTRACE "-l 8M ./p threads 8388608 8388608", 0,
           "full\n", "");
}
END_TEST

#define OTHERWISE(ways) "for way in " ways "; do " PTRACE "-l 2M ./p $way 2097152 || exit; done"

/* What shmat brings is not charged, and what it takes the place of is not any more. */
START_TEST(segments_and_turned_pages_are_counted_as_the_kernel_does)
{
    in_each_kind(__func__, "engine_fills_otherwise",
                 OTHERWISE("shmat shmat-over remap-file-pages break-back"),
                 "full\nfull\nfull\nfull\n");
}
END_TEST

START_TEST(a_64_bit_program_is_charged_for_calls_of_32_bits)
{
    const struct run *run = shell(MAKE("gcc -static", "engine_fills_otherwise")
                                      OTHERWISE("int80-mmap2 int80-old-mmap int80-brk"));
    if (run->status == 77)
        SKIP("a machine whose programs of 64 bits have calls of 32, and gcc -static");
    ck_assert_msg(run->status == 0 && strcmp(run->out, "full\nfull\nfull\n") == 0 &&
                      run->err[0] == '\0',
                  "status %d\nstdout: %.2000s\nstderr: %.2000s", run->status, run->out, run->err);
}
END_TEST

#define SURVIVES(name, thing)                                                                      \
    START_TEST(name)                                                                               \
    {                                                                                              \
        in_each_kind(__func__, "engine_survives", PTRACE "-l 16M --scope=tree ./p " thing,         \
                     "ok\n");                                                                      \
    }                                                                                              \
    END_TEST

SURVIVES(a_storm_of_forks_is_followed, "storm")
SURVIVES(timers_every_100_us_lose_nothing, "timers")
SURVIVES(exec_from_a_thread_is_followed, "thread-exec")
SURVIVES(a_leader_may_end_first, "leader-first")
SURVIVES(vfork_is_followed, "vforks")
SURVIVES(processes_may_share_memory, "shares-memory")
SURVIVES(stops_are_seen_by_parents, "job-control")
SURVIVES(what_the_killed_had_is_given_back, "kills")
SURVIVES(calls_are_not_interrupted, "interrupted")
SURVIVES(a_taken_place_is_said_to_be_taken, "taken-place")

/* A child that is in the middle of a call when it is killed holds nothing up. */
START_TEST(four_processes_fill_a_tree_to_the_page)
{
    in_each_kind(
        __func__, "engine_fills",
        PTRACE "-l 64M --scope=tree --json=j sh -c 'for i in 1 2 3 4; do ./p mmap 0 2>/dev/null & "
               "done; wait' >/dev/null; jq -r .tree_peak_bytes,.tree_limit_bytes j",
        "67108864\n67108864\n");
}
END_TEST

START_TEST(a_large_bss_is_refused_before_main)
{
    expect("echo 'static char a[20 << 20]; int main(void) { a[0] = 1; return a[0] - 1; }' >p.c; "
           "gcc p.c -o p && $M -l 8M --engine=ptrace ./p",
           137, "", "refused 1 allocation (exec of 20");
}
END_TEST

START_TEST(the_clock_goes_on_while_many_stop)
{
    expect(MAKE("gcc", "engine_survives") PTRACE
           "-l 64M -t 500ms -k 500ms ./p busy 2>/dev/null; echo $?",
           0, "124\n", "");
}
END_TEST

START_TEST(no_process_outlives_the_command)
{
    expect("$M -q --engine=ptrace -l 64M sh -c 'sleep 1000 & echo $! >pid; wait' & "
           "while ! [ -s pid ]; do sleep 0.05; done; kill -9 $!; wait $! 2>/dev/null; sleep 0.3; "
           "[ -e /proc/$(cat pid)/exe ] && echo there; [ -s pid ]",
           0, "", NULL);
}
END_TEST

START_TEST(what_is_left_is_ended_and_said)
{
    expect("$M -v --engine=ptrace sh -c 'sleep 1000 & echo $! >pid'; "
           "[ -e /proc/$(cat pid)/exe ] && echo there; [ -s pid ]",
           0, "", "left running was ended");
}
END_TEST

START_TEST(the_json_names_the_engine)
{
    expect("$M -q --json=j --engine=ptrace true && jq -r .engine,.refusals_observed j; "
           "$M -q -l 64M --json=j --engine=rlimit true && jq -r .engine,.refusals_observed j; "
           "$M -q --json=j true && jq -r .engine,.refusals_observed j",
           0, "ptrace\ntrue\nrlimit\nfalse\npreload\ntrue\n", "");
}
END_TEST

START_TEST(auto_takes_ptrace_for_a_static_program)
{
    expect(MAKE("gcc -static", "engine_fills") "$M -l 8M -e 9 ./p mmap 8388608", 9, "full\n",
           "p is statically linked: limited by --engine=ptrace");
}
END_TEST

#define MIXED(name, script, out)                                                                   \
    START_TEST(name) { in_each_foreign_kind(__func__, script, out); }                              \
    END_TEST

static const char *const foreign_kinds[] = {
    "static", "gcc -static", "32-bit", "gcc -m32 -static", "static musl", "musl-gcc -static", NULL};

/* A shell that the library limits, and a program that it does not get into. */
static void in_each_foreign_kind(const char *test, const char *script, const char *out)
{
    in_kinds(foreign_kinds, test, "engine_fills", script, out);
}

MIXED(a_static_program_of_a_shell_is_limited,
      VERIFIED "$M -q -l 2M --json=j sh -c 'for way in mmap brk fixed; do ./p $way 2097152; done'; "
               "jq -r '.processes[] | select(.program == \"p\") | .coverage, .engine' j | sort -u",
      "full\nfull\nfull\nlimited\nptrace\n")
MIXED(a_static_program_of_a_shell_is_limited_after_exec,
      VERIFIED "$M -q -l 2M sh -c 'exec ./p mmap 2097152'", "full\n")
/* What is dynamic is refused by the byte, and holds a few for its shell. */
MIXED(a_tree_of_both_kinds_has_one_budget,
      "gcc -D_GNU_SOURCE -O1 -pthread $R/tests/victims/engine_fills.c -o d; " VERIFIED
      "$M -q -l 32M --scope=tree --json=j sh -c 'for i in 1 2; do ./d mmap 0 & ./p mmap 0 & done; "
      "wait' >/dev/null; jq -r '.tree_limit_bytes - .tree_peak_bytes | . >= 0 and . < 4096' j; "
      "jq -r '[.processes[] | select(.program == \"p\" or .program == \"d\") | .refusals > 0] | "
      "length, all' j",
      "true\n4\ntrue\n")

START_TEST(a_static_program_that_is_spawned_is_limited)
{
    expect("printf '#include <spawn.h>\n#include <sys/wait.h>\nextern char **environ;\n"
           "int main(int c, char **v) { pid_t p; int s; return posix_spawn(&p, v[1], 0, 0, v + 1, "
           "environ) != 0 || waitpid(p, &s, 0) != p || s != 0; }\n' >s.c; gcc s.c -o s; " MAKE(
               "gcc -static", "engine_fills") VERIFIED
           "$M -q -l 2M -e 9 ./s ./p mmap 2097152; "
           "$M -q -l 64M -e 9 ./s ./p nothing 0 >/dev/null",
           0, "full\n", "");
}
END_TEST

/* Its shell is limited by the library, which stays out of what a static program starts. */
START_TEST(what_a_static_program_starts_is_limited_as_that)
{
    expect(
        MAKE("gcc -static", "engine_survives") "cp p s; " MAKE(
            "gcc",
            "engine_fills") "mv p engine_child; mv s p; " VERIFIED
                            "$M -q -l 8M --json=j sh -c './p starts ./engine_child mmap 8388608'; "
                            "jq -r '.processes[] | select(.program == \"engine_child\") | .engine' "
                            "j",
        0, "full\nptrace\n", "");
}
END_TEST

START_TEST(a_mixed_tree_survives_storms)
{
    expect(MAKE("gcc -static", "engine_survives") VERIFIED
           "for thing in storm kills vforks; do $M -q -l 16M --scope=tree sh -c "
           "\"./p $thing; true\"; done",
           0, "ok\nok\nok\n", "");
}
END_TEST

/* Orphans come to the command, which waits for them though its program is traced by now. */
START_TEST(orphans_of_a_program_that_became_static_are_waited_for)
{
    expect("printf '#include <unistd.h>\nint main(void) { pause(); }\n' >s.c; gcc -static s.c -o "
           "s\n$M -q -l 64M sh -c '(echo >gone & ); exec ./s' & run=$!\n"
           "until [ -e gone ] && [ \"$(ps -o comm= --ppid $run | grep -vx group-probe)\" = s ]\n"
           "do sleep 0.05; done; echo alone; kill $run; wait $run",
           128 + SIGTERM, "alone\n", NULL);
}
END_TEST

START_TEST(nothing_static_is_left_behind)
{
    expect(MAKE("gcc -static",
                "engine_survives") "$M -q -l 64M sh -c './p sleeps & echo $! >pid; wait' & "
                                   "while ! [ -s pid ] || ! grep -q p /proc/$(cat pid)/comm; do "
                                   "sleep 0.05; done; "
                                   "sleep 0.2; kill -9 $!; wait $! 2>/dev/null; sleep 0.3; "
                                   "[ -e /proc/$(cat pid)/exe ] && echo there; [ -s pid ]",
           0, "", NULL);
}
END_TEST

START_TEST(rlimit_limits_and_never_says_that_nothing_was_refused)
{
    expect(MAKE("gcc -static", "engine_fills") "$M -v -l 8M --engine=rlimit ./p mmap 0", 0, NULL,
           "limit in force, refusals not observed");
    expect(MAKE("gcc -static", "process_takes_32_mib") "$M -q -l 8M --engine=rlimit ./p", 0,
           "refused\n", "");
}
END_TEST

START_TEST(what_an_engine_cannot_do_is_said)
{
    expect("$M --engine=ptrace --fault=nth=1 true", 125, "",
           "--engine=ptrace: it cannot do --fault");
    expect("$M --engine=rlimit -e 9 true", 125, "", "it cannot do --error-exitcode");
    expect("$M --engine=rlimit -l 1M --scope=tree true", 125, "",
           "it cannot do a limit for all processes together");
    expect("$M --engine=magic true", 125, "", "accepted: auto|preload|ptrace|rlimit|cgroup");
}
END_TEST

START_TEST(a_program_that_traces_is_told_why_it_cannot)
{
    if (!program_exists("strace"))
        SKIP("package strace");
    const struct run *run = shell("$M --engine=ptrace strace true");
    ck_assert_msg(run->status != 0 && strstr(run->err, "calls ptrace, as debuggers do") != NULL,
                  "status %d: %.2000s", run->status, run->err);
}
END_TEST

/* An inner listener could let calls go on; and calls that an inner filter stops have no taker. */
START_TEST(inner_listeners_are_refused)
{
    expect("printf '#include <errno.h>\\n#include <linux/filter.h>\\n#include <linux/seccomp.h>\\n"
           "#include <stdio.h>\\n#include <sys/prctl.h>\\n#include <sys/syscall.h>\\n"
           "#include <unistd.h>\\n#include <sys/mman.h>\\n"
           "int main(void) { struct sock_filter c[] = {{6, 0, 0, SECCOMP_RET_TRACE | 7}};"
           " struct sock_fprog f = {1, c}; prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);"
           " long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 8, &f);"
           " printf(\"%%d\\\\n\", r == -1 && errno == EBUSY); fflush(stdout);"
           " struct sock_filter d[] = {{0x20, 0, 0, 0}, {0x15, 0, 1, SYS_mmap},"
           " {6, 0, 0, SECCOMP_RET_TRACE | 7}, {6, 0, 0, SECCOMP_RET_ALLOW}};"
           " struct sock_fprog g = {4, d}; syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &g);"
           " void *p = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);"
           " dprintf(1, \"%%d\\\\n\", p == MAP_FAILED && errno == ENOSYS); }\\n' >p.c;"
           " gcc p.c -o p && $M -q --engine=ptrace ./p",
           0, "1\n1\n", "");
}
END_TEST

Suite *suite_engine(void)
{
    enum { SECONDS = 300 };
    Suite *suite = suite_create("engine");
    harness_add(suite, each_way_is_refused_at_the_page, SECONDS);
    harness_add(suite, eight_threads_fill_it_to_the_page, SECONDS);
    harness_add(suite, marked_stacks_are_exempt, SECONDS);
    harness_add(suite, segments_and_turned_pages_are_counted_as_the_kernel_does, SECONDS);
    harness_add(suite, a_64_bit_program_is_charged_for_calls_of_32_bits, SECONDS);
    harness_add(suite, a_storm_of_forks_is_followed, SECONDS);
    harness_add(suite, timers_every_100_us_lose_nothing, SECONDS);
    harness_add(suite, exec_from_a_thread_is_followed, SECONDS);
    harness_add(suite, a_leader_may_end_first, SECONDS);
    harness_add(suite, vfork_is_followed, SECONDS);
    harness_add(suite, processes_may_share_memory, SECONDS);
    harness_add(suite, stops_are_seen_by_parents, SECONDS);
    harness_add(suite, what_the_killed_had_is_given_back, SECONDS);
    harness_add(suite, calls_are_not_interrupted, SECONDS);
    harness_add(suite, a_taken_place_is_said_to_be_taken, SECONDS);
    harness_add(suite, four_processes_fill_a_tree_to_the_page, SECONDS);
    harness_add(suite, a_large_bss_is_refused_before_main, SECONDS);
    harness_add(suite, the_clock_goes_on_while_many_stop, SECONDS);
    harness_add(suite, no_process_outlives_the_command, SECONDS);
    harness_add(suite, what_is_left_is_ended_and_said, SECONDS);
    harness_add(suite, the_json_names_the_engine, SECONDS);
    harness_add(suite, auto_takes_ptrace_for_a_static_program, SECONDS);
    harness_add(suite, a_static_program_of_a_shell_is_limited, SECONDS);
    harness_add(suite, a_static_program_of_a_shell_is_limited_after_exec, SECONDS);
    harness_add(suite, a_tree_of_both_kinds_has_one_budget, SECONDS);
    harness_add(suite, a_static_program_that_is_spawned_is_limited, SECONDS);
    harness_add(suite, what_a_static_program_starts_is_limited_as_that, SECONDS);
    harness_add(suite, a_mixed_tree_survives_storms, SECONDS);
    harness_add(suite, orphans_of_a_program_that_became_static_are_waited_for, SECONDS);
    harness_add(suite, nothing_static_is_left_behind, SECONDS);
    harness_add(suite, rlimit_limits_and_never_says_that_nothing_was_refused, SECONDS);
    harness_add(suite, what_an_engine_cannot_do_is_said, SECONDS);
    harness_add(suite, a_program_that_traces_is_told_why_it_cannot, SECONDS);
    harness_add(suite, inner_listeners_are_refused, SECONDS);
    return suite;
}
