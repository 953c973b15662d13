/* SPDX-License-Identifier: MIT
 *
 * layout on what others have set or hide: limits, control groups, parents; processes that end
 * while they are looked at, that stand still, or that are not ours to see.
 */
#include "command.h"
#include "layout_victim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kinds that are found of the program $c. */
#define KINDS "jq -r '.faults[] | [.severity, .kind, .cause // \"-\"] | join(\" \")' j"

START_TEST(a_stack_without_limit_is_the_cause_of_a_low_layout)
{
    if (!can("ulimit -S -s unlimited || exit 77"))
        SKIP("the stack cannot be without a limit");
    const struct run *run =
        shell("ulimit -S -s unlimited; $M layout -q --json=j cat >/dev/null; " KINDS
              "; $M layout -q --check cat >out; grep -c 'its stack has no limit (ulimit -s' out");
    ck_assert_msg(strcmp(run->out, "note legacy-layout unlimited-stack\n1\n") == 0 ||
                      strcmp(run->out, "fault legacy-layout unlimited-stack\n1\n") == 0,
                  "%s%s", run->out, run->err);
}
END_TEST

#define A_32_BIT_PARENT                                                                            \
    "printf '#include <unistd.h>\\nint main(int c, char **v) { if (vfork() == 0) "                 \
    "execvp(v[1], v + 1); return c == 0 || pause(); }' >p.c; "                                     \
    "cc -m32 -w p.c -o parent 2>/dev/null || exit 77; ./parent sleep 600 >/dev/null 2>&1 & p=$!; " \
    "until c=$(pgrep -x -P $p sleep); do kill -0 $p || exit 77; sleep 0.01; done; "

/* An old kernel keeps the parent's layout, and has it as a cause; a new one does not. */
START_TEST(the_child_of_a_32_bit_program_is_told)
{
    const struct run *run =
        shell(A_32_BIT_PARENT "$M layout -q --json=j $c >/dev/null; kill $c $p; "
                              "jq -c '.process | [.bits, .parent_bits]' j; " KINDS);
    if (run->status == 77)
        SKIP("no 32-bit compiler, or nothing that runs what it makes");
    ck_assert_msg(strcmp(run->out, "[64,32]\n") == 0 ||
                      strcmp(run->out, "[64,32]\nfault legacy-layout 32-bit-parent\n") == 0,
                  "%s%s", run->out, run->err);
}
END_TEST

/* A control group with a limit of 48 MiB in $g, of either kind; its files are $f. */
#define IN_A_GROUP(script)                                                                         \
    "g=/sys/fs/cgroup/memory f=memory.limit_in_bytes; [ -e $g/$f ] || "                            \
    "g=/sys/fs/cgroup f=memory.max; g=$g/memrestrict-layout-$$; mkdir $g 2>/dev/null || exit 77; " \
    "trap 'until rmdir $g; do sleep 0.01; done 2>/dev/null' EXIT; "                                \
    "{ echo 50331648 >$g/$f; } 2>/dev/null || exit 77; " script
/* What is found of a program in it. */
#define LOOK(limit)                                                                                \
    "sh -c 'echo $$ >'$g'/cgroup.procs; exec $M layout -q --check --json=j " limit                 \
    " --at=exit cat' >/dev/null; echo $?; " KINDS "; "                                             \
    "jq -r '.faults[] | .words, (.bytes_left > 0)' j | sed 's/-layout-[0-9]*//'"

START_TEST(a_control_group_with_less_than_the_budget_is_a_fault)
{
    if (!can(IN_A_GROUP("sh -c 'echo $$ >'$g/cgroup.procs 2>/dev/null || exit 77")))
        SKIP("no control group can be made here");
    expect(IN_A_GROUP(LOOK("-l 64M") "; " LOOK("-l 32M")), 0,
           "1\nfault cgroup -\n"
           "control group /memrestrict has a limit of 48.0 MiB, below the budget of 64.0 MiB: it "
           "kills before the budget refuses\ntrue\n"
           "0\n",
           "");
}
END_TEST

