/* SPDX-License-Identifier: MIT */
#include "judge/policy_words.h"

#include "judge/call_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
    char *rest;
    char *complaint;
};

static char *next_word(struct cursor *cursor) { return strtok_r(NULL, " \t\r\n", &cursor->rest); }

#define COMPLAIN(cursor, ...) (snprintf((cursor)->complaint, POLICY_COMPLAINT, __VA_ARGS__), false)

static bool read_action(const char *word, enum policy_action *action)
{
    static const char *const names[] = {"allow", "deny", "kill", "report", "files", "own"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        *action = (enum policy_action)i;
        if (strcmp(word, names[i]) == 0)
            return true;
    }
    return false;
}

/* 0: there is none of that name. */
static int error_of(const char *word)
{
    for (int error = 1; error < 134; error++) {
        const char *name = strerrorname_np(error);
        if (name != NULL && strcmp(name, word) == 0)
            return error;
    }
    return 0;
}

static bool read_error(struct cursor *cursor, const char *word, int *error)
{
    *error = word != NULL ? error_of(word) : 0;
    return *error != 0 || COMPLAIN(cursor, "deny: '%.40s' is no error; accepted: one such as EPERM",
                                   word != NULL ? word : "");
}

static bool read_number(struct cursor *cursor, const char *word, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    if (word != NULL)
        *number = *word == '-' ? (uint64_t)strtoll(word, &end, 0) : strtoull(word, &end, 0);
    bool done = word != NULL && end != word && *end == '\0' && errno == 0;
    return done || COMPLAIN(cursor, "'%.40s' is no number", word != NULL ? word : "");
}

static bool read_operator(struct cursor *cursor, const char *word, enum policy_operator *operator)
{
    static const char *const names[] = {"==", "!=", "<", "<=", ">", ">="};
    for (unsigned i = 0; word != NULL && i < sizeof names / sizeof names[0]; i++) {
        *operator=(enum policy_operator) i;
        if (strcmp(word, names[i]) == 0)
            return true;
    }
    return COMPLAIN(cursor, "'%.40s' compares nothing; accepted: == != < <= > >= or & MASK ==",
                    word != NULL ? word : "");
}

/* N == VALUE, N & MASK == VALUE and so on. */
static bool read_compare(struct cursor *cursor, struct policy_compare *compare)
{
    uint64_t argument = 0;
    if (!read_number(cursor, next_word(cursor), &argument))
        return false;
    if (argument > 5)
        return COMPLAIN(cursor, "arguments are 0 to 5");
    *compare = (struct policy_compare){.argument = (unsigned)argument, .mask = UINT64_MAX};
    const char *word = next_word(cursor);
    bool masked = word != NULL && strcmp(word, "&") == 0;
    if (masked && !read_number(cursor, next_word(cursor), &compare->mask))
        return false;
    if (!read_operator(cursor, masked ? next_word(cursor) : word, &compare->operator))
        return false;
    if (masked && compare->operator!= POLICY_EQUAL)
        return COMPLAIN(cursor, "a mask goes with == alone");
    return read_number(cursor, next_word(cursor), &compare->value);
}

static bool read_compares(struct cursor *cursor, struct policy_rule *rule)
{
    const char *word;
    do {
        if (rule->count == POLICY_COMPARES)
            return COMPLAIN(cursor, "more than %d comparisons", POLICY_COMPARES);
        if (!read_compare(cursor, &rule->compares[rule->count++]))
            return false;
        word = next_word(cursor);
    } while (word != NULL && strcmp(word, "and") == 0);
    return word == NULL ||
           COMPLAIN(cursor, "'%.40s' is not understood; accepted: and, or the end", word);
}

static bool read_calls(struct cursor *cursor, struct policy_words *words, const char *word)
{
    for (; word != NULL; word = next_word(cursor)) {
        if (strcmp(word, "if") == 0)
            return words->rule.action != POLICY_FILES ? read_compares(cursor, &words->rule)
                                                      : COMPLAIN(cursor, "files: without an if");
        if (!call_name_exists(word)) {
            const char *nearest = call_name_nearest(word);
            return COMPLAIN(cursor, "there is no system call '%.40s'%s%s%s", word,
                            nearest != NULL ? "; did you mean '" : "",
                            nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
        }
        if (words->call_count == POLICY_CALLS)
            return COMPLAIN(cursor, "more than %d calls in a line", POLICY_CALLS);
        words->calls[words->call_count++] = word;
    }
    return words->call_count > 0 || COMPLAIN(cursor, "it names no system call");
}

static bool read_default(struct cursor *cursor, struct policy_words *words)
{
    char *word = next_word(cursor);
    words->is_default = true;
    if (word == NULL || !read_action(word, &words->rule.action) ||
        words->rule.action > POLICY_REPORT)
        return COMPLAIN(cursor, "default: accepted: allow, deny ERRNO, kill or report");
    if (words->rule.action == POLICY_DENY &&
        !read_error(cursor, next_word(cursor), &words->rule.error))
        return false;
    return next_word(cursor) == NULL || COMPLAIN(cursor, "default: there are words behind it");
}

static bool read_rule(struct cursor *cursor, struct policy_words *words)
{
    char *word = next_word(cursor);
    if (words->rule.action == POLICY_DENY) {
        if (!read_error(cursor, word, &words->rule.error))
            return false;
        word = next_word(cursor);
    } else if (words->rule.action == POLICY_OWN && word != NULL && error_of(word) != 0) {
        words->rule.error = error_of(word);
        word = next_word(cursor);
    }
    return read_calls(cursor, words, word);
}

bool policy_words_read(struct policy_words *words, char *line, char complaint[POLICY_COMPLAINT])
{
    struct cursor cursor = {.complaint = complaint};
    *words = (struct policy_words){.include = NULL};
    line[strcspn(line, "#")] = '\0';
    char *word = strtok_r(line, " \t\r\n", &cursor.rest);
    if (word == NULL)
        return true;
    if (strcmp(word, "default") == 0)
        return read_default(&cursor, words);
    if (strcmp(word, "include") == 0) {
        words->include = next_word(&cursor);
        return words->include != NULL || COMPLAIN(&cursor, "include: accepted: compute or none");
    }
    if (read_action(word, &words->rule.action))
        return read_rule(&cursor, words);
    return COMPLAIN(&cursor,
                    "'%.40s' is not understood; accepted: default, include, allow, deny, kill, "
                    "report, files or own",
                    word);
}
