/* SPDX-License-Identifier: MIT
 *
 * What the engine of ptrace takes in the place of what older kernels do not have: here they are
 * made older by TEST_OF_MEMRESTRICT_PTRACE, whose words are in engines/ptrace_answer.h.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

/* "registers": calls are answered as before Linux 6.16. "no-action-avail", "asks": the kernel is
 * asked what it can as before 4.14 and 5.3. */
static const char *const kernels[] = {"verify", "verify registers",
                                      "verify registers no-action-avail asks", NULL};

/* VICTIM, made by CC, goes each of WAYS on each kernel to the limit, to the page. */
static void on_each_kernel(const char *test, const char *cc, const char *victim, const char *ways)
{
    char script[2048];
    for (const char *const *kernel = kernels; *kernel != NULL; kernel++) {
        snprintf(script, sizeof script,
                 "%s -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread -idirafter "
                 "/usr/include/$(gcc -print-multiarch) $R/tests/victims/%s.c -o p 2>/dev/null || "
                 "exit 77; export TEST_OF_MEMRESTRICT_PTRACE='%s'\n"
                 "for way in %s; do $M -q --engine=ptrace -l 2M ./p $way 2097152 >out 2>&1; s=$?\n"
                 "[ $s != 77 ] || exit 77; [ $s = 0 ] && [ \"$(cat out)\" = full ] || "
                 "{ echo $way: $s; cat out; }; done",
                 cc, victim, *kernel, ways);
        const struct run *run = shell(script);
        if (run->status == 77) {
            harness_skip(test, "not to be had here: %s of a program by %s", ways, cc);
            return;
        }
        ck_assert_msg(run->status == 0 && run->out[0] == '\0' && run->err[0] == '\0',
                      "%s, %s: status %d\nstdout: %.2000s\nstderr: %.2000s", *kernel, cc,
                      run->status, run->out, run->err);
    }
}

#define EVERY_WAY "mmap shared brk mprotect fixed mremap malloc"

START_TEST(a_64_bit_program_is_refused_at_the_page_on_each_kernel)
{
    on_each_kernel(__func__, "gcc -static", "engine_fills", EVERY_WAY);
}
END_TEST

START_TEST(a_32_bit_program_is_refused_at_the_page_on_each_kernel)
{
    on_each_kernel(__func__, "gcc -m32", "engine_fills", EVERY_WAY);
}
END_TEST

START_TEST(calls_of_32_bits_are_refused_at_the_page_on_each_kernel)
{
    on_each_kernel(__func__, "gcc -static", "engine_fills_otherwise",
                   "int80-mmap2 int80-old-mmap int80-brk");
}
END_TEST

START_TEST(a_refused_call_with_arguments_in_memory_keeps_its_registers)
{
    on_each_kernel(__func__, "gcc -static", "engine_fills_otherwise", "int80-registers");
}
END_TEST

START_TEST(calls_of_x32_are_refused_at_the_page_on_each_kernel)
{
    on_each_kernel(__func__, "gcc -static", "engine_fills_otherwise", "x32-mmap x32-brk");
}
END_TEST

/* What is in its place is EEXIST, and a break that does not move is where it was. */
START_TEST(other_answers_are_the_same_on_each_kernel)
{
    char script[1024];
    for (const char *const *kernel = kernels; *kernel != NULL; kernel++) {
        snprintf(script, sizeof script,
                 "gcc -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread "
                 "$R/tests/victims/engine_survives.c -o p; export TEST_OF_MEMRESTRICT_PTRACE='%s'\n"
                 "for thing in taken-place kills timers; do "
                 "$M -q --engine=ptrace -l 16M --scope=tree ./p $thing; done",
                 *kernel);
        expect(script, 0, "ok\nok\nok\n", "");
    }
}
END_TEST

/* It is said, and auto takes what there is. */
START_TEST(a_kernel_whose_calls_cannot_be_read_has_no_such_engine)
{
    expect("export TEST_OF_MEMRESTRICT_PTRACE=no-syscall-info; $M --engine=ptrace true", 125, "",
           "--engine=ptrace: not to be had here: the kernel has no PTRACE_GET_SYSCALL_INFO");
    expect("export TEST_OF_MEMRESTRICT_PTRACE=no-syscall-info; $M judge -l 64M true", 125, "",
           "PTRACE_GET_SYSCALL_INFO");
    expect("gcc -static -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread "
           "$R/tests/victims/engine_fills.c -o p || exit 77; "
           "TEST_OF_MEMRESTRICT_PTRACE=no-syscall-info $M -l 8M ./p mmap 0 >out; [ -s out ]",
           0, "", "p is statically linked: limited by --engine=rlimit");
}
END_TEST

Suite *suite_engine_kernels(void)
{
    enum { SECONDS = 120 };
    Suite *suite = suite_create("engine_kernels");
    harness_add(suite, a_64_bit_program_is_refused_at_the_page_on_each_kernel, SECONDS);
    harness_add(suite, a_32_bit_program_is_refused_at_the_page_on_each_kernel, SECONDS);
    harness_add(suite, calls_of_32_bits_are_refused_at_the_page_on_each_kernel, SECONDS);
    harness_add(suite, a_refused_call_with_arguments_in_memory_keeps_its_registers, SECONDS);
    harness_add(suite, calls_of_x32_are_refused_at_the_page_on_each_kernel, SECONDS);
    harness_add(suite, other_answers_are_the_same_on_each_kernel, SECONDS);
    harness_add(suite, a_kernel_whose_calls_cannot_be_read_has_no_such_engine, SECONDS);
    return suite;
}
