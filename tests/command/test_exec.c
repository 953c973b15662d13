/* SPDX-License-Identifier: MIT
 *
 * Programs that become others: what their environment lacks is put back, so that they are limited,
 * and taken out again, so that they find what they were given.
 */
#include "command.h"

/* By each way there is. */
#define HOW                                                                                        \
    "execve execv execvp execvpe execl execle execlp fexecve execveat execveat-fd thread fork "    \
    "vfork spawn spawnp"

/* A program whose limit, of 5 MiB, is in the way if it has one; it takes no argument. */
#define TAKES_10M                                                                                  \
    "printf '#include <stdio.h>\\n#include <stdlib.h>\\nextern char **environ;\\n"                 \
    "int main(void) { for (char **e = environ; *e; e++) puts(*e);"                                 \
    " return malloc(10 << 20) != 0; }\\n' >p.c; cc -fno-builtin p.c -o p || exit 77; "

START_TEST(exec_into_an_empty_environment_is_limited)
{
    expect(TAKES_10M "for how in " HOW "; do "
                     "$M -q -l 5M $V/exec_by $how -i ./p || echo $how is not limited; "
                     "done; true",
           0, "", "");
}
END_TEST

/* syscall(2) is seen where its arguments are known to be passed on. */
START_TEST(exec_by_number_is_limited)
{
    if (shell("case $(uname -m)$(od -An -tu1 -j4 -N1 $V/exec_by) in x86_64*2) ;; *) exit 77;; esac")
            ->status == 77) {
        harness_skip("exec_by_number_is_limited", "another machine");
        return;
    }
    expect(TAKES_10M "for how in syscall syscall-at; do "
                     "$M -q -l 5M $V/exec_by $how -i ./p || echo $how is not limited; done; true",
           0, "", "");
    expect("for how in syscall syscall-at; do $M -q -l 64M $V/exec_by $how -i /usr/bin/env; done; "
           "$V/exec_by syscall ./none; $M -q -l 64M $V/exec_by syscall ./none",
           2, "", "syscall: ENOENT\nsyscall: ENOENT\n");
}
END_TEST

START_TEST(exec_with_no_follow_is_left_alone)
{
    expect(TAKES_10M "for how in " HOW "; do "
                     "$M -q -l 5M --no-follow $V/exec_by $how -i ./p && echo $how is limited; "
                     "done; true",
           0, "", NULL);
}
END_TEST

START_TEST(exec_leaves_no_trace_in_the_environment)
{
    expect("for how in " HOW "; do $M -q -l 64M $V/exec_by $how -i /usr/bin/env; done", 0, "", "");
    expect("$M -q -l 64M env -i A=1 env", 0, "A=1\n", "");
    expect("$M -q -l 64M env -i A=1 B=2 sh -c 'env -i A=3 sh -c \"env | grep ^[A-OQ-Z]\"'", 0,
           "A=3\n", "");
}
END_TEST

START_TEST(exec_by_many_hands_is_limited_at_the_end)
{
    expect(TAKES_10M "$M -q -l 5M env -i env -i env -i A=1 env -u A ./p", 0, "", "");
}
END_TEST

/* What stands in the place is left, and what was given is not asked for twice. */
START_TEST(exec_with_another_preload_is_left_alone)
{
    expect(TAKES_10M "$M -q -l 5M env LD_PRELOAD= ./p >/dev/null", 1, "", NULL);
    expect(TAKES_10M "$M -q -l 5M env MEMRESTRICT_LIMIT=20M ./p >/dev/null", 1, "",
           "it has a larger limit than the run");
    expect(TAKES_10M "$M -q -l 5M env -u LD_PRELOAD ./p | grep -c LD_PRELOAD", 1, "0\n", "");
}
END_TEST

START_TEST(exec_without_a_command_puts_nothing_back)
{
    expect(TAKES_10M "export MEMRESTRICT_LIMIT=5M; LD_PRELOAD=$B/libmemrestrict.so env -i ./p", 1,
           "", "");
}
END_TEST

START_TEST(exec_from_another_root_leaves_alone_what_cannot_be_read)
{
    expect("chroot / true 2>/dev/null || exit 77; mkdir r; "
           "printf 'int main(void) { return 0; }' >s.c; cc -static s.c -o r/s || exit 77; "
           "$M -q -l 5M env -i /usr/sbin/chroot r /s",
           0, "", NULL);
}
END_TEST

START_TEST(exec_says_of_all_errors_what_it_says_alone)
{
    expect("mkdir a b; $V/exec_errors $PWD/a >bare; $M -q -l 64M $V/exec_errors $PWD/b >limited; "
           "test $(wc -l <bare) -gt 80 && cmp bare limited",
           0, "", "");
}
END_TEST

/* A constructor, main's third argument and the strings that a copy of environ holds. */
START_TEST(exec_leaves_no_trace_for_a_constructor_that_copies)
{
    expect("printf '#include <stdlib.h>\\n#include <stdio.h>\\n"
           "__attribute__((constructor)) static void f(void) { setenv(\"C\", \"1\", 1); }\\n"
           "extern char **environ;\\n"
           "int main(int n, char **v, char **e) { (void)n; (void)v; int k = 0;"
           " for (char **x = environ; *x; x++) puts(*x); while (e[k]) k++;"
           " printf(\"%%d\\\\n\", k); }\\n' >p.c; cc p.c -o p || exit 77; "
           "$M -q -l 64M env -i A=1 ./p",
           0, "A=1\nC=1\n2\n", "");
}
END_TEST

/* It offers to limit a static program, but nobody answers: each would wait two seconds. */
START_TEST(exec_after_the_command_was_killed_does_not_wait)
{
    expect("printf 'int main(void) { return 0; }' >s.c; cc -static s.c -o s || exit 77; "
           "$M -q -l 64M sh -c 'kill -KILL $PPID; for i in $(seq 60); do ./s; done; echo >done';"
           "for i in $(seq 300); do test -e done && exit; sleep 0.1; done; echo it waits",
           0, "", NULL);
}
END_TEST

Suite *suite_exec(void)
{
    Suite *suite = suite_create("exec");
    command_add(suite, exec_into_an_empty_environment_is_limited);
    command_add(suite, exec_by_number_is_limited);
    command_add(suite, exec_with_no_follow_is_left_alone);
    command_add(suite, exec_leaves_no_trace_in_the_environment);
    command_add(suite, exec_by_many_hands_is_limited_at_the_end);
    command_add(suite, exec_with_another_preload_is_left_alone);
    command_add(suite, exec_without_a_command_puts_nothing_back);
    command_add(suite, exec_from_another_root_leaves_alone_what_cannot_be_read);
    command_add(suite, exec_says_of_all_errors_what_it_says_alone);
    command_add(suite, exec_after_the_command_was_killed_does_not_wait);
    command_add(suite, exec_leaves_no_trace_for_a_constructor_that_copies);
    return suite;
}
