/* SPDX-License-Identifier: MIT
 *
 * What the engine of ptrace takes in the place of what older kernels do not have: here they are
 * made older by TEST_OF_MEMRESTRICT_PTRACE, whose words are in engines/ptrace_answer.h. And what
 * the kernel does for other users than root.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

#define AS_NOBODY "setpriv --reuid=65534 --regid=65534 --clear-groups "

/* Another user than root has all of it, also without a file of his own to write to. */
START_TEST(nobody_needs_root)
{
    if (geteuid() != 0 || !program_exists("setpriv"))
        SKIP("only root can become another user, by setpriv");
    expect("cc() { gcc $1 -std=gnu11 -D_GNU_SOURCE -O1 -fno-builtin -pthread "
           "$R/tests/victims/engine_$2.c -o $3 || exit 77; }; chmod 755 .; "
           "cc -static fills p; cc '' fills q; cc '' survives s; export "
           "TEST_OF_MEMRESTRICT_PTRACE=verify; "
           "for p in p q; do for way in mmap shared brk mprotect fixed mremap malloc; do " AS_NOBODY
           "$M -q --engine=ptrace -l 2M ./$p $way 2097152; done; done | uniq -c | tr -s ' '; "
           "for thing in storm thread-exec vforks shares-memory job-control kills; do " AS_NOBODY
           "$M -q --engine=ptrace -l 16M --scope=tree ./s $thing; done | uniq -c | tr -s ' '; "
           "echo; " AS_NOBODY "$M -l 2M -e 9 ./p mmap 2097152 2>/dev/null; echo $?; " AS_NOBODY
           "$M -q -l 2M sh -c './p mmap 2097152; exit'",
           0, " 14 full\n 6 ok\n\nfull\n9\nfull\n", "");
}
END_TEST

/* It would lose them under ptrace, so the kernel's own limit holds it, which is said; who asks for
 * ptrace gets it without. */
START_TEST(a_setuid_program_keeps_its_privileges_and_has_rlimit)
{
    if (geteuid() != 0 || !program_exists("setpriv"))
        SKIP("only root can make such a program, and run it as another user");
    const struct run *run =
        shell("chmod 755 .; printf '#include <stdio.h>\\n#include <stdlib.h>\\n#include <unistd.h>"
              "\\nint main(void) { printf(\"%%d %%d\\\\n\", geteuid(), malloc(16 << 20) == NULL); }"
              "\\n' >p.c; gcc -O0 -fno-builtin p.c -o p && chmod u+s p && [ \"$(" AS_NOBODY
              "./p)\" = '0 0' ] || exit 77; " AS_NOBODY "$M -l 8M ./p; " AS_NOBODY
              "$M -l 8M --engine=ptrace ./p");
    if (run->status == 77)
        SKIP("a place where setuid programs have their privileges");
    ck_assert_msg(strcmp(run->out, "0 1\n65534 1\n") == 0 &&
                      strstr(run->err, "p runs with privileges of its own: limited by "
                                       "--engine=rlimit") != NULL,
                  "stdout: %.2000s\nstderr: %.2000s", run->out, run->err);
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
    harness_add(suite, nobody_needs_root, SECONDS);
    harness_add(suite, a_setuid_program_keeps_its_privileges_and_has_rlimit, SECONDS);
    return suite;
}
