/* SPDX-License-Identifier: MIT
 *
 * Any bytes in JSON, which is UTF-8: text that is none is made safe (sentence.h), and its bytes
 * stand in hexadecimal digits in another member, whose name ends in _hex.
 */
#ifndef MEMRESTRICT_JSON_TEXT_H
#define MEMRESTRICT_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

bool json_text_is_utf8(const char *text);
/* Null for NULL. NULL: no memory. */
json_t *json_text(const char *text);
json_t *json_texts(char *const *texts, size_t count);

/* Adds the bytes of the member `name` where that cannot have them. False: no memory. */
bool json_text_add_bytes(json_t *object, const char *name, const char *text);
bool json_texts_add_bytes(json_t *object, const char *name, char *const *texts, size_t count);

/* The member with the bytes of `name`, if there is one. */
const json_t *json_text_bytes(const json_t *object, const char *name);
/* From digits to bytes, in place. False: they are none. */
bool json_text_decode(char *digits);
/* A copy of a member, to the byte. NULL: it is no string, or there is no memory. */
char *json_text_get(const json_t *object, const char *name);

#endif