START_TEST(more_memory_than_the_machine_has_is_a_note)
{
    if (!can(WITH("more-than-memory", "true")))
        SKIP("the kernel does not promise so much");
    expect(WITH("more-than-memory", "$M layout -q --check $p >out; echo $?; "
                                    "grep -c '^note overcommit: it has 8.0 TiB of private' out"),
           0, "0\n1\n", "");
}
END_TEST

START_TEST(huge_pages_are_set_against_what_is_charged)
{
    if (!can(WITH("huge-pages", "[ $($M layout -q $p | grep -c ^note) = 1 ] || exit 77")))
        SKIP("no huge pages are given here");
    expect(
        ">ready; mkfifo in; "
        "$M run -q -l 128M $V/layout_has_the_fault_it_is_told huge-pages <in >ready & exec 5>in; "
        "until grep -q ready ready; do sleep 0.01; done; p=$(pgrep -P $! layout_has) || exit; "
        "$M layout -q $p >out; exec 5>&-; wait; tr '\\n' ' ' <out | "
        "grep -o 'are in huge pages; *charged are 64.0 MiB'",
        0, "are in huge pages;   charged are 64.0 MiB\n", "");
}
END_TEST

/* The kernel's list of mappings then just stops, which is no healthy process. */
START_TEST(one_that_ends_while_it_is_looked_at_is_not_half_seen)
{
    for (const char *const *nap = (const char *const[]){"0.02", "0.06", "0.2", NULL}; *nap != NULL;
         nap++) {
        char script[1000];
        snprintf(script, sizeof script,
                 WITH("mappings 60000",
                      "{ sleep %s; kill -9 $p; } & $M layout -q --check --json=j $p >out 2>err; "
                      "echo $?; [ -s j ] && jq '.mappings | length >= 60000' j; cat err | sed "
                      "'s/[0-9][0-9]*/N/'; exec 5>&-; exit 0"),
                 *nap);
        const struct run *run = shell(script);
        ck_assert_msg(
            strcmp(run->out, "0\ntrue\n") == 0 ||
                strcmp(run->out, "125\nmemrestrict: process N ended meanwhile, or became another "
                                 "program\n") == 0 ||
                strcmp(run->out, "125\nmemrestrict: process N has no memory of its own: it or its "
                                 "main thread has ended, or it is the kernel's\n") == 0 ||
                strcmp(run->out, "125\nmemrestrict: process N: its mappings cannot be seen: there "
                                 "is no such process\n") == 0,
            "%s%s", run->out, run->err);
    }
}
END_TEST

#define NO_MEMORY                                                                                  \
    " has no memory of its own: it or its main thread has ended, or it is the kernel's"
/* Each way to look at $p: the status, and what it says, with N for the process. No file is made. */
#define EACH_LOOK(before)                                                                          \
    "chmod 777 .; for o in -q '-q --check' --json=j --svg=s --watch; do " before                   \
    "$M layout $o $p >out 2>err; echo $? $(cat out) $(sed \"s/\\\\<$p\\\\>/N/g\" err); done | "    \
    "sort | uniq -c | sed 's/^ *//'; [ ! -e j ] && [ ! -e s ]; "

START_TEST(a_zombie_has_no_memory)
{
    expect(
        "sh -c 'sleep 0.2 & echo $! >pid; exec sleep 600' & k=$!; "
        "until [ -s pid ]; do sleep 0.01; done; p=$(cat pid); "
        "until grep -q 'State:.Z' /proc/$p/status; do sleep 0.01; done; " EACH_LOOK("") "kill $k",
        0,
        "4 125 memrestrict: process N" NO_MEMORY "\n"
        "1 125 memrestrict: there is no process N\n",
        NULL);
}
END_TEST

START_TEST(a_process_of_the_kernels_has_no_memory)
{
    if (!can("[ \"$(cat /proc/2/comm)\" = kthreadd ] || exit 77"))
        SKIP("none is seen here");
    expect("p=2; " EACH_LOOK(""), 0, "5 125 memrestrict: process N" NO_MEMORY "\n", "");
}
END_TEST

#define AS_NOBODY "setpriv --reuid=65534 --regid=65534 --clear-groups "

