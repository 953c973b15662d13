/* SPDX-License-Identifier: MIT
 *
 * libFuzzer over the settings. The input is an environment, its entries ended by zeros: one that
 * begins with a control character is a value for the row of that number, any other stands as it is.
 */
#include "common/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 16, ENTRY_ROOM = 8192 };

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned rows(void)
{
    unsigned count = 0;
    while (config_settings[count].name != NULL)
        count++;
    return count;
}

static void make_entry(char *entry, const char *word, size_t length)
{
    size_t named = 0;
    if (length > 0 && *word > 0 && *word < ' ') {
        named = (size_t)snprintf(entry, ENTRY_ROOM,
                                 "%s=", config_settings[(unsigned)*word % rows()].name);
        word++;
        length--;
    }
    if (length > ENTRY_ROOM - 1 - named)
        length = ENTRY_ROOM - 1 - named;
    memcpy(entry + named, word, length);
    entry[named + length] = '\0';
}

static bool is_size(uint64_t bytes) { return bytes <= INT64_MAX; }

static bool no_name_is_empty(const char *list)
{
    for (;; list++) {
        size_t length = strcspn(list, ",");
        if (length == 0)
            return false;
        list += length;
        if (*list == '\0')
            return true;
    }
}

static void check_accepted(const struct config *config, const struct text *complaint)
{
    REQUIRE(complaint->length == 0);
    REQUIRE(is_size(config->limit) || config->limit == CONFIG_UNLIMITED);
    REQUIRE(is_size(config->reserve));
    REQUIRE(config->count >= 1 && config->count <= (COUNT_HEAP | COUNT_REGIONS | COUNT_STACKS));
    REQUIRE(config->on_refusal >= REFUSAL_ERRNO && config->on_refusal <= REFUSAL_WARN);
    REQUIRE(config->program == NULL || no_name_is_empty(config->program));
    REQUIRE(config->report == NULL ||
            (*config->report != '\0' && strlen(config->report) < WRITER_PATH));
}

/* Exactly one line, which is never so long that it would be cut off. */
static void check_complaint(const struct text *complaint)
{
    static const char start[] = "memrestrict: MEMRESTRICT_";
    REQUIRE(complaint->length > sizeof start && complaint->length < WRITER_ROOM);
    REQUIRE(memcmp(complaint->bytes, start, sizeof start - 1) == 0);
    REQUIRE(complaint->bytes[complaint->length - 1] == '\n');
    for (size_t i = 0; i + 1 < complaint->length; i++) {
        unsigned char c = (unsigned char)complaint->bytes[i];
        REQUIRE(c >= ' ' && c != 0x7f);
    }
}

static bool equal(const struct config *one, const struct config *other)
{
    return one->limit == other->limit && one->reserve == other->reserve &&
           one->count == other->count && one->on_refusal == other->on_refusal &&
           one->program == other->program && one->report == other->report;
}

static void check_settings(char **environment)
{
    struct config config, again;
    struct text complaint = {.length = 0}, same = {.length = 0};
    bool understood = config_read(environment, &config, &complaint);
    if (understood)
        check_accepted(&config, &complaint);
    else
        check_complaint(&complaint);
    REQUIRE(config_read(environment, &again, &same) == understood);
    REQUIRE(equal(&config, &again) && same.length == complaint.length);
}

static void check_size(const char *word)
{
    uint64_t bytes, again;
    char plain[24];
    if (!size_parse(word, &bytes))
        return;
    REQUIRE(is_size(bytes) || bytes == CONFIG_UNLIMITED);
    if (!is_size(bytes))
        return;
    REQUIRE(*word >= '0' && *word <= '9');
    snprintf(plain, sizeof plain, "%ju", (uintmax_t)bytes);
    REQUIRE(size_parse(plain, &again) && again == bytes);
    if (word[strspn(word, "0123456789")] == '\0')
        REQUIRE(strcmp(plain, word + strspn(word, "0")) == 0 || bytes == 0);
}

/* A list names what one of its patterns names; a plain word names itself and nothing else. */
static void check_names(const char *list, const char *program)
{
    enum { SHORT = 24 }; /* fnmatch takes exponential time for many stars */
    char patterns[SHORT + 1], *rest = patterns;
    if (strlen(list) > SHORT || strlen(program) > SHORT)
        return;
    bool named = config_names(list, program), expected = false;
    strcpy(patterns, list);
    for (const char *one; (one = strsep(&rest, ",")) != NULL;)
        expected = expected || config_names(one, program);
    REQUIRE(named == expected);
    if (strpbrk(list, "*?[\\,") == NULL)
        REQUIRE(named == (strcmp(list, program) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char entries[ENTRIES][ENTRY_ROOM];
    char *environment[ENTRIES + 1] = {NULL};
    const char *at = (const char *)data, *end = at + size;
    unsigned count = 0;
    for (; count < ENTRIES && at < end; count++) {
        size_t length = strnlen(at, (size_t)(end - at));
        make_entry(environment[count] = entries[count], at, length);
        at += length < (size_t)(end - at) ? length + 1 : length;
    }
    check_settings(environment);
    for (unsigned i = 0; i < count; i++) {
        const char *equals = strchr(entries[i], '=');
        check_size(equals != NULL ? equals + 1 : entries[i]);
        check_names(equals != NULL ? equals + 1 : entries[i], i > 0 ? entries[i - 1] : "sort");
    }
    return 0;
}
