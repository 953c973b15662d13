/* SPDX-License-Identifier: MIT
 *
 * Many processes: none is lost, none is left over, and the command stays small.
 */
#include "command.h"

#include <string.h>

/* Listed, or counted as what there was no place for, if the command came too late to make one. */
START_TEST(crowd_ten_thousand_short_lived_children)
{
    const struct run *run =
        shell("$M -q -l 64M --json=j perl -e 'for (1..10000) { defined(my $p = "
              "fork) or die; $p or exit 0; waitpid $p, 0 }';"
              " s=$?; echo $(($(grep -c '\"parent_pid\"' j) + "
              "$(sed -n 's/.*\"unlisted_processes\": *\\([0-9]*\\).*/\\1/p' j)));"
              " exit $s");
    ck_assert_msg(run->status == 0, "%d: %.2000s", run->status, run->err);
    ck_assert_str_eq(run->out, "10001\n");
}
END_TEST

START_TEST(crowd_five_hundred_at_once)
{
    const struct run *run =
        shell("$M -l 64M --json=j perl -e 'pipe(R, W); for (1..500) { defined(my $p = fork) or "
              "die; if (!$p) { close W; <R>; exit 0 } }"
              " sleep 1; close W; 1 while wait > 0'; s=$?; grep -c '\"parent_pid\"' j; exit $s");
    ck_assert_msg(run->status == 0 && run->err[0] == '\0', "%d: %.2000s", run->status, run->err);
    ck_assert_str_eq(run->out, "501\n");
}
END_TEST

START_TEST(crowd_refusals_of_all_are_counted)
{
    const struct run *run = shell(
        "$M -l 64M sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do $V/run_refused 2 0 & done; wait'");
    ck_assert_msg(run->status == 0 && strstr(run->err, "refused 20 allocations"), "%d: %.2000s",
                  run->status, run->err);
}
END_TEST

START_TEST(crowd_left_behind_is_said_when_asked)
{
    const struct run *run = shell("mkfifo end; $M -v -l 64M perl -e 'pipe(R, W); if (!fork) { "
                                  "syswrite W, 1; open E, q(<end); exit 0 } sysread R, $x, 1'; "
                                  ": >end");
    ck_assert_msg(strstr(run->err, "1 process is still running"), "%.2000s", run->err);
}
END_TEST

Suite *suite_crowd(void)
{
    Suite *suite = suite_create("crowd");
    command_add(suite, crowd_ten_thousand_short_lived_children);
    command_add(suite, crowd_five_hundred_at_once);
    command_add(suite, crowd_refusals_of_all_are_counted);
    command_add(suite, crowd_left_behind_is_said_when_asked);
    return suite;
}
