/* SPDX-License-Identifier: MIT
 *
 * Call sites: who held what at the peak, at the first refusal and at the end, by names, whatever
 * the program does and however it ends; and the files that other programs read.
 */
#include "command.h"

#include <stdlib.h>

/* Of collapsed stacks: those that have a function, as "BYTES"; the outermost and innermost frames.
 */
#define BYTES_OF(function) "awk '/(^|;)" function "(;| [0-9]+$)/ {n += $NF} END {print n + 0}' c"
#define RUN "$M -q --collapsed=c --sites=64 "
#define LIST "$M -q --site-list=l "
#define NAMES "'[.processes[].sites[].name] | sort'"
/* Who crashes in that way, by what and where: a line a process. */
#define CRASH(way)                                                                                 \
    "$M -q --json=j --site-list=l $V/crash_in_many_ways " way "; s=$?; "                           \
    "jq -r -s '[.[1].processes, .[0].processes] | map(sort_by(.pid)) | transpose[] | "             \
    "\"\\(.[0].crash.name) \\(.[0].crash.address) in \\(.[1].crash // \"\" | sub(\" .*\"; "        \
    "\"\"))\"' j l; "                                                                              \
    "(exit $s)"
#define TABLE "$M -v --sites $V/sites_holder 2>&1 >/dev/null | "

