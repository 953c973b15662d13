/* SPDX-License-Identifier: MIT */
#include "base/suppressions.h"

#include "base/file_kind.h"
#include "base/lines.h"
#include "base/message.h"
#include "common/pattern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 1 << 20 }; /* of a line */

struct suppressions {
    const char *outcome;
    struct string_list globs;
};

/* Without a comment and the spaces before it. A # in a word is part of it: C++ numbers lambdas. */
static size_t length_of(const char *word)
{
    size_t length = 0;
    for (size_t i = 0; word[i] != '\0' && word[i] != '\n'; i++) {
        if (word[i] == '#' && (i == 0 || length < i))
            break;
        if (strchr(" \t\r", word[i]) == NULL)
            length = i + 1;
    }
    return length;
}

/* The glob behind the colon. NULL: there is none, or no outcome before it. */
static const char *glob_of(const char *word, const char *outcome, bool *is_meant)
{
    static const char *const outcomes[] = {"*",    "abort", "leak",      "swallowed",
                                           "hang", "crash", "corruption"};
    const char *colon = strchr(word, ':');
    if (colon == NULL || colon[1] == '\0')
        return NULL;
    size_t length = (size_t)(colon - word);
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (strlen(outcomes[i]) == length && strncmp(word, outcomes[i], length) == 0) {
            *is_meant = i == 0 || strcmp(outcomes[i], outcome) == 0;
            return colon + 1;
        }
    return NULL;
}

static bool read_lines(const char *path, FILE *file, suppressions_take *take, void *context,
                       const char *accepted)
{
    struct lines lines = {.file = file, .most = LONGEST};
    const char *wrong = NULL;
    while (wrong == NULL && lines_next(&lines)) {
        char *word = lines.text + strspn(lines.text, " \t");
        size_t length = length_of(word);
        word[length] = '\0';
        wrong = length == 0 || take(context, word) ? NULL : word;
    }
    if (wrong != NULL)
        message("%s:%zu: cannot understand '%.200s'; accepted: %s", path, lines.number, wrong,
                accepted);
    else if (lines.failed)
        message("%s:%zu: this line is too long; accepted: OUTCOME:FUNCTION@FILE", path,
                lines.number + 1);
    else if (ferror(file))
        message("%s: cannot read: %s", path, strerror(errno));
    bool good = wrong == NULL && !lines.failed && !ferror(file);
    lines_end(&lines);
    return good;
}

bool suppressions_each(const char *option, const char *path, suppressions_take *take, void *context,
                       const char *accepted)
{
    bool is_device = file_is_device(path);
    FILE *file = is_device ? NULL : fopen(path, "re");
    if (file == NULL) {
        message("--%s: %s: cannot read: %s", option, path,
                is_device ? "it is a device; accepted: a file or a pipe" : strerror(errno));
        return false;
    }
    bool good = read_lines(path, file, take, context, accepted);
    fclose(file);
    return good;
}

static bool take_meant(void *context, const char *word)
{
    struct suppressions *suppressions = context;
    bool is_meant = false;
    const char *glob = glob_of(word, suppressions->outcome, &is_meant);
    return glob != NULL && (!is_meant || string_list_add(&suppressions->globs, glob));
}

struct suppressions *suppressions_read(const char *option, const char *path, const char *outcome)
{
    char accepted[128];
    struct suppressions *suppressions = calloc(1, sizeof *suppressions);
    if (suppressions == NULL) {
        message("%s", strerror(ENOMEM));
        return NULL;
    }
    suppressions->outcome = outcome;
    snprintf(accepted, sizeof accepted,
             "OUTCOME:FUNCTION@FILE, such as %s:parse_line@conf.c, or OUTCOME:GLOB", outcome);
    if (suppressions_each(option, path, take_meant, suppressions, accepted))
        return suppressions;
    suppressions_free(suppressions);
    return NULL;
}

void suppressions_free(struct suppressions *suppressions)
{
    if (suppressions == NULL)
        return;
    string_list_free(&suppressions->globs);
    free(suppressions);
}

/* The C library's fnmatch(3) may take for ever over many stars. */
static bool fits(const char *glob, const char *word, size_t length)
{
    return pattern_matches(glob, strlen(glob), word, length);
}

static bool names_one_of(const char *glob, const struct string_list *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (fits(glob, stack->words[i], strcspn(stack->words[i], " ")))
            return true;
    return false;
}

bool suppressions_fit(const char *glob, const char *place, const struct string_list *stack)
{
    return fits(glob, place, strlen(place)) ||
           (strchr(glob, '@') == NULL && names_one_of(glob, stack));
}

bool suppressions_mean(const struct suppressions *suppressions, const char *place,
                       const struct string_list *stack)
{
    for (size_t i = 0; suppressions != NULL && i < suppressions->globs.count; i++)
        if (suppressions_fit(suppressions->globs.words[i], place, stack))
            return true;
    return false;
}
