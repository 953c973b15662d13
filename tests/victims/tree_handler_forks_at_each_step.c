/* SPDX-License-Identifier: MIT
 *
 * tree_handler_forks_at_each_step CALL, in a run: a signal handler forks after each single
 * instruction of the call in turn, and both parent and child go on in the middle of it. Each has
 * what it holds charged to itself, and nothing to the other.
 */
#include "victim.h"

#include <signal.h>
#include <sys/wait.h>
#include <ucontext.h>

enum { OLD_SIZE = 100, SMALLER = 60, LARGER = 190 };
enum { MOST_STEPS = 4000, TRAP = 0x100 };

static volatile long step, fork_at;
static volatile pid_t forked;

#if defined(__x86_64__)
static void start_steps(void)
{
    __asm__ volatile("pushfq; orq $0x100,(%%rsp); popfq" ::: "memory", "cc");
}
static void end_steps(void)
{
    __asm__ volatile("pushfq; andq $~0x100,(%%rsp); popfq" ::: "memory", "cc");
}

static void on_step(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    if (++step != fork_at)
        return;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP;
    forked = fork();
}
#else
static void start_steps(void) {}
static void end_steps(void) {}
static void on_step(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    (void)context;
}
#endif

/* What the call leaves of a block of OLD_SIZE bytes. */
static size_t size_after(char call)
{
    return call == 'm' || call == 'r' ? OLD_SIZE : call == 'f' ? 0 : call == 's' ? SMALLER : LARGER;
}

static void *make_call(char call, void *block)
{
    start_steps();
    if (call == 'm' || call == 'r')
        block = malloc(OLD_SIZE);
    else if (call == 'f')
        free(block);
    else
        block = realloc(block, call == 's' ? SMALLER : LARGER);
    end_steps();
    return call == 'f' ? NULL : block;
}

/* Both of them pass here. */
static void check_figures(char call, void *block, uint64_t before)
{
    CHECK(used() == before + size_after(call));
    free(block);
    CHECK(used() == before);
    CHECK(refusals() == 0);
}

static void fork_at_step(char call, long number)
{
    uint64_t before = used();
    void *block = call == 'm' ? NULL : malloc(OLD_SIZE);
    if (call == 'r') { /* a malloc that has what was freed just now */
        free(block);
        block = NULL;
    }
    int status = 0;
    step = 0;
    fork_at = number;
    forked = -1;
    block = make_call(call, block);
    if (forked > 0)
        CHECK(waitpid(forked, &status, 0) == forked && status == 0);
    check_figures(call, block, before);
    if (forked == 0)
        _exit(0);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    CHECK(argc == 2 && sigaction(SIGTRAP, &action, NULL) == 0);
    void *held = malloc(5000);
    free(malloc(OLD_SIZE));
    long number = 1;
    do
        fork_at_step(argv[1][0], number);
    while (forked > 0 && ++number < MOST_STEPS);
    free(held);
    CHECK(number < MOST_STEPS);
    return 0;
}
