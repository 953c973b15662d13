/* SPDX-License-Identifier: MIT
 *
 * Faults through the command: the plan on the command line, what the verdict and JSON say of it, a
 * finding that is replayed by its name, and arming from outside.
 */
#include "command.h"

#define C "$V/fault_makes_calls "
/* Runs a victim in the background that waits to be struck, and then not to be; its process ID is in
 * $p once it runs, and the command's in $c. */
#define IN_BACKGROUND(options)                                                                     \
    "$M " options " -q $V/fault_comes_and_goes & c=$!; " UNTIL(                                    \
        "p=$($M ps --json $c 2>/dev/null | jq -r "                                                 \
        "'.[0].processes[] | select(.program == \"fault_comes_and_goes\").pid'); [ -n \"$p\" ]")
#define UNTIL_STRUCK UNTIL("[ -e failed ]")
#define TO_ITS_END "touch end; wait $c"

/* Name, script, status, stdout, and what is on stderr: see expect(). */
#define PROPERTIES(X)                                                                              \
    X(fault_one_is_told, "$M -f nth=5 " C "6*malloc", 0, "....x.\n",                               \
      "memrestrict: fault_makes_calls: failed 1 allocation as planned (malloc of 24 bytes, the "   \
      "5th)"                                                                                       \
      ", survived, exit 0\n")                                                                      \
    X(fault_several_tell_of_the_first,                                                             \
      "$M --fault=nth=2.. " C "malloc malloc:2048 malloc; exit 3", 3, ".xx\n",                     \
      "failed 2 allocations as planned (first: malloc of 2.0 KiB, the 2nd), survived, ")           \
    X(fault_and_refusal_are_told_apart, "$M -l 100 -f nth=2 " C "2*malloc malloc:101", 0, ".xx\n", \
      "failed 1 allocation as planned (malloc of 24 bytes, the 2nd), refused 1 allocation "        \
      "(malloc "                                                                                   \
      "of 101 bytes at 0 of 100 bytes), survived, exit 0\n")                                       \
    X(fault_that_met_nothing_is_told, "$M -f nth=5 " C "malloc", 0, ".\n",                         \
      "fault_makes_calls: the plan failed nothing, nothing refused (peak ")                        \
    X(fault_of_a_child_names_it, "$M -f lib=fault_makes_calls sh -c '" C "malloc; exit 4'", 4,     \
      "x\n", "(malloc of 24 bytes, the 1st by fault_makes_calls, process ")                        \
    X(fault_of_the_environment_holds, "MEMRESTRICT_FAULT=nth=1 $M " C "2*malloc", 0, "x.\n",       \
      "failed 1 allocation as planned")                                                            \
    X(fault_option_beats_the_environment, "MEMRESTRICT_FAULT=nth=1 $M -f nth=2 " C "2*malloc", 0,  \
      ".x\n", "failed 1 allocation as planned")                                                    \
    X(fault_quiet_says_nothing, "$M -q -f nth=1 " C "2*malloc", 0, "x.\n", "")                     \
    X(fault_is_no_refusal_for_the_exit_status, "$M -e 9 -f nth=1 " C "malloc", 0, "x\n", NULL)     \
    X(fault_in_json,                                                                               \
      "$M -q --json=j -f call=calloc,nth=2 " C "malloc 3*calloc:40; jq -c '.fault_plan, .faults, " \
      ".refusals, .outcome, (.first_fault | .call, .size_bytes, .number), "                        \
      "(.processes[0] | .faults, .first_fault.call)' j",                                           \
      0,                                                                                           \
      "..x.\n\"call=calloc,nth=2\"\n1\n0\n\"never_refused\"\n\"calloc\"\n40\n2\n1\n\"calloc\"\n",  \
      "")                                                                                          \
    X(fault_none_in_json, "$M -q --json=j true; jq -c '.fault_plan, .faults, .first_fault' j", 0,  \
      "null\n0\nnull\n", "")                                                                       \
    X(fault_seed_that_was_made_is_said_and_kept,                                                   \
      "$M --json=j -f p=0.4 " C "99*malloc >a 2>e; s=$(jq -r .fault_plan j); "                     \
      "grep -qF \"; the plan was $s\" e && $M -q -f \"$s\" " C "99*malloc | cmp - a",              \
      0, "", "")                                                                                   \
    X(fault_seed_that_was_given_is_not_said, "$M -f p=1,seed=3 " C "malloc 2>&1 | grep -c seed",   \
      1, "0\n", "")                                                                                \
    X(fault_site_is_found_again,                                                                   \
      "$M -q --json=j -f caller=parse_header " C "malloc record header >/dev/null; "               \
      "s=$(jq -er .first_fault.site j) || exit 0; "                                                \
      "$M -q -f site=$s " C "malloc record header record | grep -qx ..x.",                         \
      0, "", "")                                                                                   \
    X(fault_site_is_that_of_the_site_list,                                                         \
      "$M -q --site-list=l --json=j -f caller=parse_record,nth=2 " C "3*record >/dev/null; "       \
      "s=$(jq -er .first_fault.site j) || exit 0; "                                                \
      "jq -e --arg s $s '[.processes[].sites[] | select(.name == $s)] | length == 1' l "           \
      ">/dev/null",                                                                                \
      0, "", "")                                                                                   \
    X(fault_bad_plan_is_shown, "$M -f call=malloc,nth=x true", 125, "",                            \
      "memrestrict: --fault: cannot understand 'nth=x'; accepted: a number from 1, or A..B, A.., " \
      "A..B+STEP\n  call=malloc,nth=x\n              ^~~~~\n")                                     \
    X(fault_bad_plan_of_the_environment_is_shown, "MEMRESTRICT_FAULT=x $M true", 125, "",          \
      "memrestrict: MEMRESTRICT_FAULT: cannot understand 'x'; accepted: call=, ")                  \
    X(fault_is_armed_from_outside,                                                                 \
      IN_BACKGROUND("-f arm=set") "$M set $p arm; " UNTIL_STRUCK TO_ITS_END, 0, "", "")            \
    X(fault_of_a_run_is_armed_from_outside,                                                        \
      IN_BACKGROUND("-f arm=set") "$M set $c arm; " UNTIL_STRUCK TO_ITS_END, 0, "", "")            \
    X(fault_is_disarmed_from_outside,                                                              \
      IN_BACKGROUND("-f arm=set") "$M set $c arm; " UNTIL_STRUCK "$M set $p disarm; wait $c", 7,   \
      "", "")                                                                                      \
    X(fault_without_arm_cannot_be_armed,                                                           \
      IN_BACKGROUND("-l 1G") "$M set $p arm; s=$?; " TO_ITS_END "; exit $s", 125, "",              \
      ": nothing to arm: no plan of faults waits for it; accepted: a process of memrestrict "      \
      "--fault=PLAN with arm=set in PLAN\n")                                                       \
    X(fault_stops_for_a_debugger,                                                                  \
      IN_TIME("$M -f nth=2 -a stop -t $t " C "3*malloc", "grep -q hung err") "exit $s", 124, "",   \
      "hung")

#define TEST(name, script, status, out, err)                                                       \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(TEST)

Suite *suite_fault(void)
{
    Suite *suite = suite_create("fault");
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
    return suite;
}
