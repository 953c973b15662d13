/* SPDX-License-Identifier: MIT
 *
 * memrestrict sweep: each planted bug is found and named, and nothing else; what decides the exit
 * status; journals, shards and merge; and programs that cannot be swept.
 */
#include "command.h"

#define SWEEP "$M sweep -t 300 -q --json=j "
#define BUG "$V/sweep_one_bug "
/* The findings, a line each, and the exit status of what was before. */
#define FOUND                                                                                      \
    "s=$?; jq -r '.findings[] | \"\\(.key) \\(.origin | sub(\" .*\"; \"\")) \\(.trials)\"' j; "    \
    "(exit $s)"
#define IS(function) function "@sweep_one_bug.c " function " "
/* One line of the sum. */
#define SUM "2>&1 | tail -n 1"
#define TRIALS "jq -r '.trials | length' j"
#define NAMES "jq -r '[.trials[].plan] | sort | .[]'"

/* Name, script, status, stdout, and what is on stderr: see expect(). */
/* A journal as a stranger may have written it. */
#define HEAD_OF(shard)                                                                             \
    "printf '%s\\n' '{\"schema\":\"memrestrict-sweep-journal\",\"version\":1,\"argv\":[\"x\"],"    \
    "\"input\":null,\"build\":\"b\",\"options\":\"\",\"tried\":\"\",\"sites\":1,\"notes\":"        \
    "[\"a\\u001b[31m\"],\"shard\":'\"" shard "\"'}' >k; "
#define RECORD                                                                                     \
    "printf '%s\\n' '{\"plan\":\"nth=1\",\"site\":\"0\",\"call\":\"malloc\",\"size_bytes\":1,"     \
    "\"outcome\":\"crash\",\"exit_status\":-1,\"signal\":11,\"time_ns\":1,\"line\":0,"             \
    "\"place\":\"f\\u001b[31m\",\"key\":\"crash:ffffffff\",\"file\":null,\"origin\":\"o\","        \
    "\"stack\":[\"s\\u001b\"],\"caller\":[],\"met\":[],\"detail\":\"said\\u001b\\nmore\"}' >>k; "

