/* SPDX-License-Identifier: MIT
 *
 * A run within a run: its processes are held by both, and both verdicts tell of them. And what
 * failed though no budget said so.
 */
#include "command.h"

#include <stdio.h>

#define INNER "by the limit of a run within it"
#define OUTER "by the limit of the run around it"

START_TEST(nested_the_outer_limit_holds)
{
    expect("$M -l 5M $M -l 200M $V/takes_95M", 1, "", "takes_95M: refused 1 allocation");
    expect("$M -l 5M $M -l 200M $V/takes_95M", 1, "", "0 bytes of 5.0 MiB, " OUTER "), exit 1\n");
    expect("$M -l 5M $M --scope=tree -l 200M $V/takes_95M", 1, "", OUTER);
    expect("$M -l 5M $M $V/takes_95M", 1, "", OUTER);
}
END_TEST

START_TEST(nested_the_inner_limit_holds)
{
    expect("$M -l 200M $M -l 5M $V/takes_95M", 1, "",
           "memrestrict: takes_95M: refused 1 allocation (malloc of 95.0 MiB at 0 bytes of "
           "5.0 MiB), exit 1\n");
    expect("$M -l 200M $M -l 200M $V/takes_95M", 0, "", "");
    expect("$M -l 5M $M -l 200M $M -l 300M $V/takes_95M", 1, "", OUTER);
    expect("$M -l 300M $M -l 5M $M -l 200M $V/takes_95M", 1, "", OUTER);
}
END_TEST

START_TEST(nested_the_outer_verdict_tells_of_it)
{
    expect("$M -l 5M $M -q -l 200M $V/takes_95M", 1, "",
           "memrestrict: memrestrict: refused 1 allocation (malloc of 95.0 MiB at 0 bytes of "
           "5.0 MiB by takes_95M, process ");
    expect("$M -l 200M $M -q -l 5M $V/takes_95M", 1, "", INNER ", in takes_95M, process ");
    expect("$M -l 200M sh -c \"$M -q $V/takes_95M malloc true; true\"", 0, "", "");
    expect("$M -l 50M sh -c \"$M -q $V/takes_95M malloc true; true\"", 0, "",
           "refused 1 allocation (malloc of 95.0 MiB at ");
    expect("$M -l 50M -e 9 $M -q $V/takes_95M malloc true", 9, "", "refused 1 allocation");
}
END_TEST

START_TEST(nested_what_the_inner_limit_refused_is_no_failure_of_the_outer)
{
    expect("$M -l 200M -e 9 $M -q -l 50M $V/takes_95M malloc true", 0, "", "refused 1 allocation");
    expect("$M -l 200M -e 9 --json=j $M -q -l 50M -e 7 $V/takes_95M malloc true; echo $?; "
           "grep -o '\"passed\": [a-z]*' j",
           0, "7\n\"passed\": false\n", NULL);
}
END_TEST

/* Each once, with its figures and its end; and no alarm. */
START_TEST(nested_the_outer_run_lists_its_processes)
{
    expect("$M -l 1G --json=j $M -q -l 300M sh -c \"$V/takes_95M malloc $V/takes_95M; exit 5\";"
           "tr -d ' \\n' <j | grep -o '\"program\":\"takes_95M\",\"began_by\":\"[a-z]*\"' | sort;"
           "tr -d ' \\n' <j | grep -o '\"of_run_within\":true' | wc -l; "
           "grep -c '\"peak_bytes\": 996' j; grep -o '\"warnings\": .*' j",
           0,
           "\"program\":\"takes_95M\",\"began_by\":\"exec\"\n"
           "\"program\":\"takes_95M\",\"began_by\":\"exec\"\n"
           "\"program\":\"takes_95M\",\"began_by\":\"fork\"\n4\n3\n\"warnings\": []\n",
           "");
}
END_TEST

START_TEST(nested_a_process_that_is_killed_is_told_so)
{
    expect("$M -l 1G --json=j $M -q -l 5M sh -c \"($V/run_refused 1 segv &); sleep 0.3\";"
           "tr -d ' \\n' <j | grep -c '\"program\":\"run_refused\".*\"name\":\"SIGSEGV\"'",
           0, "1\n", NULL);
}
END_TEST

