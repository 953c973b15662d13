/* SPDX-License-Identifier: MIT
 *
 * Submissions, each with the verdict that it must get, in each kind of program: 64-bit, dynamic and
 * static, and 32-bit. With TEST_LONG three times each, and a hundred at once.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = {
    "64-bit", "gcc", "static", "gcc -static", "32-bit", "gcc -m32", NULL,
};

/* A name of judge_submission.c, options, and the verdict: what is in the JSON of verdict, which,
 * signal, status, call and the first argument that is a string. An expected word may be "*". */
struct submission {
    const char *words, *options, *verdict;
};

#define LIMITS "-l 64M --time=5s --wall=20s "
#define NONE LIMITS "--policy=none "
#define SHORT "-l 64M --time=0.2s --wall=10s "

static const struct submission under_compute[] = {
    {"ok", LIMITS, "ok"},
    {"reads", LIMITS, "ok"},
    {"survives_refusal", LIMITS, "ok"},
    {"exits_after_refusal", LIMITS, "memory-limit 1"},
    {"aborts_after_refusal", LIMITS, "memory-limit SIGABRT"},
    {"null_after_refusal", LIMITS, "memory-limit SIGSEGV"},
    {"busy_after_refusal", SHORT, "time-limit cpu"},
    {"shared_anonymous", LIMITS, "memory-limit 1"},
    {"commits_reservation", LIMITS, "memory-limit 1"},
    {"commits_by_fixed", LIMITS, "memory-limit 1"},
    {"writes_then_protects", LIMITS, "memory-limit 1"},
    {"breaks", LIMITS, "memory-limit 1"},
    {"mremaps", LIMITS, "memory-limit 1"},
    {"grows_down", LIMITS, "ok"},
    {"mapping_storm", SHORT, "time-limit *"},
    {"signal_storm", SHORT, "time-limit *"},
    {"mapping_bomb", LIMITS, "memory-limit 1"},
    {"thread_bomb", LIMITS, "memory-limit 1"},
    {"threads", LIMITS, "ok"},
    {"overflows", LIMITS, "runtime-error SIGSEGV overflow"},
    {"overflows", LIMITS "--stack=256K ", "runtime-error SIGSEGV overflow"},
    {"thread_overflows", LIMITS, "runtime-error SIGSEGV overflow"},
    {"null", LIMITS, "runtime-error SIGSEGV"},
    {"aborts", LIMITS, "runtime-error SIGABRT"},
    {"exits_3", LIMITS, "runtime-error 3"},
    {"divides", LIMITS, "runtime-error SIGFPE"},
    {"kills_itself", LIMITS, "runtime-error SIGKILL"},
    {"busy", SHORT, "time-limit cpu"},
    {"busy_threads", SHORT, "time-limit cpu"},
    {"sleeper", "--wall=0.1s ", "time-limit wall"},
    {"stops_itself", "--wall=0.1s ", "time-limit wall"},
    {"ignores_signals", "--wall=0.1s ", "time-limit wall"},
    {"writes_for_ever", LIMITS "--output-limit=1000 ", "output-limit"},
    {"writes_bytes 1000", LIMITS "--output-limit=1000 ", "ok"},
    {"writes_bytes 1001", LIMITS "--output-limit=1000 ", "output-limit"},
    {"writes_errors", LIMITS "--output-limit=1000 ", "output-limit"},
    {"writes_file", LIMITS, "forbidden-call * made"},
    {"forks", LIMITS, "forbidden-call clone"},
    {"vforks", LIMITS, "forbidden-call vfork"},
    {"execs", LIMITS, "forbidden-call execve /bin/sh"},
    {"sockets", LIMITS, "forbidden-call *"},
    {"passes_descriptors", LIMITS, "forbidden-call *"},
    {"unlinks", LIMITS, "forbidden-call unlink /nowhere/at \"all\""},
    {"opens_to_write", LIMITS, "forbidden-call * made"},
    {"opens_passwd", LIMITS, "forbidden-call * /etc/passwd"},
    {"opens_upwards", LIMITS, "forbidden-call * /usr/lib/../../etc/passwd"},
    {"opens_nothing", LIMITS, "runtime-error 4"},
    {"makes_folder", LIMITS, "forbidden-call mkdir made"},
    {"changes_mode", LIMITS, "forbidden-call chmod ."},
    {"traces_itself", LIMITS, "forbidden-call ptrace"},
    {"attaches_to_parent", LIMITS, "forbidden-call ptrace"},
    {"writes_to_parent", LIMITS, "forbidden-call process_vm_writev"},
    {"kills_parent", LIMITS, "forbidden-call kill"},
    {"kills_all", LIMITS, "forbidden-call kill"},
    {"limits_parent", LIMITS, "forbidden-call prlimit64"},
    {"signals_by_owner", LIMITS, "forbidden-call *"},
    {"raises_limits", LIMITS, "*"},
    {"uring", LIMITS, "forbidden-call io_uring_setup"},
    {"unshares", LIMITS, "forbidden-call unshare"},
    {"hides", LIMITS, "forbidden-call prctl"},
    {"filters", LIMITS, "forbidden-call seccomp"},
    {"writes_past_protection", LIMITS, "forbidden-call * /proc/self/mem"},
    {"memfd", LIMITS, "forbidden-call memfd_create m"},
    {"becomes_memfd", LIMITS, "forbidden-call *"},
    {"shm", LIMITS, "forbidden-call *"},
    {"handles_sigsys", LIMITS, "forbidden-call *"},
    {"signals_itself", LIMITS, "ok"},
    {"closes_all", LIMITS "--output-limit=1000 ", "ok"},
    {"has_no_more", LIMITS "--output-limit=1000 ", "ok"},
    {"fork_bomb", LIMITS, "forbidden-call clone"},
    {"races_paths", LIMITS, "forbidden-call open*"},
    {NULL, NULL, NULL},
};

