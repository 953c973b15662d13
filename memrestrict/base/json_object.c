/* SPDX-License-Identifier: MIT */
#include "base/json_object.h"

struct json_object json_begin(void)
{
    json_t *json = json_object();
    return (struct json_object){json, json == NULL};
}

void json_put(struct json_object *object, const char *name, json_t *value)
{
    object->failed |= json_object_set_new(object->json, name, value) != 0;
}

json_t *json_end(struct json_object *object)
{
    if (!object->failed)
        return object->json;
    json_decref(object->json);
    return NULL;
}

json_t *json_number(uint64_t value)
{
    return json_integer(value <= INT64_MAX ? (json_int_t)value : INT64_MAX);
}

json_t *json_number_or_null(uint64_t value)
{
    return value == UINT64_MAX ? json_null() : json_number(value);
}
