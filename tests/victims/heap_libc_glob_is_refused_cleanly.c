/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

#include <glob.h>

static bool attempt(void)
{
    glob_t found;
    int error = glob("/proc/self/s*", GLOB_ERR, NULL, &found);
    CHECK(error == 0 || error == GLOB_NOSPACE || error == GLOB_ABORTED);
    bool done = error == 0 && found.gl_pathc >= 3;
    globfree(&found);
    return done;
}

int main(void)
{
    at_every_budget(attempt, 61);
    return 0;
}
