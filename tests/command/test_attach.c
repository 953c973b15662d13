/* SPDX-License-Identifier: MIT
 *
 * A limit on what runs already: it holds from then on as if it had been there from the start, and
 * when the command leaves, whatever way, the process runs on as if nothing had been.
 */
#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The victim NAME, made by a compiler as ./p. */
#define MAKE(cc, name)                                                                             \
    cc " -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread $R/tests/victims/" name                \
       ".c -o p 2>/dev/null || exit 77; "
/* Functions of the scripts. `attached` waits until the command in the background, $a, has begun;
 * what it says is in "said", and in that nothing of records that were not as the kernel's. */
#define TOOLS                                                                                      \
    "export TEST_OF_MEMRESTRICT_PTRACE=verify WAITS=; "                                            \
    "attached() { until grep -q 'Ctrl-C leaves it' said; do kill -0 $a || exit 1; sleep 0.01; "    \
    "done; }; "                                                                                    \
    "attach() { : >said; $M attach --json=j \"$@\" 2>said & a=$!; attached; }; "                   \
    "left() { kill ${1:--TERM} $a; wait $a 2>/dev/null; ! grep records said; }; "                  \
    "state() { sed -n 's/^State:.\\(.\\).*/\\1/p' /proc/$p/status; }; "                            \
    "tracer() { sed -n 's/^TracerPid:.//p' /proc/$p/status; }; "
/* A process that does as it is told: `told X` gives it the line X, and prints what it answers. */
#define TOLD                                                                                       \
    TOOLS "mkfifo in; : >out; $V/attach_does_as_told <in >out & p=$!; exec 9>in; lines=0; "        \
          "told() { for w; do echo $w >&9; lines=$((lines + 1)); "                                 \
          "until [ $(wc -l <out) -ge $lines ]; do sleep 0.01; done; sed -n ${lines}p out; done; "  \
          "}; "
#define BYE "echo q >&9; wait $p; [ $? = 7 ] || echo ended badly; "

static const char *const kinds[] = {"dynamic", "gcc",      "static", "gcc -static",
                                    "32-bit",  "gcc -m32", "musl",   "musl-gcc -static"};

/* Each way is filled by an engine_fills that is there before the limit. */
#define FILLS(ways, options, bytes)                                                                \
    "for way in " ways "; do rm -f ready go; ./p $way " bytes " & p=$!; " UNTIL(                   \
        "[ -e ready ]") "attach " options                                                          \
                        " $p; >go; wait $p; wait $a; ! grep records said || exit; done"

static void in_each_kind(const char *test, const char *victim, const char *script, const char *out)
{
    char whole[8192];
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i += 2) {
        snprintf(whole, sizeof whole,
                 "%s -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread -idirafter "
                 "/usr/include/$(gcc -print-multiarch) $R/tests/victims/%s.c -o p 2>/dev/null || "
                 "exit 77\n%s",
                 kinds[i + 1], victim, script);
        const struct run *run = shell(whole);
        if (run->status == 77)
            harness_skip(test, "%s programs cannot be made here", kinds[i]);
        else
            ck_assert_msg(run->status == 0 && strcmp(run->out, out) == 0,
                          "%s: status %d\nstdout: %.2000s\nstderr: %.2000s", kinds[i], run->status,
                          run->out, run->err);
    }
}

START_TEST(each_way_is_refused_at_the_page)
{
    in_each_kind(__func__, "engine_fills",
                 TOOLS FILLS("mmap shared brk mprotect fixed mremap malloc", "-l 1M", "1048576"),
                 "full\nfull\nfull\nfull\nfull\nfull\nfull\n");
}
END_TEST

/* Their stacks are charged, since they were there. */
START_TEST(eight_threads_that_are_there_fill_it_to_the_page)
{
    expect(MAKE("gcc", "engine_fills") TOOLS FILLS("threads", "-l 68M", "71303168"), 0, "full\n",
           "");
}
END_TEST

START_TEST(calls_of_32_bits_are_refused_at_the_page)
{
    const struct run *run = shell(MAKE("gcc -static", "engine_fills_otherwise") TOOLS FILLS(
        "int80-mmap2 int80-old-mmap int80-brk", "-l 2M", "2097152"));
    if (run->status == 77)
        SKIP("a machine whose programs of 64 bits have calls of 32, and gcc -static");
    ck_assert_msg(run->status == 0 && strcmp(run->out, "full\nfull\nfull\n") == 0,
                  "status %d\nstdout: %.2000s\nstderr: %.2000s", run->status, run->out, run->err);
}
END_TEST

