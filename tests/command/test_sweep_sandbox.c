/* SPDX-License-Identifier: MIT
 *
 * memrestrict sweep --sandbox: what error paths delete and overwrite stays, and findings are those
 * of a sweep without it.
 */
#include "command.h"

#include <unistd.h>

#define SWEEP "$M sweep -t 300 -q --mode=once "
#define DELETES "$V/sweep_deletes_output "
/* A folder where the program runs, one beside it, and one for temporary files. */
#define BESIDE                                                                                     \
    "mkdir in out t; echo kept >out/f; cp out/f t; echo >t/g; cd in; export TMPDIR=${PWD%/in}/t; "
#define KEPT "cat ../out/f ../t/* | grep -c kept; "
/* What a script tells of the sandbox that it is in, in its first run, where nothing fails. */
#define INSIDE(script)                                                                             \
    "$M sweep -t 300 -q --sandbox --no-files --max=1 sh -c '[ -e told ] && exit; " script "' >o; "
#define FILES "jq -r '.findings[] | .outcome, .files[]' j; "
#define FINDINGS "jq -c '[.findings[] | .key, .trials, .plan]' "

#define PROPERTIES(X)                                                                              \
    X(sandbox_keeps_what_error_paths_delete,                                                       \
      BESIDE SWEEP "--sandbox " DELETES "../t/f >o; " SWEEP "--sandbox " DELETES                   \
                   "../out/f >o; " KEPT SWEEP "--no-sandbox " DELETES "../t/f >o; " KEPT,          \
      0, "2\n1\n", "")                                                                             \
    X(sandbox_says_that_the_reference_needs_more,                                                  \
      BESIDE "case $PWD in /tmp/* | /var/tmp/*) f=none/f ;; *) f=../out/f ;; esac; "               \
             "$M sweep -t 300 --sandbox --mode=once " DELETES "$f 2>e | grep -c "                  \
             "'^note: it runs in a sandbox, where only the working directory can be written to'",  \
      0, "1\n", "")                                                                                \
    X(sandbox_has_a_working_directory,                                                             \
      INSIDE("echo here >told; [ \"$PWD\" = \"$(pwd -P)\" ]") "cat told", 0, "here\n", "")         \
    X(sandbox_has_devices_that_stay,                                                               \
      INSIDE("exec 2>&1 >told; for d in null zero full random urandom tty; do "                    \
             "[ -c /dev/$d ] && ! rm -f /dev/$d && ! mv -f told /dev/$d && echo $d; done; "        \
             "echo x >/dev/null && head -qc 3 /dev/zero /dev/urandom | wc -c; cd /dev; "           \
             "ls -d fd pts ptmx shm stderr stdin stdout; echo x >shm/x && rm shm/x; ls shm; "      \
             "find . -type b | wc -l") "cat told; [ -c /dev/null ] && [ -c /dev/tty ]",            \
      0,                                                                                           \
      "null\nzero\nfull\nrandom\nurandom\ntty\n6\n"                                                \
      "fd\nptmx\npts\nshm\nstderr\nstdin\nstdout\n0\n",                                            \
      "")                                                                                          \
    X(sandbox_forgets_temporary_files,                                                             \
      "f=/tmp/memrestrict-test-$$; export f; " INSIDE(                                             \
          "[ ! -e $f ] && echo x >$f && mkdir $f.d && rmdir $f.d && cat $f >>told") "sort -u "     \
                                                                                    "told; "       \
                                                                                    "[ ! -e $f ]", \
      0, "x\n", "")                                                                                \
    X(sandbox_leaves_nothing_mounted,                                                              \
      "cat /proc/self/mountinfo >a; " SWEEP "--sandbox $V/sweep_one_bug crash >o; "                \
      "cat /proc/self/mountinfo | cmp a -",                                                        \
      0, "", "")                                                                                   \
    X(sandbox_finds_the_same,                                                                      \
      "for b in crash abort swallowed leak corruption twice; do for o in --sandbox "               \
      "'--sandbox --fork' --no-sandbox; do " SWEEP "$o --json=j $V/sweep_one_bug $b >o; " FINDINGS \
      "j; done; done | uniq -c | "                                                                 \
      "sed 's/^ *//; s/[@,].*//'",                                                                 \
      0,                                                                                           \
      "3 [\"crash:crash\n3 [\"abort:abort_itself\n3 [\"swallowed:swallow\n3 [\"leak:leak\n"        \
      "3 [\"corruption:corrupt\n3 [\"crash:fail_twice\n",                                          \
      "")                                                                                          \
    X(sandbox_whose_temporary_folder_is_below_the_working_directory,                               \
      "mkdir t; export TMPDIR=$PWD/t; " INSIDE("echo here >told; [ -d $TMPDIR ] && echo x "        \
                                               ">$TMPDIR/x") "cat told; ls t",                     \
      0, "here\n", "")                                                                             \
    X(sandbox_whose_working_directory_is_below_the_temporary_folder,                               \
      "export TMPDIR=$PWD; mkdir in; cd in; " INSIDE("echo here >told") "cat told; ls ..", 0,      \
      "here\nin\n", "")                                                                            \
    X(files_that_are_cut_short_are_swallowed_errors,                                               \
      "echo old >f; " SWEEP "--files --json=j " DELETES "f x >o; echo $?; " FILES "cat f; "        \
      "$M sweep -t 300 --files --mode=once " DELETES "f x 2>e | grep it.wrote; " SWEEP             \
      "--sandbox --no-files " DELETES "f x >o; echo $?; grep -c begun f",                          \
      0, "2\nswallowed\nf has 6 bytes, not 11\nold\n   it wrote: f has 6 bytes, not 11\n0\n1\n",   \
      "")                                                                                          \
    X(files_that_are_missing_are_swallowed_errors,                                                 \
      "echo old >f; for f in f n; do " SWEEP "--files --json=j " DELETES "$f >o; " FILES           \
      "done; ls; cat f",                                                                           \
      0, "swallowed\nf is gone\nswallowed\nn is not written\nf\nj\no\nold\n", "")                  \
    X(files_that_vary_are_not_compared,                                                            \
      SWEEP "--files --json=j -p sweep_deletes_output sh -c 'echo $$ >v; date +%s >t; "            \
            "date >$$.x; \"$0\" f x' " DELETES ">o; " FILES                                        \
            "jq -r '.notes[]' j | sed 's/[0-9]*[.]x/x/'",                                          \
      0,                                                                                           \
      "swallowed\nf has 6 bytes, not 11\nits files are not the same in each run (x): those that "  \
      "are not are not compared\n",                                                                \
      "")                                                                                          \
    X(files_that_only_a_trial_has_are_another_result,                                              \
      SWEEP "--files --json=j -p sweep_one_bug sh -c '\"$0\" tolerated || >extra' "                \
            "$V/sweep_one_bug >o; " FILES,                                                         \
      0, "swallowed\nextra is there, too\n", "")                                                   \
    X(files_need_a_sandbox,                                                                        \
      "for o in --no-sandbox --fork; do $M sweep --files $o true || echo $?; done", 0,             \
      "125\n125\n", "memrestrict: --files: needs a sandbox, and runs apart; accepted: ")           \
    X(sandbox_that_cannot_be_had_is_said, "cd /; $M sweep --sandbox -q true", 125, "",             \
      "memrestrict: --sandbox: there can be no sandbox here: the working directory: ")

