/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

/* Without room for a buffer, stdio reads byte by byte and gets there as well. */
static bool attempt(void)
{
    char line[100];
    errno = 0;
    FILE *file = fopen("/proc/self/stat", "r");
    if (file == NULL) {
        CHECK(errno == ENOMEM);
        return false;
    }
    CHECK(fgets(line, sizeof line, file) != NULL && atoi(line) == getpid());
    CHECK(fclose(file) == 0);
    return true;
}

int main(void)
{
    at_every_budget(attempt, 1);
    return 0;
}
