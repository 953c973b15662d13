/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

enum { COUNT = 20000 };

static int numbers[COUNT];

static int compare(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

static void sort(void)
{
    for (int i = 0; i < COUNT; i++)
        numbers[i] = (int)((long long)i * 7919 % COUNT);
    qsort(numbers, COUNT, sizeof numbers[0], compare);
    for (int i = 0; i < COUNT; i++)
        CHECK(numbers[i] == i);
}

int main(void)
{
    uint64_t before = used();
    sort();
    CHECK(used() == before);
    void *all = fill(0);
    sort();
    CHECK(room() == 0);
    free(all);
    return 0;
}
