/* SPDX-License-Identifier: MIT
 *
 * explain: what a program is, what limits it, and what would slip through, for a terminal of 80
 * columns.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAIN "echo 'int main(void) { return 0; }' >p.c; "
/* "it is" and "taken". */
#define SAYS "$M explain ./p | sed -n 's/^  it is *//p; s/^  taken *//p'"

/* Where such a program cannot be made the test is skipped. */
static void is_told(const char *test, const char *make, const char *out)
{
    char script[2048];
    snprintf(script, sizeof script, MAIN "%s 2>/dev/null || exit 77; " SAYS, make);
    if (shell(script)->status == 77) {
        harness_skip(test, "'%s' does not work here", make);
        return;
    }
    expect(script, 0, out, "");
}

START_TEST(explain_tells_of_each_engine)
{
    expect("$M explain | grep -cE '^  (preload|ptrace|rlimit|cgroup|attach) +(yes|no): '; "
           "$M explain | head -n 1",
           0, "5\nThis machine:\n", "");
}
END_TEST

START_TEST(explain_knows_what_a_program_is)
{
#if defined __x86_64__
    is_told(__func__, "gcc p.c -o p", "dynamic, 64-bit x86-64\n--engine=preload\n");
    is_told(__func__, "gcc -static p.c -o p",
            "statically linked, 64-bit x86-64\n--engine=ptrace\n");
    is_told(__func__, "gcc -static-pie p.c -o p",
            "statically linked, at any address, 64-bit x86-64\n--engine=ptrace\n");
    is_told(__func__, "gcc -m32 -static p.c -o p",
            "statically linked, 32-bit i386\n--engine=ptrace\n");
    is_told(__func__, "musl-gcc p.c -o p", "dynamic, with musl, 64-bit x86-64\n--engine=preload\n");
    is_told(__func__, "cp $V/own_malloc p",
            "dynamic, with a malloc of its own, 64-bit x86-64\n--engine=preload\n");
    is_told(__func__,
            "printf 'package main\\nfunc main() {}\\n' >p.go; HOME=$PWD GOFLAGS=-p=1 "
            "CGO_ENABLED=0 go build -o p p.go",
            "statically linked, a Go program, 64-bit x86-64\n--engine=ptrace\n");
#else
    SKIP("the words are those of x86-64");
#endif
}
END_TEST

START_TEST(explain_names_what_runs_a_script)
{
    expect("printf '#!/bin/sh\\n' >p; chmod +x p; $M explain ./p | grep -c '/bin/sh, which runs "
           "./p:$'",
           0, "1\n", "");
}
END_TEST

START_TEST(explain_knows_privileges)
{
    if (geteuid() != 0 || !program_exists("setpriv"))
        SKIP("only root can make such a program, and setpriv run it");
    expect(MAIN "gcc p.c -o p && chmod 4755 p && d=$(mktemp -d) && cp -p p $B/memrestrict "
                "$B/libmemrestrict.so $d && chmod 755 $d && "
                "setpriv --reuid=65534 --clear-groups $d/memrestrict explain $d/p | "
                "grep -E '^  (taken|preload  no|ptrace   no)'; rm -r $d",
           0,
           "  taken    --engine=rlimit\n"
           "  preload  no: the loader ignores the library for its privileges\n"
           "  ptrace   no: it would lose its privileges\n",
           "");
}
END_TEST

START_TEST(explain_tells_what_is_charged_and_what_is_missed_by_each)
{
    expect(MAIN
           "gcc -static p.c -o p; $M explain ./p >out; "
           "grep -cE '^  (charged|missed|past it)' out; "
           "grep -c '^Other engines, for that program:$' out; "
           "grep -c '^  preload  no: no library can be loaded into a static program$' out; "
           "tr -s ' \\n' '  ' <out | grep -oE 'rlimit ENOMEM[^;]*; charged: .* missed: shared'",
           0, NULL, "");
    expect(MAIN "gcc -static p.c -o p; $M explain ./p | grep -cE '^  (charged|missed|past it)'", 0,
           "3\n", "");
}
END_TEST

START_TEST(explain_fits_a_terminal)
{
    expect("for w in 80 100; do COLUMNS=$w $M explain $V/own_malloc | awk -v w=$w 'length > w'; "
           "COLUMNS=$w $M explain sh | awk -v w=$w 'length > w' | grep -v '^/'; done; true",
           0, "", "");
}
END_TEST

START_TEST(explain_says_what_is_not_there)
{
    expect("$M explain ./nothing >out; s=$?; [ ! -s out ] && exit $s", 127, "",
           "there is no program './nothing'");
}
END_TEST

Suite *suite_explain(void)
{
    Suite *suite = suite_create("explain");
    command_add(suite, explain_tells_of_each_engine);
    command_add(suite, explain_knows_what_a_program_is);
    command_add(suite, explain_names_what_runs_a_script);
    command_add(suite, explain_knows_privileges);
    command_add(suite, explain_tells_what_is_charged_and_what_is_missed_by_each);
    command_add(suite, explain_fits_a_terminal);
    command_add(suite, explain_says_what_is_not_there);
    return suite;
}
