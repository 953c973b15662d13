/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

static bool attempt(void)
{
    char *text = NULL;
    errno = 0;
    int length = asprintf(&text, "%0500d %s", 7, "and so on");
    CHECK((length == 510 && strlen(text) == 510) || (length == -1 && errno == ENOMEM));
    if (length == 510)
        free(text);
    return length == 510;
}

int main(void)
{
    at_every_budget(attempt, 1);
    return 0;
}
