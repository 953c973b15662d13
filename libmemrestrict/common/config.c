/* SPDX-License-Identifier: MIT */
#include "common/config.h"

#include "common/pattern.h"
#include "common/size.h"
#include "common/span.h"

#include <string.h>

#define PREFIX "MEMRESTRICT_"
#define SIZES "a size such as 64M, 1.5G, 64MiB, 64MB or 67108864, below 8E"

#define NO_FOLLOW "no-follow"

enum { NAME_ROOM = 256, SIZE_ROOM = 32 };

static bool parse_limit(const char *value, struct config *config)
{
    return size_parse(value, &config->limit);
}

static bool parse_reserve(const char *value, struct config *config)
{
    return size_parse(value, &config->reserve) && config->reserve != CONFIG_UNLIMITED;
}

static bool parse_on_refusal(const char *value, struct config *config)
{
    static const char *const words[] = {"errno", "abort", "stop", "warn"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(value, words[i]) == 0) {
            config->on_refusal = (enum on_refusal)i;
            return true;
        }
    return false;
}

static bool parse_count(const char *value, struct config *config)
{
    static const char *const words[] = {"heap", "regions", "stacks"};
    config->count = 0;
    for (const char *at = value;; at++) {
        size_t length = span_until(at, ',');
        unsigned found = 0;
        for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
            if (strlen(words[i]) == length && strncmp(at, words[i], length) == 0)
                found = 1u << i;
        if (found == 0)
            return false;
        config->count |= found;
        at += length;
        if (*at == '\0')
            return true;
    }
}

static bool parse_leaks(const char *value, struct config *config)
{
    config->leaks = strcmp(value, "yes") == 0;
    return config->leaks || strcmp(value, "no") == 0;
}

static bool parse_program(const char *value, struct config *config)
{
    for (const char *at = value;; at++) {
        size_t length = span_until(at, ',');
        if (length == 0 || length >= NAME_ROOM)
            return false;
        at += length;
        if (*at == '\0')
            break;
    }
    config->program = value; /* only now: one that is not understood names no program */
    return true;
}

static bool parse_report(const char *value, struct config *config)
{
    config->report = value;
    for (const char *at = strchr(value, '%'); at != NULL; at = strchr(at + 2, '%'))
        if (at[1] == '\0' || strchr("pe%", at[1]) == NULL)
            return false;
    return *value != '\0' && strlen(value) < WRITER_PATH;
}

static bool parse_fault(const char *value, struct config *config)
{
    config->fault = value;
    return true;
}

/* SIZE and a comma after it, if there is one. */
static bool parse_tree_limit(const char **word, struct config *config)
{
    char size[SIZE_ROOM];
    size_t length = span_until(*word, ',');
    if (*word[0] == '\0' || strcmp(*word, NO_FOLLOW) == 0)
        return true;
    if (length >= sizeof size)
        return false;
    memcpy(size, *word, length);
    size[length] = '\0';
    *word += length + ((*word)[length] == ',');
    return size_parse(size, &config->tree_limit);
}

/* PATH, or PATH,SIZE with the limit of the whole tree; then maybe ,no-follow. */
static bool parse_accounts(const char *value, struct config *config)
{
    size_t length = span_until(value, ',');
    const char *word = value[length] == ',' ? value + length + 1 : "";
    if (length >= CONFIG_ACCOUNTS || value[0] != '/')
        return false;
    if (!parse_tree_limit(&word, config))
        return false;
    config->follow = strcmp(word, NO_FOLLOW) != 0;
    if (config->follow && *word != '\0')
        return false;
    memcpy(config->accounts, value, length);
    config->accounts[length] = '\0';
    return true;
}

const struct setting config_settings[] = {
    {PREFIX "LIMIT", parse_limit, SIZES ", or unlimited", "the budget: bytes live at once"},
    {PREFIX "RESERVE", parse_reserve, SIZES,
     "a grace beyond the limit, open from the first refusal on"},
    {PREFIX "COUNT", parse_count, "heap, regions, stacks, or several with commas between",
     "what is charged (default: heap,regions)"},
    {PREFIX "PROGRAM", parse_program, "program names or globs with commas between",
     "limit only these programs, and leave all others untouched"},
    {PREFIX "ON_REFUSAL", parse_on_refusal, "errno, abort, stop or warn",
     "what a refusal does beside failing with ENOMEM (default: errno, nothing)"},
    {PREFIX "FAULT", parse_fault, "a plan of faults such as call=malloc,nth=5",
     "which calls are to fail, whatever the limit says"},
    {PREFIX "REPORT", parse_report,
     "stderr, or a file's path in which %p is the process ID and %e the program's name",
     "where a summary is written when the program ends"},
    {PREFIX "LEAKS", parse_leaks, "yes or no",
     "look for blocks that nothing points to when the program ends (default: no)"},
    {PREFIX "ACCOUNTS", parse_accounts, "what the command memrestrict puts there",
     "the shared accounts of a run; set by the command memrestrict"},
    {NULL, NULL, NULL, NULL},
};

static const struct setting *find_setting(const char *entry, size_t name_length)
{
    for (const struct setting *row = config_settings; row->name != NULL; row++)
        if (strlen(row->name) == name_length && strncmp(row->name, entry, name_length) == 0)
            return row;
    return NULL;
}

static void complain(struct text *complaint, const char *entry, size_t name_length,
                     const struct setting *row)
{
    text_add(complaint, "memrestrict: ");
    text_add_quoted(complaint, entry, name_length);
    if (row == NULL) {
        text_add(complaint, ": no such setting; there are");
        for (row = config_settings; row->name != NULL; row++) {
            text_add_char(complaint, ' ');
            text_add(complaint, row->name);
        }
    } else {
        text_add(complaint, ": cannot understand '");
        text_add_quoted(complaint, entry + name_length + 1, strlen(entry + name_length + 1));
        text_add(complaint, "'; accepted: ");
        text_add(complaint, row->accepted);
    }
    text_add_char(complaint, '\n');
}

bool config_read(char **environment, struct config *config, struct text *complaint)
{
    *config = (struct config){
        .limit = CONFIG_UNLIMITED,
        .count = COUNT_HEAP | COUNT_REGIONS,
        .tree_limit = CONFIG_UNLIMITED,
        .follow = true,
    };
    bool understood = true;
    for (char **entry = environment; entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, PREFIX, strlen(PREFIX)) != 0)
            continue;
        size_t name_length = span_until(*entry, '=');
        if ((*entry)[name_length] != '=')
            continue;
        const struct setting *row = find_setting(*entry, name_length);
        if (row != NULL && row->parse(*entry + name_length + 1, config))
            continue;
        if (understood)
            complain(complaint, *entry, name_length, row);
        understood = false;
    }
    return understood;
}

bool config_names(const char *patterns, const char *program)
{
    for (const char *at = patterns;; at++) {
        size_t length = span_until(at, ',');
        if (length < NAME_ROOM && pattern_matches(at, length, program, strlen(program)))
            return true;
        at += length;
        if (*at == '\0')
            return false;
    }
}