#define PROPERTIES(X)                                                                              \
    X(sweep_of_a_sound_program_finds_nothing, SWEEP BUG ">o; " FOUND, 0, "", "")                   \
    X(sweep_finds_a_crash, SWEEP BUG "crash >o; " FOUND, 3, "crash:" IS("crash") "2\n", "")        \
    X(sweep_finds_an_abort, SWEEP BUG "abort >o; " FOUND, 1, "abort:" IS("abort_itself") "2\n",    \
      "")                                                                                          \
    X(sweep_finds_a_swallowed_error, SWEEP BUG "swallowed >o; " FOUND, 2,                          \
      "swallowed:" IS("swallow") "2\n", "")                                                        \
    X(sweep_finds_a_leak,                                                                          \
      SWEEP BUG "leak >o; " FOUND "; s=$?; jq -r '.findings[].detail' j; (exit $s)", 1,            \
      "leak:" IS("leak") "2\n1000 bytes more than in the reference\n"                              \
                         "1000 bytes in 1 block of leak (sweep_one_bug.c:65)\n",                   \
      "")                                                                                          \
    X(sweep_finds_a_corruption, SWEEP BUG "corruption >o; " FOUND, 3,                              \
      "corruption:" IS("corrupt") "2\n", "")                                                       \
    X(sweep_finds_a_hang,                                                                          \
      "$M sweep -t 2 -q --mode=once --json=j " BUG "hang >o; echo $?; "                            \
      "{ " FOUND "; } | grep hang",                                                                \
      0, "2\nhang:" IS("hang") "1\n", "")                                                          \
    X(sweep_finds_what_is_wrong_on_an_error_path,                                                  \
      SWEEP BUG "twice >o; " FOUND "; jq -r '.findings[].plan' j | tr ';' '\\n' | wc -l", 0,       \
      "crash:" IS("fail_twice") "2\n2\n", "")                                                      \
    X(sweep_names_what_is_no_finding,                                                              \
      SWEEP BUG                                                                                    \
      ">o; jq -r '.trials[] | \"\\(.outcome) \\(.size_bytes) \\(.exit_status)\"' j | sort",        \
      0, "handled 101 1\nhandled 101 1\ntolerated 102 0\ntolerated 102 0\n", "")                   \
    X(sweep_in_one_run_finds_the_same,                                                             \
      "for b in crash abort swallowed leak corruption twice; do "                                  \
      "$M sweep -t 300 -q --json=j " BUG "$b >o; " FOUND                                           \
      "; $M sweep --fork -t 300 -q --json=j " BUG "$b >o; " FOUND                                  \
      "; done | cut -d ' ' -f 1 | sort | uniq -c | awk '{ print $1, $2 }'",                        \
      0,                                                                                           \
      "2 abort:abort_itself@sweep_one_bug.c\n2 corruption:corrupt@sweep_one_bug.c\n"               \
      "2 crash:crash@sweep_one_bug.c\n2 crash:fail_twice@sweep_one_bug.c\n"                        \
      "2 leak:leak@sweep_one_bug.c\n2 swallowed:swallow@sweep_one_bug.c\n",                        \
      "")                                                                                          \
    X(sweep_in_one_run_finds_a_hang,                                                               \
      "$M sweep --fork -t 2 -q --mode=once --json=j " BUG "hang >o; echo $?; "                     \
      "{ " FOUND "; } | grep hang",                                                                \
      0, "2\nhang:" IS("hang") "1\n", "")                                                          \
    X(sweep_replay_line_does_the_same,                                                             \
      SWEEP BUG "crash >o; PATH=$B:$PATH; sh -c \"$(jq -r '.findings[].replay' j)\" >o; echo $?",  \
      0, "139\n", NULL)                                                                            \
    X(sweep_replay_line_of_an_error_path_does_the_same,                                            \
      SWEEP BUG "twice >o; PATH=$B:$PATH; sh -c \"$(jq -r '.findings[].replay' j)\" >o; echo $?",  \
      0, "139\n", NULL)                                                                            \
    X(sweep_replay_line_of_any_bytes,                                                              \
      "line() { sed 's/.* crash//'; }; a=$(printf 'a\\nb'); b=$(printf '\\377\\001'); f=$(printf " \
      "'n\\377'); echo >\"$f\"; "                                                                  \
      "for i in 1 2; do $M sweep -t 300 -q --journal=k --keep=$b --json=j " BUG                    \
      "crash \"$a\" \"$b\" <\"$f\" >o; jq -r '.findings[].replay' j | line; done; $M merge -q "    \
      "--json=j k >o; "                                                                            \
      "jq -r '.findings[].replay, .findings[].kept, .argv_hex[2]' j | line | sed "                 \
      "'s/000.-crash.*//'",                                                                        \
      0,                                                                                           \
      " $'a\\012b' $'\\377\\001' <$'n\\377'\n"                                                     \
      " $'a\\012b' $'\\377\\001' <$'n\\377'\n"                                                     \
      " $'a\\012b' $'\\377\\001' <$'n\\377'\n\\xff\\x01/\n610a62\n",                               \
      "")                                                                                          \
    X(sweep_plans_are_the_same_every_time,                                                         \
      SWEEP "-j1 " BUG "twice >o; " NAMES " j >a; " SWEEP "-j3 " BUG "twice >o; " NAMES " j >b; "  \
            "[ -s a ] && cmp a b",                                                                 \
      0, "", "")                                                                                   \
    X(sweep_of_each_mode,                                                                          \
      "for m in once keep rest both all; do $M sweep -t 300 -q --mode=$m --json=j " BUG            \
      ">o; " TRIALS "; done",                                                                      \
      0, "2\n2\n2\n4\n6\n", "")                                                                    \
    X(sweep_of_the_rest_finds_what_fails_together, /* which site begins it depends on their names  \
                                                    */                                             \
      SWEEP BUG "together >o || echo $?; " SWEEP "--mode=rest " BUG "together >o; echo $?; "       \
                "jq -r '.findings[] | \"\\(.key) \\(.trials) \\(.message)\"' j | sed 's/ (.*) "    \
                "when .* and/ and/'",                                                              \
      0,                                                                                           \
      "3\ncrash:need_one@sweep_one_bug.c 2 crash by SIGSEGV in need_one and all that follow do\n", \
      NULL)                                                                                        \
    X(sweep_of_the_rest_goes_no_deeper,                                                            \
      SWEEP                                                                                        \
      "--mode=rest " BUG "twice >o; "                                                              \
      "jq -r '.trials[] | [.plan, .outcome] | join(\" \")' j | sed 's/site=[0-9a-f]*//' | sort",   \
      0, ",rest crash\n,rest crash\n,rest handled\n", "")                                          \
    X(sweep_stops_at_max, SWEEP "--max=3 " BUG "; " TRIALS, 0, NULL, "")                           \
    X(sweep_with_further_words,                                                                    \
      SWEEP "--only=size=102 " BUG ">o; jq -r '[.trials[].outcome] | sort | unique | .[]' j", 0,   \
      "tolerated\nunreached\n", "")                                                                \
    X(sweep_of_fewer_frames,                                                                       \
      SWEEP "--depth=1 " BUG "crash >o; " FOUND "; jq -r '.findings[].replay' j "                  \
            "| grep -c ',depth=1,once'",                                                           \
      0, "crash:" IS("crash") "2\n1\n", "")                                                        \
    X(sweep_under_a_budget,                                                                        \
      SWEEP "--limit=1M " BUG "crash >o; jq -r '.findings[].replay' j | grep -c -- --limit=1M", 0, \
      "1\n", "")                                                                                   \
    X(sweep_of_threads, SWEEP "$V/sweep_threads >o; " FOUND, 3,                                    \
      "crash:careless@sweep_threads.c careless 2\n", "")                                           \
    X(sweep_of_threads_in_one_run_is_not_whole,                                                    \
      "$M sweep --fork -t 300 $V/sweep_threads | grep -c 'note: .* there were several threads'",   \
      0, "1\n", NULL)                                                                              \
    X(sweep_of_mappings_in_one_run_is_not_whole,                                                   \
      "$M sweep --fork -t 300 $V/sites_mapper | grep '^note'; $M sweep -t 300 $V/sites_mapper | "  \
      "grep ^note",                                                                                \
      1, "note: 2 call sites that map memory were passed over; without --fork they are tried\n",   \
      NULL)                                                                                        \
    X(sweep_of_exceptions,                                                                         \
      SWEEP "$V/sweep_exceptions >o; jq -r '.findings[] | \"\\(.outcome) \\(.origin)\"' j", 0,     \
      "abort uncaught (sweep_exceptions.cc:25)\n", "")                                             \
    X(sweep_of_children, SWEEP "$V/sweep_children >o; " FOUND, 3,                                  \
      "crash:in_child@sweep_children.c in_child 2\n", "")                                          \
    X(sweep_gives_each_trial_the_input, "printf 12345 | " SWEEP "$V/sweep_reads_input >o; " FOUND, \
      3, "crash:main@sweep_reads_input.c main 2\n", "")                                            \
    X(sweep_without_debug_information,                                                             \
      "cp " BUG "v; strip v; " SWEEP "./v crash >o; jq -r '.findings[].key' j | sed 's/0x.*//'",   \
      0, "crash:v+\n", "")                                                                         \
    X(sweep_says_that_output_varies,                                                               \
      "$M sweep -t 300 sh -c 'echo same; date +x%N' | "                                            \
      "grep -c \"note: its output is not the same in each run (line 2: 'x[0-9]*', then "           \
      "'x[0-9]*')\"",                                                                              \
      0, "1\n", NULL)                                                                              \
    X(sweep_says_that_call_sites_vary,                                                             \
      "$M sweep -t 300 --no-files sh -c 'if [ -e f ]; then rm f; " BUG "crash; else touch f; " BUG \
      "; fi' | "                                                                                   \
      "grep -c 'note: it is not the same in each run: [0-9]* call sites are not .* (one in '",     \
      0, "1\n", NULL)                                                                              \
    X(sweep_says_that_the_reference_fails,                                                         \
      "$M sweep -t 300 sh -c 'exit 4' | grep -c 'note: with nothing made to fail it exits with "   \
      "4'",                                                                                        \
      0, "1\n", NULL)                                                                              \
    X(sweep_last_line_sums_up, "$M sweep -t 300 -q " BUG "crash | sed 's/; .*//'", 0,              \
      "memrestrict: sweep: 1 finding (1 crash) in 6 trials of 3 call sites: 2 went wrong, 2 "      \
      "handled, 2 tolerated\n",                                                                    \
      "")                                                                                          \
    X(sweep_leaves_nothing_behind,                                                                 \
      "mkdir t; TMPDIR=$PWD/t " SWEEP BUG "crash >o; TMPDIR=$PWD/t $M sweep --fork -q " BUG        \
      ">o; ls -A t",                                                                               \
      0, "", "")                                                                                   \
    X(sweep_that_is_interrupted_leaves_nothing_behind,                                             \
      "mkdir t; TMPDIR=$PWD/t $M sweep --journal=k " BUG "hang >o 2>e & " UNTIL(                   \
          "[ -s k ] || ! kill -0 $!") "kill -TERM $!; wait $!; echo $?; ls -A t",                  \
      0, "143\n", NULL)                                                                            \
    X(sweep_status_by_harm,                                                                        \
      "for f in abort leak swallowed crash corruption; do $M sweep -t 300 -q --fail-on=$f " BUG    \
      "swallowed >o; echo $?; done",                                                               \
      0, "2\n2\n2\n0\n0\n", "")                                                                    \
    X(sweep_baseline_knows,                                                                        \
      "$M sweep -t 300 -q --baseline=b --update-baseline " BUG "crash >o; echo $?; "               \
      "cat b; $M sweep -t 300 -q --baseline=b " BUG                                                \
      "crash >o; echo $?; $M sweep -t 300 -q --baseline=b " BUG "abort >o; echo $?",               \
      0,                                                                                           \
      "0\n# Findings of memrestrict sweep that are known: OUTCOME:FUNCTION@FILE\n"                 \
      "crash:crash@sweep_one_bug.c\n0\n1\n",                                                       \
      "")                                                                                          \
    X(sweep_without_a_baseline_all_is_new, "$M sweep -t 300 -q --baseline=b " BUG "crash >o", 3,   \
      "", "")                                                                                      \
    X(sweep_suppressions,                                                                          \
      "for l in crash:crash@sweep_one_bug.c 'crash:cra*' '*:crash' 'crash:main # by the stack' "   \
      "abort:crash; do "                                                                           \
      "echo \"$l\" >s; $M sweep -t 300 -q --suppress=s " BUG "crash >o; echo $?; done",            \
      0, "0\n0\n0\n0\n3\n", "")                                                                    \
    X(sweep_baseline_keeps_links_and_modes,                                                        \
      "touch f; chmod 640 f; ln -s f b; $M sweep -t 300 -q --baseline=b --update-baseline " BUG    \
      "crash >o; [ -L b ] && stat -c %a f; tail -n 1 f; umask 027; "                               \
      "$M sweep -t 300 -q --baseline=n --update-baseline " BUG ">o; stat -c %a n; ls",             \
      0, "640\ncrash:crash@sweep_one_bug.c\n640\nb\nf\nn\no\n", "")                                \
    X(sweep_baseline_to_no_regular_file,                                                           \
      "mkfifo p; $M sweep -t 300 -q --baseline=p --update-baseline " BUG ">o; echo $?; [ -p p ]",  \
      0, "125\n", "memrestrict: --baseline: p: cannot write: this is no regular file")             \
    X(sweep_baseline_knows_names_with_a_hash,                                                      \
      "cp $R/tests/victims/sweep_one_bug.c a#1.c; cc -g -fno-builtin -o v a#1.c; "                 \
      "$M sweep -t 300 -q --baseline=b --update-baseline ./v crash >o; echo $?; tail -n 1 b; "     \
      "echo '*:crash@a#1.c\t# known' >s; echo '#*' >>s; $M sweep -t 300 -q --suppress=s ./v "      \
      "crash >o; echo $?",                                                                         \
      0, "0\ncrash:crash@a#1.c\n0\n", "")                                                          \
    X(sweep_bad_suppression,                                                                       \
      "printf 'abort:x\\n\\n  crush:y\\n' >s; $M sweep -q --suppress=s " BUG, 125, "",             \
      "memrestrict: s:3: cannot understand 'crush:y'; accepted: OUTCOME:FUNCTION@FILE")            \
    X(sweep_no_suppressions, "$M sweep -q --suppress=s " BUG, 125, NULL,                           \
      "memrestrict: --suppress: s: cannot read: No such file or directory")                        \
    X(sweep_lists_that_are_devices,                                                                \
      "for o in suppress baseline; do $M sweep -t 300 -q --$o=/dev/zero " BUG ">o; echo $?; "      \
      "$M sweep -t 300 -q --$o=/dev/null " BUG ">o; mkfifo p; echo 'crash:*' >p & "                \
      "$M sweep -t 300 -q --$o=p " BUG ">o || echo $?; rm p; done",                                \
      0, "125\n125\n",                                                                             \
      "memrestrict: --suppress: /dev/zero: cannot read: it is a device; accepted: a file or a "    \
      "pipe")                                                                                      \
    X(sweep_shards_make_the_whole,                                                                 \
      SWEEP BUG "crash >o; " NAMES " j >a; for i in 1 2 3; do $M sweep -t 300 -q --journal=k$i "   \
                "--shard=$i/3 " BUG                                                                \
                "crash >o; done; $M merge -q --json=j k1 k2 k3 >o; echo $?; " NAMES                \
                " j | cmp a -; " FOUND,                                                            \
      0, "3\ncrash:" IS("crash") "2\n", "")                                                        \
    X(sweep_shard_that_is_missing,                                                                 \
      "for i in 1 2; do $M sweep -t 300 -q --journal=k$i --shard=$i/3 " BUG                        \
      ">o; done; $M merge -q k1 k2",                                                               \
      1, NULL, "memrestrict: merge: shard 3/3 is missing")                                         \
    X(sweep_shards_of_other_programs,                                                              \
      "$M sweep -t 300 -q --journal=k1 --shard=1/2 " BUG                                           \
      ">o; $M sweep -t 300 -q --journal=k2 --shard=2/2 " BUG "crash >o; $M merge -q k1 k2",        \
      125, "", "k2: this is the journal of a sweep of another program, or other arguments")        \
    X(sweep_goes_on_where_it_was,                                                                  \
      "$M sweep -t 300 -q --journal=k --json=j " BUG "crash >o; " NAMES " j >a; head -n 3 k >l; "  \
      "sed -n 4p k | head -c 50 >>l; $M sweep -t 300 -q --journal=l --json=j " BUG                 \
      "crash >o; " NAMES " j | cmp a -; head -n 3 k >k3; head -n 3 l | cmp k3 -; wc -l <l",        \
      0, "8\n", "")                                                                                \
    X(sweep_journal_of_other_options,                                                              \
      "$M sweep -t 300 -q --journal=k " BUG ">o; $M sweep -q --journal=k -l 1M " BUG, 125, "",     \
      "memrestrict: k: this is the journal of a sweep with other options")                         \
    X(sweep_journal_of_other_trials,                                                               \
      "$M sweep -t 300 -q --journal=k " BUG ">o; for o in mode=once depth=15 only=nth=1; do "      \
      "$M sweep -q --journal=k --$o " BUG                                                          \
      ">o; echo $?; done; sed '1s/\"tried\":\"[^\"]*\",//' k >l; "                                 \
      "$M sweep -q --journal=l " BUG ">o; echo $?; $M merge -q l >o",                              \
      0, "125\n125\n125\n125\n",                                                                   \
      "memrestrict: k: this is the journal of a sweep with another --mode, --depth or --only; "    \
      "accepted: ")                                                                                \
    X(merge_of_other_trials,                                                                       \
      "for m in 1/once 2/keep; do $M sweep -t 300 -q --mode=${m#*/} --journal=k${m%/*} " BUG       \
      ">o; done; "                                                                                 \
      "$M merge -q k1 k2",                                                                         \
      125, "",                                                                                     \
      "memrestrict: k2: this is the journal of a sweep with another "                              \
      "--mode, --depth or --only than that of k1\n")                                               \
    X(sweep_journal_that_is_none, "echo no >k; $M sweep -q --journal=k " BUG "; cat k", 0, "no\n", \
      "memrestrict: k: this is no journal of a sweep")                                             \
    X(sweep_journal_that_is_a_device, "$M sweep -q --journal=/dev/zero " BUG, 125, "",             \
      "memrestrict: --journal: /dev/zero: this is no regular file; accepted: one, or none there")  \
    X(merge_of_a_device, "$M merge -q /dev/zero", 125, "",                                         \
      "memrestrict: /dev/zero: cannot read: it is a device; accepted: a file or a pipe")           \
    X(merge_of_a_finding_without_an_outcome,                                                       \
      "$M sweep -t 300 -q --journal=k " BUG                                                        \
      "crash >o; sed 's/\"key\":\"[a-z]*:/\"key\":\"/' k >l; "                                     \
      "echo '*:x' >s; $M merge -q --suppress=s l",                                                 \
      125, "", "memrestrict: l: this is no journal of a sweep")                                    \
    X(merge_of_a_line_without_an_end, "head -c 80000000 /dev/zero | tr '\\0' x >k; $M merge -q k", \
      125, "", "memrestrict: k: this is no journal of a sweep")                                    \
    X(merge_of_billions_of_shards, HEAD_OF("\\\"1/4000000000\\\"") "$M merge -q k", 125, "",       \
      "memrestrict: merge: '1/4000000000': no shard of a sweep; accepted: I/N\n")                  \
    X(merge_of_words_that_steer,                                                                   \
      HEAD_OF("null") RECORD                                                                       \
      "$M merge -v --tap=t --junit=u k >o; "                                                       \
      "cat o t u | grep -c \"$(printf '\\033')\"; grep -c 'said.x1b' o; grep -c 'f.*x1b' t",       \
      0, "0\n1\n1\n", NULL)                                                                        \
    X(merge_with_a_glob_of_many_stars,                                                             \
      HEAD_OF("null") RECORD                                                                       \
      "for i in $(seq 300); do printf '*f'; done >s; sed -i 's/^/crash:/; s/$/x/' s; "             \
      "$M merge -q --suppress=s k >o; echo $?",                                                    \
      0, "3\n", NULL)                                                                              \
    X(merge_of_nothing, "$M merge -q k", 125, "", "memrestrict: k: cannot read")                   \
    X(sweep_as_junit,                                                                              \
      "$M sweep -t 300 -q --junit=x " BUG "crash >o; xmllint --noout x; "                          \
      "xmllint --xpath 'concat(//testsuite/@tests, \" \", //testsuite/@failures, \" \", "          \
      "count(//failure[contains(., \"replay: memrestrict run --fault=\")]))' x",                   \
      0, "6 2 2\n", "")                                                                            \
    X(sweep_as_tap,                                                                                \
      "$M sweep -t 300 -q --tap=x " BUG "crash >o; prove -e cat x | tail -n 1; "                   \
      "grep -c '^not ok 2 - crash by SIGSEGV in crash (sweep_one_bug.c:3[0-9])' x",                \
      0, "Result: FAIL\n1\n", NULL)                                                                \
    X(sweep_as_sarif,                                                                              \
      "$M sweep -t 300 -q --sarif=x " BUG                                                          \
      "crash >o; jq -r '.version, (.runs[0].results[] | .ruleId, .level, "                         \
      ".locations[0].physicalLocation.region.startLine, .partialFingerprints[])' x",               \
      0, "2.1.0\ncrash\nerror\n35\ncrash:crash@sweep_one_bug.c\n", "")                             \
    X(sweep_as_sarif_names_sources_from_where_it_is,                                               \
      "d=$PWD; cc -g -fno-builtin -o v $R/tests/victims/sweep_one_bug.c; for f in $R /; do cd "    \
      "$f; "                                                                                       \
      "$M sweep -t 300 -q --sarif=- $d/v crash 2>/dev/null | jq -r "                               \
      ".runs[0].results[].locations[].physicalLocation.artifactLocation.uri | "                    \
      "sed \"s|^file://$R/|here: |\"; done",                                                       \
      0, "tests/victims/sweep_one_bug.c\nhere: tests/victims/sweep_one_bug.c\n", "")               \
    X(sweep_report_to_stdout,                                                                      \
      "$M sweep -t 300 -q --json=- " BUG " 2>e | jq -r .schema; tail -n 1 e | cut -c -19", 0,      \
      "memrestrict-sweep\nmemrestrict: sweep:\n", "")                                              \
    X(sweep_unwritable_report, "$M sweep -q --json=/nowhere/j " BUG, 125, "",                      \
      "memrestrict: --json: cannot write to /nowhere/j: No such file or directory")                \
    X(sweep_full_disk, "$M sweep -t 300 -q --json=/dev/full " BUG " >o", 125, "",                  \
      "memrestrict: --json: cannot write to /dev/full: No space left on device")                   \
    X(sweep_keeps_a_report_until_there_is_another,                                                 \
      "echo old >j; $M sweep -q --json=j ./nothing; cat j; $M sweep -q --tap=t ./nothing; ls", 0,  \
      "old\nj\n", NULL)                                                                            \
    X(sweep_one_file_for_two_reports, "$M sweep --json=j --tap=j " BUG, 125, "",                   \
      "memrestrict: --json and --tap: cannot both write to j")                                     \
    X(sweep_keeps_what_findings_print,                                                             \
      "$M sweep -t 300 -q --keep=k --json=j " BUG                                                  \
      "swallowed >o; ls k; cat $(jq -r '.findings[].kept' j).stdout",                              \
      0,                                                                                           \
      "0001-swallowed-swallow@sweep_one_bug.c.stderr\n"                                            \
      "0001-swallowed-swallow@sweep_one_bug.c.stdout\n"                                            \
      "0002-swallowed-swallow@sweep_one_bug.c.stderr\n"                                            \
      "0002-swallowed-swallow@sweep_one_bug.c.stdout\nbegun\ndone\n",                              \
      "")                                                                                          \
    X(sweep_keep_in_no_folder, "$M sweep --keep=/proc/no --json=j true; ls", 0, "",                \
      "--keep: cannot use /proc/no")                                                               \
    X(sweep_not_found_is_127, "$M sweep ./nothing", 127, "", "'./nothing'")                        \
    X(sweep_not_executable_is_126, "$M sweep /etc/passwd", 126, "", "'/etc/passwd'")               \
    X(sweep_of_a_program_that_dies, "$M sweep sh -c 'kill -SEGV $$'", 125, "",                     \
      "memrestrict: the program cannot be swept: it is killed by SIGSEGV with nothing made to "    \
      "fail")                                                                                      \
    X(sweep_of_a_program_that_does_not_end, "$M sweep -t 0.2 sleep 60", 125, "",                   \
      "the program cannot be swept: it does not end in time")                                      \
    X(sweep_of_nothing, "$M sweep", 125, "", "memrestrict: something is missing; accepted: ")      \
    X(sweep_bad_mode, "$M sweep --mode=twice true", 125, "",                                       \
      "--mode: cannot understand 'twice'; accepted: once|keep|rest|both|all")                      \
    X(sweep_bad_shard,                                                                             \
      "for s in 0/2 3/2 1 a/b 1/ /2 1/0; do $M sweep --shard=$s true 2>&1 | "                      \
      "grep -c 'accepted: I/N'; done | uniq -c | tr -d ' '",                                       \
      0, "71\n", "")                                                                               \
    X(sweep_bad_words, "$M sweep --only=nht=1 true", 125, "", "nht")                               \
    X(sweep_words_that_are_no_text, "$M sweep --only=lib=$(printf '\\377') true", 125, "",         \
      "accepted: words of UTF-8 with commas between")                                              \
    X(sweep_words_that_no_mode_goes_with,                                                          \
      "for w in once keep rest max=3 site=0123456789abcdef,depth=3; do $M sweep --only=$w true "   \
      "2>&1 | "                                                                                    \
      "grep -c 'memrestrict: --only: cannot understand'; done",                                    \
      0, "1\n1\n1\n1\n1\n", "")                                                                    \
    X(sweep_words_that_only_its_mode_goes_with,                                                    \
      "$M sweep -t 300 -q --mode=keep --only=max=1 " BUG ">o", 0, NULL, "")                        \
    X(sweep_call_that_is_named_already,                                                            \
      SWEEP "--mode=once --only=call=malloc $V/sites_mapper >o; " NAMES " j | "                    \
            "grep -c 'call=\\*,once,call=malloc'",                                                 \
      0, "2\n", "")                                                                                \
    X(sweep_bad_outcome, "$M sweep --fail-on=handled true", 125, "",                               \
      "--fail-on: cannot understand 'handled'; accepted: abort, leak,")                            \
    X(sweep_update_of_no_baseline, "$M sweep --update-baseline true", 125, "", "--baseline=FILE")  \
    X(sweep_fork_keeps_what_fails_each_time,                                                       \
      "for f in --fork --jobs=1; do $M sweep -t 300 -q --mode=keep --json=j $f "                   \
      "$V/explore_every_end asks_again >o; jq -r '.trials[].outcome' j; done",                     \
      0, "tolerated\nabort\ntolerated\nabort\n", "")                                               \
    X(sweep_fork_takes_no_parts, "$M sweep --fork --shard=1/2 true", 125, "", "accepted: without") \
    X(sweep_help,                                                                                  \
      "$M sweep --help | grep -c 'Exit status: 0 nothing new'; $M help sweep | head -n 1 | "       \
      "cut -c -25",                                                                                \
      0, "1\nUsage: memrestrict sweep \n", "")

#define DEFINE(name, script, status, out, err)                                                     \
    START_TEST(name) { expect(script, status, out, err); }                                         \
    END_TEST
PROPERTIES(DEFINE)

Suite *suite_sweep(void)
{
    Suite *suite = suite_create("sweep");
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
    return suite;
}
