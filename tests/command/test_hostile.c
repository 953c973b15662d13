/* SPDX-License-Identifier: MIT
 *
 * Programs that write into the memory that they share with the command, and what it makes of that.
 */
#include "command.h"

#include <string.h>
#include <unistd.h>

#define ENDS_WELL(what)                                                                            \
    expect("timeout 20 $M -v $V/hostile_writes 100 " what " 2>err; s=$?; cat err >&2; exit $s", 0, \
           "", "exit 0")

START_TEST(hostile_top_and_lock_words_end_nothing)
{
    ENDS_WELL("top 5000");
    ENDS_WELL("top -1");
    ENDS_WELL("lock 8191");
    ENDS_WELL("lock 8192");
    ENDS_WELL("lock -1");
    ENDS_WELL("lock 4097");
    ENDS_WELL("lock 4098");
}
END_TEST

START_TEST(hostile_memory_cannot_be_cut_short)
{
    expect("$M -v --sites $V/hostile_writes 100 cut 2>err; s=$?; grep -c 'cut short' err; "
           "grep 'exit 0' err >&2; exit $s",
           0, "0\n", "exit 0");
}
END_TEST

START_TEST(hostile_lock_of_a_dead_ghost_delays_no_time_limit)
{
    expect("timeout -s KILL 20 $M -t 0.3 -k 0.3 $V/hostile_writes 45000 ghosts 4097 4097; "
           "echo $?",
           0, "124\n", NULL);
}
END_TEST

START_TEST(hostile_number_of_another_process_is_not_signalled)
{
    expect("sleep 30 & b=$!; $M -t 0.3 -k 0.3 $V/hostile_writes 30000 pid $b 2>err; echo $?; "
           "kill -0 $b && echo lives; kill $b; cat err >&2",
           0, "124\nlives\n", "is not to be trusted: it gives the number of a process that is not");
}
END_TEST

START_TEST(hostile_numbers_that_mean_all_are_not_signalled)
{
    if (geteuid() != 0 || shell("unshare -p -f --mount-proc true")->status != 0)
        SKIP("no PID namespace can be made here");
    expect("cat >inner <<'EOF'\n"
           "sleep 30 & b=$!\n"
           "for n in -1 0 1; do $M -t 0.3 -k 0.3 $V/hostile_writes 30000 pid $n; done\n"
           "kill -0 $b && echo lives\n"
           "kill $b\n"
           "EOF\n"
           "export M V; unshare -p -f --mount-proc sh inner",
           0, "lives\n", "not to be trusted");
}
END_TEST

START_TEST(hostile_second_slot_of_a_process_is_no_row)
{
    expect("$M -v --json=j $V/hostile_writes 200 twice; jq '.processes | length' j", 0, "1\n",
           "not to be trusted");
}
END_TEST

START_TEST(hostile_number_of_the_program_is_no_second_end_of_it)
{
    expect("$M --json=j $V/hostile_writes 200 other-start; "
           "jq -c '[.processes[] | [.end, .pid != 0, .doubt != null]]' j",
           0, "[[\"vanished\",false,true],[\"exited\",true,false]]\n", "not to be trusted");
}
END_TEST

START_TEST(hostile_use_beyond_the_limit_is_not_to_be_trusted)
{
    expect("$M -l 1M $V/hostile_writes 100 used 2000000", 0, "",
           "it says that it holds more than its limit");
}
END_TEST

START_TEST(hostile_wiped_owner_leaves_the_process_in_the_table)
{
    expect("$M --json=j $V/hostile_writes 300 owner 0; jq '.processes | length' j", 0, "1\n", NULL);
}
END_TEST

START_TEST(hostile_names_are_quoted)
{
    expect("$M -v $V/hostile_writes 100 name 2>err; tr -d '\\033' <err | cmp - err && cat err >&2",
           0, "", "\\x1b");
}
END_TEST

START_TEST(hostile_folder_of_exploring_is_not_read_back)
{
    expect("mkdir other; echo mine >other/explored.json; "
           "$M -q --explore=here $V/hostile_writes 100 folder $PWD/other; "
           "cat other/explored.json; ls here/explored.json",
           0, "mine\nhere/explored.json\n", NULL);
}
END_TEST

