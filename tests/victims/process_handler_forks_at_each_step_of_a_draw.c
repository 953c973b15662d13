/* SPDX-License-Identifier: MIT
 *
 * A signal handler forks after each single instruction of the library with which a thread of
 * several draws budget in turn, up to where it blocks signals. Each time both go on in the middle
 * of it. Each step is tried in a process of its own, since a step while signals are blocked ends
 * one.
 */
#include "victim.h"

#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/wait.h>
#include <ucontext.h>

#if defined(__x86_64__)
enum { SIZE = 11000, DRAWN = 6, FEW = 20, MOST_STEPS = 4000, TRAP = 0x100 };

static volatile long step, fork_at;
static volatile pid_t forked = -1;
static uintptr_t begin, end; /* of the library */

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
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t at = (uintptr_t)registers[REG_RIP];
    (void)signal;
    (void)info;
    if (at < begin || at >= end || ++step != fork_at)
        return;
    registers[REG_EFL] &= ~TRAP;
    forked = fork();
}

static int note_library(struct dl_phdr_info *info, size_t size, void *inside)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (uintptr_t)inside >= from &&
            (uintptr_t)inside < from + info->dlpi_phdr[i].p_memsz) {
            begin = from;
            end = from + info->dlpi_phdr[i].p_memsz;
        }
    }
    return 0;
}

static void *be_another(void *drawn)
{
    free(malloc(100));
    sem_post(drawn);
    for (;;)
        pause();
    return NULL;
}

/* Both parent and child pass here. */
static int attempt(long number)
{
    pthread_t other;
    sem_t drawn; /* once the other has drawn too */
    int status = 0;
    CHECK(sem_init(&drawn, 0, 0) == 0);
    CHECK(pthread_create(&other, NULL, be_another, &drawn) == 0);
    while (sem_wait(&drawn) != 0)
        ;
    for (int i = 0; i < DRAWN; i++) /* the next one has to draw */
        CHECK(malloc(SIZE) != NULL);
    fork_at = number;
    start_steps();
    void *block = malloc(SIZE);
    end_steps();
    CHECK(block != NULL);
    free(block);
    CHECK(malloc(SIZE) != NULL && malloc(100) != NULL && refusals() == 0);
    if (forked > 0)
        CHECK(waitpid(forked, &status, 0) == forked && status == 0);
    CHECK(forked >= 0);
    return 0;
}

/* False: signals are blocked there, which is only done to draw. */
static bool try_step(long number)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(attempt(number));
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTRAP));
    return status == 0;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    long number = 1;
    CHECK(sigaction(SIGTRAP, &action, NULL) == 0);
    dl_iterate_phdr(note_library, dlsym(RTLD_DEFAULT, "malloc"));
    CHECK(begin != 0);
    while (try_step(number) && number < MOST_STEPS)
        number++;
    CHECK(number > FEW && number < MOST_STEPS);
    return 0;
}
#else
int main(void) { return 0; }
#endif
