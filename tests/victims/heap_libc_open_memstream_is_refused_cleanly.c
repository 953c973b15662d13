/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

static bool attempt(void)
{
    char *text = NULL;
    size_t size = 0;
    errno = 0;
    FILE *file = open_memstream(&text, &size);
    if (file == NULL) {
        CHECK(errno == ENOMEM);
        return false;
    }
    bool done = true;
    for (int i = 0; i < 3000; i++)
        done = fputc('x', file) == 'x' && done;
    done = fclose(file) == 0 && done;
    CHECK(!done || (size == 3000 && text[2999] == 'x'));
    free(text);
    return done;
}

int main(void)
{
    at_every_budget(attempt, 13);
    return 0;
}
