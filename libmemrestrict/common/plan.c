/* SPDX-License-Identifier: MIT */
#include "common/plan.h"

#include "common/plan_words.h"
#include "common/span.h"

#include <string.h>

enum {
    HEAP_CALLS = (1 << CALL_mmap) - 1, /* all before mmap */
    SHOWN = 76,                        /* characters of a plan that is explained */
    SHOWN_BEFORE = 40
};

#define SET(kind) (1u << (kind))

/* The plan that is being read, and which words it has. */
struct reader {
    struct plans *plans;
    struct plan *plan;
    struct plan_error *error;
    unsigned given;
};

static bool fail(struct reader *reader, struct plan_word word, const char *accepted)
{
    *reader->error = (struct plan_error){word.at, word.length, accepted};
    return false;
}

static struct plan_word trim(const char *text, size_t from, size_t end)
{
    while (from < end && text[from] == ' ')
        from++;
    while (end > from && text[end - 1] == ' ')
        end--;
    return (struct plan_word){(uint16_t)from, (uint16_t)(end - from)};
}

/* Which row the word is of; PLAN_WORD_KINDS: none. */
static unsigned kind_of(const char *at, size_t length)
{
    for (unsigned kind = 0; kind < PLAN_WORD_KINDS; kind++) {
        const char *name = plan_rows[kind].name;
        size_t name_length = strlen(name);
        bool has_value = name[name_length - 1] == '=';
        if (memcmp(at, name, length < name_length ? length : name_length) == 0 &&
            (has_value ? length >= name_length : length == name_length))
            return kind;
    }
    return PLAN_WORD_KINDS;
}

/* Of what can stand in a plan but once. */
static bool is_first(struct reader *reader, unsigned kind, struct plan_word word)
{
    static const unsigned many = SET(PLAN_CALL) | SET(PLAN_SIZE) | SET(PLAN_LIB) |
                                 SET(PLAN_CALLER) | SET(PLAN_SITE) | SET(PLAN_THREAD);
    if ((reader->given & SET(kind)) && !(SET(kind) & many))
        return fail(reader, word, "each word but filters once in a plan; other plans after a ;");
    reader->given |= SET(kind);
    return true;
}

static bool read_word(struct reader *reader, struct plan_word word)
{
    const char *text = reader->plans->text;
    if (word.length == 0)
        return fail(reader, word, "words with commas between, as in call=malloc,nth=5");
    unsigned kind = kind_of(text + word.at, word.length);
    if (kind == PLAN_WORD_KINDS)
        return fail(reader, word,
                    "call=, size=, lib=, caller=, site=, depth=, thread=, nth=, after=, every=, "
                    "p=, seed=, max=, once, keep, rest, arm=");
    size_t name_length = strlen(plan_rows[kind].name);
    struct plan_value value = {
        text, {(uint16_t)(word.at + name_length), (uint16_t)(word.length - name_length)}};
    if (!is_first(reader, kind, word))
        return false;
    return plan_read_value(reader->plan, (enum plan_word_kind)kind, &value) ||
           fail(reader, word, plan_rows[kind].accepted);
}

/* What goes together. */
static bool is_whole(struct reader *reader)
{
    unsigned given = reader->given;
    struct plan_word all = reader->plan->text;
    if ((given & SET(PLAN_SEED)) && !(given & SET(PLAN_CHANCE)))
        return fail(reader, all, "seed= beside p=");
    if ((given & SET(PLAN_AT_DEPTH)) && !(given & SET(PLAN_SITE)))
        return fail(reader, all, "depth= beside site=");
    if (((given & SET(PLAN_ONCE)) && (given & (SET(PLAN_KEEP) | SET(PLAN_REST) | SET(PLAN_MAX)))) ||
        ((given & SET(PLAN_KEEP)) && (given & SET(PLAN_REST))))
        return fail(reader, all, "one of once, keep and rest; max= beside keep or rest, or alone");
    return true;
}

