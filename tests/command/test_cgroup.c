/* SPDX-License-Identifier: MIT
 *
 * Runs in control groups: what the kernel killed is said and counted, the rest is not; and no group
 * stays. Of v1 and v2, what is mounted here is tried for real, v2 besides on a folder made up for
 * that.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

#define CGROUP "$M --engine=cgroup --scope=tree "
/* 64 MiB, of which each byte is written. */
#define HUNGRY "dd if=/dev/zero bs=64M count=1 status=none of=out"
#define GROUPS_LEFT                                                                                \
    "find $(sed -nE 's/.* - cgroup2? .*//; s/^[0-9]+ [0-9]+ [^ ]+ [^ ]+ ([^ ]+) .*/\\1/p' "        \
    "/proc/self/mountinfo | sort -u | grep cgroup) -name 'memrestrict.*'"

static bool is_there(const char *test)
{
    const struct run *run = shell("$M explain | sed -n 's/^  cgroup  *no: *//p'");
    if (run->out[0] == '\0')
        return true;
    harness_skip(test, "no control groups here: %s", run->out);
    return false;
}

#define NEEDS_CGROUP                                                                               \
    if (!is_there(__func__))                                                                       \
    return

START_TEST(what_the_kernel_killed_is_said)
{
    NEEDS_CGROUP;
    expect("exec " CGROUP "-l 20M " HUNGRY, -9, "",
           "memrestrict: dd: killed at the limit: 1 process (peak 20.0 of 20.0 MiB for all "
           "processes), killed by SIGKILL\n");
}
END_TEST

START_TEST(a_child_that_is_killed_is_counted)
{
    NEEDS_CGROUP;
    expect(CGROUP "-l 20M sh -c '" HUNGRY "; " HUNGRY "; true' 2>err; s=$?; "
                  "grep -o 'killed at the limit: 2 processes' err; exit $s",
           0, "killed at the limit: 2 processes\n", "");
}
END_TEST

START_TEST(who_fits_is_not_killed)
{
    NEEDS_CGROUP;
    expect(CGROUP "-v -l 100M -e 9 " HUNGRY " && [ $(stat -c %s out) = 67108864 ]", 0, "",
           "dd: nothing killed");
    expect(CGROUP "-l 100M -e 9 " HUNGRY, 0, "", "");
}
END_TEST

START_TEST(a_limit_that_is_met_and_kills_nobody_is_no_failure)
{
    NEEDS_CGROUP;
    expect(CGROUP "-v -l 20M -e 9 dd if=/dev/zero bs=1M count=64 status=none of=out", 0, "",
           "nothing killed, the limit met ");
}
END_TEST

START_TEST(without_a_limit_the_peak_is_told)
{
    NEEDS_CGROUP;
    expect("$M --engine=cgroup -q --json=j " HUNGRY "; "
           "jq '.tree_peak_bytes >= 67108864, .tree_limit_bytes, .limit_kills' j",
           0, "true\nnull\n0\n", "");
}
END_TEST

START_TEST(all_formats_say_what_was_killed)
{
    NEEDS_CGROUP;
    expect(CGROUP "-q -l 20M --json=j --junit=x --tap=t --prometheus=p sh -c '" HUNGRY
                  "' 2>/dev/null; jq -c '[.engine,.outcome,.passed,.limit_kills,.refusals,"
                  ".tree_peak_bytes]' j; grep -c 'failure type=\"killed_at_the_limit\"' x; "
                  "grep -c '^not ok 1 .*killed at the limit: 1 process' t; "
                  "grep -E 'limit_kills[{]|kind=\"killed' p | sed 's/.*} //'",
           0, "[\"cgroup\",\"killed_at_the_limit\",false,1,0,20971520]\n1\n1\n1\n1\n", "");
}
END_TEST

START_TEST(the_exit_status_asked_for_is_given)
{
    NEEDS_CGROUP;
    expect(CGROUP "-q -l 20M -e 9 sh -c '" HUNGRY "; true' 2>/dev/null", 9, "", "");
}
END_TEST

START_TEST(a_time_limit_ends_the_whole_group)
{
    NEEDS_CGROUP;
    expect(CGROUP "-q -l 50M -t 0.3 -k 0.2 sh -c 'trap \"\" TERM; setsid sleep 1000 & "
                  "echo $! >pid; while :; do sleep 0.1; done'; s=$?; "
                  "[ -e /proc/$(cat pid)/exe ] && echo there; exit $s",
           124, "", "");
}
END_TEST

START_TEST(each_process_alone_cannot_be_limited)
{
    expect("$M --engine=cgroup -l 20M true", 125, "",
           "--engine=cgroup: it cannot do a limit for each process (with --scope=tree it limits");
    expect("$M --engine=cgroup -L 20M -r 1M true", 125, "", "it cannot do --reserve");
    expect("$M --engine=cgroup -L 20M --sites true", 125, "", "it cannot do --sites");
}
END_TEST

