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

START_TEST(what_cannot_be_changed_is_said)
{
    expect(RUN("-l 64M --engine=ptrace") "$M set $m 1G 2>err; echo $?; grep -c 'limited from "
                                         "outside, by --engine=ptrace: ps and top show it' err; "
                                         "$M snapshot $m 2>err; echo $?; $M reset-peak $m 2>err; "
                                         "echo $?; $M set $p 1G 2>err; echo $?; grep -c \"$p: the "
                                         "process is in the run of $m, which --engine=ptrace "
                                         "limits: accepted: $m\" err;" END,
           0, "125\n1\n125\n125\n125\n1\n", NULL);
}
END_TEST

START_TEST(top_shows_them_too)
{
    if (!program_exists("script"))
        SKIP("package bsdutils");
    expect(RUN("-l 64M --engine=rlimit") "(sleep 0.5; echo q) | script -qc '$M top' /dev/null "
                                         "| grep -c 'rlimit: sh';" END,
           0, "1\n", NULL);
}
END_TEST

Suite *suite_outside(void)
{
    Suite *suite = suite_create("outside");
    command_add(suite, ps_shows_runs_limited_from_outside);
    command_add(suite, ps_shows_a_group_with_its_limit);
    command_add(suite, ps_names_the_engine_of_each_run);
    command_add(suite, what_cannot_be_changed_is_said);
    command_add(suite, top_shows_them_too);
    return suite;
}
