/* SPDX-License-Identifier: MIT
 *
 * From a run to its picture. What is wrong with a timeline is in tests/formats/.
 */
#include "command.h"

START_TEST(a_run_can_be_drawn)
{
    expect("seq 1000 | $M -q -l 64M --timeline=t.csv sort -S 200M >/dev/null && LC_ALL=C $M plot "
           "t.csv | "
           "grep -c '^sort (process [0-9]*): peak [0-9.]* .*of 64.0 MiB, first refused after .* "
           "(200.0 MiB)$'",
           0, "1\n", "");
}
END_TEST

START_TEST(a_process_too_short_for_a_sample_is_in_the_timeline)
{
    expect("$M -l 64M --timeline=t.csv --interval=10s true && grep -c "
           "',end,[0-9]*,true,0,67108864,$' t.csv",
           0, "1\n", "");
}
END_TEST

START_TEST(a_tree_has_its_sum_in_the_timeline)
{
    expect("$M -L 64M --timeline=t.csv --interval=1ms sleep 0.1 && grep -q "
           "',tree,0,,[0-9]*,67108864,$' t.csv",
           0, "", "");
}
END_TEST

START_TEST(a_timeline_on_a_full_disk_is_said)
{
    expect("$M -l 64M --timeline=/dev/full true", 125, "", "/dev/full: No space left on device\n");
}
END_TEST

START_TEST(the_picture_of_the_readme_can_be_made)
{
    if (!program_exists("python3") || !program_exists("gnuplot"))
        SKIP("no python3 or no gnuplot");
    expect("$R/examples/plot.sh $M $PWD/p.svg >out && grep -c '</svg>' p.svg", 0, "1\n",
           "survived, exit 0\n");
}
END_TEST

Suite *suite_plot(void)
{
    Suite *suite = suite_create("plot");
    command_add(suite, a_run_can_be_drawn);
    command_add(suite, a_process_too_short_for_a_sample_is_in_the_timeline);
    command_add(suite, a_tree_has_its_sum_in_the_timeline);
    command_add(suite, a_timeline_on_a_full_disk_is_said);
    command_add(suite, the_picture_of_the_readme_can_be_made);
    return suite;
}