/* What it has is more; it gets nothing until it has less. */
START_TEST(a_limit_below_what_it_has_refuses_until_it_has_less)
{
    expect(TOLD
           "told m m m m >early; sort -u early; attach -l 3M $p; grep -o 'it gets nothing.*less' "
           "said; told m m u m u u m m m; left; told m; " BYE,
           0,
           "ok\nit gets nothing more until it has less\n"
           "refused\nrefused\nok\nrefused\nok\nok\nok\nrefused\nrefused\nok\n",
           "");
}
END_TEST

#define LEAVES(how, status)                                                                        \
    TOLD "told m; attach -l 2560K $p; told m m; kill " how                                         \
         " $a; wait $a; echo $?; told m m; tracer; " BYE,                                          \
        0, "ok\nok\nrefused\n" status "\nok\nok\n0\n", NULL

START_TEST(it_runs_on_when_the_command_leaves)
{
    expect(LEAVES("-TERM", "0"));
    expect(LEAVES("-HUP", "0"));
    expect(LEAVES("-KILL", "137"));
    expect(TOLD "attach -t 0.2 -l 2M $p; wait $a; echo $?; told m m m; tracer; " BYE, 0,
           "0\nok\nok\nok\n0\n", "");
}
END_TEST

/* A shell gives what it starts in the background no SIGINT; another process group does. */
START_TEST(ctrl_c_leaves_it)
{
    expect(TOLD "cat >t.py <<'E'\n"
                "import os, signal, subprocess, sys\n"
                "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
                "c = subprocess.Popen([os.environ['M'], 'attach', '-l', '2M', sys.argv[1]],\n"
                "    stderr=subprocess.PIPE, text=True)\n"
                "c.stderr.readline(); c.send_signal(signal.SIGINT); print(c.wait())\n"
                "E\n"
                "python3 t.py $p; told m m m; " BYE,
           0, "0\nok\nok\nok\n", "");
}
END_TEST

START_TEST(a_stop_of_the_terminal_does_not_stop_the_command)
{
    expect(TOLD "attach -l 3M $p; kill -TSTP $a; kill -TTIN $a; told m m; left; " BYE, 0,
           "ok\nok\n", "");
}
END_TEST

START_TEST(what_was_stopped_stays_stopped_and_can_be_continued)
{
    expect(
        TOLD "kill -STOP $p; " UNTIL(
            "[ $(state) = T ]") "for how in -TERM -KILL; do attach -l 2M $p; "
                                "left $how; " UNTIL(
                                    "[ $(tracer) = 0 ]") "state; done; "
                                                         "attach -l 2M $p; "
                                                         "kill -CONT $p; told "
                                                         "m m; kill -STOP "
                                                         "$p; " UNTIL(
                                                             "[ "
                                                             "$(state)"
                                                             " = t ] "
                                                             "|| [ "
                                                             "$(state)"
                                                             " = T ]") "left -KILL; " UNTIL("[ "
                                                                                            "$("
                                                                                            "tracer"
                                                                                            ") = "
                                                                                            "0 ]") "state; "
                                                                                                   "kill "
                                                                                                   "-CONT $p; "
                                                                                                   "told "
                                                                                                   "m; " BYE,
        0, "T\nT\nok\nrefused\nT\nok\n", NULL);
}
END_TEST

/* Threads in each kind of call; a command that is killed is no worse than one that leaves. */
START_TEST(no_call_and_no_signal_is_lost)
{
    expect(
        TOOLS "$V/attach_is_in_calls >out & p=$!; " UNTIL(
            "[ -e ready ]") "i=0; while [ $i -lt 8 ]; do "
                            "attach -l 256M $p; was=$(wc -c <rounds); " UNTIL(
                                "[ $(wc -c <rounds) -gt $was ]") "case $i in *[02468]) left -KILL "
                                                                 ";; *) left ;; esac; was=$(wc -c "
                                                                 "<rounds); " UNTIL("[ $(wc -c "
                                                                                    "<rounds) -gt "
                                                                                    "$((was + 1)) "
                                                                                    "]") "i=$((i + "
                                                                                         "1)); "
                                                                                         "done; "
                                                                                         "tracer; "
                                                                                         "cat out; "
                                                                                         "kill "
                                                                                         "-KILL $p",
        0, "0\n", NULL);
}
END_TEST

