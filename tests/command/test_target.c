/* SPDX-License-Identifier: MIT
 *
 * Programs that the library cannot be loaded into, or that keep their heap to themselves: run
 * all the same, and never silently.
 */
#include "command.h"

#include <string.h>
#include <unistd.h>

#define SAYS(name, script, status, words)                                                          \
    START_TEST(name) { expect(script, status, "", words); }                                        \
    END_TEST

/* A program of one line, linked as told; where that cannot be, the test is skipped. */
#define MAKE(flags)                                                                                \
    "echo 'int main(void) { return 7; }' >p.c; cc " flags " p.c -o p 2>/dev/null || exit 77; "
#define STATIC MAKE("-static")
/* As Go's programs end. */
#define RAW_EXIT                                                                                   \
    "printf '#include <unistd.h>\\n#include <sys/syscall.h>\\n"                                    \
    "int main(void) { syscall(SYS_exit_group, 7); }\\n' >p.c; cc p.c -o p || exit 77; "

static void expect_made(const char *test, const char *script, const char *words)
{
    const struct run *run = shell(script);
    if (run->status == 77) {
        harness_skip(test, "such a program cannot be made here");
        return;
    }
    bool said = *words == '\0' ? run->err[0] == '\0' : strstr(run->err, words) != NULL;
    ck_assert_msg(run->status == 7 && said, "status %d\nstderr: %.2000s", run->status, run->err);
}

#define MADE(X)                                                                                    \
    X(target_static, STATIC "$M -l 64M ./p", "memrestrict: p is statically linked")                \
    X(target_static_pie, MAKE("-static-pie") "$M -l 64M ./p", "p is statically linked")            \
    X(target_static_in_the_path, STATIC "PATH=$PWD:$PATH; $M -l 64M p", "p is statically linked")  \
    X(target_script_for_a_static_program, STATIC "echo \"#!$PWD/p\" >s; chmod +x s; $M ./s",       \
      "p, which runs s, is statically linked")                                                     \
    X(target_script_by_env,                                                                        \
      STATIC "echo '#!/usr/bin/env p' >s; chmod +x s; PATH=$PWD:$PATH; $M ./s",                    \
      "p, which runs s, is")                                                                       \
    X(target_becomes_static, STATIC "$M -l 64M sh -c 'exec ./p'",                                  \
      "went on to a program that the library could not be loaded into")                            \
    X(target_ends_by_a_system_call,                                                                \
      RAW_EXIT "$M -l 64M ./p", "")                                                                \
    X(target_that_ends_by_a_system_call_has_exited, RAW_EXIT "$M -v -l 64M ./p", "  exit 7\n")     \
    X(target_that_cannot_be_seen_is_not_said_to_run,                                               \
      "unshare -pmf true || exit 77; "                                                             \
      "$M -v -l 50M unshare -pmf perl -e 'system(q(mount -t proc proc /proc)) && exit 77;"         \
      "fork || kill 9, $$; wait; exit 7'",                                                         \
      "  ended unseen\n")                                                                          \
    X(target_drops_the_preload, MAKE("") "$M -l 64M env -i ./p", "not limited from there on")      \
    X(target_starts_a_static_program,                                                              \
      "echo '#include <unistd.h>' >q.c; echo 'int main(void) { usleep(1500000); return 7; }' "     \
      ">>q.c;"                                                                                     \
      "cc -static q.c -o q || exit 77; $M -l 64M sh -c './q; exit $?'",                            \
      "q")                                                                                         \
    X(target_forked_and_short, STATIC "$M -v -l 64M perl -e 'system \"./p\"; exit 7'",                \
      "1 forked process ended unseen: ")                                                           \
    X(target_unnamed_successor_is_not_said, "$M -l 64M -p sh,dash,bash sh -c 'exec env'; exit 7",  \
      "")                                                                                          \
    X(target_not_named_is_not_said, STATIC "$M -l 64M -p other ./p", "no program named other")                           \
    X(target_other_word_size, MAKE("-m32") "$M -l 64M ./p", "p is of another word size")           \
    X(target_own_malloc, "$M -l 64M $V/own_malloc; exit 7", "own_malloc has a malloc of its own")  \
    X(target_loader_by_hand,                                                                       \
      MAKE("") "$M -l 64M $(ls /lib64/ld-linux-x86-64.so.2 || exit 77) ./p", "")                   \
    X(target_musl,                                                                                 \
      "command -v musl-gcc >/dev/null || exit 77; echo 'int main(void) { return 7; }' >p.c;"       \
      " musl-gcc p.c -o p && $M -l 64M ./p",                                                       \
      "")                                                                                          \
    X(target_plain, MAKE("") "$M -l 64M ./p", "")

#define TEST_MADE(name, script, words)                                                             \
    START_TEST(name) { expect_made(__func__, script, words); }                                     \
    END_TEST
MADE(TEST_MADE)

START_TEST(target_setuid)
{
    if (getuid() != 0)
        SKIP("only root can make such a program");
    const struct run *run = shell("cp /bin/true p; chown nobody p; chmod 4755 p; findmnt -no "
                                  "OPTIONS -T . | grep -q nosuid && exit 77; $M -l 64M ./p");
    if (run->status == 77)
        SKIP("the file system is mounted nosuid");
    ck_assert_msg(strstr(run->err, "p runs with privileges of its own") != NULL, "%.2000s",
                  run->err);
}
END_TEST

/* Both word sizes from one string, where the loader finds the folder of each. */
START_TEST(target_both_word_sizes_when_installed)
{
    const struct run *run =
        shell("l=$(ldd /bin/true | sed -n 's|.*/\\(lib.*\\)/libc\\.so.*|\\1|p'); cd $R; D=$OLDPWD\n"
              "[ -e $B/32/libmemrestrict.so ] || exit 77\n"
              "make -s command BUILD=$B/installed PREFIX=/nowhere LIBDIR=/nowhere/$l >/dev/null || "
              "exit 77\n"
              "cd $D; mkdir -p bin $l lib32 lib/i386-linux-gnu; cp $B/installed/memrestrict bin; "
              "cp $B/libmemrestrict.so $l\n"
              "cp $B/32/libmemrestrict.so lib32; cp $B/32/libmemrestrict.so lib/i386-linux-gnu\n"
              "cc -m32 $R/tests/victims/run_refused.c -O0 -o p || exit 77\n"
              "bin/memrestrict -l 64M sh -c \"./p 1 7; $V/run_refused 1 7\"");
    if (run->status == 77)
        SKIP("no 32-bit library in BUILD/32, or no compiler for it");
    ck_assert_msg(run->status == 7 && strstr(run->err, "refused 2 allocations"), "%d: %.2000s",
                  run->status, run->err);
}
END_TEST

Suite *suite_target(void)
{
    Suite *suite = suite_create("target");
#define ADD(name, script, words) command_add(suite, name);
    MADE(ADD)
#undef ADD
    command_add(suite, target_setuid);
    command_add(suite, target_both_word_sizes_when_installed);
    return suite;
}
