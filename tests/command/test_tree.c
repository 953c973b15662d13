/* SPDX-License-Identifier: MIT
 *
 * One budget for all processes of a tree, on real processes: together they never have more, what
 * one gives back another has, by whatever way it went, and forked children pay for their own alone.
 */
#include "command.h"

#include <stdlib.h>

/* tree_hold, in the background, until the shell's descriptor 9 is closed; what it got is in `file`.
 */
#define HOLD(kib, file)                                                                            \
    "mkfifo " file ".end; $V/tree_hold " kib " <" file ".end >" file " & exec 9>" file ".end;"     \
    "while ! [ -s " file " ] && kill -0 $!; do sleep 0.01; done;"

START_TEST(two_processes_have_no_more_than_one_would)
{
    expect("$M -q -L 1M -- sh -c '" HOLD(
               "600",
               "first") "cat first; $V/tree_hold 2000 </dev/null >second;"
                        "[ $(cat second) -gt 380 ] && [ $(cat second) -le 424 ] && echo the rest'",
           0, "600\nthe rest\n", "");
}
END_TEST

START_TEST(each_process_has_its_own_without_a_tree)
{
    expect("$M -q -l 1M -- sh -c '" HOLD("600", "first") "$V/tree_hold 700 </dev/null'", 0, "700\n",
           "");
}
END_TEST

START_TEST(both_limits_hold_when_both_are_given)
{
    expect("$M -q -l 500K -L 1M -- sh -c '" HOLD(
               "600", "first") "[ $(cat first) -le 500 ] && [ $(cat first) -gt 480 ] && "
                               "$V/tree_hold 400 </dev/null'",
           0, "400\n", "");
}
END_TEST

START_TEST(scope_tree_makes_the_limit_the_trees)
{
    expect(
        "$M -q -l 1M --scope=tree -- sh -c '" HOLD(
            "600",
            "first") "$V/tree_hold 2000 </dev/null >second; [ $(cat second) -le 424 ] && echo yes'",
        0, "yes\n", "");
}
END_TEST

START_TEST(what_a_killed_process_held_is_there_for_the_next)
{
    expect("$M -q -L 1M -- sh -c '" HOLD("900", "first") "kill -KILL $!; wait $! 2>/dev/null;"
                                                         "$V/tree_hold 900 </dev/null'",
           0, "900\n", "");
}
END_TEST

START_TEST(so_is_what_it_held_before_exec)
{
    expect("$M -q -L 1M -- bash -c 'x=$(head -c 400000 /dev/zero | tr \"\\0\" x); exec "
           "$V/tree_hold 900 </dev/null'",
           0, "900\n", "");
}
END_TEST

START_TEST(so_is_what_it_held_before_exec_of_a_program_out_of_reach)
{
    expect("$M -q -L 1M -- sh -c 'mkfifo end; bash -c \"x=\\$(head -c 400000 /dev/zero | tr "
           "\\\\\\\\0 x);"
           " exec env -u LD_PRELOAD sh -c \\\"echo there >ready; cat end\\\"\" &"
           " while ! [ -s ready ] && kill -0 $!; do sleep 0.01; done;"
           " $V/tree_hold 900 </dev/null; true >end; wait'",
           0, "900\n", NULL);
}
END_TEST

START_TEST(a_forked_child_is_charged_for_its_own_alone)
{
    expect("$M -q -L 4M -- $V/tree_child_is_charged_for_its_own_alone", 0, "", "");
}
END_TEST

START_TEST(threads_that_fork_and_children_that_die_leave_nothing)
{
    expect("$M -q -L 64M -- $V/tree_threads_fork_and_die", 0, "", "");
}
END_TEST

#define COPIES(X)                                                                                  \
    X(a_copy_frees_first, "f", "")                                                                 \
    X(a_copy_reallocates_first, "r", "")                                                           \
    X(a_copy_unmaps_first, "u", "")                                                                \
    X(a_copy_forks, "c", "")                                                                       \
    X(a_handler_forks_while_blocks_are_freed, "h", "")                                             \
    X(a_handler_forks_while_a_region_is_unmapped, "m", "")                                         \
    X(a_thread_that_forks_keeps_its_stack, "t", "-c heap,regions,stacks ")

#define COPIES_TEST(name, how, options)                                                            \
    START_TEST(name)                                                                               \
    {                                                                                              \
        expect("$M -q -L 64M " options "-- $V/tree_copies_in_odd_places " how, 0, "", "");         \
    }                                                                                              \
    END_TEST
COPIES(COPIES_TEST)