START_TEST(a_storm_of_forks_does_not_escape)
{
    expect(TOOLS "$V/attach_forks_a_storm >out & p=$!; " UNTIL(
               "[ -e ready ]") "attach -l 64M --tree --scope=tree $p; >go; sleep 0.5; >over; wait "
                               "$p; wait $a; "
                               "echo $?; grep records said; sort out | uniq",
           0, "0\nsome\n", "");
}
END_TEST

START_TEST(a_tree_that_is_there_is_filled_to_the_page)
{
    expect(MAKE("gcc", "engine_fills") TOOLS
           "sh -c 'for i in 1 2 3 4; do mkdir $i; ln -s ../go $i/go; "
           "(cd $i; exec ../p mmap 0 "
           "2>/dev/null) & done; wait; true' >/dev/null & p=$!; " UNTIL(
               "[ \"$(echo ?/ready)\" = '1/ready 2/ready 3/ready "
               "4/ready' ]") "attach -l 8M --tree --scope=tree $p; >go; "
                             "wait $p; wait $a; "
                             "grep records said; jq -r "
                             ".tree_peak_bytes,.tree_limit_bytes j",
           0, "8388608\n8388608\n", "");
}
END_TEST

START_TEST(children_go_free_without_tree)
{
    expect(TOLD
           "attach -l 1M $p; told m w f v; left; attach -l 1M --tree $p; told m w f v; left; " BYE,
           0, "refused\ntraced\nok\nfree\nrefused\ntraced\nrefused\ntraced\n", "");
}
END_TEST

START_TEST(its_end_is_the_commands)
{
    expect(TOLD "attach -l 4M $p; echo q >&9; wait $p; echo $?; wait $a; echo $?; "
                "jq -c '[.exit_status, .left_running, .outcome]' j",
           0, "7\n7\n[7,false,\"never_refused\"]\n", "");
    expect(TOLD "attach -l 4M $p; kill -USR1 $p; wait $p; echo $?; wait $a; echo $?; "
                "jq -r .signal.name j",
           0, "138\n138\nSIGUSR1\n", NULL);
}
END_TEST

START_TEST(the_reports_say_that_it_runs_on)
{
    expect(TOLD "attach -e 9 -l 1M --junit=x --tap=t -v $p; told m; kill $a; wait $a; echo $?; "
                "jq -c '[.left_running, .outcome, .exit_status, .engine, .passed, "
                ".processes[0].end, .argv == [\"'$V/attach_does_as_told'\"]]' j; "
                "grep -o 'refused 1 allocation.*' said | head -n 1; grep -c '<failure\\|<error' x; "
                "grep -c '^not ok' t; " BYE,
           0, NULL, "");
    expect(TOLD
           "attach -e 9 -l 4M $p; told m; kill $a; wait $a; echo $?; "
           "jq -c '[.left_running, .outcome, .passed]' j; grep -o 'nothing refused.*,' said; " BYE,
           0, NULL, "");
}
END_TEST

START_TEST(a_program_in_the_middle_of_exec_can_be_had)
{
    expect(
        TOOLS "$V/attach_execs_itself & p=$!; " UNTIL(
            "[ -e ready ]") "i=0; while [ $i -lt 20 ]; do attach -l 64M $p; case $i in *[02468]) "
                            "left -KILL ;; *) left ;; esac; i=$((i + 1)); done; >over; wait $p; "
                            "echo $?",
        0, "5\n", NULL);
}
END_TEST

START_TEST(a_first_thread_may_have_ended)
{
    expect(TOOLS
           "for limit in 10M 4M; do rm -f ready go; $V/attach_leader_ends_first & p=$!; " UNTIL(
               "[ -e ready ]") "attach -l $limit $p; >go; wait $p; echo $?; wait $a; echo $?; done",
           0, "6\n6\n7\n7\n", "");
}
END_TEST

/* That the kernel refuses it is known in no time. */
START_TEST(of_another_user_nothing_can_be_had)
{
    if (getuid() != 0)
        SKIP("root, to be somebody else");
    expect("cat >t.py <<'E'\nimport os, sys\nfd = os.open(os.environ['M'], os.O_RDONLY)\n"
           "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
           "for i in range(20):\n"
           " if os.fork() == 0: os.execve(fd, ['memrestrict', 'attach', '-l', '1M', sys.argv[1]], "
           "os.environ)\n"
           " print(os.waitstatus_to_exitcode(os.wait()[1]))\nE\n"
           "python3 t.py $$ 2>said | uniq; grep -c 'it is another user.s' said",
           0, "125\n20\n", "");
}
END_TEST

