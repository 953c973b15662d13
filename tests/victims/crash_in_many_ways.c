/* SPDX-License-Identifier: MIT
 *
 * Ends by a signal, in the way that its argument names; where from, its call stack tells. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define APART __attribute__((noinline, noclone))

static APART int read_at(const volatile int *at) { return *at + 1; }

static APART int write_text(void)
{
    return mprotect((void *)((unsigned long)write_text & ~4095ul), 1, PROT_READ | PROT_EXEC) +
           (*(volatile char *)write_text = 1);
}

static APART int call_at(int (*volatile function)(void)) { return function() + 1; }

static APART int divide(volatile int by) { return 7 / by + 1; }

static APART int recurse(volatile char *above)
{
    volatile char room[4096];
    room[0] = *above;
    return *above == 0 ? recurse(room) + room[0] : 1;
}

static APART int give_up(void)
{
    abort();
    return 0;
}

static APART int free_twice(void)
{
    char *block = malloc(100000);
    free(block);
    free(block);
    return 0;
}

static void *in_thread(void *unused)
{
    read_at(NULL);
    return unused;
}

static APART int wait_for_signals(void)
{
    while (pause() != 0)
        ;
    return 0;
}

static void exit_5(int signal)
{
    (void)signal;
    _exit(5);
}

static int in_child(pid_t pid)
{
    int status;
    if (pid == 0) {
        read_at(NULL);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 0 : 1;
}

/* Without code, without a stack, and with SIGSEGV blocked: another fault would end it by that. */
static APART int go_astray(void)
{
#if defined(__x86_64__)
    static const unsigned char no_instruction[] = {0x0f, 0x0b};
    sigset_t set;
    unsigned char *page = mmap(NULL, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(page, no_instruction, sizeof no_instruction);
    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    sigprocmask(SIG_BLOCK, &set, NULL);
    __asm__ volatile("movq $8, %%rsp\n\tjmp *%0" : : "r"(page));
#endif
    return 0;
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    pthread_t thread;
    char none = 0;
    free(malloc(10));
    if (strcmp(way, "null") == 0)
        return read_at(NULL);
    if (strcmp(way, "text") == 0)
        return write_text();
    if (strcmp(way, "wild") == 0)
        return call_at(NULL);
    if (strcmp(way, "astray") == 0)
        return go_astray();
    if (strcmp(way, "divide") == 0)
        return divide(argc - 2);
    if (strcmp(way, "deep") == 0)
        return recurse(&none);
    if (strcmp(way, "abort") == 0)
        return give_up();
    if (strcmp(way, "twice") == 0)
        return free_twice();
    if (strcmp(way, "trap") == 0)
        __builtin_trap();
    if (strcmp(way, "string") == 0)
        return (int)strlen((char *)(unsigned long)(argc - 2)) + 1;
    if (strcmp(way, "thread") == 0)
        return pthread_create(&thread, NULL, in_thread, NULL) + pthread_join(thread, NULL);
    if (strcmp(way, "waits") == 0)
        return puts("waiting") + fflush(stdout) + wait_for_signals();
    if (strcmp(way, "own") == 0)
        return signal(SIGSEGV, exit_5) == SIG_ERR ? 1 : read_at(NULL);
    if (strcmp(way, "fork") == 0)
        return in_child(fork());
    if (strcmp(way, "vfork") == 0)
        return in_child(vfork());
    return 0;
}