/* The inner command's own copy comes first, and is the one that works. */
START_TEST(nested_with_another_copy_of_the_library)
{
    expect("mkdir c; cp $M $B/libmemrestrict.so c; $M -l 5M c/memrestrict -l 200M $V/takes_95M", 1,
           "", OUTER);
    expect("mkdir c; cp $M $B/libmemrestrict.so c; c/memrestrict -l 200M $M -q -l 5M $V/takes_95M",
           1, "", INNER);
}
END_TEST

/* As far as it is held at all: no more than the tree's own at one time, on either side. */
START_TEST(nested_in_a_tree_has_the_trees_limit_beside_it)
{
    expect("$M --scope=tree -l 50M $M -l 200M $V/takes_95M", 1, "", "have as much again");
    expect("$M --scope=tree -l 50M $M -q -l 200M $V/takes_95M", 1, "",
           "a memrestrict ran within: its processes had the limit for all processes to "
           "themselves");
    expect("$M --scope=tree -l 200M $M -q -l 200M $V/takes_95M", 0, "", "a memrestrict ran within");
}
END_TEST

START_TEST(nested_a_reserve_ends_where_the_first_of_both_does)
{
    expect("$M -q -l 5M $M -q -l 5M -r 200M $V/run_refused 1 0; "
           "$M -l 5M $M -q -l 200M -r 1G sh -c \"$V/takes_95M; $V/takes_95M malloc $V/takes_95M\"",
           1, "", "refused 3 allocations");
    expect("$M -q -l 5M -r 100M $M -q -l 9M -r 200M sh -c \"$V/run_refused 1 0; exec "
           "$V/takes_95M\"",
           1, "", "");
}
END_TEST

#define WITHOUT_MEMORY "ulimit -v 90000; "

START_TEST(nested_what_the_kernel_refuses_is_no_refusal)
{
    static const char *const calls[] = {"malloc", "calloc", "realloc", "aligned_alloc",
                                        "mmap",   "mremap", "sbrk"};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        char script[200], said[200];
        snprintf(script, sizeof script,
                 WITHOUT_MEMORY "$M -q -l 1G -o v $V/takes_95M %s; cat v >&2", calls[i]);
        snprintf(said, sizeof said,
                 "the kernel refused 1 allocation (%s of 95.0 MiB; its own limits, not the "
                 "budget: RLIMIT_AS (ulimit -v)",
                 calls[i]);
        expect(script, 0, "", said);
        snprintf(script, sizeof script, WITHOUT_MEMORY "$M -l 1G -e 9 $V/takes_95M %s", calls[i]);
        expect(script, 1, "", said);
    }
}
END_TEST

START_TEST(nested_what_the_kernel_refuses_is_in_the_report)
{
    expect(
        WITHOUT_MEMORY "MEMRESTRICT_REPORT=stderr MEMRESTRICT_LIMIT=1G "
                       "LD_PRELOAD=$B/libmemrestrict.so $V/takes_95M",
        1, "",
        "  refused       0\n  kernel        failed 1, first: malloc of 99614720 bytes (95.0 MiB); "
        "by its own limits, not the budget\n");
}
END_TEST

Suite *suite_nested(void)
{
    Suite *suite = suite_create("nested");
    command_add(suite, nested_the_outer_limit_holds);
    command_add(suite, nested_the_inner_limit_holds);
    command_add(suite, nested_the_outer_verdict_tells_of_it);
    command_add(suite, nested_what_the_inner_limit_refused_is_no_failure_of_the_outer);
    command_add(suite, nested_the_outer_run_lists_its_processes);
    command_add(suite, nested_a_process_that_is_killed_is_told_so);
    command_add(suite, nested_with_another_copy_of_the_library);
    command_add(suite, nested_in_a_tree_has_the_trees_limit_beside_it);
    command_add(suite, nested_a_reserve_ends_where_the_first_of_both_does);
    command_add(suite, nested_what_the_kernel_refuses_is_no_refusal);
    command_add(suite, nested_what_the_kernel_refuses_is_in_the_report);
    return suite;
}
