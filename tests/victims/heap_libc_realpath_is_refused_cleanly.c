/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

static bool attempt(void)
{
    errno = 0;
    char *path = realpath("/proc/../proc/./self", NULL), *folder = getcwd(NULL, 0);
    if (path == NULL || folder == NULL)
        CHECK(errno == ENOMEM);
    bool done = path != NULL && folder != NULL;
    CHECK(!done || (atoi(path + strlen("/proc/")) == getpid() && folder[0] == '/'));
    free(path);
    free(folder);
    return done;
}

int main(void)
{
    at_every_budget(attempt, 1);
    return 0;
}
