/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

#include <dirent.h>

static bool attempt(void)
{
    struct dirent **entries;
    errno = 0;
    int count = scandir("/proc/self", &entries, NULL, alphasort);
    if (count < 0) {
        CHECK(errno == ENOMEM);
        return false;
    }
    CHECK(count > 10 && strcmp(entries[0]->d_name, ".") == 0);
    while (count > 0)
        free(entries[--count]);
    free(entries);
    return true;
}

int main(void)
{
    at_every_budget(attempt, 97);
    return 0;
}