static const struct submission under_none[] = {
    {"ok", NONE, "ok"},
    {"exits_after_refusal", NONE, "memory-limit 1"},
    {"writes_file", NONE "--output-limit=1000 ", "output-limit"},
    {"forks", NONE, "process-limit"},
    {"fork_bomb", NONE "--processes=20 ", "process-limit"},
    {"makes_daemon", NONE "--processes=2 ", "ok"},
    {"child_is_busy", SHORT "--policy=none --processes=2 ", "time-limit cpu"},
    {"children_were_busy", SHORT "--policy=none --processes=2 ", "time-limit cpu"},
    {"child_is_refused", NONE "--processes=2 ", "memory-limit 1"},
    {"vfork_child_goes_on", "--policy=none --processes=2 --wall=0.1s ", "time-limit wall"},
    {"execs", NONE, "runtime-error 99"},
    {"opens_nothing", NONE, "runtime-error 4"},
    {"traces_itself", NONE, "ok"},
    {"attaches_to_parent", NONE, "ok"},
    {"writes_to_parent", NONE, "ok"},
    {"kills_parent", NONE, "ok"},
    {"kills_all", NONE, "ok"},
    {"limits_parent", NONE, "ok"},
    {"signals_by_owner", NONE, "ok"},
    {"raises_limits", NONE, "ok"},
    {"uring", NONE, "ok"},
    {"hides", NONE, "ok"},
    {"filters", NONE, "ok"},
    {"memfd", NONE, "ok"},
    {"becomes_memfd", NONE, "ok"},
    {"writes_past_protection", NONE, "memory-limit SIGKILL"},
    {"moves_break", NONE, "ok"},
    {"exits_of_children", "-l 64M --policy=none --wall=0.3s --processes=2 ", "time-limit wall"},
    {"shm", NONE, "ok"},
    {"signals_itself", NONE, "ok"},
    {"stops_itself", "--policy=none --wall=0.1s ", "time-limit wall"},
    {NULL, NULL, NULL},
};

static const struct submission of_64_bit[] = {
    {"int80_getpid", LIMITS, "ok"},
    {"int80_unlink", LIMITS, "forbidden-call i386 unlink /nowhere"},
    {"int80_forks", LIMITS, "forbidden-call i386 fork"},
    {"x32_unlink", LIMITS, "forbidden-call x32 unlink /nowhere"},
    {"x32_getpid", LIMITS, "ok"},
    {NULL, NULL, NULL},
};

/* verdict WANTED OPTIONS -- PROGRAM... judges it; `compare` then says which were otherwise. */
static const char judge_one[] =
    "n=100; verdict() {\n"
    "    n=$((n + 1)); echo \"$1\" >wanted.$n; shift; echo \"$*\" >words.$n\n"
    "    echo 21 | $M judge --json=json.$n \"$@\" >out 2>err.$n\n"
    "    echo $? >status.$n\n"
    "}\n"
    "compare() {\n"
    "    jq -r '[.verdict, .which, .signal, .status, (if $wide == \"\" then empty else .call_kind "
    "// \"\" | select(. != \"\") end), .call, (.arguments // [] | "
    "map(select(type == \"string\" and (test(\"^(0x|AT_|O_|SIG)\") | not))) | first), "
    "(if .stack_overflow then \"overflow\" else null end)] | map(select(. != null)) | "
    "join(\" \")' --arg wide \"$wide\" json.* >got\n"
    "    cat status.* >statuses; exec <got 3<statuses\n"
    "    for wanted in wanted.*; do\n"
    "        number=${wanted#*.}; read -r got; read -r status <&3\n"
    "        case $got in ok) expected=0 ;; *) expected=1 ;; esac\n"
    "        case $got in $(cat $wanted)) [ $status = $expected ] && continue ;; esac\n"
    "        echo \"$(cat words.$number): $got, status $status; expected $(cat $wanted)\"\n"
    "        tail -n 2 err.$number\n"
    "    done; rm -f json.* wanted.* status.* words.* err.*\n"
    "}\n";

static void append(char *script, size_t size, const struct submission *list)
{
    for (; list->words != NULL; list++) {
        size_t length = strlen(script);
        snprintf(script + length, size - length, "verdict '%s' %s-- ./p %s\n", list->verdict,
                 list->options, list->words);
    }
}

static void judge_all(const char *test, const struct submission *list, bool wide_only)
{
    static char script[65536];
    for (const char *const *kind = kinds; kind[0] != NULL; kind += 2) {
        bool narrow = strcmp(kind[0], "32-bit") == 0;
        if (narrow && wide_only)
            continue;
        snprintf(script, sizeof script,
                 "%s -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread "
                 "$R/tests/victims/judge_submission.c -o p 2>/dev/null || exit 77\nwide=%s\n%s"
                 "for time in 1 %s; do\n",
                 kind[1], narrow ? "" : "yes", judge_one, getenv("TEST_LONG") ? "2 3" : "");
        append(script, sizeof script, list);
        strcat(script, "compare; done");
        const struct run *run = shell(script);
        if (run->status == 77 && kind != kinds) {
            harness_skip(test, "%s programs cannot be made here", kind[0]);
            continue;
        }
        ck_assert_msg(run->status == 0 && run->out[0] == '\0', "%s: status %d\n%.4000s%.2000s",
                      kind[0], run->status, run->out, run->err);
    }
}

