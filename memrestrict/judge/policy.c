/* SPDX-License-Identifier: MIT */
#include "judge/policy.h"

#include "base/lines.h"
#include "base/message.h"
#include "judge/policy_texts.h"
#include "judge/policy_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 4096 };

/* A text being read. */
struct reading {
    struct policy *policy;
    const char *path;
    unsigned line;
    bool included;
};

static bool holds_for(const struct policy_compare *compare, uint64_t argument, uint64_t value)
{
    switch (compare->operator) {
    case POLICY_EQUAL: return (argument & compare->mask) == value;
    case POLICY_UNEQUAL: return argument != value;
    case POLICY_LESS: return argument < value;
    case POLICY_AT_MOST: return argument <= value;
    case POLICY_MORE: return argument > value;
    default: return argument >= value;
    }
}

static bool holds(const struct policy_compare *compare, uint64_t argument, bool allows)
{
    uint64_t value = compare->value;
    bool is_negative = value > INT64_MAX, fits = value <= UINT32_MAX || is_negative;
    bool half = holds_for(compare, (uint32_t)argument, (uint32_t)value);
    if (is_negative)
        return half;
    bool whole = holds_for(compare, argument, value);
    return !fits ? whole : allows ? whole && half : whole || half;
}

static bool rule_holds(const struct policy_rule *rule, const uint64_t *args)
{
    if (args == NULL && rule->count > 0)
        return rule->action != POLICY_ALLOW;
    for (unsigned i = 0; i < rule->count; i++) {
        const struct policy_compare *compare = &rule->compares[i];
        if (!holds(compare, args[compare->argument], rule->action == POLICY_ALLOW))
            return false;
    }
    return true;
}

const struct policy_rule *policy_decide(const struct policy *policy, const char *call,
                                        const uint64_t *args)
{
    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        if (strcmp(rule->call, call) == 0 && rule_holds(rule, args))
            return rule;
    }
    return &policy->otherwise;
}

bool policy_has(const struct policy *policy, enum policy_action action)
{
    for (size_t i = 0; i < policy->count; i++)
        if (policy->rules[i].action == action)
            return true;
    return false;
}

static bool has_own_rules(const struct policy *policy, const char *call)
{
    for (size_t i = 0; i < policy->count; i++)
        if (!policy->rules[i].included && strcmp(policy->rules[i].call, call) == 0)
            return true;
    return false;
}

static bool add(struct reading *reading, const struct policy_rule *rule)
{
    struct policy *policy = reading->policy;
    if ((policy->count & (policy->count - 1)) == 0) {
        size_t room = policy->count == 0 ? 1 : 2 * policy->count;
        struct policy_rule *more = realloc(policy->rules, room * sizeof *more);
        if (more == NULL) {
            message("no memory");
            return false;
        }
        policy->rules = more;
    }
    policy->rules[policy->count] = *rule;
    policy->rules[policy->count++].included = reading->included;
    return true;
}

static bool complain(const struct reading *reading, const char *complaint)
{
    message("%s:%u: %s", reading->path, reading->line, complaint);
    return false;
}

static bool read_text(struct policy *policy, const char *name, const char *text);

static bool include(const struct reading *reading, const char *name)
{
    const char *text = policy_text(name);
    if (text == NULL)
        return complain(reading, "include: accepted: compute or none");
    return read_text(reading->policy, name, text);
}

/* One line, which is changed. */
static bool take_line(struct reading *reading, char *line)
{
    struct policy_words words;
    char complaint[POLICY_COMPLAINT];
    if (!policy_words_read(&words, line, complaint))
        return complain(reading, complaint);
    if (words.include != NULL)
        return include(reading, words.include);
    if (words.is_default && !(reading->included && reading->policy->has_default)) {
        reading->policy->otherwise = words.rule;
        reading->policy->has_default = !reading->included;
    }
    for (size_t i = 0; i < words.call_count; i++) {
        struct policy_rule rule = words.rule;
        snprintf(rule.call, sizeof rule.call, "%s", words.calls[i]);
        if (!add(reading, &rule))
            return false;
    }
    return true;
}

static bool read_text(struct policy *policy, const char *name, const char *text)
{
    struct reading reading = {.policy = policy, .path = name, .included = true};
    char line[LONGEST_LINE];
    bool done = true;
    while (done && *text != '\0') {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        reading.line++;
        done = take_line(&reading, line);
        text += length + (text[length] != '\0');
    }
    return done;
}

static bool read_file(struct policy *policy, const char *path)
{
    struct reading reading = {.policy = policy, .path = path};
    struct lines lines = {.file = fopen(path, "re"), .most = LONGEST_LINE};
    if (lines.file == NULL) {
        message("--policy: %s: %s; accepted: compute, none or a file of rules", path,
                strerror(errno));
        return false;
    }
    bool done = true;
    while (done && lines_next(&lines)) {
        reading.line = (unsigned)lines.number;
        done = strlen(lines.text) == lines.length ? take_line(&reading, lines.text)
                                                  : complain(&reading, "it holds a zero byte");
    }
    if (done && lines.failed)
        done = complain(&reading, "a longer line follows than a rule can be");
    lines_end(&lines);
    fclose(lines.file);
    return done;
}

/* What a file says of a call stands instead of what it includes. */
static void drop_overridden(struct policy *policy)
{
    size_t kept = 0;
    for (size_t i = 0; i < policy->count; i++) {
        struct policy_rule rule = policy->rules[i];
        if (!rule.included || !has_own_rules(policy, rule.call))
            policy->rules[kept++] = rule;
    }
    policy->count = kept;
}

bool policy_load(struct policy *policy, const char *name)
{
    const char *text = policy_text(name);
    *policy = (struct policy){.name = name, .otherwise = {.action = POLICY_KILL}};
    if (text != NULL ? read_text(policy, name, text) : read_file(policy, name)) {
        if (text == NULL)
            drop_overridden(policy);
        return true;
    }
    policy_free(policy);
    return false;
}

void policy_free(struct policy *policy)
{
    free(policy->rules);
    *policy = (struct policy){.rules = NULL};
}