static bool read_plan(struct reader *reader, size_t from, size_t end)
{
    const char *text = reader->plans->text;
    *reader->plan = (struct plan){.depth = PLAN_DEPTH,
                                  .nth = {1, INT64_MAX, 1},
                                  .most = PLAN_UNLIMITED,
                                  .text = trim(text, from, end)};
    reader->given = 0;
    for (size_t at = from; at <= end; at++) {
        size_t length = 0;
        while (at + length < end && text[at + length] != ',')
            length++;
        if (!read_word(reader, trim(text, at, at + length)))
            return false;
        at += length;
    }
    if (reader->plan->calls == 0)
        reader->plan->calls = HEAP_CALLS;
    return is_whole(reader);
}

bool plan_read(struct plans *plans, const char *text, struct plan_error *error)
{
    struct reader reader = {.plans = plans, .error = error};
    size_t all = strlen(text);
    plans->count = 0;
    if (all >= PLAN_TEXT)
        return fail(&reader, (struct plan_word){0, 1}, "a plan of at most 2047 characters");
    memcpy(plans->text, text, all + 1);
    for (size_t at = 0; at <= all; at++) {
        size_t length = span_until(text + at, ';');
        if (plans->count == PLAN_MOST)
            return fail(&reader, trim(text, at, at + length), "at most 8 plans");
        reader.plan = &plans->of[plans->count++];
        if (!read_plan(&reader, at, at + length))
            return false;
        at += length;
    }
    return true;
}

static void add_part(struct text *complaint, const char *text, size_t from, size_t end)
{
    for (; from < end; from++)
        text_add_char(complaint,
                      (unsigned char)text[from] < 0x20 || text[from] == 0x7f ? '?' : text[from]);
}

/* The part of the plan around the word, and a caret under it. Columns are characters. */
static void show(struct text *complaint, const char *text, const struct plan_error *error)
{
    size_t all = strlen(text), from = error->at > SHOWN_BEFORE ? error->at - SHOWN_BEFORE : 0;
    size_t end = all - from > SHOWN ? from + SHOWN : all;
    while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80)
        from--;
    text_add(complaint, from > 0 ? "  ..." : "  ");
    add_part(complaint, text, from, end);
    text_add(complaint, end < all ? "...\n  " : "\n  ");
    if (from > 0)
        text_add(complaint, "   ");
    for (size_t i = from; i < error->at; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            text_add_char(complaint, ' ');
    text_add(complaint, "^");
    for (size_t i = error->at + 1; i < error->at + error->length && i < end; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            text_add_char(complaint, '~');
    text_add_char(complaint, '\n');
}

void plan_explain(struct text *complaint, const char *where, const char *text,
                  const struct plan_error *error)
{
    text_add(complaint, "memrestrict: ");
    text_add(complaint, where);
    text_add(complaint, ": cannot understand '");
    text_add_quoted(complaint, text + error->at, error->length);
    text_add(complaint, "'; accepted: ");
    text_add(complaint, error->accepted);
    text_add_char(complaint, '\n');
    show(complaint, text, error);
}

static bool wants_seed(const struct plan *plan) { return plan->random && !plan->seeded; }

bool plan_wants_seed(const struct plans *plans)
{
    for (unsigned i = 0; i < plans->count; i++)
        if (wants_seed(&plans->of[i]))
            return true;
    return false;
}

bool plan_seed(const struct plans *plans, uint64_t seed, char text[PLAN_TEXT])
{
    struct text all = {.length = 0};
    for (unsigned i = 0; i < plans->count; i++) {
        const struct plan *plan = &plans->of[i];
        if (i > 0)
            text_add_char(&all, ';');
        for (unsigned j = 0; j < plan->text.length; j++)
            text_add_char(&all, plans->text[plan->text.at + j]);
        if (wants_seed(plan)) {
            text_add(&all, ",seed=");
            text_add_number(&all, seed + i);
        }
    }
    if (all.length >= PLAN_TEXT - 1)
        return false;
    memcpy(text, all.bytes, all.length);
    text[all.length] = '\0';
    return true;
}