START_TEST(each_submission_has_its_verdict) { judge_all(__func__, under_compute, false); }
END_TEST

START_TEST(each_has_its_verdict_within_limits_alone) { judge_all(__func__, under_none, false); }
END_TEST

START_TEST(other_kinds_of_calls_go_by_the_same_policy) { judge_all(__func__, of_64_bit, true); }
END_TEST

#define SUBMISSION                                                                                 \
    "gcc -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread "                                      \
    "$R/tests/victims/judge_submission.c -o p || exit 77; "
#define JUDGE "$M judge -l 64M --time=5s --wall=20s "

START_TEST(output_is_cut_at_the_byte)
{
    expect(SUBMISSION JUDGE "--output-limit=12345 ./p writes_for_ever | wc -c; " JUDGE
                            "--output-limit=12345 ./p writes_for_ever >f; wc -c <f; " JUDGE
                            "--output-limit=12345 ./p writes_errors 2>&1 >/dev/null | "
                            "sed 's/memrestrict:.*//' | tr -d '\n' | wc -c; " JUDGE
                            "--output-limit=0 ./p writes_bytes 0; echo $?; " JUDGE
                            "--policy=none --output-limit=12345 ./p writes_file; wc -c <made",
           0, "12345\n12345\n12345\n0\n12345\n", NULL);
}
END_TEST

/* In a pipe that nobody reads the end is not waited for. */
START_TEST(who_does_not_read_holds_nothing_up)
{
    expect(SUBMISSION "mkfifo f; sleep 1000 <>f & "
                      "timeout 60 " JUDGE "--output-limit=1M --wall=0.3s ./p writes_for_ever >f; "
                      "echo $?; timeout 60 $M judge --output-limit=1M --wall=0.3s ./p "
                      "writes_bytes 100000 >f; echo $?; kill $!",
           0, "1\n1\n", "time-limit: wall");
}
END_TEST

START_TEST(input_that_never_comes_ends_at_the_wall)
{
    expect(SUBMISSION "mkfifo f; sleep 1000 >f & $M judge --wall=0.2s ./p waits_for_input <f; "
                      "echo $?; kill $!",
           0, "1\n", "time-limit: wall");
}
END_TEST

/* It says where it is, in words that are nobody else's. */
START_TEST(nothing_of_it_is_left)
{
    expect(SUBMISSION "cp p left-$$; for how in makes_daemon fork_bomb stops_itself thread_bomb "
                      "ignores_signals; do $M judge -l 64M --time=0.2s --wall=0.3s --policy=none "
                      "--processes=9 ./left-$$ $how; done; "
                      "ls -l /proc/[0-9]*/exe 2>/dev/null | grep left-$$; mv left-$$ left; ls",
           0, "left\np\n", NULL);
}
END_TEST

START_TEST(it_goes_when_the_command_goes)
{
    expect("$M judge --policy=none sh -c 'echo $$ >pid; exec sleep 1000' & "
           "until [ -s pid ]; do sleep 0.05; done; kill -KILL $!; wait $! 2>/dev/null; "
           "for i in 1 2 3 4 5 6 7 8 9 10; do [ -e /proc/$(cat pid)/exe ] && sleep 0.2; done; "
           "[ -e /proc/$(cat pid)/exe ] && echo there; true",
           0, "", NULL);
}
END_TEST

START_TEST(a_signal_to_the_command_ends_both)
{
    expect(SUBMISSION "$M judge ./p sleeper & sleep 0.5; kill -TERM $!; wait $!; echo $?", 0,
           "143\n", NULL);
    expect("$M judge --policy=none --json=v sh -c 'echo >there; exec sleep 1000' & " UNTIL(
               "[ -e there ]") "kill -TERM $!; wait $!; echo $?; ls",
           0, "143\nthere\n", NULL);
}
END_TEST

START_TEST(an_unlimited_stack_may_be_deep)
{
    if (shell("ulimit -s unlimited")->status != 0)
        SKIP("stacks are limited here");
    expect("cat >p.c <<'END'\n"
           "#include <alloca.h>\n#include <string.h>\n#include <time.h>\n"
           "int main(void) { memset(alloca(200 << 20), 1, 200 << 20);\n"
           "    return nanosleep(&(struct timespec){.tv_nsec = 300000000}, 0); }\n"
           "END\ngcc p.c -o p; $M judge -l 64M --stack=unlimited ./p; echo $?; "
           "$M judge -l 64M --stack=7E ./p; echo $?; "
           "$M judge -l 7E --stack=unlimited ./p; echo $?",
           0, "0\n0\n0\n", NULL);
}
END_TEST

/* As nohup(1) starts it. */
START_TEST(a_signal_that_is_ignored_ends_nothing)
{
    expect("mkfifo f; (trap '' HUP; exec $M judge --policy=none sh -c 'echo >there; read x <f') "
           "& " UNTIL("[ -e there ]") "kill -HUP $!; echo >f; wait $!; echo $?",
           0, "0\n", "ok");
}
END_TEST

