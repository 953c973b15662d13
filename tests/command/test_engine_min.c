/* SPDX-License-Identifier: MIT
 *
 * min under the engines that limit from outside: static programs have a smallest budget, too.
 */
#include "command.h"

/* ./p needs 8 MiB and what a libc takes beside, and says so with status 3. */
#define PROGRAM                                                                                    \
    "printf '#include <stdlib.h>\\nint main(void) { for (int i = 0; i < 32; i++) "                 \
    "if (malloc(262144 - 16) == NULL) return 3; return 0; }' >p.c; "                               \
    "gcc -fno-builtin -static p.c -o p || exit 1; "
#define MIN "$M min -n 1 --step=1M "

START_TEST(a_static_program_has_its_need_by_ptrace)
{
    expect(PROGRAM MIN
           "./p >out 2>err; sed -n 1,2p out; grep -c 'with 8388608 bytes: exit 3$' out; "
           "cat err",
           0,
           "./p: needs 9437184 bytes (9.0 MiB), in steps of 1.0 MiB\n"
           "  limited by --engine=ptrace, in pages\n1\n"
           "memrestrict: p is statically linked: limited by --engine=ptrace, in pages\n",
           "");
}
END_TEST

START_TEST(a_need_is_found_where_nobody_tells_of_peaks)
{
    expect(PROGRAM MIN "--engine=rlimit --json=j ./p >out; grep -c 'at its peak' out; "
                       "jq -c '[.engine,.need_bytes,.steady]' j",
           0, "0\n[\"rlimit\",9437184,true]\n", "");
}
END_TEST

START_TEST(a_step_is_whole_pages)
{
    expect("$M min -n 0 -q --step=5000 --engine=ptrace true | awk '{ print $1 % 8192, ($1 > 0) }'",
           0, "0 1\n", "");
}
END_TEST

START_TEST(a_group_has_a_need)
{
    const struct run *run = shell("$M explain | sed -n 's/^  cgroup  *no: *//p'");
    if (run->out[0] != '\0')
        SKIP("no control groups here: %s", run->out);
    expect(MIN "-q --scope=tree --engine=cgroup dd if=/dev/zero bs=16M count=1 status=none of=o | "
               "awk '{ print ($1 >= 16777216), ($1 < 33554432) }'",
           0, "1 1\n", "");
}
END_TEST

START_TEST(what_cannot_be_is_said_before_anything_is_run)
{
    expect("$M min --engine=cgroup touch f; s=$?; [ -e f ] && echo ran; exit $s", 125, "",
           "--engine=cgroup: it limits all processes together; accepted: with --scope=tree");
    expect("$M min --engine=rlimit --scope=tree true", 125, "",
           "--engine=rlimit: it cannot do a limit for all processes together");
    expect("$M min --engine=magic true", 125, "", "accepted: auto|preload|ptrace|rlimit|cgroup");
}
END_TEST

Suite *suite_engine_min(void)
{
    Suite *suite = suite_create("engine_min");
    command_add(suite, a_static_program_has_its_need_by_ptrace);
    command_add(suite, a_need_is_found_where_nobody_tells_of_peaks);
    command_add(suite, a_step_is_whole_pages);
    command_add(suite, a_group_has_a_need);
    command_add(suite, what_cannot_be_is_said_before_anything_is_run);
    return suite;
}