START_TEST(no_group_stays)
{
    NEEDS_CGROUP;
    expect(CGROUP "-q -l 50M true; " CGROUP "-q -l 50M ./nothing 2>/dev/null; " CGROUP
                  "-q -l 50M -t 0.2 sleep 10; " GROUPS_LEFT " | grep -F \".$$.\"; true",
           0, "", NULL);
}
END_TEST

/* The command's process ID is in the group's name. */
START_TEST(a_killed_command_leaves_a_group_to_the_next_run)
{
    NEEDS_CGROUP;
    expect(CGROUP "-q -l 50M sh -c 'echo $$ >pid; exec sleep 1000' & m=$!; " UNTIL(
               "[ -s pid ]") "kill -9 $m; wait $m 2>/dev/null; " CGROUP "-q -l 50M true; "
                             "[ $(" GROUPS_LEFT " | grep -cF \".$m.\") = 1 ] && echo kept; "
                             "kill -9 $(cat pid); " UNTIL("! [ -e /proc/$(cat pid)/exe ]") CGROUP
           "-q -l 50M true; " GROUPS_LEFT " | grep -F \".$m.\"; true",
           0, "kept\n", NULL);
}
END_TEST

START_TEST(what_goes_on_is_said_and_stays_limited)
{
    NEEDS_CGROUP;
    expect(CGROUP "-l 50M sh -c 'sleep 1000 & echo $! >pid'; "
                  "grep -c 'memrestrict\\.[0-9]*\\.[0-9]*$' /proc/$(cat pid)/cgroup; "
                  "kill -9 $(cat pid); " UNTIL("! [ -e /proc/$(cat pid)/exe ]") CGROUP
           "-q -l 50M true",
           0, "1\n", "1 process that sh left goes on, limited as before, in /");
}
END_TEST

/* Whoever may write to the group's files can take the limit away. */
START_TEST(a_limit_that_was_changed_is_never_green)
{
    NEEDS_CGROUP;
    expect(CGROUP
           "-l 50M -e 9 sh -c 'for f in $(find /sys/fs/cgroup -path \"*memrestrict.$PPID.*\" "
           "-name memory.max -o -path \"*memrestrict.$PPID.*\" -name "
           "memory.limit_in_bytes); do echo 40M >$f; done'",
           9, "", "the limit of its group was changed as it ran");
}
END_TEST

/* Whoever may write to the files of other groups can go there. */
START_TEST(who_leaves_the_group_is_named)
{
    NEEDS_CGROUP;
    const struct run *run =
        shell(CGROUP "-l 50M -e 9 sh -c 'd=$(dirname $(find /sys/fs/cgroup -path "
                     "\"*memrestrict.$PPID.*\" -name cgroup.procs | head -n 1)); "
                     "sh -c \"echo \\$\\$ >$d/../cgroup.procs && exec sleep 0.5\" || exit 77'");
    if (run->status == 77)
        SKIP("a group around that takes processes");
    ck_assert_msg(run->status == 9 && strstr(run->err, "it left the group of the run") != NULL &&
                      strstr(run->err, "group-probe") == NULL,
                  "status %d\nstderr: %s", run->status, run->err);
}
END_TEST

/* A folder that is a v2 hierarchy with us in its group `own`. */
#define MADE                                                                                       \
    "gcc -shared -fPIC -D_GNU_SOURCE -x c $R/tests/command/made_groups.h -o made.so || exit 1; "   \
    "export TEST_OF_MEMRESTRICT_CGROUP=$PWD/made GROUPS_ARE_IN=$PWD/fs "                           \
    "EVENTS=\"$(printf 'low 0\\nhigh 0\\nmax 7\\noom 0\\noom_kill 0\\n')\" PEAK=12345678; "        \
    "mkdir -p made/self fs/own; echo '5 4 0:1 / '$PWD'/fs rw - cgroup2 cgroup2 rw' "               \
    ">made/self/mountinfo; echo 0::/own >made/self/cgroup; "                                       \
    "for d in fs fs/own; do echo cpu memory >$d/cgroup.controllers; : >$d/cgroup.procs; "          \
    "echo cpu memory >$d/cgroup.subtree_control; done; P='env LD_PRELOAD='$PWD'/made.so '; "