START_TEST(a_process_of_another_user_s_is_not_healthy)
{
    if (!can(AS_NOBODY "$M help >/dev/null 2>&1 || exit 77"))
        SKIP("not root, or nobody cannot run the command");
    expect("p=$$; " EACH_LOOK(AS_NOBODY), 0,
           "5 125 memrestrict: process N: its mappings cannot be seen: Permission denied\n", "");
    expect("p=1; " EACH_LOOK(AS_NOBODY), 0,
           "5 125 memrestrict: process N: its mappings cannot be seen: Permission denied\n", "");
}
END_TEST

START_TEST(a_stopped_process_is_seen)
{
    expect(WITH("nothing",
                "kill -STOP $p; until grep -q 'State:.T' /proc/$p/status; do sleep 0.01; done; "
                "$M layout -q --check $p; s=$?; kill -CONT $p; (exit $s)"),
           0, "no faults\n", "");
}
END_TEST

START_TEST(a_watch_ends_well_with_its_process)
{
    expect("sleep 600 & p=$!; $M layout -q --watch=10ms $p >out 2>err & w=$!; "
           "until grep -q '^no faults' out; do sleep 0.01; done; "
           "kill $p; wait $w; echo $?; cat err",
           0, "0\n", NULL);
}
END_TEST

START_TEST(a_watch_goes_on_with_the_program_that_its_process_becomes)
{
    expect("mkfifo in; sh -c 'read word; exec sleep 600' <in & p=$!; exec 5>in; "
           "$M layout --watch=10ms $p >out 2>err 5>&- & w=$!; "
           "until grep -q '^no faults' out; do sleep 0.01; done; echo >&5; "
           "until grep -q '^sleep (process' out; do sleep 0.01; done; "
           "kill $p; wait $w; echo $?; cat err",
           0, "0\n", NULL);
}
END_TEST

START_TEST(a_program_s_name_steers_no_terminal)
{
    expect("n=$(printf 'a\\033[31mb'); cp $V/outside_does_as_told \"$n\"; mkfifo in; "
           "\"./$n\" <in >/dev/null & p=$!; exec 5>in; "
           "until grep -q 31mb /proc/$p/comm; do sleep 0.01; done; "
           "$M layout $p >out; $M layout --json=j --svg=s $p >>out; "
           "timeout 60 $M layout --watch=50ms $p 5>&- >>out & w=$!; "
           "until [ $(grep -c '^a.x1b' out) -ge 3 ]; do sleep 0.01; done; kill $w; exec 5>&-; "
           "$M layout \"./$n.not\" 2>>out; $M layout --at=\"$n\" true 2>>out; "
           "$M layout \"--json=/gone/$n\" true 2>>out; e=$(printf '\\033'); "
           "cat out j s | grep -c $e; grep -c '^memrestrict: .*a.x1b\\[31mb' out; "
           "jq -r .process.program j | grep -c $e",
           0, "0\n3\n1\n", NULL);
}
END_TEST

START_TEST(a_number_that_is_no_process_is_said)
{
    expect("$M layout 0", 125, "", "0: is no process ID; accepted: one from 1 on");
    expect("$M layout 99999999999999999999", 125, "", "is no process ID");
    expect("$M layout -- -1", 127, "", "-1: cannot run: No such file or directory\n");
}
END_TEST

Suite *suite_layout_others(void)
{
    Suite *suite = suite_create("layout_others");
    command_add(suite, a_stack_without_limit_is_the_cause_of_a_low_layout);
    command_add(suite, the_child_of_a_32_bit_program_is_told);
    command_add(suite, a_control_group_with_less_than_the_budget_is_a_fault);
    command_add(suite, more_memory_than_the_machine_has_is_a_note);
    command_add(suite, huge_pages_are_set_against_what_is_charged);
    command_add(suite, one_that_ends_while_it_is_looked_at_is_not_half_seen);
    command_add(suite, a_zombie_has_no_memory);
    command_add(suite, a_process_of_the_kernels_has_no_memory);
    command_add(suite, a_process_of_another_user_s_is_not_healthy);
    command_add(suite, a_stopped_process_is_seen);
    command_add(suite, a_watch_ends_well_with_its_process);
    command_add(suite, a_watch_goes_on_with_the_program_that_its_process_becomes);
    command_add(suite, a_program_s_name_steers_no_terminal);
    command_add(suite, a_number_that_is_no_process_is_said);
    return suite;
}
