/* SPDX-License-Identifier: MIT
 *
 * A child stops while it holds the lock of the accounts, as SIGSTOP may strike it there; another
 * one comes and goes meanwhile. Prints that one's number.
 */
#include "hostile.h"

#include <signal.h>
#include <sys/wait.h>

int main(void)
{
    struct accounts *accounts = hostile_accounts();
    pid_t holder = fork();
    if (holder == 0) {
        accounts->lock = hostile_own(accounts)->ticket;
        raise(SIGSTOP);
        accounts->lock = 0;
        _exit(0);
    }
    waitpid(holder, NULL, WUNTRACED);
    pid_t other = fork();
    if (other == 0)
        _exit(0);
    waitpid(other, NULL, 0);
    printf("%d\n", (int)other);
    fflush(stdout);
    usleep(500 * 1000);
    kill(holder, SIGCONT);
    waitpid(holder, NULL, 0);
    return 0;
}
