/* SPDX-License-Identifier: MIT */
#include "base/json_text.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 32 };

bool json_text_is_utf8(const char *text)
{
    for (unsigned length; *text != '\0'; text += length)
        if ((length = text_utf8(text)) == 0)
            return false;
    return true;
}

/* Control characters are JSON's own business; only what is no UTF-8 is rewritten. */
json_t *json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    if (json_text_is_utf8(text))
        return json_string(text);
    char *safe = text_safe_string(text);
    json_t *json = safe == NULL ? NULL : json_string(safe);
    free(safe);
    return json;
}

static json_t *hex(const char *text)
{
    char *digits = malloc(2 * strlen(text) + 1);
    if (digits == NULL)
        return NULL;
    digits[0] = '\0';
    for (size_t i = 0; text[i] != '\0'; i++)
        sprintf(digits + 2 * i, "%02x", (unsigned char)text[i]);
    json_t *json = json_string(digits);
    free(digits);
    return json;
}

static json_t *array_of(char *const *texts, size_t count, json_t *make(const char *))
{
    json_t *array = json_array();
    bool failed = array == NULL;
    for (size_t i = 0; i < count; i++)
        failed |= json_array_append_new(array, make(texts[i])) != 0;
    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

json_t *json_texts(char *const *texts, size_t count) { return array_of(texts, count, json_text); }

static const char *bytes_name(const char *name, char room[NAME])
{
    snprintf(room, NAME, "%s_hex", name);
    return room;
}

bool json_text_add_bytes(json_t *object, const char *name, const char *text)
{
    char room[NAME];
    return text == NULL || json_text_is_utf8(text) ||
           json_object_set_new(object, bytes_name(name, room), hex(text)) == 0;
}

bool json_texts_add_bytes(json_t *object, const char *name, char *const *texts, size_t count)
{
    char room[NAME];
    bool exact = true;
    for (size_t i = 0; i < count; i++)
        exact = exact && json_text_is_utf8(texts[i]);
    return exact ||
           json_object_set_new(object, bytes_name(name, room), array_of(texts, count, hex)) == 0;
}

const json_t *json_text_bytes(const json_t *object, const char *name)
{
    char room[NAME];
    return json_object_get(object, bytes_name(name, room));
}

/* -1: it is no digit. */
static int value_of(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *place = digit != '\0' ? strchr(digits, digit) : NULL;
    return place != NULL ? (int)(place - digits) : -1;
}

bool json_text_decode(char *digits)
{
    char *to = digits;
    for (const char *at = digits; *at != '\0'; at += 2) {
        int high = value_of(at[0]), low = value_of(at[1]);
        if (high < 0 || low < 0 || high + low == 0)
            return false;
        *to++ = (char)(high << 4 | low);
    }
    *to = '\0';
    return true;
}

char *json_text_get(const json_t *object, const char *name)
{
    const json_t *bytes = json_text_bytes(object, name);
    const char *text = json_string_value(bytes != NULL ? bytes : json_object_get(object, name));
    char *copy = text != NULL ? strdup(text) : NULL;
    if (copy == NULL || bytes == NULL || json_text_decode(copy))
        return copy;
    free(copy);
    return NULL;
}
