/* SPDX-License-Identifier: MIT */
#include "ground/fatal_signal.h"

#include "common/kernel.h"

bool fatal_signal_comes_again(const siginfo_t *info)
{
    int number = info->si_signo;
    return info->si_code > 0 &&
           (number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE);
}

void fatal_signal_set_default(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(number, &action, NULL);
}

void fatal_signal_let_end(const siginfo_t *info)
{
    struct kernel_mask mask;
    fatal_signal_set_default(info->si_signo);
    if (fatal_signal_comes_again(info))
        return;
    kernel_signals_block(&mask);
    kernel_signal_send(info->si_signo, info);
}