START_TEST(static_data_counts_before_main)
{
    expect("for size in 20 2000; do for kind in '' -static -no-pie; do "
           "echo \"static char a[$size << 20]; int main(void) { a[0] = 1; return a[0] - 1; }\" "
           ">p.c; gcc $kind p.c -o p && $M judge -l 8M --json=- ./p | "
           "jq -r '.verdict, .refusals, .first_refusal.call' | tr '\\n' ' '; done; done",
           0,
           "memory-limit 1 exec memory-limit 1 exec memory-limit 1 exec memory-limit 1 exec "
           "memory-limit 1 exec memory-limit 1 exec ",
           NULL);
}
END_TEST

START_TEST(the_json_has_what_is_said_of_it)
{
    expect("$M judge -l 64M --time=1s --output-limit=1M --json=- true | jq -r '.schema, .version, "
           ".verdict, .engine, .policy, .limit_bytes, .time_limit_ns, .wall_limit_ns, "
           ".output_limit_bytes, .processes_limit, .refusals, .first_refusal, (.cpu_ns > 0), "
           "(.wall_ns > 0), (.peak_bytes > 0), .reported[0]'",
           0,
           "memrestrict-judge\n1\nok\nptrace\ncompute\n67108864\n1000000000\n3000000000\n1048576\n1"
           "\n0\nnull\ntrue\ntrue\ntrue\nnull\n",
           NULL);
}
END_TEST

START_TEST(policies_are_read_before_anything_is_run)
{
    expect("try() { printf '%b' \"$1\" >r; $M judge --policy=r sh -c 'echo ran' 2>&1; }; "
           "try 'allow opne'; try 'deny EWHAT open'; try 'forbid open'; try 'allow'; "
           "try 'allow open if 0 = 1'; try 'allow open if 6 == 1'; try 'default what'; "
           "try 'allow open if 0 == 1 or'; try 'include nothing'; try 'allow open if 0 == x'; "
           "$M judge --policy=/nowhere true 2>&1; echo $?",
           0,
           "memrestrict: r:1: there is no system call 'opne'; did you mean 'open'?\n"
           "memrestrict: r:1: deny: 'EWHAT' is no error; accepted: one such as EPERM\n"
           "memrestrict: r:1: 'forbid' is not understood; accepted: default, include, allow, deny, "
           "kill, report, files or own\n"
           "memrestrict: r:1: it names no system call\n"
           "memrestrict: r:1: '=' compares nothing; accepted: == != < <= > >= or & MASK ==\n"
           "memrestrict: r:1: arguments are 0 to 5\n"
           "memrestrict: r:1: default: accepted: allow, deny ERRNO, kill or report\n"
           "memrestrict: r:1: 'or' is not understood; accepted: and, or the end\n"
           "memrestrict: r:1: include: accepted: compute or none\n"
           "memrestrict: r:1: 'x' is no number\n"
           "memrestrict: --policy: /nowhere: No such file or directory; accepted: compute, none or "
           "a file of rules\n125\n",
           "");
}
END_TEST

/* WORDS OF THE FILE, SUBMISSION: verdict, call and what was reported. */
#define TRY                                                                                        \
    SUBMISSION "try() { printf '%b' \"$1\" >r; $M judge --policy=r --json=- ./p $2 2>/dev/null | " \
               "jq -r '[.verdict, .status, .call, .reported[]] | map(select(. != null)) | "        \
               "join(\" \")'; }; "

START_TEST(a_file_says_what_may_be_called)
{
    expect(TRY "try 'default allow' unlinks; "
               "try 'default allow\\nkill unlink' unlinks; "
               "try 'default allow\\ndeny EPERM unlink' unlinks; "
               "try 'default allow\\nreport unlink' unlinks; "
               "try 'include compute\\nallow unlink # a remark' unlinks; "
               "try 'include compute\\nallow socket if 0 == 2 and 1 == 1' sockets; "
               "try 'include compute\\nallow socket if 0 == 1' sockets; "
               "try 'include compute\\nallow socket if 0 != 2' sockets; "
               "try 'include compute\\nallow socket if 0 > 1\\ndeny EPERM socket' sockets; "
               "try 'default allow\\nkill socket if 0 & 0xff == 2' sockets; "
               "try 'default allow\\nkill socket if 0 < 3' sockets; "
               "try 'default allow\\nallow socket if 0 == 2\\nkill socket' passes_descriptors; "
               "try 'default allow\\nallow socketpair if 0 == 2\\nkill socketpair' "
               "passes_descriptors; "
               "try 'default deny EPERM\\ninclude compute' unlinks",
           0,
           "ok\nforbidden-call unlink\nok\nok unlink(\"/nowhere/at \\\"all\\\"\")\nok\n"
           "runtime-error 99\nforbidden-call socket\nforbidden-call socket\nruntime-error 99\n"
           "forbidden-call socket\nforbidden-call socket\nruntime-error 99\n"
           "forbidden-call socketpair\nok\n",
           NULL);
}
END_TEST

