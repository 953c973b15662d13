/* SPDX-License-Identifier: MIT
 *
 * --leaks: what is found of each way to lose a block and to keep one, and what is made of it.
 */
#include "command.h"

#define WAYS "$V/leaks_in_many_ways "
#define THREADS "$V/leaks_in_threads "
#define LOOK "$M --leaks "
#define OF_PROCESSES "jq -c '.processes[].leaks' j | "

/* Runs each kind of a victim that has it, and prints what is not as tests/leaks.txt says. */
#define EACH_KIND(victim)                                                                          \
    "printf 'char *kept; __thread char *own;' | ${CC:-cc} -shared -fPIC -xc - -o l.so; "           \
    "grep -v '^#' $R/tests/leaks.txt | while read kind d i p rest; do "                            \
    "$M -q --leaks --json=j " victim                                                               \
    " $kind </dev/null 2>/dev/null; s=$?; [ $s != 8 ] || continue; "                               \
    "found=$(jq -r '.pid as $p | .processes[] | select(.pid == $p) | .leaks |"                     \
    " \"\\(.looked) \\(.lost.blocks) \\(.indirectly.blocks) \\(.possibly.blocks)\"' j); "          \
    "[ \"$found\" = \"true $d $i $p\" ] || echo \"$kind: $found, not $d $i $p (status $s)\"; "     \
    "echo $kind >>kinds; done; "

