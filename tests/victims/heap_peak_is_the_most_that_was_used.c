/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    uint64_t most = usage().peak;
    CHECK(most >= used());
    char *block = NULL;
    for (size_t i = 1; i <= 100; i++) {
        block = realloc(block, i * 7919 % 101 * KIB + 1);
        CHECK(block != NULL);
        most = used() > most ? used() : most;
        CHECK(usage().peak == most);
        CHECK(malloc(room() + 1) == NULL);
        CHECK(usage().peak == most);
    }
    free(block);
    CHECK(usage().peak == most);
    return 0;
}
