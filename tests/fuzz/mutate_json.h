/* SPDX-License-Identifier: MIT
 *
 * Mutations of JSON that stay JSON: bytes changed at random hardly ever do, and then no reader
 * looks beyond them.
 */
#ifndef MUTATE_JSON_H
#define MUTATE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline json_t *mutate_json_value(unsigned seed)
{
    static const json_int_t numbers[] = {0,   1,         -1,        2,         16,        64,
                                         255, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX, 7};
    static const char *const texts[] = {"",        "a",  "\x1b[31m", "a\nb",  "%s%n",
                                        "../../x", ":@", "1/0",      "crash", "4a648ab2089f81c3"};
    unsigned what = seed / 8;
    switch (seed % 8) {
    case 0: return json_null();
    case 1: return json_boolean(what & 1);
    case 2: return json_real(1e308);
    case 3: return json_array();
    case 4: return json_object();
    case 5: return json_string(texts[what % (sizeof texts / sizeof texts[0])]);
    default: return json_integer(numbers[what % (sizeof numbers / sizeof numbers[0])]);
    }
}

/* One member of an array or object, and there the same again, until one is none. */
static inline void mutate_json_within(json_t *json, unsigned seed)
{
    size_t count = json_is_array(json) ? json_array_size(json) : json_object_size(json);
    if (count == 0)
        return;
    size_t which = seed % count;
    unsigned rest = seed / (unsigned)count;
    void *at = json_object_iter(json);
    for (size_t i = 0; json_is_object(json) && i < which; i++)
        at = json_object_iter_next(json, at);
    json_t *member = json_is_array(json) ? json_array_get(json, which) : json_object_iter_value(at);
    bool deeper = rest % 4 != 0 && json_array_size(member) + json_object_size(member) > 0;
    if (deeper)
        mutate_json_within(member, rest / 4);
    else if (json_is_array(json) && rest % 5 == 0)
        json_array_remove(json, which);
    else if (json_is_array(json) && rest % 5 == 1)
        json_array_append_new(json, json_deep_copy(member));
    else if (json_is_array(json))
        json_array_set_new(json, which, mutate_json_value(rest / 5));
    else if (rest % 5 == 0)
        json_object_del(json, json_object_iter_key(at));
    else
        json_object_iter_set_new(json, at, mutate_json_value(rest / 5));
}

/* Changes what stands in text[0..*length); there is room for `most`. False: it is no JSON, or too
 * long afterwards. */
static inline bool mutate_json(char *text, size_t *length, size_t most, unsigned seed)
{
    json_t *json = json_loadb(text, *length, 0, NULL);
    if (json == NULL)
        return false;
    mutate_json_within(json, seed);
    size_t now = json_dumpb(json, text, most, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(json);
    if (now > 0 && now <= most)
        *length = now;
    return now > 0 && now <= most;
}

#endif
