/* SPDX-License-Identifier: MIT
 *
 * Exploring in one run: what becomes of a program at each of its call sites is told as if each had
 * failed in a run of its own, and the program itself sees nothing of it.
 */
#include "command.h"

/* In x/explored.json; the time is for a copy that stalls on a busy machine. */
#define EXPLORE "$M -q --explore=x --explore-time=300s "
#define END "$V/explore_every_end "
#define ALL END "tolerates crashes aborts exits swallows leaks takes_two crashes_in_its_report "
/* A line a copy: what jq makes of it. */
#define RECORDS(what) "jq -r '.records[] | " what "' x/explored.json"
#define ENDS RECORDS("\"\\(.size_bytes) \\(.exit_status) \\(.signal) \\(.timed_out)\"")
#define SAME(command) "$M -q " command " >a; s=$?; " EXPLORE command " >b; echo $? $s; cmp a b"

/* Name, script, status, stdout, and what is on stderr: see expect(). */
#define PROPERTIES(X)                                                                              \
    X(explore_tolerated, EXPLORE END "tolerates >o; " ENDS, 0, "11 0 null false\n", "")            \
    X(explore_crash, EXPLORE END "crashes >o; " ENDS, 0, "12 null 11 false\n", "")                 \
    X(explore_crash_has_its_place, EXPLORE END "crashes >o; " RECORDS(".crash") " | cut -c-7", 0,  \
      "crashes\n", "")                                                                             \
    X(explore_abort, EXPLORE END "aborts >o; " ENDS, 0, "13 null 6 false\n", "")                   \
    X(explore_exit, EXPLORE END "exits >o; " ENDS "; cat x/1.err", 0,                              \
      "14 3 null false\nno memory\n", "")                                                          \
    X(explore_hang_is_ended, "$M -q --explore=x --explore-time=0.3s " END "hangs >o; " ENDS, 0,    \
      "15 null 9 true\n", "")                                                                      \
    X(explore_output_is_kept, EXPLORE END "swallows >o; cat o x/1.out", 0,                         \
      "begins\nends\nless\nends\n", "")                                                            \
    X(explore_output_of_others_is_not_in_it,                                                       \
      EXPLORE "sh -c '" END "swallows; echo more' >o; "                                            \
              "cat o",                                                                             \
      0, "begins\nends\nmore\n", "")                                                               \
    X(explore_leak_is_told,                                                                        \
      EXPLORE "--site-list=l " END "leaks >o; " RECORDS(                                           \
          "\"\\(.size_bytes) \\(.used_bytes)\"") "; jq -c '[.processes[] | select(.explored) | "   \
                                                 ".sites[] | [.end_bytes, .end_blocks]]' l",       \
      0, "1000 0\n17 1000\n[[1000,1]]\n", "")                                                      \
    X(explore_once_and_keep,                                                                       \
      EXPLORE "--explore-modes=once,keep " END                                                     \
              "takes_two >o; " RECORDS("\"\\(.mode) \\(.faults)\"") "; grep -h failed x/*.out",    \
      0, "once 1\nkeep 2\nfailed 1\nfailed 2\n", "")                                               \
    X(explore_rest,                                                                                \
      EXPLORE "--explore-modes=once,rest " END                                                     \
              "needs_one >o; " RECORDS("\"\\(.size_bytes) \\(.mode) \\(.faults) \\(.signal)\""),   \
      0, "22 once 1 null\n22 rest 2 11\n23 once 1 null\n23 rest 1 null\n", "")                     \
    X(explore_error_paths_if_the_others_are_known,                                                 \
      "$M -q --site-list=l " END "crashes_in_its_report >o; " EXPLORE "--explore-known=l " END     \
      "crashes_in_its_report >o; " RECORDS(                                                        \
          "\"\\(.size_bytes) \\(.depth) \\(.parent_record) \\(.signal)\""),                        \
      0, "19 1 null null\n100 2 1 11\n", "")                                                       \
    X(explore_what_is_kept_is_so_in_copies_of_the_copy,                                            \
      "$M -q --site-list=l " END "asks_again >o; " EXPLORE                                         \
      "--explore-known=l --explore-modes=keep " END                                                \
      "asks_again >o; " RECORDS("\"\\(.size_bytes) \\(.depth) \\(.faults) \\(.signal)\""),         \
      0, "24 1 3 null\n25 2 3 6\n", "")                                                            \
    X(explore_once_is_once_in_copies_of_the_copy,                                                  \
      "$M -q --site-list=l " END "asks_again >o; " EXPLORE                                         \
      "--explore-known=l --explore-modes=once " END                                                \
      "asks_again >o; " RECORDS("\"\\(.size_bytes) \\(.depth) \\(.faults) \\(.signal)\""),         \
      0, "24 1 1 null\n25 2 1 null\n", "")                                                         \
    X(explore_no_error_paths_otherwise, EXPLORE END "crashes_in_its_report >o; " ENDS, 0,          \
      "19 0 null false\n", "")                                                                     \
    X(explore_names_are_those_of_the_list,                                                         \
      EXPLORE                                                                                      \
      "--site-list=l " ALL ">o; "                                                                  \
      "jq -r '.processes[] | select(.explored | not) | .sites[].name' l | sort >n; " RECORDS(      \
          ".site") " | sort | cmp - n; wc -l <n",                                                  \
      0, "9\n", "")                                                                                \
    X(explore_replay_of_a_record,                                                                  \
      EXPLORE END "exits >o; "                                                                     \
                  "$M -q --fault=once,site=$(" RECORDS(".site") ") " END "exits",                  \
      3, "begins\n", "no memory")                                                                  \
    X(explore_is_not_seen_by_the_program,                                                          \
      "seq 1 30 >in; " SAME("$V/explore_leaves_it_alone <in") "; tail -n 3 b", 0,                  \
      "0 0\nwaited for the child, status 7, then none\nall entries\n1 signal, alarm to come\n",    \
      "")                                                                                          \
    X(explore_reads_on_in_copies,                                                                  \
      "seq 1 30 >in; " EXPLORE "$V/explore_leaves_it_alone <in >o; "                               \
      "head -n 30 x/1.out | cmp - in && echo same",                                                \
      0, "same\n", "")                                                                             \
    X(explore_input_that_is_no_file_is_the_programs,                                               \
      "seq 1 30 | " EXPLORE "$V/explore_leaves_it_alone >o; seq 1 30 >in; head -n 30 o | cmp - "   \
      "in && cut -c-2 x/1.out | head -n 1",                                                        \
      0, "wa\n", "")                                                                               \
    X(explore_threads_are_passed_over,                                                             \
      "$M --explore=x --explore-time=300s $V/explore_threads; "                                    \
      "jq -r '.skipped_threads' x/explored.json; " RECORDS(                                        \
          ".size_bytes") " | grep -v '^[0-9]*[0-9][0-9][0-9]$'",                                   \
      0, "1\n41\n43\n", "1 call site was passed over: there were several threads")                 \
    X(explore_children_of_the_program,                                                             \
      EXPLORE "sh -c '" END "exits >o; exit 0'; "                                                  \
              "jq -r '.records[] | select(.size_bytes == 14) | .exit_status' x/explored.json",     \
      0, "3\n", "")                                                                                \
    X(explore_programs_that_a_copy_becomes,                                                        \
      EXPLORE "sh -c 'exec " END "exits' >o; jq -r '[.records[] | select(.size_bytes == 14)] | "   \
              "length' x/explored.json",                                                           \
      0, "1\n", "")                                                                                \
    X(explore_copies_are_no_processes_of_the_run,                                                  \
      EXPLORE "--json=j " ALL ">o; "                                                               \
              "jq -c '[(.processes | length), .processes[0].faults, .outcome]' j",                 \
      0, "[1,0,\"never_refused\"]\n", "")                                                          \
    X(explore_copies_are_in_no_picture_of_the_memory,                                              \
      EXPLORE "--collapsed=c " ALL ">o; "                                                          \
              "cut -d';' -f1 c | uniq -c | tr -s ' ' | sed 's/ [0-9]* / /'; wc -l <c",             \
      0, " explore_every_end\n2\n", "")                                                            \
    X(explore_ends_with_the_programs_time,                                                         \
      IN_TIME("$M -q -t $t --explore=x --explore-time=900s " END "hangs",                          \
              "jq -e '.records[0]' x/explored.json >j") "echo $s; jq -r '.records[].timed_out' "   \
                                                        "x/explored.json",                         \
      0, "begins\n124\nfalse\n", "")                                                               \
    X(explore_says_what_it_came_to, "$M --explore=x --explore-time=300s " END "crashes >o", 0, "", \
      "explore_every_end: explored 1 call site in 1 copy: 1 killed by a signal, 0 hung; see ")     \
    X(explore_leaves_nobody_behind,                                                                \
      "cp " END "behind; " EXPLORE "./behind starts_another >o; " ENDS                             \
      "; " UNTIL("! pgrep -x behind >p") "cat p",                                                  \
      0, "21 0 null false\n", "")                                                                  \
    X(explore_folder_that_cannot_be, "$M --explore=/proc/x true", 125, "",                         \
      "memrestrict: --explore: cannot use /proc/x: ")                                              \
    X(explore_modes_that_are_none, "$M --explore=x --explore-modes=twice true", 125, "",           \
      "--explore-modes: cannot understand 'twice'; accepted: once,keep,rest")                      \
    X(explore_no_time_at_all, "$M --explore=x --explore-time=0 true", 125, "", "--explore-time: ") \
    X(explore_known_that_has_no_end,                                                               \
      "head -c 268435457 /dev/zero | tr '\\0' ' ' | $M --explore=x --explore-known=/dev/stdin "    \
      "true",                                                                                      \
      125, "", "--explore-known: /dev/stdin: it has more than 268435456 bytes; accepted: ")        \
    X(explore_known_that_is_no_list, "echo '{}' >l; $M --explore=x --explore-known=l true", 125,   \
      "", "--explore-known: l: no list of call sites; accepted: ")                                 \
    X(explore_and_a_plan, "$M --explore=x --fault=nth=1 true", 125, "", "--explore and --fault")   \
    X(explore_and_a_tree, "$M --explore=x -L 1G true", 125, "", "--explore: not with a limit")     \
    X(explore_options_alone, "$M --explore-time=1s true", 125, "",                                 \
      "--explore-time: needs --explore")

#define PROPERTY_TEST(name, script, status, out, err)                                              \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(PROPERTY_TEST)

Suite *suite_explore(void)
{
    Suite *suite = suite_create("explore");
#define PROPERTY_ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(PROPERTY_ADD)
    return suite;
}
