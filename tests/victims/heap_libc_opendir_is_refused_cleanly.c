/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

#include <dirent.h>

static bool attempt(void)
{
    errno = 0;
    DIR *folder = opendir("/proc/self");
    if (folder == NULL) {
        CHECK(errno == ENOMEM);
        return false;
    }
    int entries = 0;
    while (readdir(folder) != NULL)
        entries++;
    CHECK(entries > 10 && errno == 0);
    CHECK(closedir(folder) == 0);
    return true;
}

int main(void)
{
    at_every_budget(attempt, 97);
    return 0;
}