/* Name, script, status, stdout, and what is on stderr: see expect(). */
#define PROPERTIES(X)                                                                              \
    X(sites_are_not_asked_for, "$M -v $V/sites_holder 2>&1 | grep -c 'had by'", 1, "0\n", "")      \
    X(sites_peak_is_to_the_byte, RUN "$V/sites_holder; " BYTES_OF("temporary"), 0, "20971520\n",   \
      "")                                                                                          \
    X(sites_written_from_inside_are_those_of_the_run,                                              \
      LIST "-l 100M $V/sites_writes_its_own_list now && jq -S . l >a; jq -S . now | cmp - a &&"    \
           "jq -c '[.processes[0].sites[] | select(.end_bytes == 39900)] | length' a",             \
      0, "1\n", "")                                                                                \
    X(sites_are_written_while_threads_allocate,                                                    \
      LIST "-l 100M $V/sites_writes_its_own_list now threads && jq -r .schema now | uniq -c", 0,   \
      "     20 memrestrict-sites\n", "")                                                           \
    X(sites_written_from_inside_have_any_name,                                                     \
      "printf 'a\\377\\177\"\\\\\\001b' >n; ln -s $V/sites_writes_its_own_list \"$(cat n)\" "      \
      "&& " LIST                                                                                   \
      "-l 100M ./a* now && jq -S . l >b; jq -S . now | cmp - b && jq -r .processes[].program b",   \
      0, "a\\xff\\x7f\"\\\\x01b\n", "")                                                            \
    X(sites_inlined_functions_are_frames,                                                          \
      RUN "$V/sites_holder; " BYTES_OF("cache;get_twice_as_much;get"), 0, "2000000\n", "")         \
    X(sites_begin_at_start, RUN "$V/sites_holder; grep -c '^sites_holder;_start;' c", 0, "2\n",    \
      "")                                                                                          \
    X(sites_lines_are_named,                                                                       \
      TABLE "grep -q 'get (sites_holder.c:[0-9]*) < temporary (sites_holder.c:'", 0, "", "")       \
    X(sites_table_ends_with_what_leaked,                                                           \
      TABLE "sed -n '/at its end/,$p' | grep -q '4.8 KiB .* 1  leak (sites_holder.c'", 0, "", "")  \
    X(sites_moved_block_is_its_last_resizers, TABLE "grep -c '100 bytes'", 1, "0\n", "")           \
    X(sites_first_refusal_is_named,                                                                \
      "$M -l 1G --sites $V/sites_holder refused 2>&1 | grep -q 'was refused first: get "           \
      "(sites_holder.c'",                                                                          \
      0, "", "")                                                                                   \
    X(sites_survive_sigkill,                                                                       \
      "$M -v --sites $V/sites_holder killed 2>&1 | grep -q 'leak (sites_holder.c'", 0, "", NULL)   \
    X(sites_survive_exec, RUN "sh -c \"exec $V/sites_holder\"; " BYTES_OF("temporary"), 0,         \
      "20971520\n", "")                                                                            \
    X(sites_cxx_names_are_readable,                                                                \
      RUN "$V/sites_names; " BYTES_OF("pantry::shelf<long>::fill.unsigned int."), 0, "800000\n",   \
      "")                                                                                          \
    X(sites_new_is_its_callers_doing,                                                              \
      "$M -v --sites $V/sites_names 2>&1 | "                                                       \
      "grep -q '1  pantry::cook::fetch(int) (sites_names.cc'",                                     \
      0, "", "")                                                                                   \
    X(sites_threads_add_up,                                                                        \
      "$M -v --sites $V/sites_threads 2>&1 | sed -n '/end:/,$p' | grep -c '390.6 KiB .* 400  "     \
      "keep_'",                                                                                    \
      0, "4\n", "")                                                                                \
    X(sites_of_threads_at_the_peak,                                                                \
      "$M -v --sites $V/sites_threads 2>&1 | grep -q 'at its peak: .* in 16[67][0-9] blocks'", 0,  \
      "", "")                                                                                      \
    X(sites_deep_stacks_keep_the_innermost, RUN "$V/sites_hard; " BYTES_OF("deep;deep"), 0,        \
      "10001\n", "")                                                                               \
    X(sites_depth_is_as_asked,                                                                     \
      "$M -q --collapsed=c --sites=3 $V/sites_hard; "                                              \
      "grep -c '^sites_hard;deep;deep;deep 10001$' c",                                             \
      0, "1\n", "")                                                                                \
    X(sites_realigned_stack, RUN "$V/sites_hard; " BYTES_OF("main;aligned"), 0, "20002\n", "")     \
    X(sites_signal_handler, RUN "$V/sites_hard; " BYTES_OF("main;interrupted;.*;handler"), 0,      \
      "30003\n", "")                                                                               \
    X(sites_called_back_by_the_c_library, RUN "$V/sites_hard; " BYTES_OF("main;.*;compared"), 0,   \
      "40004\n", "")                                                                               \
    X(sites_of_a_child_are_its_own, RUN "$V/sites_family; " BYTES_OF("child_keeps"), 0,            \
      "2097152\n", "")                                                                             \
    X(sites_of_a_parent_stay, RUN "$V/sites_family; " BYTES_OF("parent_keeps"), 0, "1048576\n",    \
      "")                                                                                          \
    X(sites_child_frees_what_it_inherited, RUN "$V/sites_family; grep -c inherited c", 1, "0\n",   \
      "")                                                                                          \
    X(sites_of_a_child_in_a_tree,                                                                  \
      "$M -q -L 1G --collapsed=c $V/sites_family; " BYTES_OF("child_keeps"), 0, "2097152\n", "")   \
    X(sites_mapped_regions_are_their_mappers, RUN "$V/sites_mapper; " BYTES_OF("maps"), 0,         \
      "3145728\n", "")                                                                             \
    X(sites_reservations_are_who_makes_them_writable, RUN "$V/sites_mapper; " BYTES_OF("commits"), \
      0, "1048576\n", "")                                                                          \
    X(sites_reservations_cost_nothing, RUN "$V/sites_mapper; " BYTES_OF("reserves"), 0, "0\n", "") \
    X(sites_moved_regions_keep_their_mapper,                                                       \
      "$M -v --sites $V/sites_mapper 2>&1 | "                                                      \
      "sed -n '/end:/,$p' | grep -q ' 1.0 MiB .* maps (sites_mapper.c'",                           \
      0, "", "")                                                                                   \
    X(sites_are_the_same_in_every_run, RUN "$V/sites_hard; cp c d; " RUN "$V/sites_hard; cmp c d", \
      0, "", "")                                                                                   \
    X(sites_without_debug_information,                                                             \
      "cp $V/sites_holder s; strip s; $M -q --collapsed=c ./s; grep -c ';s+0x[0-9a-f]*;s+0x' c",   \
      0, "2\n", "")                                                                                \
    X(sites_of_another_file_are_not_named,                                                         \
      "cp $V/sites_holder s; $M -q --collapsed=c sh -c './s; cp $V/sites_names t; mv t s'; "       \
      "grep -c 's+0x' c",                                                                          \
      0, "2\n", "")                                                                                \
    X(sites_fifty_processes,                                                                       \
      "$M -q --collapsed=c sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do "                              \
      "$V/sites_holder & $V/sites_holder & $V/sites_holder & $V/sites_holder & $V/sites_holder & " \
      "done; wait'; "                                                                              \
      "grep -c '^sites_holder;.*;temporary;get 20971520$' c",                                      \
      0, "50\n", "")                                                                               \
    X(sites_massif_has_one_peak,                                                                   \
      "$M -q --massif=m $V/sites_holder refused; grep -c heap_tree=peak m", 0, "1\n", "")          \
    X(sites_massif_ends_after_it_began,                                                            \
      "$M -q --massif=m sh -c 'sleep 0.3; exec $V/sites_holder'; "                                 \
      "grep ^time= m | sort -c -t= -nk2 && sed -n 's/^time=//p' m | tail -n 1 | "                  \
      "sed 's/^0$/at the start/; s/^[0-9]*$/later/'",                                              \
      0, "later\n", "")                                                                            \
    X(sites_massif_names_the_program_and_the_moments_there_were,                                   \
      "$M -q --massif=m sh -c '$V/sites_holder; true'; sed -n '1s/process [0-9]*/process N/p' m; " \
      "$M -q -l 1G --massif=m $V/sites_holder refused; sed -n '1s/process [0-9]*/process N/p' m",  \
      0,                                                                                           \
      "desc: memrestrict, sites_holder (process N): peak, end\n"                                   \
      "desc: memrestrict, sites_holder (process N): peak, first refusal, end\n",                   \
      "")                                                                                          \
    X(sites_massif_of_nothing, "$M -q --massif=m true; head -n 1 m | cut -c-17", 0,                \
      "desc: memrestrict\n", "")                                                                   \
    X(sites_full_disk_is_said, "$M -q --massif=/dev/full $V/sites_holder", 125, "", "/dev/full")   \
    X(sites_list_has_the_same_names_in_every_run,                                                  \
      LIST "$V/sites_hard; jq -c " NAMES " l >n; " LIST "$V/sites_hard; jq -c " NAMES              \
           " l | cmp - n; jq -r '.[0]' n | grep -cE '^[0-9a-f]{16}$'",                             \
      0, "1\n", "")                                                                                \
    X(sites_list_is_of_the_depth_that_was_asked_for,                                               \
      "$M -q --sites=3 --site-list=l $V/sites_hard; "                                              \
      "jq -c '[.depth, ([.processes[].sites[].frames | length] | max)]' l",                        \
      0, "[3,3]\n", "")                                                                            \
    X(sites_list_tells_what_is_left,                                                               \
      LIST "$V/sites_holder; jq '[.processes[].sites[] | "                                         \
           "select(.end_bytes == 5000) | .calls, .total_bytes, .end_blocks] == [1, 5000, 1]' l",   \
      0, "true\n", "")                                                                             \
    X(sites_list_tells_who_was_refused,                                                            \
      "$M -q -l 1G --site-list=l $V/sites_holder refused; "                                        \
      "jq '[.processes[].sites[].refusals] | add' l",                                              \
      0, "1\n", "")                                                                                \
    X(sites_list_tells_processes_apart,                                                            \
      LIST "$V/sites_family; jq -c '[.schema, .version, ([.processes[] | .forked] | sort)]' l", 0, \
      "[\"memrestrict-sites\",1,[false,true]]\n", "")                                              \
    X(sites_list_frames_are_in_objects,                                                            \
      LIST "$V/sites_holder; jq '.processes[0] | "                                                 \
           "[.objects[.sites[].frames[-1][0]].path] | all(endswith(\"/sites_holder\") or "         \
           "contains(\"/ld-\"))' l",                                                               \
      0, "true\n", "")                                                                             \
    X(sites_crash_is_told, CRASH("null"), 139, "SIGSEGV 0x0 in read_at\n", NULL)                   \
    X(sites_crash_at_an_address, CRASH("string 1 2 3"), 139, "SIGSEGV 0x3 in main\n", NULL)        \
    X(sites_crash_of_a_wild_call_is_its_callers, CRASH("wild"), 139, "SIGSEGV 0x0 in call_at\n",   \
      NULL)                                                                                        \
    X(sites_crash_of_a_division, CRASH("divide"), 136, "SIGFPE null in divide\n", NULL)            \
    X(sites_crash_of_the_stacks_end, "{ " CRASH("deep") "; } | sed 's/0x[0-9a-f]*/ADDRESS/'", 0,   \
      "SIGSEGV ADDRESS in recurse\n", NULL)                                                        \
    X(sites_crash_by_abort_is_its_callers, CRASH("abort"), 134, "SIGABRT null in give_up\n", NULL) \
    X(sites_crash_in_free_is_its_callers, CRASH("twice"), 134, "SIGABRT null in free_twice\n",     \
      NULL)                                                                                        \
    X(sites_crash_of_a_thread, CRASH("thread"), 139, "SIGSEGV 0x0 in read_at\n", NULL)             \
    X(sites_crash_of_a_child_is_its_own, CRASH("fork"), 0,                                         \
      "null null in \nSIGSEGV 0x0 in read_at\n", "")                                               \
    X(sites_crash_of_a_vfork_child_is_not_its_parents, CRASH("vfork"), 0, "null null in \n", "")   \
    X(sites_crash_handlers_of_the_program_are_its_own, CRASH("own"), 5, "null null in \n", "")     \
    X(sites_crash_is_in_the_verdict,                                                               \
      "$M --site-list=l -v $V/crash_in_many_ways null 2>&1 | "                                     \
      "sed -n 's/.*killed by/killed by/p' | sed 's/c:[0-9]*/c:LINE/; s/ (core dumped)//; q'",      \
      0, "killed by SIGSEGV in read_at (crash_in_many_ways.c:LINE)\n", NULL)                       \
    X(sites_crash_by_a_signal_from_outside,                                                        \
      "mkfifo p; $M -q --site-list=l $V/crash_in_many_ways waits >p & read line <p; "              \
      "pkill -BUS -P $! crash_in_many; wait $!; jq -r '.processes[].crash.name' l",                \
      0, "SIGBUS\n", NULL)                                                                         \
    X(sites_have_no_handlers_unless_crashes_are_asked_for,                                         \
      "for o in --sites --site-list=l; do mkfifo p; $M -q $o $V/crash_in_many_ways waits >p & "    \
      "read line <p; grep SigCgt /proc/$(pgrep -P $! crash_in_many)/status | tr -d '\t0' ; "       \
      "pkill -KILL -P $! crash_in_many; wait $!; rm p; done",                                      \
      0, "SigCgt:\nSigCgt:44f8\n", NULL)                                                           \
    X(sites_live_snapshot,                                                                         \
      "mkfifo p; $M -q --sites $V/sites_holder waits <p & exec 3>p; "                              \
      "until pid=$(pgrep -P $! -x sites_holder) && $M snapshot $pid >s 2>e && grep -q 'leak ' s; " \
      "do sleep 0.05; done; exec 3>&-; wait; echo seen",                                           \
      0, "seen\n", "")

