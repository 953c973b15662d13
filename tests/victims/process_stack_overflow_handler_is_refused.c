/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <signal.h>
#include <sys/mman.h>

/* A program that allocates without end on its stack can still be told no where it handles that. */
static void on_overflow(int signal)
{
    (void)signal;
    CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM);
    CHECK(mmap(NULL, 1024 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    _exit(0);
}

static int descend(volatile char *above)
{
    volatile char frame[1000];
    frame[0] = above[0];
    return above[0] == 0 ? 0 : descend(frame) + frame[0];
}

int main(void)
{
    static char memory[256 * 1024];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    struct sigaction action = {.sa_handler = on_overflow, .sa_flags = SA_ONSTACK};
    CHECK(sigaltstack(&stack, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    return descend((char[]){1});
}
