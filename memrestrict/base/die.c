/* SPDX-License-Identifier: MIT */
#include "base/die.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SHELL_SIGNALED = 128 };

_Noreturn void die_of(int signal)
{
    struct rlimit none = {0};
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE,
          0); /* a limit of 0 does not keep a core from a program that collects them */
    sigaction(signal, &plain, NULL);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    raise(signal);
    _exit(SHELL_SIGNALED + signal);
}