#define PROPERTY_TEST(name, script, status, out, err)                                              \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(PROPERTY_TEST)

START_TEST(sites_ms_print_reads_massif)
{
    if (!program_exists("ms_print"))
        SKIP("ms_print is not there (Debian: valgrind)");
    expect("$M -q --massif=m $V/sites_holder; ms_print m | "
           "grep -c '^->9[0-9].[0-9]*% (2[0-9,]*B) 0x[0-9A-F]*: get (sites_holder.c:[0-9]*)'",
           0, NULL, "");
}
END_TEST

/* It makes no table of which unit has which addresses, and counts files from 0 on. */
START_TEST(sites_of_a_program_by_clang_have_lines)
{
    if (!program_exists("clang"))
        SKIP("clang is not there (Debian: clang)");
    expect("for dwarf in 4 5; do clang -O2 -g -gdwarf-$dwarf $R/examples/names.c -o n; "
           "$M -l 512K --sites ./n 2>&1 | "
           "grep -c ' copy (names.c:[0-9]*) < add (names.c:[0-9]*) < main (names.c:[0-9]*)$'; done",
           0, "1\n1\n", "");
}
END_TEST

START_TEST(sites_speedscope_imports_ours)
{
    if (!program_exists("node"))
        SKIP("node is not there (Debian: nodejs)");
    if (system("test -d \"${BUILD:-build}/npm/node_modules/speedscope\"") != 0)
        SKIP("the npm package speedscope is not there ('make speedscope')");
    expect("$M -q -l 1G --sites=64 --speedscope=s $V/sites_holder refused; "
           "node $R/tests/command/speedscope.js $B/npm/node_modules/speedscope s | sed "
           "'s/_start.*main;/main;/'",
           0,
           "sites_holder: peak bytes 22971520\n"
           "  main;temporary;get 20971520\n"
           "  main;cache;get_twice_as_much;get 2000000\n"
           "sites_holder: first refusal bytes 2005000\n"
           "  main;cache;get_twice_as_much;get 2000000\n"
           "  main;leak 5000\n"
           "sites_holder: end bytes 2005000\n"
           "  main;cache;get_twice_as_much;get 2000000\n"
           "  main;leak 5000\n",
           "");
}
END_TEST