/* Without a tree, and in one; each for a call of which it goes through every instruction. */
#define STEPS(X)                                                                                   \
    X(a_handler_forks_within_malloc, "-l", "m")                                                    \
    X(a_handler_forks_within_free, "-l", "f")                                                      \
    X(a_handler_forks_within_a_shrinking_realloc, "-l", "s")                                       \
    X(a_handler_forks_within_a_growing_realloc, "-l", "g")                                         \
    X(a_handler_forks_within_malloc_in_a_tree, "-L", "m")                                          \
    X(a_handler_forks_within_free_in_a_tree, "-L", "f")                                            \
    X(a_handler_forks_within_a_shrinking_realloc_in_a_tree, "-L", "s")                             \
    X(a_handler_forks_within_a_growing_realloc_in_a_tree, "-L", "g")                               \
    X(a_handler_forks_within_a_reuse, "-l", "r")                                                   \
    X(a_handler_forks_within_a_reuse_in_a_tree, "-L", "r")

#if defined(__x86_64__)
#define STEPS_SKIP
#else
#define STEPS_SKIP SKIP("single steps are made on x86-64 alone");
#endif

#define STEPS_TEST(name, limit, call)                                                              \
    START_TEST(name)                                                                               \
    {                                                                                              \
        STEPS_SKIP                                                                                 \
        expect("$M -q " limit " 64M -- $V/tree_handler_forks_at_each_step " call, 0, "", "");      \
    }                                                                                              \
    END_TEST
STEPS(STEPS_TEST)

START_TEST(who_cannot_reach_the_accounts_has_the_trees_limit_alone)
{
    expect("$M -q -L 1M -- sh -c 'MEMRESTRICT_ACCOUNTS=/proc/1/none,1M exec $V/tree_hold 2000 "
           "</dev/null >had';"
           "[ $(cat had) -gt 1000 ] && [ $(cat had) -le 1024 ] && echo yes",
           0, "yes\n", NULL);
}
END_TEST

#define GOES_ON(limit, arguments)                                                                  \
    "$M -q " limit " -- $V/tree_goes_on_after_the_run " arguments " >o; "                          \
    "until [ -s o ]; do sleep 0.02; done; cat o"

START_TEST(in_a_tree_what_the_dead_held_is_free_after_the_run_too)
{
    expect(GOES_ON("-L 5M", "20 1000000"), 0, "20 of 20, then twice\n", NULL);
}
END_TEST

/* Nobody frees their slots: each would wait a second for one. */
START_TEST(many_children_after_the_run_wait_for_nobody)
{
    expect(GOES_ON("-l 5M", "5000 1000"), 0, "5000 of 5000, then twice\n", NULL);
}
END_TEST

/* tree_hold, started when the run is over. */
#define OUTLIVES(limit, kib)                                                                       \
    "mkfifo over; $M -q " limit " -- sh -c '(read x <over; exec $V/tree_hold " kib                 \
    " </dev/null) & exit 0'; s=$?; : >over; exit $s"

START_TEST(who_outlives_the_run_has_the_same_limit_and_says_nothing)
{
    expect(OUTLIVES("-l 1M", "2000"), 0, NULL, "");
}
END_TEST

START_TEST(in_a_tree_who_outlives_the_run_has_its_limit_alone)
{
    expect(OUTLIVES("-L 1M", "100"), 0, "100\n", "limited alone, to 1048576 bytes");
}
END_TEST

/* The slot of the parent may be gone before the child has looked at it. */
START_TEST(a_child_whose_parent_ends_at_once_has_its_limit)
{
    expect("mkfifo got; for i in 1 2 3 4 5 6 7 8 9 10; do "
           "$M -q -L 1M -- sh -c 'sh -c \"($V/tree_hold 100 </dev/null >got) & exit\"; cat got' || "
           "exit; "
           "done | sort | uniq -c | tr -s ' '",
           0, " 10 100\n", "");
}
END_TEST

START_TEST(the_trees_limit_stands_beside_the_path_of_the_accounts)
{
    expect("$M -q -L 1M -- sh -c 'echo ${MEMRESTRICT_ACCOUNTS#*,}'", 0, "1048576\n", "");
}
END_TEST

START_TEST(a_tree_at_its_limit_survives_random_kills)
{
    expect(
        "$M -q -L 2M -p tree_hold -- bash -c 'for round in {1..20}; do pids=; for i in {1..6}; do"
        " $V/tree_hold 600 <>/dev/ptmx >/dev/null 2>&1 & pids+=\" $!\"; done; sleep 0.02;"
        " for pid in $pids; do kill -KILL $pid; done; wait 2>/dev/null; done 2>/dev/null;"
        " $V/tree_hold 1700 </dev/null'",
        0, "1700\n", NULL);
}
END_TEST

START_TEST(the_verdict_says_that_it_was_the_trees_limit)
{
    expect("$M -L 1M -- $V/tree_hold 2000 </dev/null >/dev/null", 0, "",
           "of 1.0 MiB for all processes");
}
END_TEST

