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

#define ALL " for all processes"

START_TEST(nested_the_tree_around_is_one_more_limit)
{
    expect("$M --scope=tree -l 50M $M -l 200M $V/takes_95M", 1, "",
           "(malloc of 95.0 MiB at 0 bytes of 50.0 MiB" ALL ", " OUTER "), exit 1\n");
    expect("$M --scope=tree -l 50M -e 9 $M -q -l 200M $V/takes_95M", 9, "",
           "memrestrict: memrestrict: refused 1 allocation (malloc of 95.0 MiB at 0 bytes of "
           "50.0 MiB" ALL " by takes_95M, process ");
    expect("$M --scope=tree -l 200M -e 9 $M --scope=tree -l 50M -q $V/takes_95M", 1, "",
           "50.0 MiB" ALL ", " INNER);
    expect("$M --scope=tree -l 200M $M -l 200M $V/takes_95M", 0, "", "");
    expect("$M -L 200M -l 100M $M -L 300M $M -l 200M sh -c \"$V/takes_95M; $V/takes_95M\"", 0, "",
           "");
}
END_TEST

/* `holder` in the background, until descriptor 9 is closed; its first word is in the file got. */
#define WHILE(holder)                                                                              \
    "mkfifo end; " holder " <end >got & exec 9>end; until [ -s got ]; do sleep 0.01; done; "
#define GETS(getter, least, most)                                                                  \
    "n=$(" getter " </dev/null); [ $n -ge " least " ] && [ $n -le " most " ] && echo right || "    \
    "echo $n"

/* On either side what the other holds is not to be had, and all of the rest is. */
START_TEST(nested_in_a_tree_shares_its_budget)
{
    expect("$M -q --scope=tree -l 40M sh -c '" WHILE("$M -q -l 1G $V/tree_hold 20000")
               GETS("$V/tree_hold 30000", "20500", "20960") "'",
           0, "right\n", "");
    expect("$M -q --scope=tree -l 40M sh -c '" WHILE("$V/tree_hold 20000")
               GETS("$M -q -l 1G $V/tree_hold 30000", "20500", "20960") "'",
           0, "right\n", "");
    expect("$M -q --scope=tree -l 60M $M -q -L 40M sh -c '" WHILE("$M -q -l 1G $V/tree_hold 20000")
               GETS("$V/tree_hold 30000", "20500", "20960") "'",
           0, "right\n", "");
}
END_TEST

/* 95 MiB were had and are free again, though that run goes on. */
START_TEST(nested_in_a_tree_gives_back_what_it_does_not_use)
{
    expect(
        "$M -q --scope=tree -l 100M sh -c '" WHILE("$M -q -l 1G $V/takes_95M malloc $V/tree_hold 1")
            GETS("$V/tree_hold 60000", "60000", "60000") "'",
        0, "right\n", "");
}
END_TEST

/* What holds the programs is not held itself: it has to tell how they ended. */
START_TEST(nested_under_a_limit_that_the_command_itself_is_beyond)
{
    expect("$M -l 500K $M -q -l 200M $V/takes_95M", 1, "", "of 500.0 KiB by takes_95M");
    expect("$M -q --scope=tree -l 500K $M -l 200M $V/takes_95M", 1, "", "of 500.0 KiB" ALL);
}
END_TEST

/* Nobody joins there, so nobody can be lent to. */
START_TEST(nested_in_a_tree_by_another_engine_is_said_to_be_beside_it)
{
    expect("$M -q --scope=tree -l 50M $M --engine=rlimit -l 200M true", 0, "",
           "have as much again");
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
    command_add(suite, nested_the_tree_around_is_one_more_limit);
    command_add(suite, nested_in_a_tree_shares_its_budget);
    command_add(suite, nested_in_a_tree_gives_back_what_it_does_not_use);
    command_add(suite, nested_under_a_limit_that_the_command_itself_is_beyond);
    command_add(suite, nested_in_a_tree_by_another_engine_is_said_to_be_beside_it);
    command_add(suite, nested_a_reserve_ends_where_the_first_of_both_does);
    command_add(suite, nested_what_the_kernel_refuses_is_no_refusal);
    command_add(suite, nested_what_the_kernel_refuses_is_in_the_report);
    return suite;
}
