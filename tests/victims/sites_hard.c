/* SPDX-License-Identifier: MIT
 *
 * Stacks that are hard to take: each function keeps one block of a size of its own. deep calls
 * itself 200 times; aligned has a realigned stack and one of variable size; handler runs in a
 * signal handler, on a stack of its own; compared is called by qsort.
 */
#include <alloca.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION __attribute__((noinline, noclone))

static char *volatile kept[10];

FUNCTION static void deep(int more)
{
    volatile char room[100];
    room[more % 100] = 1;
    if (more > 0)
        deep(more - 1);
    else
        kept[0] = malloc(10001);
    (void)room[0];
}

FUNCTION static void aligned(size_t size)
{
    _Alignas(64) volatile char buffer[128];
    volatile char *room = alloca(size);
    buffer[0] = room[0] = 1;
    kept[1] = malloc(20002);
    (void)buffer[1];
}

static void handler(int number)
{
    (void)number;
    kept[2] = malloc(30003);
}

static int compared(const void *left, const void *right)
{
    (void)left;
    (void)right;
    if (kept[3] == NULL)
        kept[3] = malloc(40004);
    return 0;
}

FUNCTION static void interrupted(void) { raise(SIGUSR1); }

int main(void)
{
    static char stack[65536];
    int numbers[] = {2, 1};
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    sigaltstack(&other, NULL);
    sigaction(SIGUSR1, &action, NULL);
    deep(200);
    aligned(1000);
    interrupted();
    qsort(numbers, 2, sizeof numbers[0], compared);
    return 0;
}
