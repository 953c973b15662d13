/* SPDX-License-Identifier: MIT
 *
 * libFuzzer over fault plans: what is read is within bounds and reads the same again, with seeds
 * put in; what is not is explained by one line and a caret under a place of the text. The same
 * input, cut at its first comma, is a pattern and a word, and a mangled name.
 */
#include "records/names.h"
#include "common/pattern.h"
#include "common/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 4096 };

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_word(const struct plans *plans, struct plan_word word)
{
    REQUIRE((size_t)word.at + word.length <= strlen(plans->text));
}

static void check_plan(const struct plans *plans, const struct plan *plan)
{
    REQUIRE(plan->calls != 0 && plan->calls < UINT32_C(1) << CALL_COUNT);
    REQUIRE(plan->depth >= 1 && plan->depth <= PLAN_DEEPEST);
    REQUIRE(plan->nth.first >= 1 && plan->nth.first <= plan->nth.last && plan->nth.step >= 1);
    REQUIRE(plan->chance <= PLAN_CERTAIN && plan->most >= 1);
    REQUIRE(plan->random || !plan->seeded);
    for (unsigned i = 0; i < plan->size_count; i++)
        REQUIRE(plan->sizes[i].first <= plan->sizes[i].last);
    for (unsigned i = 0; i < plan->lib_count; i++)
        check_word(plans, plan->libs[i]);
    for (unsigned i = 0; i < plan->caller_count; i++)
        check_word(plans, plan->callers[i]);
    if (plan->arm == PLAN_FROM_FILE)
        check_word(plans, plan->path);
    check_word(plans, plan->text);
}

static void check_seeded(const struct plans *plans)
{
    static struct plans again;
    static char text[PLAN_TEXT];
    struct plan_error error;
    if (!plan_seed(plans, 7, text))
        return;
    REQUIRE(plan_read(&again, text, &error));
    REQUIRE(again.count == plans->count && !plan_wants_seed(&again));
    for (unsigned i = 0; i < plans->count; i++)
        REQUIRE(again.of[i].calls == plans->of[i].calls && again.of[i].most == plans->of[i].most &&
                again.of[i].chance == plans->of[i].chance);
}

static void check_complaint(const char *text, const struct plan_error *error)
{
    struct text complaint = {.length = 0};
    unsigned lines = 0;
    REQUIRE(error->accepted != NULL && *error->accepted != '\0');
    REQUIRE(error->at <= strlen(text) && error->length <= strlen(text) - error->at);
    plan_explain(&complaint, "--fault", text, error);
    REQUIRE(complaint.length < WRITER_ROOM);
    for (size_t i = 0; i < complaint.length; i++)
        lines += complaint.bytes[i] == '\n';
    REQUIRE(lines == 3 && memchr(complaint.bytes, '^', complaint.length) != NULL);
}

static void check_pattern(const char *text)
{
    char plain[64];
    size_t length = strcspn(text, ",");
    const char *word = text + length + (text[length] == ',');
    bool matches = pattern_matches(text, length, word, strlen(word));
    if (memchr(text, '*', length) == NULL && memchr(text, '?', length) == NULL &&
        memchr(text, '[', length) == NULL && memchr(text, '\\', length) == NULL)
        REQUIRE(matches == (strlen(word) == length && memcmp(text, word, length) == 0));
    REQUIRE(names_plain(text, plain, sizeof plain) < sizeof plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct plans plans;
    struct plan_error error = {0};
    char text[ROOM];
    size_t length = size < ROOM ? size : ROOM - 1;
    memcpy(text, data, length);
    text[length] = '\0';
    if (plan_read(&plans, text, &error)) {
        REQUIRE(plans.count >= 1 && plans.count <= PLAN_MOST);
        for (unsigned i = 0; i < plans.count; i++)
            check_plan(&plans, &plans.of[i]);
        check_seeded(&plans);
    } else {
        check_complaint(text, &error);
    }
    check_pattern(text);
    return 0;
}
