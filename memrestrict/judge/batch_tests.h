/* SPDX-License-Identifier: MIT
 *
 * The tests in a folder: NAME.in, and NAME.out or NAME.ans where there is an answer.
 */
#ifndef MEMRESTRICT_BATCH_TESTS_H
#define MEMRESTRICT_BATCH_TESTS_H

#include <stdbool.h>
#include <stddef.h>

struct batch_test {
    char *name, *input;
    char *answer; /* NULL: there is none */
};

struct batch_tests {
    struct batch_test *tests; /* as people order them: 2 before 10 */
    size_t count;
};

/* False: there are none, or no memory, which was said. */
bool batch_tests_find(struct batch_tests *tests, const char *folder);
void batch_tests_free(struct batch_tests *tests);

#endif