START_TEST(v2_is_set_by_its_names)
{
    expect(MADE "$P" CGROUP "-q --json=j -l 50M sh -c 'cat fs/own/memrestrict.*/memory.max; echo; "
                "cat fs/own/memrestrict.*/memory.swap.max; echo; "
                "[ $(cat fs/own/memrestrict.*/cgroup.procs) = $$ ] && echo joined'; "
                "jq -c '[.outcome,.limit_met,.limit_kills,.tree_peak_bytes,.passed]' j; ls fs/own",
           0,
           "52428800\n0\njoined\n[\"never_refused\",7,0,12345678,true]\ncgroup.controllers\n"
           "cgroup.procs\ncgroup.subtree_control\n",
           "");
}
END_TEST

START_TEST(v2_ends_a_group_at_once)
{
    expect(MADE "KILL=0 $P" CGROUP "-q -l 50M -t 0.2 -k 0.1 sh -c 'trap \"\" TERM; "
                "until [ \"$(cat fs/own/memrestrict.*/cgroup.kill)\" = 1 ]; do sleep 0.01; done; "
                "echo killed'",
           124, "killed\n", "");
}
END_TEST

START_TEST(v2_tells_by_its_events_who_killed)
{
    expect(MADE "EVENTS=\"$(printf 'max 7\\noom 1\\noom_kill 2\\n')\" $P" CGROUP "-e 9 -l 50M true",
           9, "", "true: killed at the limit: 2 processes (peak 11.7 of 50.0 MiB");
    expect(MADE "EVENTS=\"$(printf 'max 0\\noom 0\\noom_kill 1\\n')\" $P" CGROUP "-v -l 50M true",
           0, "",
           "the kernel killed 1 process for want of memory, but not at this run's limit: a group "
           "around it, or the machine, had no more\nmemrestrict: true: nothing killed (peak");
    expect(MADE "unset PEAK; $P" CGROUP "-v -l 50M true", 0, "",
           "(peak not known, limit 50.0 MiB for all processes)");
}
END_TEST

/* What holds processes gives no controllers to groups below it: one beside it is made. */
START_TEST(v2_makes_a_group_beside_where_none_can_be_below)
{
    expect(MADE "rm fs/own/cgroup.subtree_control; mkdir fs/own/cgroup.subtree_control; $P" CGROUP
                "-q -l 50M sh -c 'cat fs/memrestrict.*/memory.max'",
           0, "52428800", "");
    expect(MADE "for d in fs fs/own; do rm $d/cgroup.subtree_control; "
                "mkdir $d/cgroup.subtree_control; done; $M explain | grep '^  cgroup'; $P" CGROUP
                "-q -l 50M true",
           125, NULL, "no group of this user's can be made below or beside the one that we are in");
}
END_TEST

START_TEST(v2_makes_none_beside_the_group_of_a_run_around)
{
    expect(MADE "mkdir -p fs/memrestrict.1.2; cp fs/own/cgroup.* fs/memrestrict.1.2; "
                "rm fs/memrestrict.1.2/cgroup.subtree_control; "
                "mkdir fs/memrestrict.1.2/cgroup.subtree_control; "
                "echo 0::/memrestrict.1.2 >made/self/cgroup; $P" CGROUP "-q -l 50M true",
           125, "", "the run around this one has its group, and beside that its limit would not");
}
END_TEST

START_TEST(a_run_within_a_run_stays_within_its_limit)
{
    NEEDS_CGROUP;
    if (shell("grep -q memory /sys/fs/cgroup/cgroup.controllers")->status == 0)
        SKIP("v2 lets no group be made in the group of a run");
    expect(CGROUP "-q -l 20M $M -q --engine=cgroup -L 200M " HUNGRY " 2>/dev/null; echo $?", 0,
           "137\n", NULL);
}
END_TEST

START_TEST(a_limit_of_nothing_kills_at_once)
{
    NEEDS_CGROUP;
    expect("exec " CGROUP "-l 0 true", -9, "", "true: killed at the limit: 1 process (peak ");
}
END_TEST

START_TEST(a_container_sees_a_part_of_the_hierarchy)
{
    expect(MADE "mkdir -p fs/in; cp fs/own/* fs/in; echo 0::/box/a/in >made/self/cgroup; "
                "sed -i 's|0:1 / |0:1 /box/a |' made/self/mountinfo; $P" CGROUP
                "-q -l 50M sh -c 'cat fs/in/memrestrict.*/memory.max'; "
                "echo 0::/../other >made/self/cgroup; $P" CGROUP "-q -l 50M true",
           125, "52428800", "the group that we are in is not below what is mounted");
}
END_TEST

