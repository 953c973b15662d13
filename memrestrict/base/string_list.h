/* SPDX-License-Identifier: MIT
 *
 * A list of strings of its own, and the same as JSON.
 */
#ifndef MEMRESTRICT_STRING_LIST_H
#define MEMRESTRICT_STRING_LIST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct string_list {
    char **words;
    size_t count;
};

/* Adds a copy of a word; false: no memory. */
bool string_list_add(struct string_list *list, const char *word);
/* The same of what printf(3) would print. */
bool string_list_add_format(struct string_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void string_list_free(struct string_list *list);
json_t *string_list_to_json(const struct string_list *list); /* NULL: no memory */
/* Adds all strings of an array; false: it is none, or there is no memory. */
bool string_list_from_json(const json_t *json, struct string_list *list);
/* The same of a member, each string made safe (text.h). */
bool string_list_get_safe(const json_t *object, const char *name, struct string_list *list);
/* The same of a member, to the byte (json_text.h). */
bool string_list_get(const json_t *object, const char *name, struct string_list *list);

#endif
