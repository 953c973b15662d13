/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

static bool attempt(void)
{
    errno = 0;
    char *copy = strdup("a string of some length"), *part = strndup("another one", 7);
    if (copy == NULL || part == NULL)
        CHECK(errno == ENOMEM);
    bool done = copy != NULL && part != NULL;
    CHECK(!done || (strlen(copy) == 23 && strlen(part) == 7));
    free(copy);
    free(part);
    return done;
}

int main(void)
{
    at_every_budget(attempt, 1);
    return 0;
}