/* What is asked about changes memory, or starts a thread, as it does without being asked about. */
START_TEST(calls_that_are_reported_work)
{
    expect(
        SUBMISSION
        "try() { printf '%b' \"$1\" >r; $M judge -l 64M --policy=r --json=- ./p $2 2>/dev/null | "
        "jq -r '[.verdict, (.reported | map(split(\"(\")[0]) | unique[])] | join(\" \")'; }; "
        "try 'include compute\\nreport clone' threads; "
        "try 'include none\\nreport clone clone3 mmap munmap' threads; "
        "try 'default report' threads | grep -c 'ok.* clone.* mmap'; "
        "try 'default report' exits_after_refusal | cut -d ' ' -f 1",
        0, "ok clone\nok clone mmap munmap\n1\nmemory-limit\n", NULL);
}
END_TEST

/* The upper half of a register is not the kernel's when it takes an int. */
START_TEST(rules_hold_whatever_is_in_upper_halves)
{
    expect("cat >p.c <<'END'\n"
           "#include <sys/syscall.h>\n#include <unistd.h>\n"
           "int main(void) { return syscall(SYS_socket, 0x100000002, 1, 0) >= 0 ? 99 : 0; }\n"
           "END\ngcc p.c -o p; try() { printf '%b' \"$1\" >r; $M judge --policy=r ./p; echo $?; }; "
           "try 'default allow\\nkill socket if 0 == 2'; "
           "try 'default allow\\ndeny EPERM socket if 0 == 2'; "
           "try 'default allow\\nkill socket if 0 < 3'; "
           "try 'include compute\\nallow socket if 0 != 2'; "
           "try 'include compute\\nallow socket if 0 > 2'",
           0, "1\n0\n1\n1\n1\n", NULL);
}
END_TEST

/* What it opens is as under Landlock while there is one thread, and nothing from then on. */
START_TEST(without_landlock_files_are_held_too)
{
    expect(SUBMISSION "try() { for s in $*; do $V/judge_without_landlock " JUDGE
                      "--json=j ./p $s <&- >/dev/null 2>&1; jq -r .verdict j; done; }; "
                      "try ok opens_passwd opens_nothing races_paths",
           0, "ok\nforbidden-call\nruntime-error\nforbidden-call\n", NULL);
}
END_TEST

START_TEST(what_is_added_can_be_read)
{
    expect("echo 'int main(void) { return open(\"d/f\", 0) < 0 || open(\"d/g\", 0) >= 0; }' >p.c; "
           "gcc -w p.c -o p; mkdir d; echo 1 >d/f; $M judge ./p; echo $?; "
           "$M judge --read=d/f ./p; echo $?; $M judge --read=d ./p; echo $?; "
           "$M judge --read=none ./p; echo $?",
           0, "1\n0\n0\n125\n", "--read=none: No such file");
}
END_TEST

/* What is in /proc is the judge's, by whatever name. */
START_TEST(all_may_be_readable_but_what_processes_have)
{
    expect("cat >p.c <<'END'\n#include <dirent.h>\n#include <fcntl.h>\n#include <pthread.h>\n"
           "static void *look(void *path) { return (void *)(long)(open(path, 0) < 0); }\n"
           "int main(int argc, char **argv) { pthread_t other; void *failed;\n"
           "    pthread_create(&other, 0, look, argv[1]);\n    pthread_join(other, &failed);\n"
           "    return failed || open(argv[1], 0) < 0 || !opendir(\"/\"); }\n"
           "END\ngcc -w -pthread p.c -o p; ln -s /proc/self/mem mem; ln -s /dev/zero zero; "
           "echo >file; try() { $M judge --read=/ ./p $1 2>/dev/null; echo $?; }; "
           "try /etc/passwd; try $PWD/file; try mem; try zero; try /dev/zero; "
           "for path in /dev/urandom /proc zero; do $M judge --read=$path true; echo $?; done",
           0, "0\n0\n1\n1\n1\n125\n125\n125\n",
           "memrestrict: --read=/dev/urandom: what is in /proc and /dev cannot be read; accepted: "
           "another path\n");
}
END_TEST

#define VERDICT                                                                                    \
    "2>/dev/null | jq -r '[.verdict, .status, .signal, .arguments[1]] | "                          \
    "map(select(. != null)) | join(\" \")'; "

START_TEST(cxx_is_judged)
{
    expect("cat >p.cc <<'END'\n"
           "#include <iostream>\n#include <locale>\n#include <map>\n#include <thread>\n"
           "#include <vector>\n"
           "int main(int argc, char **argv) {\n"
           "    std::locale::global(std::locale(\"\"));\n"
           "    std::thread([] {}).join();\n"
           "    std::map<int, int> map;\n"
           "    for (int i = 0; i < 1000; i++) map[i] = i;\n"
           "    if (argc > 1) std::vector<char> all(1 << 30);\n"
           "    std::cerr << map.size() << std::endl;\n"
           "}\nEND\nfor kind in '' -static; do g++ $kind -pthread p.cc -o p || exit 77; "
           "$M judge -l 64M --json=- ./p " VERDICT "$M judge -l 64M --json=- ./p all " VERDICT
           "done",
           0, "ok\nmemory-limit SIGABRT\nok\nmemory-limit SIGABRT\n", NULL);
}
END_TEST

