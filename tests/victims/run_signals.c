/* SPDX-License-Identifier: MIT
 *
 * Makes the file READY, then counts the signals that it gets, each also by a byte in that file; at
 * the LAST-th it prints how many it had of each, and ends.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t had[65], all;
static int ready;

static void count(int number)
{
    had[number]++;
    all++;
    if (write(ready, "", 1) < 0)
        _exit(98);
}

int main(int argc, char **argv)
{
    static const int numbers[] = {SIGHUP,  SIGINT,  SIGQUIT,  SIGUSR1, SIGUSR2,
                                  SIGTERM, SIGALRM, SIGWINCH, SIGCONT};
    static const char *const names[] = {"HUP",  "INT",  "QUIT",  "USR1", "USR2",
                                        "TERM", "ALRM", "WINCH", "CONT"};
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
    sigset_t set, before;
    if (argc != 3)
        return 99;
    sigemptyset(&set);
    for (int i = 0; i < NUMBERS; i++) {
        signal(numbers[i], count);
        sigaddset(&set, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &set, &before);
    ready = open(argv[1], O_CREAT | O_WRONLY | O_APPEND, 0666);
    while (all < atoi(argv[2]))
        sigsuspend(&before);
    for (int i = 0; i < NUMBERS; i++)
        if (had[numbers[i]] > 0)
            printf("%s=%d\n", names[i], (int)had[numbers[i]]);
    return 0;
}
