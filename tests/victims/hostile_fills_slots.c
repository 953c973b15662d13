/* SPDX-License-Identifier: MIT
 *
 * All places in the accounts are taken, as by processes that the command comes too late to free,
 * until half a second after a child began to look for one. Prints the child's number.
 */
#include "hostile.h"

#include <sys/wait.h>

enum { NOT_MINE = 7 };

static void fill(struct accounts *accounts, uint64_t from, uint64_t to)
{
    for (unsigned i = 0; i < ACCOUNTS_SLOTS; i++)
        if (accounts->owners[i] == from)
            accounts->owners[i] = to;
}

int main(void)
{
    struct accounts *accounts = hostile_accounts();
    uint64_t taken = (uint64_t)(uint32_t)getpid() << 32 | NOT_MINE;
    fill(accounts, 0, taken);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    usleep(500 * 1000);
    fill(accounts, taken, 0);
    waitpid(child, NULL, 0);
    printf("%d\n", (int)child);
    return 0;
}
