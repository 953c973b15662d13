/* SPDX-License-Identifier: MIT */
#include "judge/batch_tests.h"

#include "base/message.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char tail[] = ".in";

static int is_input(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), end = sizeof tail - 1;
    return length > end && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + length - end, tail) == 0;
}

/* NULL: no memory. */
static char *path_of(const char *folder, const char *name, const char *end)
{
    char *path;
    return asprintf(&path, "%s/%s%s", folder, name, end) >= 0 ? path : NULL;
}

static bool fill(struct batch_test *test, const char *folder, const char *file)
{
    static const char *const ends[] = {".out", ".ans"};
    test->name = strndup(file, strlen(file) - (sizeof tail - 1));
    test->input = path_of(folder, file, "");
    if (test->name == NULL || test->input == NULL)
        return false;
    for (int i = 0; i < 2 && test->answer == NULL; i++) {
        test->answer = path_of(folder, test->name, ends[i]);
        if (test->answer == NULL)
            return false;
        if (access(test->answer, F_OK) == 0)
            continue;
        free(test->answer);
        test->answer = NULL;
    }
    return true;
}

bool batch_tests_find(struct batch_tests *tests, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_input, versionsort);
    *tests = (struct batch_tests){.tests = count > 0 ? calloc((size_t)count, sizeof *tests->tests)
                                                     : NULL};
    bool done = tests->tests != NULL;
    if (count < 0)
        message("--batch=%s: %s", folder, strerror(errno));
    else if (count == 0)
        message("--batch=%s: there is no file there whose name ends in .in", folder);
    for (int i = 0; i < count; i++) {
        done = done && fill(&tests->tests[tests->count++], folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (count > 0 && !done)
        message("no memory");
    if (!done)
        batch_tests_free(tests);
    return done;
}

void batch_tests_free(struct batch_tests *tests)
{
    for (size_t i = 0; i < tests->count && tests->tests != NULL; i++) {
        free(tests->tests[i].name);
        free(tests->tests[i].input);
        free(tests->tests[i].answer);
    }
    free(tests->tests);
    *tests = (struct batch_tests){.tests = NULL};
}
