/* SPDX-License-Identifier: MIT */
#include "base/string_list.h"

#include "base/json_text.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool string_list_add(struct string_list *list, const char *word)
{
    char *copy = strdup(word), **grown = NULL;
    if (copy != NULL)
        grown = realloc(list->words, (list->count + 1) * sizeof *grown);
    if (grown == NULL) {
        free(copy);
        return false;
    }
    list->words = grown;
    list->words[list->count++] = copy;
    return true;
}

bool string_list_add_format(struct string_list *list, const char *format, ...)
{
    char *word;
    va_list arguments;
    va_start(arguments, format);
    bool made = vasprintf(&word, format, arguments) >= 0;
    va_end(arguments);
    bool added = made && string_list_add(list, word);
    if (made)
        free(word);
    return added;
}

void string_list_free(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->words[i]);
    free(list->words);
    *list = (struct string_list){NULL, 0};
}

json_t *string_list_to_json(const struct string_list *list)
{
    return json_texts(list->words, list->count);
}

bool string_list_from_json(const json_t *json, struct string_list *list)
{
    size_t i;
    json_t *word;
    if (!json_is_array(json))
        return false;
    json_array_foreach (json, i, word)
        if (!json_is_string(word) || !string_list_add(list, json_string_value(word)))
            return false;
    return true;
}

bool string_list_get_safe(const json_t *object, const char *name, struct string_list *list)
{
    bool good = string_list_from_json(json_object_get(object, name), list);
    for (size_t i = 0; i < list->count && good; i++) {
        char *safe = text_safe_string(list->words[i]);
        good = safe != NULL;
        free(list->words[i]);
        list->words[i] = safe;
    }
    return good;
}

bool string_list_get(const json_t *object, const char *name, struct string_list *list)
{
    const json_t *bytes = json_text_bytes(object, name);
    if (bytes == NULL)
        return string_list_from_json(json_object_get(object, name), list);
    bool good = string_list_from_json(bytes, list);
    for (size_t i = 0; i < list->count && good; i++)
        good = json_text_decode(list->words[i]);
    return good;
}