START_TEST(python_is_judged)
{
    if (!program_exists("/usr/bin/python3"))
        SKIP("no /usr/bin/python3");
    expect("try() { echo \"$1\" >p.py; echo 1 2 3 | $M judge -l 64M --json=- --read=p.py "
           "/usr/bin/python3 -I p.py " VERDICT "}; "
           "try 'import sys, json, threading; assert sum(map(int, sys.stdin.read().split())) == 6; "
           "t = threading.Thread(target=lambda: None); t.start(); t.join()'; "
           "try 'bytearray(1 << 30)'; try 'exit(3)'; try 'open(\"/etc/passwd\")'; "
           "try 'import os; os.fork()'; try 'import os; os.unlink(\"x\")'",
           0,
           "ok\nmemory-limit 1\nruntime-error 3\nforbidden-call /etc/passwd\nforbidden-call\n"
           "forbidden-call\n",
           NULL);
}
END_TEST

#define GO_VERDICTS                                                                                \
    "ok\nmemory-limit 2\nruntime-error 2\nruntime-error 3\nforbidden-call /etc/passwd\n"           \
    "time-limit cpu\n"
#define RUST_VERDICTS                                                                              \
    "ok\nmemory-limit SIGABRT\nruntime-error 101\nruntime-error 3\nforbidden-call /etc/passwd\n"   \
    "time-limit cpu\n"

/* Programs of Go, static and by cgo dynamic, each with words and what comes of them. */
START_TEST(go_is_judged)
{
    if (!program_exists("go"))
        SKIP("package golang-go");
    const struct run *run =
        shell("cat >q.go <<'END'\npackage main\n\nimport \"C\"\nimport (\"fmt\"; \"os\")\n\n"
              "func main() {\n"
              "    var n int\n    fmt.Scan(&n)\n    done := make(chan int)\n"
              "    go func() { done <- n * 2 }()\n"
              "    switch os.Args[1] {\n"
              "    case \"all\": for b := make([]byte, 1<<30); n < len(b); n += 4096 { b[n] = 1 }\n"
              "    case \"nil\": var p *int; *p = 1\n"
              "    case \"exits\": os.Exit(3)\n"
              "    case \"busy\": for { n++ }\n"
              "    case \"opens\": os.Open(\"/etc/passwd\")\n"
              "    }\n    fmt.Fprintln(os.Stderr, <-done)\n}\nEND\n"
              "sed '/import \"C\"/d' q.go >p.go; "
              "CGO_ENABLED=0 go build -o p p.go && CGO_ENABLED=1 go build -o q q.go || exit 77; "
              "for p in p q; do for word in ok all nil exits opens busy; do "
              "echo 21 | $M judge -l 128M --time=0.3s --wall=60s --json=j ./$p $word 2>/dev/null; "
              "jq -r '[.verdict, .status, .arguments[1], .which] | map(select(. != null)) | "
              "join(\" \")' j; done; done");
    if (run->status == 77)
        SKIP("a Go that builds here, with cgo");
    ck_assert_msg(strcmp(run->out, GO_VERDICTS GO_VERDICTS) == 0, "%s\n%s", run->out, run->err);
}
END_TEST

/* Its own panics are exits by 101; memory that is refused aborts it. */
START_TEST(rust_is_judged)
{
    const struct run *run = shell(
        "rustc --version >/dev/null 2>&1 || exit 77; cat >p.rs <<'END'\n"
        "use std::{fs, io, process, thread};\n"
        "fn main() {\n"
        "    let mut line = String::new();\n    io::stdin().read_line(&mut line).unwrap();\n"
        "    let n: usize = line.trim().parse().unwrap();\n"
        "    match std::env::args().nth(1).unwrap().as_str() {\n"
        "        \"all\" => { let v = vec![n as u8; 1 << 30]; println!(\"{}\", v[n << 20]); }\n"
        "        \"panics\" => { let v = vec![0; n]; println!(\"{}\", v[n * 2]); }\n"
        "        \"exits\" => process::exit(3),\n"
        "        \"opens\" => { let _ = fs::read(\"/etc/passwd\"); }\n"
        "        \"busy\" => { let mut i = n; loop { i = std::hint::black_box(i + 1); } }\n"
        "        _ => {}\n    }\n"
        "    eprintln!(\"{}\", thread::spawn(move || n * 2).join().unwrap());\n}\nEND\n"
        "for kind in '' '-C target-feature=+crt-static'; do rustc -O $kind p.rs || exit 77; "
        "for word in ok all panics exits opens busy; do "
        "echo 21 | $M judge -l 64M --time=0.3s --wall=60s --json=j ./p $word 2>/dev/null >&2; "
        "jq -r '[.verdict, .status, .signal, .arguments[1], .which] | map(select(. != null)) | "
        "join(\" \")' j; done; done");
    if (run->status == 77)
        SKIP("a rustc that works here (package rustc)");
    ck_assert_msg(strcmp(run->out, RUST_VERDICTS RUST_VERDICTS) == 0, "%s\n%s", run->out, run->err);
}
END_TEST

