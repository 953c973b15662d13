/* SPDX-License-Identifier: MIT
 *
 * Runs under the engines that limit from outside, seen from another terminal: ps shows them, and
 * what cannot be done is said.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

/* A run of it goes on, $m, with a process of its program, $p. */
#define RUN(options)                                                                               \
    "$M -q " options " sh -c 'echo $$ >pid; exec sleep 1000' & m=$!; " UNTIL("[ -s pid ]")         \
        UNTIL("grep -q sleep /proc/$(cat pid)/comm") "p=$(cat pid); "
#define END " kill -9 $p; wait $m 2>/dev/null; true"

START_TEST(ps_shows_runs_limited_from_outside)
{
    static const char *const engines[] = {"ptrace", "rlimit"};
    char script[1024], out[200];
    for (int i = 0; i < 2; i++) {
        snprintf(script, sizeof script,
                 RUN("-l 64M --engine=%s") "$M ps $m >out; sed -E \"s/ +/ /g; "
                                           "s/[0-9.]+ KiB of/N of/; s/[0-9.]+ KiB/N/; s/^ $m /"
                                           " m /; s/^ $p / p /; s/ \\[[.#]*\\]//\" out;" END,
                 engines[i]);
        snprintf(out, sizeof out,
                 " PID PROGRAM USED OF LIMIT PEAK REFUSED\n m %s: sh N - -\n"
                 " p sleep N of 64.0 MiB - -\n",
                 engines[i]);
        expect(script, 0, out, NULL);
    }
}
END_TEST

START_TEST(ps_shows_a_group_with_its_limit)
{
    const struct run *run = shell("$M explain | sed -n 's/^  cgroup  *no: *//p'");
    if (run->out[0] != '\0')
        SKIP("no control groups here: %s", run->out);
    expect(
        RUN("-L 64M --engine=cgroup") "$M ps --json $m | jq -c '.[] | [.engine,"
                                      ".tree_limit_bytes,.used_bytes > 0,.tree_peak_bytes,"
                                      "(.processes | map([.program,.peak_bytes,.refusals]))]';" END,
        0, "[\"cgroup\",67108864,true,null,[[\"sleep\",null,null]]]\n", NULL);
}
END_TEST

START_TEST(ps_names_the_engine_of_each_run)
{
    expect(RUN("-l 64M") "$M ps --json $m | jq -r '.[].engine'; $M ps --json $p | jq -r "
                         "'.[].engine';" END,
           0, "preload\npreload\n", NULL);
}
END_TEST

START_TEST(what_cannot_be_asked_is_said)
{
    expect(
        RUN("-l 64M --engine=ptrace") "$M snapshot $m 2>err; echo $?; grep -c 'limited from "
                                      "outside, by --engine=ptrace: ps and top show it' err; "
                                      "$M reset-peak $m 2>err; echo $?; "
                                      "$M set $p 1G 2>err; echo $?; grep -c \"$p: the "
                                      "process is in the run of $m, which --engine=ptrace "
                                      "limits: accepted: $m\" err; $M set $m arm 2>err; echo $?; "
                                      "grep -c 'nothing to arm' err;" END,
        0, "125\n1\n125\n125\n1\n125\n1\n", NULL);
}
END_TEST

/* A run, $m, whose program wants 100 MiB when the file `go` is there. */
#define WAITS(options)                                                                             \
    "$M " options " sh -c 'echo $$ >pid; until [ -e go ]; do sleep 0.02; done; "                   \
    "dd if=/dev/zero of=/dev/null bs=100M count=1 2>/dev/null; echo $?' & m=$!; " UNTIL(           \
        "[ -s pid ]")
#define SET(limit)                                                                                 \
    "$M set $m " limit " >said || exit; sed 's/([0-9]*)/(N)/; s/, .* in use/, N in use/' said; "
#define GO "touch go; wait $m"

START_TEST(set_lowers_the_limit_of_an_engine)
{
    static const char *const engines[] = {"-l 512M --engine=ptrace", "-l 512M --engine=rlimit",
                                          "-L 512M --engine=ptrace"};
    char script[1024];
    for (int i = 0; i < 3; i++) {
        snprintf(script, sizeof script, WAITS("-q %s") SET("32M") GO, engines[i]);
        expect(script, 0,
               i < 2
                   ? "each process of the run (N): limit 32.0 MiB (was 512.0 MiB), N in use\n1\n"
                   : "all processes of the run (N): limit 32.0 MiB (was 512.0 MiB), N in use\n1\n",
               NULL);
    }
}
END_TEST

