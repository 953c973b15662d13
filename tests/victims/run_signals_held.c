/* SPDX-License-Identifier: MIT
 *
 * run_signals_held COMMAND...: blocks two signals that queue, and becomes the command. Without
 * one: prints how often it gets the first of them before it gets the second, which it inherited
 * blocked.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { FIRST = 40, SECOND = 41 };

int main(int argc, char **argv)
{
    int count = 0;
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, FIRST);
    sigaddset(&both, SECOND);
    if (argc > 1) {
        sigprocmask(SIG_BLOCK, &both, NULL);
        execvp(argv[1], argv + 1);
        return 99;
    }
    while (sigwaitinfo(&both, NULL) == FIRST)
        count++;
    printf("%d\n", count);
    return 0;
}
