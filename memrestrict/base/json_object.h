/* SPDX-License-Identifier: MIT
 *
 * An object of JSON that is made member by member: one that could not be made is remembered.
 */
#ifndef MEMRESTRICT_JSON_OBJECT_H
#define MEMRESTRICT_JSON_OBJECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct json_object {
    json_t *json;
    bool failed;
};

struct json_object json_begin(void);
/* Takes the value over; NULL: it could not be made. */
void json_put(struct json_object *object, const char *name, json_t *value);
/* The caller has it. NULL: there was no memory for all of it. */
json_t *json_end(struct json_object *object);

/* JSON has no numbers beyond INT64_MAX here: it stands for them. */
json_t *json_number(uint64_t value);
/* Null for UINT64_MAX, which is no limit, or not known. */
json_t *json_number_or_null(uint64_t value);

#endif