START_TEST(what_of_a_tree_cannot_be_had_is_said)
{
    if (!program_exists("strace"))
        SKIP("package strace");
    expect(
        TOOLS
        "sh -c 'sleep 100 & s=$!; strace -qq -o log -p $s & t=$!; echo $s $t >pids; wait; "
        "true' & p=$!; " UNTIL("[ -s pids ]") "read s t <pids; " UNTIL(
            "grep -q 'TracerPid:.*[1-9]' /proc/$s/status") "attach -e 9 -l 64M --tree $p; "
                                                           "kill $a; wait $a; echo $?; grep -o 'it "
                                                           "is traced by another already' said; "
                                                           "jq -c '[.processes[] | select(.program "
                                                           "== \"sleep\") | .coverage]' j; kill $s "
                                                           "$p $t",
        0, "9\nit is traced by another already\n[\"not_limited\"]\n", NULL);
}
END_TEST

START_TEST(it_is_traced_by_others_afterwards)
{
    if (!program_exists("strace"))
        SKIP("package strace");
    expect(TOLD "attach -l 4M $p; left -KILL; " UNTIL("[ $(tracer) = 0 ]") "strace -f -o log -p $p "
                                                                           "2>said & a=$!; " UNTIL(
                                                                               "grep -q attached "
                                                                               "said") "told m; "
                                                                                       "left; grep "
                                                                                       "-c mmap "
                                                                                       "log; " BYE,
           0, "ok\n1\n", NULL);
}
END_TEST

START_TEST(what_cannot_be_had_is_said)
{
    expect("sleep 100 & s=$!; kill $s; wait $s; $M attach -l 1M $s", 125, "",
           "there is no such process");
    expect("exec $M attach -l 1M $$", 125, "", "this is the command itself");
    expect("$M attach -l 1M 0", 125, "", "this is no process ID");
    expect("$M attach $$", 125, "", "there is no limit; accepted: with --limit or --tree-limit");
    expect("$M attach -l 1M --scope=tree $$", 125, "", "accepted: with --tree");
    expect("$M attach -l 1M", 125, "", "accepted: ");
    expect("sleep 100 & s=$!; $M attach -l 9M $s 2>said & a=$!; " UNTIL(
               "[ -s said ]") "$M attach -l 1M $s; echo $?; kill $a $s",
           0, "125\n", "it is traced already, by memrestrict (");
    expect("$M -l 64M sh -c '$M attach -l 1M $$'", 125, "", "accepted: memrestrict set ");
    expect("cat >t.py <<'E'\nimport os\nif os.fork() == 0: os._exit(0)\n"
           "c = int(open('/proc/self/task/%d/children' % os.getpid()).read())\n"
           "os.system('while ! grep -q \") Z\" /proc/%d/stat; do sleep 0.01; done; $M attach -l 1M "
           "%d' % (c, c))\nE\npython3 t.py",
           0, "", "it has ended, and its parent has not waited for it yet");
    expect("cat >t.py <<'E'\nimport os, threading, time\n"
           "threading.Thread(target=time.sleep, args=(100,), daemon=True).start()\n"
           "t = max(int(t) for t in os.listdir('/proc/self/task'))\n"
           "os.system('$M attach -l 1M %d' % t)\nE\npython3 t.py",
           0, "", "this is a thread; accepted: ");
}
END_TEST

START_TEST(threads_of_the_kernel_have_no_memory)
{
    if (access("/proc/2/exe", F_OK) == 0 || system("grep -q kthreadd /proc/2/comm") != 0 ||
        getuid() != 0)
        SKIP("root, and a thread of the kernel to be seen");
    expect("$M attach -l 1M 2", 125, "", "this is a thread of the kernel");
}
END_TEST

START_TEST(the_shell_that_it_was_typed_into_can_be_limited)
{
    expect("$M attach -q -l 64M -t 0.2 $$; echo $?; $M attach -q --tree -l 64M -t 0.2 $$; echo $?",
           0, "0\n0\n", "");
}
END_TEST

/* A library without a run has no accounts that could be set from outside: both limits hold. */
START_TEST(the_library_may_be_in_it)
{
    expect(TOOLS "LD_PRELOAD=$B/libmemrestrict.so MEMRESTRICT_LIMIT=64M sleep 100 & p=$!; " UNTIL(
               "grep -q memrestrict /proc/$p/maps") "attach -l 32M $p; left; "
                                                    "grep -o 'the library is in it' said; kill $p",
           0, "the library is in it\n", NULL);
}
END_TEST

