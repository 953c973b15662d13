/* SPDX-License-Identifier: MIT
 *
 * RLIMIT_DATA as an engine: what it holds back, each of the holes that the man page names, and a
 * verdict that claims nothing.
 */
#include "command.h"

#define TAKES "$M -q -l 20M --engine=rlimit $V/engine_takes "

START_TEST(what_is_private_and_writable_is_held_back)
{
    expect("for w in mmap malloc; do n=$(" TAKES "$w 40); [ $n -ge 18 ] && [ $n -le 20 ] || "
           "echo $w $n; done",
           0, "", "");
}
END_TEST

START_TEST(its_holes_are_those_that_are_named)
{
    expect("for w in shared memfd read-only fixed processes; do " TAKES "$w 40; done", 0,
           "40\n40\n40\n40\n40\n", "");
}
END_TEST

START_TEST(the_programs_own_data_is_beside_the_limit)
{
    expect(
        "printf '#include <stdlib.h>\\n#include <stdio.h>\\nstatic char a[50 << 20];\\n"
        "int main(void) { a[1] = 1; int i = 0; while (i < 40 && malloc(1 << 20)) i++; "
        "printf(\"%%d\\\\n\", i); return 0; }' >p.c; gcc -fno-builtin -static p.c -o p || exit 1; "
        "n=$($M -q -l 20M --engine=rlimit ./p); [ $n = 19 ] || echo $n",
        0, "", "");
}
END_TEST

START_TEST(a_limit_that_is_lower_already_stays)
{
    expect("ulimit -d 10000; n=$(" TAKES "malloc 40); [ $n -ge 7 ] && [ $n -le 9 ] || echo $n", 0,
           "", "");
}
END_TEST

START_TEST(it_never_claims_that_nothing_was_refused)
{
    expect("$M -v -l 20M --engine=rlimit --json=j --tap=t --junit=x true 2>&1 | grep -i never; "
           "jq -c '[.outcome,.refusals_observed]' j; grep -c '^ok.*limit in force, refusals not "
           "observed' t; grep -c 'limit in force, refusals not observed' x; grep -il never_refused "
           "j t x; true",
           0, "[\"refusals_not_observed\",false]\n1\n1\n", "");
}
END_TEST

START_TEST(a_grace_beyond_it_cannot_be)
{
    expect("$M -l 20M -r 1M --engine=rlimit true", 125, "", "it cannot do --reserve");
}
END_TEST

Suite *suite_rlimit(void)
{
    Suite *suite = suite_create("rlimit");
    command_add(suite, what_is_private_and_writable_is_held_back);
    command_add(suite, its_holes_are_those_that_are_named);
    command_add(suite, the_programs_own_data_is_beside_the_limit);
    command_add(suite, a_limit_that_is_lower_already_stays);
    command_add(suite, it_never_claims_that_nothing_was_refused);
    command_add(suite, a_grace_beyond_it_cannot_be);
    return suite;
}