static bool can_be_had(void)
{
    return shell("$M sweep -t 300 -q --sandbox --max=1 sh -c :")->status == 0;
}

#define NEED                                                                                       \
    if (!can_be_had())                                                                             \
    SKIP("no sandbox can be had here")

#define DEFINE(name, script, status, out, err)                                                     \
    START_TEST(name)                                                                               \
    {                                                                                              \
        NEED;                                                                                      \
        expect(script, status, out, err);                                                          \
    }                                                                                              \
    END_TEST
PROPERTIES(DEFINE)

START_TEST(sandbox_is_had_by_root_alone_unless_asked_for)
{
    NEED;
    expect(BESIDE
           "$M sweep -t 300 --mode=once " DELETES "../t/f 2>e >o; cat e; " KEPT
           "cd /; $M sweep -t 300 --max=1 true 2>&1 | grep -c 'none of our own: the working'",
           geteuid() != 0,
           geteuid() == 0 ? "memrestrict: sweep: as root, and so in a sandbox: what is written "
                            "in the working directory is gone with the trial, and nothing else "
                            "can be written to; replay lines run outside of it\n2\n1\n"
                          : "1\n0\n",
           "");
}
END_TEST

Suite *suite_sweep_sandbox(void)
{
    Suite *suite = suite_create("sweep_sandbox");
#define ADD(name, script, status, out, err) command_add(suite, name);
    PROPERTIES(ADD)
    command_add(suite, sandbox_is_had_by_root_alone_unless_asked_for);
    return suite;
}