/* It has mapped what the run shares, then it is nobody: what it may not do itself, root's command
 * does not do for it. */
START_TEST(hostile_program_of_another_user_has_nothing_done_by_root)
{
    if (geteuid() != 0)
        SKIP("only root can become another user");
    expect("export HOSTILE_UID=65534; sleep 60 & b=$!; mkdir other made; echo mine >file; "
           "ln -s ../file other/explored.json; "
           "$M -t 0.3 -k 0.3 $V/hostile_writes 30000 pid $b 2>err; echo $?; "
           "timeout -s KILL 20 $M -t 0.3 -k 0.3 $V/hostile_writes 30000 ghosts 4097 4097; echo $?; "
           "timeout -s KILL 30 $M -l 64M --scope=tree $V/hostile_writes 100 lock -1; echo $?; "
           "$M -q --explore=made $V/hostile_writes 100 folder $PWD/other; echo $?; "
           "for i in 1 2 3; do timeout -s KILL 30 $M -q -t 0.3 -k 0.3 --sites --explore=made "
           "$V/hostile_fuzz $i 100 >/dev/null; [ $? -lt 128 ] || echo seed $i; done; "
           "kill -0 $b && echo lives; kill $b; cat file; ls made/explored.json; cat err >&2",
           0, "124\n124\n0\n0\nlives\nmine\nmade/explored.json\n", "is not to be trusted");
}
END_TEST

START_TEST(hostile_stop_with_the_lock_lists_nobody_twice)
{
    expect("$M -l 64M --scope=tree --json=j $V/hostile_stops_with_lock >out; "
           "jq --argjson pid $(cat out) '[.processes[] | select(.pid == $pid)] | length' j",
           0, "1\n", NULL);
}
END_TEST

START_TEST(hostile_lock_that_is_kept_is_said_and_holds_nobody_up)
{
    expect("timeout -s KILL 60 $M --json=j -l 64M --scope=tree $V/hostile_writes 2500 keep 20; "
           "echo $?; jq '.processes | length' j",
           0, "0\n21\n", "a process kept the lock of the accounts");
}
END_TEST

START_TEST(hostile_file_for_accounts_is_said_and_ends_nothing)
{
    expect(": >empty; LD_PRELOAD=$B/libmemrestrict.so MEMRESTRICT_LIMIT=64M "
           "MEMRESTRICT_ACCOUNTS=$PWD/empty sh -c 'echo runs'",
           0, "runs\n", "it is cut short): limited alone, to 67108864 bytes");
}
END_TEST

START_TEST(hostile_number_in_another_namespace_is_found_among_the_descendants)
{
    if (geteuid() != 0 || shell("unshare -m -p -f true")->status != 0)
        SKIP("no PID namespace can be made here");
    expect("$M -t 0.5 -k 0.5 --json=j unshare -m -p -f sh -c "
           "'mount -t proc proc /proc; (while :; do :; done) & wait'; "
           "jq '[.processes[] | select(.pid < 10)] | length' j; "
           "jq '[.processes[] | select(.began_by == \"fork\")] | length > 0' j",
           0, "0\ntrue\n", NULL);
}
END_TEST

START_TEST(hostile_nothing_about_orphans)
{
    expect("$M -v sh -c '(sh -c \"sleep 0.3; cut -d\\\" \\\" -f4 /proc/\\$\\$/stat >parent\" &); "
           "until [ -s parent ]; do sleep 0.05; done; echo $PPID >command'; cmp parent command",
           0, "", NULL);
    expect("rm -f parent; $M --no-subreaper sh -c '(sh -c \"sleep 0.3; "
           "cut -d\\\" \\\" -f4 /proc/\\$\\$/stat >parent\" &); "
           "until [ -s parent ]; do sleep 0.05; done; echo $PPID >command'; cmp -s parent command",
           1, "", NULL);
}
END_TEST

START_TEST(hostile_orphans_end_is_known)
{
    expect("$M --json=j sh -c '(sh -c \"kill -9 \\$\\$; :\" &); sleep 0.3'; "
           "jq '[.processes[] | select(.end == \"killed\" and .signal.number == 9)] | length' j",
           0, "1\n", NULL);
}
END_TEST

