/* SPDX-License-Identifier: MIT
 *
 * The survey of methods: its table says what is true of those that each machine has, and the others
 * are rows with a reason.
 */
#include "command.h"

#define SURVEY(methods) "METHODS='none " methods "' ROUNDS=1 TRIES=1 $R/bench/survey.sh $B"
#define NEEDS                                                                                      \
    if (!program_exists("bc") || !program_exists("python3"))                                       \
    SKIP("packages bc and python3")

START_TEST(survey_tells_where_each_stopped)
{
    NEEDS;
    expect(SURVEY("ulimit_m ulimit_d command_rlimit") " | awk -F '|' 'NF > 5 { print $2 \"|\" $3 }'"
                                                      " | sed -E 's/32[0-9] blocks/N blocks/'",
           0,
           " method | big_alloc: stopped at \n---|---\n none | not at all \n"
           " `ulimit -m` | not at all \n `ulimit -d` | N blocks, ENOMEM \n"
           " `memrestrict --engine=rlimit` | N blocks, ENOMEM \n",
           "");
}
END_TEST

START_TEST(survey_says_what_cannot_be_had)
{
    NEEDS;
    expect("mkdir bin; for p in bash sh dirname realpath mktemp rm cp cat head grep awk sed od tr "
           "date uname nproc python3 bc env gcc find id cut tail; do "
           "ln -s $(command -v $p) bin/$p; done; "
           "PATH=$PWD/bin; " SURVEY("qemu lxc") " | grep -oE '(qemu|lxc).* not installed.*'",
           0,
           "qemu-i386 -R` | - | - | - | the guest's address space; each process | anybody | "
           "not installed: qemu-user |\n"
           "lxc-execute | - | - | - | the same, by a cgroup | root, or with user namespaces set up "
           "| not installed: lxc |\n",
           "");
}
END_TEST

START_TEST(survey_puts_its_table_between_the_marks)
{
    NEEDS;
    expect(
        "printf 'before\\n<!-- survey begins -->\\nold\\n<!-- survey ends -->\\nafter\\n' >d.md; "
        "(" SURVEY("") " $PWD/d.md) >/dev/null; grep -v '^|' d.md | grep -v '^Limit: ' | "
                       "grep . ; grep -c '^| none | not at all' d.md",
        0, "before\n<!-- survey begins -->\n<!-- survey ends -->\nafter\n1\n", "");
}
END_TEST

START_TEST(engines_are_compared_on_the_same_programs)
{
    if (!program_exists("jq"))
        SKIP("package jq");
    expect("PROGRAMS='dynamic static' ENGINES='preload rlimit' TRIES=1 $R/bench/engines.sh $B | "
           "grep '^|' | sed -E 's/, cost [0-9.]+//g; s/6[67][0-9]{6}/N/g'",
           0,
           "| program | preload | rlimit |\n|---|---|---|\n"
           "| dynamic | N, exit 3 | N, exit 3 |\n"
           "| static | not limited: statically linked | N, exit 3 |\n",
           "");
}
END_TEST

Suite *suite_survey(void)
{
    Suite *suite = suite_create("survey");
    command_add(suite, survey_tells_where_each_stopped);
    command_add(suite, survey_says_what_cannot_be_had);
    command_add(suite, survey_puts_its_table_between_the_marks);
    command_add(suite, engines_are_compared_on_the_same_programs);
    return suite;
}
