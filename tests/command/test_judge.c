/* SPDX-License-Identifier: MIT
 *
 * Submissions, each with the verdict that it must get, in each kind of program: 64-bit, dynamic and
 * static, and 32-bit. With TEST_LONG three times each, and a hundred at once.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    {"memfd", LIMITS, "forbidden-call memfd_create m"},
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

/* verdict WANTED OPTIONS -- PROGRAM...: a line for each that is otherwise. */
static const char judge_one[] =
    "verdict() {\n"
    "    want=$1; shift\n"
    "    echo 21 | timeout 60 $M judge --json=j \"$@\" >out 2>err\n"
    "    status=$?\n"
    "    got=$(jq -r '[.verdict, .which, .signal, .status, (if $wide == \"\" then empty else "
    ".call_kind // \"\" | select(. != \"\") end), .call, (.arguments // [] | "
    "map(select(type == \"string\" and (test(\"^(0x|AT_|O_|SIG)\") | not))) | first), "
    "(if .stack_overflow then \"overflow\" else null end)] | map(select(. != null)) | "
    "join(\" \")' --arg wide \"$wide\" j)\n"
    "    [ -z \"$strip\" ] || got=$(echo \"$got\" | sed 's/forbidden-call i386 /forbidden-call "
    "/')\n"
    "    case $got in ok) expected=0 ;; *) expected=1 ;; esac\n"
    "    case $got in $want) [ $status = $expected ] && return ;; esac\n"
    "    echo \"$*: $got, status $status; expected $want\"; tail -n 2 err\n"
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
        strcat(script, "done");
        const struct run *run = shell(script);
        if (run->status == 77) {
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

Suite *suite_judge(void)
{
    Suite *suite = suite_create("judge");
    command_add(suite, each_submission_has_its_verdict);
    command_add(suite, each_has_its_verdict_within_limits_alone);
    command_add(suite, other_kinds_of_calls_go_by_the_same_policy);
    return suite;
}