/* Name, script, status, stdout, and what is on stderr: see expect(). */
#define PROPERTIES(X)                                                                              \
    X(leaks_of_each_kind, EACH_KIND("$V/leaks_in_many_ways") "wc -l <kinds", 0, "35\n", "")        \
    X(leaks_in_threads_of_each_kind, EACH_KIND("$V/leaks_in_threads") "wc -l <kinds", 0, "9\n",    \
      "")                                                                                          \
    X(leaks_names_the_place, LOOK WAYS "chain", 0, "",                                             \
      "  lost: 16 bytes in 1 block, with 32 bytes in 2 blocks that only they lead to: take "       \
      "(lose.h:")                                                                                  \
    X(leaks_says_by_what_it_is_lost, LOOK WAYS "chain", 0, "",                                     \
      "  indirectly: 32 bytes in 2 blocks by take (lose.h:")                                       \
    X(leaks_says_that_nothing_is_lost, LOOK WAYS "global", 0, "", "nothing lost; reachable: ")     \
    X(leaks_is_silent_when_not_asked_for, "$M " WAYS "lost", 0, "", "")                            \
    X(leaks_possible_is_no_finding, LOOK "-e 9 " WAYS "interior", 0, "",                           \
      "perhaps lost, no finding: only addresses in their midst lead to 100 bytes in 1 block\n")    \
    X(leaks_error_exitcode_tells, LOOK "-e 9 " WAYS "lost", 9, "", "lost 100 bytes in 1 block")    \
    X(leaks_error_exitcode_is_not_for_what_is_kept, LOOK "-e 9 " WAYS "list", 0, "", NULL)         \
    X(leaks_without_it_the_status_is_the_programs, LOOK WAYS "error", 3, "", "nothing lost")       \
    X(leaks_setting_asks_as_well, "MEMRESTRICT_LEAKS=yes $M -e 9 " WAYS "lost", 9, "",             \
      "lost 100 bytes in 1 block")                                                                 \
    X(leaks_setting_is_yes_or_no, "MEMRESTRICT_LEAKS=maybe $M true", 125, "",                      \
      "accepted: yes or no")                                                                       \
    X(leaks_setting_without_the_command_says_that_nobody_looks,                                    \
      "MEMRESTRICT_LEAKS=yes LD_PRELOAD=$B/libmemrestrict.so " WAYS "lost", 0, "",                 \
      "memrestrict: MEMRESTRICT_LEAKS: nobody looks: that needs 'memrestrict run --leaks'\n")      \
    X(leaks_suppressed_by_function,                                                                \
      "echo 'leak:lose_ch*' >s; " LOOK "-e 9 --suppress=s " WAYS "chain", 0, "",                   \
      "  suppressed: 16 bytes in 1 block\n")                                                       \
    X(leaks_suppressed_by_place,                                                                   \
      "echo '*:take@lose.h # all' >s; " LOOK "-e 9 --suppress=s " WAYS "chain", 0, "",             \
      "nothing lost")                                                                              \
    X(leaks_not_suppressed_by_another_outcome,                                                     \
      "echo 'crash:take@lose.h' >s; " LOOK "-e 9 --suppress=s " WAYS "chain", 9, "", NULL)         \
    X(leaks_not_suppressed_by_another_name,                                                        \
      "echo 'leak:chain@lose.h' >s; " LOOK "-e 9 --suppress=s " WAYS "chain", 9, "", NULL)         \
    X(leaks_suppressions_are_checked_before_the_start,                                             \
      "echo 'lake:take' >s; " LOOK "--suppress=s touch began; ls began", 2, "",                    \
      "s:1: cannot understand 'lake:take'")                                                        \
    X(leaks_suppressions_must_be_there, LOOK "--suppress=none true", 125, "",                      \
      "--suppress: none: cannot read: No such file or directory")                                  \
    X(leaks_suppress_needs_leaks, "echo >s; $M --suppress=s true", 125, "",                        \
      "--suppress: needs --leaks")                                                                 \
    X(leaks_as_json,                                                                               \
      LOOK                                                                                         \
      "-q --json=j " WAYS "chain; jq -c '.leaks' j; "                                              \
      "jq -r '.processes[0].leaks.call_sites[0] | .place, .key, .leads_to.blocks, .lost.bytes,"    \
      " .stack[1], (.site | length), .by_site == .site' j | sed 's/:[0-9]*)/)/'",                  \
      0,                                                                                           \
      "{\"known\":true,\"lost\":{\"bytes\":16,\"blocks\":1}}\ntake (lose.h)\ntake@lose.h\n2\n16\n" \
      "chain (leaks_in_many_ways.c)\n16\ntrue\n",                                                  \
      "")                                                                                          \
    X(leaks_json_has_null_when_not_asked_for,                                                      \
      "$M --json=j true; jq -c '.leaks, .processes[0].leaks' j", 0, "null\nnull\n", "")            \
    X(leaks_are_in_the_list_of_call_sites,                                                         \
      "for o in --leaks --list-lost ''; do $M -q $o --json=j --site-list=l " WAYS "chain; "        \
      "jq -c '.processes[0] | .leaks, ([.sites[] | .lost_bytes // 0] | add), "                     \
      "([.sites[] | select(.lost_blocks > 0) | .leads_to_blocks, .indirect_blocks])' l; "          \
      "jq -c '.leaks' j; done",                                                                    \
      0,                                                                                           \
      "{\"looked\":true,\"reason\":null}\n16\n[2,2]\n{\"known\":true,\"lost\":"                    \
      "{\"bytes\":16,\"blocks\":1}}\n"                                                             \
      "{\"looked\":true,\"reason\":null}\n16\n[2,2]\nnull\n"                                       \
      "null\n0\n[]\nnull\n",                                                                       \
      NULL)                                                                                        \
    X(leaks_names_are_the_same_in_each_run,                                                        \
      "for i in 1 2 3; do " LOOK "-q --json=j " WAYS "lost; " OF_PROCESSES                         \
      "jq -r '.call_sites[].site'; done | sort -u | wc -l",                                        \
      0, "1\n", "")                                                                                \
    X(leaks_as_junit,                                                                              \
      LOOK "-q -e 9 --junit=j " WAYS "lost; grep -o 'failures=\"1\"' j; "                          \
           "grep -o 'type=\"leak\"' j; grep -c 'lost: 100 bytes in 1 block' j",                    \
      0, "failures=\"1\"\ntype=\"leak\"\n1\n", "")                                                 \
    X(leaks_as_tap, LOOK "-q -e 9 --tap=t " WAYS "lost; grep -o '^not ok 1' t; grep lost_ t", 0,   \
      "not ok 1\n  lost_bytes: 100\n  lost_blocks: 1\n  lost_known: true\n", "")                   \
    X(leaks_of_a_child_are_the_childs,                                                             \
      LOOK "-q --json=j -e 9 " WAYS "child; echo $?; " OF_PROCESSES                                \
           "jq -c '[.lost.bytes, .inherited.bytes]' | sort",                                       \
      0, "9\n[0,0]\n[200,100]\n", "")                                                              \
    X(leaks_of_a_daemon_are_known,                                                                 \
      "printf '#include <stdlib.h>\\n#include <unistd.h>\\nint main(void) { "                      \
      "return daemon(1, 1) || malloc(100) == (void *)1; }' | ${CC:-cc} -O0 -xc - -o d; " LOOK      \
      "-q --json=j -e 9 sh -c './d | cat'; echo $?; "                                              \
      "jq -c '.processes[] | select(.program == \"d\") | .leaks.lost.bytes' j | sort",             \
      0, "9\n0\n100\n", "")                                                                        \
    X(leaks_not_known_where_daemon_failed,                                                         \
      "printf '#define _GNU_SOURCE\\n#include <unistd.h>\\n#include <sys/resource.h>\\n"           \
      "int main(void) { if (getuid() == 0 && setuid(65534)) return 1; "                            \
      "setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0}); return !daemon(1, 1); }' | ${CC:-cc} "     \
      "-xc - -o d; " LOOK "-e 9 ./d",                                                              \
      9, "", "what it has lost is not known: daemon(3) failed in it")                              \
    X(leaks_not_known_of_who_a_signal_ends, "exec " LOOK "-e 9 sh -c 'kill -KILL $$'", -9, "", "") \
    X(leaks_none_of_who_becomes_another, LOOK "-e 9 sh -c 'exec " WAYS "global'", 0, "",           \
      "memrestrict: leaks_in_many_ways (process ")                                                 \
    X(leaks_not_known_where_the_library_is_not,                                                    \
      "printf 'int main(void) { return 0; }' | ${CC:-cc} -static -xc - -o static; " LOOK           \
      "-e 9 ./static; echo $?; " LOOK "-e 9 --lenient ./static",                                   \
      0, "9\n", "what it has lost is not known: the library was not there to look\n")              \
    X(leaks_not_known_of_a_heap_that_is_not_counted, LOOK "-e 9 -c regions " WAYS "lost", 9, "",   \
      "what it has lost is not known: its heap is not the library's to know\n")                    \
    X(leaks_beside_a_limit_and_a_tree, LOOK "-l 64M --scope=tree -e 9 " WAYS "lost", 9, "",        \
      "lost 100 bytes in 1 block")                                                                 \
    X(leaks_of_a_program_that_was_refused, LOOK "-l 50 " WAYS "lost", 9, "", "nothing lost")       \
    X(leaks_and_engines_from_outside, LOOK "--engine=ptrace true", 125, "", "--leaks")             \
    X(leaks_and_explore, LOOK "--explore=f true", 125, "", "--explore and --leaks")

#define PROPERTY(name, script, status, out, err)                                                   \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(PROPERTY)

Suite *suite_leaks(void)
{
    Suite *suite = suite_create("leaks");
#define PROPERTY_ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(PROPERTY_ADD)
    return suite;
}
