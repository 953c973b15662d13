/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

/* Asks so many times for 1 MiB too much. */
int main(int argc, char **argv)
{
    int times = argc > 1 ? atoi(argv[1]) : 1;
    for (int i = 0; i < times; i++) {
        errno = 0;
        CHECK(malloc(usage().limit + MIB) == NULL && errno == ENOMEM);
    }
    say("refused\n");
    return 0;
}