START_TEST(hostile_address_space_is_the_programs)
{
    expect("$M -l 64M sh -c 'grep -c memfd /proc/self/maps >/dev/null; awk \"/memfd:memrestrict/ "
           "{ split(\\$1, a, \\\"-\\\"); n++ } END { print (n > 0 && n <= 4) }\" /proc/self/maps'",
           0, "1\n", NULL);
}
END_TEST

START_TEST(hostile_full_accounts_are_waited_for)
{
    expect("$M --json=j $V/hostile_fills_slots >out; "
           "jq --argjson pid $(cat out) '[.processes[] | select(.pid == $pid)] | length' j; "
           "jq .unlisted_processes j",
           0, "1\n0\n", NULL);
}
END_TEST

/* What a program needs of address space, in KiB and to 500 of them, it needs under the command
 * as well, with what the README says that the library takes for its heap of 32 MiB. */
START_TEST(hostile_address_space_that_was_enough_is_enough)
{
    expect("n=2000; until (ulimit -v $n; exec $V/process_takes_32_mib) 2>bare | grep -q not; "
           "do n=$((n + 500)); done; "
           "for how in '6000 -q' '6000 -L 1G' '12000 --sites'; do set -- $how; "
           "$M -l 64M $2 $3 sh -c \"ulimit -v $((n + $1)); exec $V/process_takes_32_mib\" 2>err; "
           "done",
           0, "not refused\nnot refused\nnot refused\n", "");
}
END_TEST

/* Both sizes are of a whole core: what is ours alone makes the difference. */
START_TEST(hostile_core_dumps_leave_our_memory_out)
{
    const char *dump = "ulimit -c unlimited && { sh -c 'kill -ABRT $$'; ls core; }";
    if (strcmp(shell(dump)->out, "core\n") != 0)
        SKIP("core dumps are not files here (/proc/sys/kernel/core_pattern)");
    expect("ulimit -c unlimited; size() { rm -f core; \"$@\" sh -c 'kill -ABRT $$' 2>err; "
           "stat -c %s core; }; bare=$(size env); "
           "for how in '-q' '-L 1G' '--sites'; do "
           "[ $(size $M -l 64M $how) -lt $((bare + 2000000)) ] || echo $how; done",
           0, "", "");
}
END_TEST

Suite *suite_hostile(void)
{
    Suite *suite = suite_create("hostile");
    command_add(suite, hostile_top_and_lock_words_end_nothing);
    command_add(suite, hostile_memory_cannot_be_cut_short);
    command_add(suite, hostile_lock_of_a_dead_ghost_delays_no_time_limit);
    command_add(suite, hostile_number_of_another_process_is_not_signalled);
    command_add(suite, hostile_numbers_that_mean_all_are_not_signalled);
    command_add(suite, hostile_second_slot_of_a_process_is_no_row);
    command_add(suite, hostile_number_of_the_program_is_no_second_end_of_it);
    command_add(suite, hostile_use_beyond_the_limit_is_not_to_be_trusted);
    command_add(suite, hostile_wiped_owner_leaves_the_process_in_the_table);
    command_add(suite, hostile_names_are_quoted);
    command_add(suite, hostile_folder_of_exploring_is_not_read_back);
    command_add(suite, hostile_program_of_another_user_has_nothing_done_by_root);
    command_add(suite, hostile_stop_with_the_lock_lists_nobody_twice);
    command_add(suite, hostile_lock_that_is_kept_is_said_and_holds_nobody_up);
    command_add(suite, hostile_file_for_accounts_is_said_and_ends_nothing);
    command_add(suite, hostile_number_in_another_namespace_is_found_among_the_descendants);
    command_add(suite, hostile_nothing_about_orphans);
    command_add(suite, hostile_orphans_end_is_known);
    command_add(suite, hostile_address_space_is_the_programs);
    command_add(suite, hostile_full_accounts_are_waited_for);
    command_add(suite, hostile_address_space_that_was_enough_is_enough);
    command_add(suite, hostile_core_dumps_leave_our_memory_out);
    return suite;
}