START_TEST(a_batch_shows_the_first_difference)
{
    expect("echo '#include <stdio.h>\nint main(void) { int n; return scanf(\"%d\", &n) != 1 || "
           "printf(\"%d\", n * 2) < 0; }' >p.c; gcc p.c -o p; mkdir b; "
           "for i in 1 2 3 4 10; do echo $i >b/$i.in; echo $((2 * i)) >b/$i.out; done; "
           "printf '4  \\n\\n' >b/2.out; mv b/3.out b/3.ans; printf '8\\n9\\n' >b/4.out; "
           "printf '20\\0 \\n' >b/10.out; echo x >b/11.in; echo 1 >b/12.in; "
           "$M judge -l 64M --batch=b --json=j ./p | cut -f 1,2,5; echo $?; "
           "jq -r '[.test, .verdict, .answer, .difference] | join(\"|\")' j; "
           "$M judge --batch=b --checker='grep -q 1' -j 3 ./p | tail -n 1",
           0,
           "test\tverdict\tanswer\n1\tok\tright\n2\tok\tright\n3\tok\tright\n"
           "4\tok\twrong: line 2: expected \"9\", got nothing\n"
           "10\tok\twrong: line 1: expected \"20\", got \"20\"\n11\truntime-error\tnone\n"
           "12\tok\tnone\n4 of 7 right\n0\n"
           "1|ok|right|\n2|ok|right|\n3|ok|right|\n"
           "4|ok|wrong|line 2: expected \"9\", got nothing\n"
           "10|ok|wrong|line 1: expected \"20\", got \"20\"\n11|runtime-error|none|\n12|ok|none|\n"
           "3 of 7 right\n",
           "");
}
END_TEST

START_TEST(a_batch_fails_where_one_cannot_be_judged)
{
    expect("mkdir b e; echo 1 >b/1.in; echo 1 >b/1.out; $M judge --batch=b cat >out; echo $?; "
           "$M judge --batch=b ./nowhere >/dev/null; echo $?; $M judge --batch=e true; echo $?; "
           "$M judge --checker=true true; echo $?",
           0, "0\n125\n125\n125\n", "1: ./nowhere: there is no such program");
}
END_TEST

START_TEST(a_batch_needs_no_input_of_its_own)
{
    expect("mkdir b; echo 1 >b/1.in; echo 1 >b/1.out; $M judge --batch=b cat <&- | tail -n 1", 0,
           "1 of 1 right\n", "");
}
END_TEST

START_TEST(a_checker_is_ended_with_the_batch)
{
    expect(
        "mkdir b; echo 1 >b/1.in; echo 1 >b/2.in; "
        "$M judge --batch=b --checker='echo $$ >pid; sleep 1000; true' true >out & " UNTIL(
            "[ -s pid ]") "kill -TERM $!; wait $!; echo $?; cat out; " UNTIL("! [ -e /proc/$(cat "
                                                                             "pid)/exe ]") "ls",
        0, "143\nb\nout\npid\n", NULL);
}
END_TEST

/* It may use signals, and be of any length. */
START_TEST(a_checker_is_a_command_like_any)
{
    expect(
        "mkdir b; echo 1 >b/1.in; try() { $M judge --batch=b --checker=\"$1\" true 2>&1 | "
        "sed -n '2s/.*\t//p'; }; try 'kill -TERM $$; exit 0 #'; "
        "try \": $(printf '%5000s' ''); echo no; false\"; try \": $(printf '%5000s' ''); true\"; "
        "try 'echo one; echo two; exec >&-; exit 3 #'",
        0, "failed\nwrong: no\nright\nwrong: one\n", "");
}
END_TEST

START_TEST(what_does_not_go_together_is_said)
{
    expect("mkdir b; echo 1 >b/1.in; try() { $M judge \"$@\" true 2>&1 | head -n 1; }; try -j 2; "
           "try --checker=x; try --batch=b --json=-; try --batch=b --checker=; try --time=0; "
           "$M judge -j 2 true; echo $?",
           0,
           "memrestrict: --jobs: is for several tests; accepted: with --batch\n"
           "memrestrict: --checker: is for several tests; accepted: with --batch\n"
           "memrestrict: --json=-: the table of --batch goes to standard output; accepted: a file\n"
           "memrestrict: --checker: cannot understand ''; accepted: a command for sh -c\n"
           "memrestrict: --time: cannot understand '0'; accepted: more than 0\n125\n",
           NULL);
}
END_TEST

START_TEST(the_recipe_with_bwrap_works)
{
    if (shell("bwrap --unshare-all --ro-bind / / true 2>/dev/null")->status != 0)
        SKIP("bwrap is not there, or makes no container here");
    expect(SUBMISSION
           "PATH=$B:$PATH; try() { echo 21 | $R/examples/judge/judge.sh ./p \"$@\"; "
           "echo $?; }; try -l 64M --time=5s; "
           "echo 'int main(void) { return open(\"/etc/passwd\", 0) < 0 ? 3 : 0; }' >q.c; "
           "gcc -w q.c -o p; try --policy=none",
           0, "1\n1\n", "runtime-error: exit 3");
}
END_TEST

START_TEST(exit_statuses_are_those_of_all)
{
    expect("touch file; $M judge ./nowhere; echo $?; $M judge ./file; echo $?; $M judge; echo $?; "
           "$M judge --policy=none sh -c 'exit 7'; echo $?; $M judge --time=x true; echo $?",
           0, "127\n126\n125\n1\n125\n", "accepted: a duration");
}
END_TEST

START_TEST(nobody_needs_root)
{
    if (geteuid() != 0)
        SKIP("the other tests do that here");
    expect(SUBMISSION "chmod 755 .; try() { setpriv --reuid=65534 --regid=65534 --clear-groups "
                      "$M judge -l 64M --time=5s \"$@\"; echo $?; }; "
                      "try ./p ok; try ./p exits_after_refusal; try ./p kills_parent; "
                      "for s in kills_parent writes_to_parent limits_parent kills_all; do "
                      "try --policy=none ./p $s; done",
           0, "hello\n0\n1\n1\n0\n0\n0\n0\n", NULL);
}
END_TEST