START_TEST(an_open_reserve_is_part_of_the_limit_that_is_reported)
{
    expect("$M -q -L 1M -r 1M --json=j --prometheus=p -- $V/tree_hold 3000 </dev/null >got;"
           "jq -c '[.tree_limit_bytes, .tree_peak_bytes > 1048576]' j; grep -c "
           "'^memrestrict_tree_limit.* 2097152' p",
           0, "[2097152,true]\n1\n", "");
}
END_TEST

START_TEST(a_reserve_that_stays_closed_is_not)
{
    expect("$M -q -L 1M -r 1M --json=j -- $V/tree_hold 1 </dev/null >got; jq .tree_limit_bytes j",
           0, "1048576\n", "");
}
END_TEST

START_TEST(the_limit_that_was_set_is_reported)
{
    expect("$M -q -L 1M --json=j -- sh -c '$M set $PPID 3M' >said; jq .tree_limit_bytes j", 0,
           "3145728\n", "the limit of the run was raised as it ran");
}
END_TEST

START_TEST(a_limit_that_was_set_is_not_lifted_from_inside)
{
    expect("$M -q -l 4M -- $V/limits_of_an_operator_are_not_lifted $M &&"
           "$M -q -l 4M -L 64M -- $V/limits_of_an_operator_are_not_lifted $M",
           0, "", NULL);
}
END_TEST

START_TEST(a_soft_level_is_exact_in_a_run_and_in_a_tree)
{
    expect("for of in '-l 8M' '-L 8M' '-L 9M -l 8M'; do"
           " for it in is_crossed_once is_exact_among_threads is_never_missed; do"
           "  $M -q $of -- $V/soft_level_$it || echo $of $it; done; done",
           0, "", NULL);
}
END_TEST

START_TEST(without_a_tree_there_is_no_limit_of_one)
{
    expect("$M -q -l 1M -r 1M --json=j -- $V/tree_hold 3000 </dev/null >got;"
           "jq -c '[.tree_limit_bytes, .tree_peak_bytes]' j",
           0, "[null,null]\n", "");
}
END_TEST

START_TEST(scopes_hold_in_a_tree)
{
    expect("for victim in pay_for_what_is_allocated_inside pay_anew_for_what_grows "
           "of_a_forked_child_are_its_own tell_what_is_left; do "
           "$M -q -L 64M --sites $V/scopes_$victim || echo $victim; done",
           0, "", "");
}
END_TEST

Suite *suite_tree(void)
{
    Suite *suite = suite_create("tree");
    command_add(suite, two_processes_have_no_more_than_one_would);
    command_add(suite, each_process_has_its_own_without_a_tree);
    command_add(suite, both_limits_hold_when_both_are_given);
    command_add(suite, scope_tree_makes_the_limit_the_trees);
    command_add(suite, a_soft_level_is_exact_in_a_run_and_in_a_tree);
    command_add(suite, what_a_killed_process_held_is_there_for_the_next);
    command_add(suite, so_is_what_it_held_before_exec);
    command_add(suite, so_is_what_it_held_before_exec_of_a_program_out_of_reach);
    command_add(suite, a_forked_child_is_charged_for_its_own_alone);
    command_add(suite, threads_that_fork_and_children_that_die_leave_nothing);
#define COPIES_ADD(name, how, options) command_add(suite, name);
    COPIES(COPIES_ADD)
#define STEPS_ADD(name, limit, call) command_add(suite, name);
    STEPS(STEPS_ADD)
    command_add(suite, who_cannot_reach_the_accounts_has_the_trees_limit_alone);
    command_add(suite, in_a_tree_what_the_dead_held_is_free_after_the_run_too);
    command_add(suite, many_children_after_the_run_wait_for_nobody);
    command_add(suite, who_outlives_the_run_has_the_same_limit_and_says_nothing);
    command_add(suite, in_a_tree_who_outlives_the_run_has_its_limit_alone);
    command_add(suite, a_child_whose_parent_ends_at_once_has_its_limit);
    command_add(suite, the_trees_limit_stands_beside_the_path_of_the_accounts);
    command_add(suite, a_tree_at_its_limit_survives_random_kills);
    command_add(suite, the_verdict_says_that_it_was_the_trees_limit);
    command_add(suite, an_open_reserve_is_part_of_the_limit_that_is_reported);
    command_add(suite, a_reserve_that_stays_closed_is_not);
    command_add(suite, the_limit_that_was_set_is_reported);
    command_add(suite, a_limit_that_was_set_is_not_lifted_from_inside);
    command_add(suite, without_a_tree_there_is_no_limit_of_one);
    command_add(suite, scopes_hold_in_a_tree);
    return suite;
}