/* Blocks that were asked for from functions with wrong frame rules, on five stacks, 16 times each.
 */
START_TEST(sites_of_wrong_frame_rules_on_any_stack)
{
#if !defined(__x86_64__)
    SKIP("wrong frame rules are written for x86-64 alone");
#endif
    expect(RUN "$V/sites_foreign_stacks; echo $?; " BYTES_OF("wrong_frame;keep") "; " BYTES_OF(
               "wrong_return;keep"),
           0, "0\n800\n800\n", "");
}
END_TEST

START_TEST(sites_crash_without_a_stack_ends_as_it_would)
{
#if !defined(__x86_64__)
    SKIP("it is written for x86-64 alone");
#endif
    expect("$V/crash_in_many_ways astray; echo $?; "
           "$M -q --json=j --site-list=l $V/crash_in_many_ways astray; echo $?; "
           "jq -r '.processes[].crash.name' l",
           0, "132\n132\nSIGILL\n", NULL);
}
END_TEST

Suite *suite_sites(void)
{
    Suite *suite = suite_create("sites");
#define PROPERTY_ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(PROPERTY_ADD)
    command_add(suite, sites_of_wrong_frame_rules_on_any_stack);
    command_add(suite, sites_crash_without_a_stack_ends_as_it_would);
    command_add(suite, sites_ms_print_reads_massif);
    command_add(suite, sites_of_a_program_by_clang_have_lines);
    command_add(suite, sites_speedscope_imports_ours);
    return suite;
}