/* Where the one who looks could make no group, and gives none the controller. */
START_TEST(looking_changes_nothing)
{
    expect(
        MADE "$P" CGROUP "-q -l 50M sh -c 'echo $$ >pid; exec sleep 1000' & " UNTIL(
            "grep -qs sleep /proc/$(cat pid 2>/dev/null)/comm") "p=$(cat pid); "
                                                                "g=$(echo fs/own/memrestrict.*); "
                                                                "mkdir made/$p; echo 0::${g#fs} "
                                                                ">made/$p/cgroup; "
                                                                "echo 424242 >$g/memory.current; : "
                                                                ">fs/own/cgroup.subtree_control; "
                                                                "$M ps --json $! | jq "
                                                                "'.[].used_bytes'; cat "
                                                                "fs/own/cgroup.subtree_control; "
                                                                "rm fs/own/cgroup.subtree_control; "
                                                                "mkdir "
                                                                "fs/own/cgroup.subtree_control; "
                                                                "echo 0::/memrestrict.1.2 "
                                                                ">made/self/cgroup; "
                                                                "$M ps --json $! | jq "
                                                                "'.[].used_bytes'; rm "
                                                                "$g/memory.current; kill -9 $p; "
                                                                "wait $!; true",
        0, "424242\n424242\n", NULL);
}
END_TEST

/* The call of systemd-run, answered by a script in its place. */
#define SYSTEMD                                                                                    \
    "mkdir -p made/systemd/system made/systemd bin; : >made/systemd/private; "                     \
    "export XDG_RUNTIME_DIR=$PWD/made PATH=$PWD/bin:$PATH; printf '%s\\n' '#!/bin/sh' "            \
    "'echo \"$*\" >asked' 'while [ \"$1\" != fail ]; do u=$1; shift; done' "                       \
    "'p=$6; mkdir -p fs/app/$u made/$p; echo 0::/app/$u >made/$p/cgroup' "                         \
    "'echo $p >fs/app/$u/cgroup.procs; echo 52428800 >fs/app/$u/memory.max' "                      \
    "'printf \"max 1\\noom 1\\noom_kill 1\\n\" >fs/app/$u/memory.events; "                         \
    "echo 9000000 >fs/app/$u/memory.peak' >bin/busctl; chmod +x bin/busctl; "

START_TEST(systemd_makes_the_group_where_it_rules)
{
    expect(MADE SYSTEMD "$P" CGROUP "-l 50M true; "
                        "grep -oE 'PIDs au 2 [0-9]+ [0-9]+ Delegate b true' asked | "
                        "sed 's/[0-9][0-9]*/N/g'; grep -oE 'Max t [0-9]+ [A-Za-z]+ t [0-9]+' asked",
           0, "PIDs au N N N Delegate b true\nMax t 52428800 MemorySwapMax t 0\n",
           "killed at the limit: 1 process (peak 8.5 of 50.0 MiB for all processes)");
    expect(MADE SYSTEMD "printf '#!/bin/sh\\nexit 1\\n' >bin/busctl; $P" CGROUP "-l 50M true", 125,
           "", "--engine=cgroup: cannot follow the program");
}
END_TEST

START_TEST(nothing_mounted_is_said)
{
    expect(MADE ": >made/self/mountinfo; $M explain | grep '^  cgroup'; $P" CGROUP "-l 50M true",
           125, NULL, "not to be had here: no control groups with the memory controller");
}
END_TEST

Suite *suite_cgroup(void)
{
    Suite *suite = suite_create("cgroup");
    command_add(suite, what_the_kernel_killed_is_said);
    command_add(suite, a_child_that_is_killed_is_counted);
    command_add(suite, who_fits_is_not_killed);
    command_add(suite, a_limit_that_is_met_and_kills_nobody_is_no_failure);
    command_add(suite, without_a_limit_the_peak_is_told);
    command_add(suite, all_formats_say_what_was_killed);
    command_add(suite, the_exit_status_asked_for_is_given);
    command_add(suite, a_time_limit_ends_the_whole_group);
    command_add(suite, each_process_alone_cannot_be_limited);
    command_add(suite, no_group_stays);
    command_add(suite, a_killed_command_leaves_a_group_to_the_next_run);
    command_add(suite, what_goes_on_is_said_and_stays_limited);
    command_add(suite, a_limit_that_was_changed_is_never_green);
    command_add(suite, v2_is_set_by_its_names);
    command_add(suite, who_leaves_the_group_is_named);
    command_add(suite, v2_ends_a_group_at_once);
    command_add(suite, v2_tells_by_its_events_who_killed);
    command_add(suite, v2_makes_a_group_beside_where_none_can_be_below);
    command_add(suite, v2_makes_none_beside_the_group_of_a_run_around);
    command_add(suite, a_run_within_a_run_stays_within_its_limit);
    command_add(suite, a_limit_of_nothing_kills_at_once);
    command_add(suite, a_container_sees_a_part_of_the_hierarchy);
    command_add(suite, looking_changes_nothing);
    command_add(suite, systemd_makes_the_group_where_it_rules);
    command_add(suite, nothing_mounted_is_said);
    return suite;
}
