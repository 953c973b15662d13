/* SPDX-License-Identifier: MIT
 *
 * Frame rules that are wrong, on every kind of stack: by them the frame, the return address or the
 * frame pointer lies far above, where nothing can be read. Each call keeps ten bytes.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#if !defined(__x86_64__)
int main(void) { return 77; }
#else

enum { STACK = 65536, ALL = 8 * STACK, TIMES = 16 };

static char *volatile kept;

__attribute__((used, noinline, noclone)) static void keep(void) { kept = malloc(10); }

#define MISLED(name, rules)                                                                        \
    void name(void);                                                                               \
    __asm__(".text\n.type " #name ", @function\n" #name ":\n.cfi_startproc\n" rules                \
            "subq $8, %rsp\ncall keep\naddq $8, %rsp\nret\n.cfi_endproc\n")

MISLED(wrong_frame, ".cfi_def_cfa_offset 98304\n");
MISLED(wrong_return, ".cfi_def_cfa_offset 16\n.cfi_offset rip, 98304\n");
MISLED(wrong_pointer, ".cfi_def_cfa_offset 16\n.cfi_offset rip, -8\n.cfi_offset rbp, 98304\n");

static void all_kinds(void)
{
    for (int i = 0; i < TIMES; i++) {
        wrong_frame();
        wrong_return();
        wrong_pointer();
    }
}

static void handler(int number)
{
    (void)number;
    all_kinds();
}

static void *in_thread(void *unused)
{
    all_kinds();
    return unused;
}

/* The lower part is a stack; what is above can be read at first, and then no longer. */
static void in_context(char *memory)
{
    static ucontext_t here, there;
    for (int i = 0; i < 2; i++) {
        getcontext(&there);
        there.uc_stack.ss_sp = memory;
        there.uc_stack.ss_size = STACK;
        there.uc_link = &here;
        makecontext(&there, all_kinds, 0);
        swapcontext(&here, &there);
        mprotect(memory + STACK, ALL - STACK, PROT_NONE);
    }
}

int main(void)
{
    static _Alignas(STACK) char memory[ALL];
    stack_t stack = {.ss_sp = memory, .ss_size = STACK};
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    pthread_t thread;
    all_kinds();
    in_context(memory);
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    if (pthread_create(&thread, NULL, in_thread, NULL) == 0)
        pthread_join(thread, NULL);
    return 0;
}
#endif