START_TEST(set_gives_a_group_another_limit)
{
    const struct run *run = shell("$M explain | sed -n 's/^  cgroup  *no: *//p'");
    if (run->out[0] != '\0')
        SKIP("no control groups here: %s", run->out);
    expect(WAITS("-e 9 -L 32M --engine=cgroup") SET("512M") SET("1G") SET("256M") GO, 9,
           "all processes of the run (N): limit 512.0 MiB (was 32.0 MiB), N in use\n"
           "all processes of the run (N): limit 1.0 GiB (was 512.0 MiB), N in use\n"
           "all processes of the run (N): limit 256.0 MiB (was 1.0 GiB), N in use\n0\n",
           "the limit of the run was raised as it ran");
}
END_TEST

/* What got by then says nothing of the limit that was asked for. */
START_TEST(a_limit_that_was_raised_is_never_green)
{
    static const char *const ways[] = {"-l 32M", "-L 32M", "-l 32M --engine=ptrace",
                                       "-L 32M --engine=ptrace"};
    char script[1024];
    for (int i = 0; i < 4; i++) {
        snprintf(script, sizeof script, WAITS("-e 9 %s") "$M set $m 512M >said; " GO, ways[i]);
        expect(script, 9, i == 0 ? "1\n" : "0\n",
               i == 0 ? "refused 1 allocation" : "raised as it ran");
    }
    expect(WAITS("-e 9 -l 32M --engine=ptrace") "$M set $m unlimited >said; " GO, 9, "0\n",
           "raised as it ran");
    expect("$M -e 9 -l 32M sh -c '$M set $$ 512M >said; exec dd if=/dev/zero of=/dev/null bs=100M "
           "count=1' 2>err; echo $?; grep -c 'it has a larger limit than the run' err",
           0, "9\n1\n", NULL);
}
END_TEST

START_TEST(what_is_attached_to_is_shown_and_can_be_set)
{
    expect("sleep 1000 & p=$!; $M attach -q -l 64M $p & m=$!; " UNTIL(
               "$M ps $m 2>/dev/null | grep -q sleep") "$M ps --json $m | jq -c '.[] | "
                                                       "[.engine,.processes[0].program,.processes["
                                                       "0].limit_bytes]'; " SET(
                                                           "32M") "$M ps --json $m | jq -c '.[] | "
                                                                  ".processes[0].limit_bytes'; $M "
                                                                  "set $p 1M 2>err; "
                                                                  "echo $?; grep -c \"accepted: "
                                                                  "$m\" err; kill -INT $m; wait "
                                                                  "$m; kill $p",
           0,
           "[\"ptrace\",\"sleep\",67108864]\n"
           "each process of the run (N): limit 32.0 MiB (was 64.0 MiB), N in use\n33554432\n"
           "125\n1\n",
           NULL);
}
END_TEST

START_TEST(a_command_that_is_stopped_says_nothing)
{
    expect(RUN("-l 64M --engine=ptrace") "kill -STOP $m; $M set $m 32M 2>err; echo $?; grep -c 'is "
                                         "it stopped' err; kill -CONT $m;" END,
           0, "125\n1\n", NULL);
}
END_TEST

START_TEST(top_shows_them_too)
{
    if (!program_exists("script"))
        SKIP("package bsdutils");
    expect(RUN("-l 64M --engine=rlimit") "mkfifo keys; script -qc '$M top' out <keys >/dev/null & "
                                         "exec 3>keys; " UNTIL(
                                             "grep -q 'rlimit: sh' out 2>/dev/null") "echo q >&3; "
                                                                                     "wait $!;" END,
           0, "", NULL);
}
END_TEST

Suite *suite_outside(void)
{
    Suite *suite = suite_create("outside");
    command_add(suite, ps_shows_runs_limited_from_outside);
    command_add(suite, ps_shows_a_group_with_its_limit);
    command_add(suite, ps_names_the_engine_of_each_run);
    command_add(suite, what_cannot_be_asked_is_said);
    command_add(suite, set_lowers_the_limit_of_an_engine);
    command_add(suite, set_gives_a_group_another_limit);
    command_add(suite, a_limit_that_was_raised_is_never_green);
    command_add(suite, what_is_attached_to_is_shown_and_can_be_set);
    command_add(suite, a_command_that_is_stopped_says_nothing);
    command_add(suite, top_shows_them_too);
    return suite;
}