#define OWN_GROUP                                                                                  \
    "g=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup); "                  \
    "[ -w $g/cgroup.procs ] && [ -w $g/memory.limit_in_bytes ] && mkdir $g/try-$$ 2>/dev/null && " \
    "rmdir $g/try-$$ && [ -w /dev/shm ] || exit 77; "

static void in_own_group(const char *script, const char *out)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "%s%s", OWN_GROUP, script);
    const struct run *run = shell(whole);
    if (run->status == 77)
        SKIP("a group of cgroups(7) v1 that is ours, and /dev/shm");
    ck_assert_msg(strcmp(run->out, out) == 0, "%s\n%s", run->out, run->err);
}

/* Files in memory are in no count of a process: where we can have a group, that holds them. What a
 * submission had there within that is not held against it, nor are streams that are such files. */
START_TEST(files_in_memory_are_held_by_a_group)
{
    in_own_group("f=/dev/shm/memrestrict-test-$$; trap 'rm -f $f' EXIT; "
                 "try() { $M judge -l 16M --time=9s --wall=60s --policy=none --processes=2 "
                 "--json=j sh -c \"$1\" >$2 2>&1; jq -r .verdict j; rm -f $f; }; "
                 "try \"exec head -c 400000000 /dev/zero >$f\" /dev/null; "
                 "try \"head -c 400000000 /dev/zero >$f; exit 1\" /dev/null; "
                 "try \"head -c 9000000 /dev/zero >$f; exit 1\" /dev/null; "
                 "try 'exec head -c 400000000 /dev/zero' $f",
                 "memory-limit\nmemory-limit\nruntime-error\nok\n");
}
END_TEST

START_TEST(a_group_goes_with_its_judge_or_the_next)
{
    in_own_group("exec 3>&1 >/dev/null 2>&1; "
                 "$M judge --policy=none -l 16M sh -c 'echo >there; exec sleep 1000' & "
                 "until [ -e there ]; do sleep 0.01; done; left=$g/memrestrict.$!.*; "
                 "cat $left/cgroup.procs | wc -l >&3; kill -KILL $!; wait $! 2>/dev/null; "
                 "while [ -n \"$(cat $left/cgroup.procs)\" ]; do sleep 0.01; done; "
                 "$M judge --policy=none -l 16M true; ls -d $left >&3",
                 "1\n");
}
END_TEST

START_TEST(a_hundred_at_once_have_their_verdicts)
{
    if (getenv("TEST_LONG") == NULL)
        SKIP("it is for check-long");
    expect(SUBMISSION "one() { $M judge -l 64M --time=0.3s --wall=600s --json=j$1.$2 ./p $2 "
                      "</dev/null >/dev/null 2>&1; }; "
                      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; "
                      "do for s in ok exits_after_refusal busy forks; do one $i $s & done; done; "
                      "wait; cat j* | jq -r .verdict | sort | uniq -c | tr -s ' '",
           0, " 25 forbidden-call\n 25 memory-limit\n 25 ok\n 25 time-limit\n", NULL);
}
END_TEST

Suite *suite_judge(void)
{
    Suite *suite = suite_create("judge");
    command_add(suite, each_submission_has_its_verdict);
    command_add(suite, each_has_its_verdict_within_limits_alone);
    command_add(suite, other_kinds_of_calls_go_by_the_same_policy);
    command_add(suite, output_is_cut_at_the_byte);
    command_add(suite, who_does_not_read_holds_nothing_up);
    command_add(suite, input_that_never_comes_ends_at_the_wall);
    command_add(suite, nothing_of_it_is_left);
    command_add(suite, it_goes_when_the_command_goes);
    command_add(suite, a_signal_to_the_command_ends_both);
    command_add(suite, a_signal_that_is_ignored_ends_nothing);
    command_add(suite, an_unlimited_stack_may_be_deep);
    command_add(suite, static_data_counts_before_main);
    command_add(suite, the_json_has_what_is_said_of_it);
    command_add(suite, policies_are_read_before_anything_is_run);
    command_add(suite, a_file_says_what_may_be_called);
    command_add(suite, calls_that_are_reported_work);
    command_add(suite, rules_hold_whatever_is_in_upper_halves);
    command_add(suite, without_landlock_files_are_held_too);
    command_add(suite, what_is_added_can_be_read);
    command_add(suite, all_may_be_readable_but_what_processes_have);
    command_add(suite, cxx_is_judged);
    command_add(suite, python_is_judged);
    harness_add(suite, go_is_judged, 300); /* the first build makes all of its library */
    command_add(suite, rust_is_judged);
    command_add(suite, a_batch_shows_the_first_difference);
    command_add(suite, a_batch_fails_where_one_cannot_be_judged);
    command_add(suite, a_batch_needs_no_input_of_its_own);
    command_add(suite, a_checker_is_ended_with_the_batch);
    command_add(suite, a_checker_is_a_command_like_any);
    command_add(suite, what_does_not_go_together_is_said);
    command_add(suite, the_recipe_with_bwrap_works);
    command_add(suite, exit_statuses_are_those_of_all);
    command_add(suite, nobody_needs_root);
    command_add(suite, files_in_memory_are_held_by_a_group);
    command_add(suite, a_group_goes_with_its_judge_or_the_next);
    command_add(suite, a_hundred_at_once_have_their_verdicts);
    return suite;
}
