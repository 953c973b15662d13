/* SPDX-License-Identifier: MIT */
#include "ground/risky_read.h"

#include <signal.h>
#include <stddef.h>

risky_read_place risky_read_back;

static const int numbers[] = {SIGSEGV, SIGBUS};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
static struct sigaction theirs[NUMBERS];

static void go_back(int number)
{
    (void)number;
    RISKY_READ_GO_BACK();
}

void risky_read_begin(void)
{
    struct sigaction ours = {.sa_handler = go_back, .sa_flags = SA_NODEFER};
    for (int i = 0; i < NUMBERS; i++)
        sigaction(numbers[i], &ours, &theirs[i]);
}

void risky_read_end(void)
{
    for (int i = 0; i < NUMBERS; i++)
        sigaction(numbers[i], &theirs[i], NULL);
}
