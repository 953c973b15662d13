/* SPDX-License-Identifier: MIT
 *
 * memrestrict sweep: what looks like a bug and is none is no finding, and what hides one does not
 * hide it.
 */
#include "command.h"

#define SWEEP "$M sweep -t 300 -q --mode=once --json=j "
#define ENDS "$V/sweep_ends "
#define KEYS "jq -r '.findings[] | \"\\(.key) \\(.signal)\"' j"
#define AT(function) function "@sweep_ends.c "
/* What a program makes of one of its ends. */
#define END(end) SWEEP ENDS end " >o 2>&1; " KEYS

#define PROPERTIES(X)                                                                              \
    X(sweep_words_of_the_programs_own_are_no_corruption, END("words"), 0, "", "")                  \
    X(sweep_report_of_undefined_behaviour_is_a_corruption, END("report"), 0,                       \
      "corruption:" AT("say_and_fail") "0\n", "")                                                  \
    X(sweep_report_of_a_bad_access_is_a_corruption, END("address"), 0,                             \
      "corruption:" AT("say_and_fail") "0\n", "")                                                  \
    X(sweep_report_of_a_signal_is_a_crash, END("address_crash"), 0,                                \
      "crash:" AT("say_and_fail") "0\n", "")                                                       \
    X(sweep_report_that_the_reference_has_is_none, END("always"), 0, "", "")                       \
    X(sweep_end_by_sigpipe_is_no_crash, END("child_ends"), 0, "", "")                              \
    X(sweep_end_by_sigpipe_hides_no_crash, END("child_crashes"), 0,                                \
      "crash:" AT("crash_of_child") "11\n", "")                                                    \
    X(sweep_end_by_sigpipe_hides_no_abort, END("child_aborts"), 0,                                 \
      "abort:" AT("abort_of_child") "6\n", "")                                                     \
    X(sweep_abort_that_follows_hides_no_crash, END("both_die"), 0,                                 \
      "crash:" AT("crash_of_child") "11\n", "")                                                    \
    X(sweep_status_of_a_shell_hides_no_crash,                                                      \
      SWEEP "sh -c '\"$0\" child_crashes; exit 7' " ENDS ">o 2>&1; " KEYS " | grep -v @dash", 0,   \
      "crash:" AT("crash_of_child") "11\n", "")

#define DEFINE(name, script, status, out, err)                                                     \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(DEFINE)

Suite *suite_sweep_truth(void)
{
    Suite *suite = suite_create("sweep_truth");
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
    return suite;
}
