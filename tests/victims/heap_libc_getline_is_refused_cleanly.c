/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

static char text[5000];

static bool attempt(void)
{
    FILE *file = fmemopen(text, sizeof text, "r");
    if (file == NULL) {
        CHECK(errno == ENOMEM);
        return false;
    }
    char *line = NULL;
    size_t size = 0;
    errno = 0;
    ssize_t length = getline(&line, &size, file);
    CHECK(length == (ssize_t)sizeof text || (length == -1 && errno == ENOMEM));
    free(line);
    fclose(file);
    return length == (ssize_t)sizeof text;
}

int main(void)
{
    memset(text, 't', sizeof text);
    text[sizeof text - 1] = '\n';
    at_every_budget(attempt, 7);
    return 0;
}