#define REAL(program, works)                                                                       \
    if (!program_exists(#program))                                                                 \
        harness_skip(__func__, "package " #program);                                               \
    else                                                                                           \
        works

#define REAL_ONE(line, options, out)                                                               \
    expect("printf 'class T { public static void main(String[] a) throws Exception { long n = 0; " \
           "java.io.File over = new java.io.File(\"over\"), ready = new java.io.File(\"ready\"); " \
           "while (!over.exists()) { n += new byte[1 << 20].length; ready.createNewFile(); "       \
           "Thread.sleep(1); } System.out.println(n > 0); } }' >T.java; " TOOLS line               \
           " & p=$!; " UNTIL("[ -e ready ]") "attach -l " options " $p; sleep 0.1; left; "         \
                                             "attach -l " options                                  \
                                             " $p; sleep 0.1; left -KILL; >over; wait $p",         \
           0, out, NULL)

/* Each goes on afterwards, with its work undisturbed. */
START_TEST(real_programs_are_unharmed)
{
    REAL(python3, REAL_ONE("python3 -c 'import time, os\nn = 0\n"
                           "while not os.path.exists(\"over\"):\n"
                           " n += len(bytearray(1 << 20)) >> 20; time.sleep(0.001)\n"
                           " if n == 1: open(\"ready\", \"w\")\n"
                           "print(n > 1)'",
                           "256M", "True\n"));
    REAL(bash,
         REAL_ONE("bash -c 'n=0; until [ -e over ]; do n=$((n + 1)); /bin/true; >ready; done; "
                  "[ $n -gt 0 ] && echo true'",
                  "64M --tree", "true\n"));
    if (getenv("TEST_LONG") == NULL)
        SKIP("node and java are for check-long");
    REAL(node, REAL_ONE("node -e 'const f = require(\"fs\"); let n = 0; "
                        "const t = setInterval(() => { n += Buffer.alloc(1 << 20).length; "
                        "f.writeFileSync(\"ready\", \"\"); if (f.existsSync(\"over\")) "
                        "{ console.log(n > 0); clearInterval(t) } }, 1)'",
                        "8G", "true\n"));
    REAL(java, REAL_ONE("java -Xmx64m -XX:+UseSerialGC T.java", "8G", "true\n"));
}
END_TEST

Suite *suite_attach(void)
{
    enum { SECONDS = 300 };
    Suite *suite = suite_create("attach");
    harness_add(suite, each_way_is_refused_at_the_page, SECONDS);
    harness_add(suite, eight_threads_that_are_there_fill_it_to_the_page, SECONDS);
    harness_add(suite, calls_of_32_bits_are_refused_at_the_page, SECONDS);
    harness_add(suite, a_limit_below_what_it_has_refuses_until_it_has_less, SECONDS);
    harness_add(suite, it_runs_on_when_the_command_leaves, SECONDS);
    harness_add(suite, ctrl_c_leaves_it, SECONDS);
    harness_add(suite, a_stop_of_the_terminal_does_not_stop_the_command, SECONDS);
    harness_add(suite, what_was_stopped_stays_stopped_and_can_be_continued, SECONDS);
    harness_add(suite, no_call_and_no_signal_is_lost, SECONDS);
    harness_add(suite, a_storm_of_forks_does_not_escape, SECONDS);
    harness_add(suite, a_tree_that_is_there_is_filled_to_the_page, SECONDS);
    harness_add(suite, children_go_free_without_tree, SECONDS);
    harness_add(suite, its_end_is_the_commands, SECONDS);
    harness_add(suite, the_reports_say_that_it_runs_on, SECONDS);
    harness_add(suite, a_program_in_the_middle_of_exec_can_be_had, SECONDS);
    harness_add(suite, a_first_thread_may_have_ended, SECONDS);
    harness_add(suite, of_another_user_nothing_can_be_had, SECONDS);
    harness_add(suite, what_of_a_tree_cannot_be_had_is_said, SECONDS);
    harness_add(suite, it_is_traced_by_others_afterwards, SECONDS);
    harness_add(suite, what_cannot_be_had_is_said, SECONDS);
    harness_add(suite, threads_of_the_kernel_have_no_memory, SECONDS);
    harness_add(suite, the_shell_that_it_was_typed_into_can_be_limited, SECONDS);
    harness_add(suite, the_library_may_be_in_it, SECONDS);
    harness_add(suite, real_programs_are_unharmed, SECONDS);
    return suite;
}
