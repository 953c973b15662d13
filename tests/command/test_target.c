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

#define RENAMED_EXIT                                                                               \
    "printf '#include <unistd.h>\\n#include <sys/prctl.h>\\n#include <sys/syscall.h>\\n"           \
    "int main(void) { prctl(PR_SET_NAME, \"worker (7)\"); syscall(SYS_exit_group, 7); }\\n' "      \
    ">p.c; "                                                                                       \
    "cc p.c -o p || exit 77; "

/* Ends when a process, the command, has woken up so often that it must have looked around. */
#define WAITS_STATIC                                                                               \
    "printf '#include <stdio.h>\\n#include <string.h>\\n#include <unistd.h>\\n"                    \
    "static int n(char *pid) { char at[64], line[256]; int count = 0;"                             \
    " snprintf(at, 64, \"/proc/%%s/status\", pid); FILE *f = fopen(at, \"r\");"                    \
    " while (fgets(line, 256, f) && sscanf(line, \"voluntary_ctxt_switches: %%d\", &count) != 1);" \
    " fclose(f); return count; }\\n"                                                               \
    "int main(int c, char **v) { (void)c; for (int n0 = n(v[1]); n(v[1]) < n0 + 60;) "             \
    "usleep(10000);"                                                                               \
    " return 7; }\\n' >p.c; cc -static p.c -o p 2>/dev/null || exit 77; "

/* Becomes a program whose loader says so much, into the pipe v[1], that it must wait for a reader.
 */
#define SLOW_TO_LOAD                                                                               \
    "printf '#define _GNU_SOURCE\n#include <fcntl.h>\n#include <stdlib.h>\n#include <unistd.h>\n"  \
    "#include <sys/wait.h>\n"                                                                      \
    "int main(int c, char **v) { int fd = open(v[1], O_WRONLY); fcntl(fd, F_SETPIPE_SZ, 4096);"    \
    " setenv(\"LD_DEBUG\", \"all\", 1); dup2(fd, 2);"                                              \
    " if (vfork() == 0) { execlp(\"true\", \"true\", (char *)0); _exit(9); }"                      \
    " wait(&c); return 7; }\n' >p.c; cc p.c -o p || exit 77; "

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
    X(target_becomes_static, STATIC "$M --engine=preload -l 64M sh -c 'exec ./p'",                 \
      "not limited: ./p (process ")                                                                \
    X(target_becomes_static_from_a_script,                                                         \
      STATIC "printf '#!/bin/sh\\nexec ./p\\n' >s; chmod +x s; $M --engine=preload -l 64M ./s",    \
      "not limited: ./p (process ")                                                                \
    X(target_ends_by_a_system_call, RAW_EXIT "$M -l 64M ./p", "")                                  \
    X(target_that_names_itself_has_not_gone_on, RENAMED_EXIT "$M -l 64M ./p", "")                  \
    X(target_that_names_itself_has_exited, RENAMED_EXIT "$M -v -l 64M ./p", "  exit 7\n")          \
    X(target_that_ends_by_a_system_call_has_exited, RAW_EXIT "$M -v -l 64M ./p", "  exit 7\n")     \
    X(target_that_cannot_be_seen_is_not_said_to_run,                                               \
      "unshare -pmf true || exit 77; "                                                             \
      "$M -v -l 50M unshare -pmf perl -e 'system(q(mount -t proc proc /proc)) && exit 77;"         \
      "fork || kill 9, $$; wait; exit 7' 2>e; s=$?; cat e >&2; grep -q 'still running' e || "      \
      "exit $s",                                                                                   \
      "nothing refused (peak ")                                                                    \
    X(target_drops_the_preload, MAKE("") "$M -l 64M --no-follow env -i ./p",                       \
      "its environment lacked the library")                                                        \
    X(target_starts_a_static_program,                                                              \
      WAITS_STATIC "$M --engine=preload -l 64M sh -c './p $PPID; exit $?'", "p")                   \
    X(target_slow_to_load_is_not_said_to_be_without_the_library,                                   \
      SLOW_TO_LOAD                                                                                 \
      "mkfifo said; { exec 3<said; sleep 1; cat <&3 >/dev/null; } & $M -l 64M ./p said",           \
      "")                                                                                          \
    X(target_forked_and_static_is_said_once,                                                       \
      WAITS_STATIC "$M --engine=preload -l 64M bash -c './p $PPID; exit $?' 2>e; s=$?; "           \
                   "sed 's/[0-9][0-9]*/N/g' e >&2; test $(grep -c limited: e) = 1 && exit $s",     \
      "memrestrict: not limited: ./p N (process N): statically linked\n")                          \
    X(target_forked_and_short,                                                                     \
      STATIC "$M --engine=preload -v -l 64M perl -e 'system \"./p\"; exit 7' 2>e; s=$?; grep -qE " \
             "'^memrestrict: "                                                                     \
             "not limited: (./p .process [0-9]+.|/bin/sh): statically linked' e && "               \
             "echo said >&2; exit $s",                                                             \
      "said")                                                                                      \
    X(target_killed_in_its_loader_has_not_gone_on,                                                 \
      "$M -l 64M $V/target_kills_what_it_starts loading", "")                                      \
    X(target_killed_out_of_reach_has_gone_on,                                                      \
      "$M -l 64M --no-follow $V/target_kills_what_it_starts away",                                 \
      "not limited: sleep 600 (process ")                                                          \
    X(target_unnamed_successor_is_not_said, "$M -l 64M -p sh,dash,bash sh -c 'exec env'; exit 7",  \
      "")                                                                                          \
    X(target_not_named_is_not_said, STATIC "$M -l 64M -p other ./p", "no program named other")     \
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

START_TEST(target_own_malloc_is_a_forked_childs_as_well)
{
    expect("$M -q -l 16M --json=j $V/own_malloc fork 2>err; "
           "jq -c '[.processes[] | [.began_by, .heap_owner]] | sort' j",
           0, "[[\"exec\",\"own_malloc\"],[\"fork\",\"own_malloc\"]]\n", "");
}
END_TEST

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
    command_add(suite, target_own_malloc_is_a_forked_childs_as_well);
    command_add(suite, target_setuid);
    command_add(suite, target_both_word_sizes_when_installed);
    return suite;
}
