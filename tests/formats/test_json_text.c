/* SPDX-License-Identifier: MIT
 *
 * Any bytes in JSON, and back.
 */
#include "formats.h"

#include "base/json_text.h"
#include "sweep/journal_record.h"

#include <string.h>

START_TEST(json_text_of_utf8_stands_alone)
{
    json_t *object = json_pack("{so}", "word", json_text("caf\xc3\xa9\n\x01"));
    ck_assert(json_text_add_bytes(object, "word", "caf\xc3\xa9\n\x01"));
    ck_assert_uint_eq(json_object_size(object), 1);
    ck_assert_str_eq(json_text_get(object, "word"), "caf\xc3\xa9\n\x01");
}
END_TEST

START_TEST(json_text_of_bytes_is_read_back)
{
    json_t *object = json_pack("{so}", "word", json_text("a\xff\n"));
    ck_assert(json_text_add_bytes(object, "word", "a\xff\n"));
    ck_assert_str_eq(json_string_value(json_object_get(object, "word")), "a\\xff\\x0a");
    ck_assert_str_eq(json_string_value(json_object_get(object, "word_hex")), "61ff0a");
    ck_assert_str_eq(json_text_get(object, "word"), "a\xff\n");
}
END_TEST

START_TEST(json_text_of_nothing)
{
    json_t *object = json_pack("{so}", "word", json_text(NULL));
    ck_assert(object != NULL && json_text_add_bytes(object, "word", NULL));
    ck_assert_ptr_null(json_text_get(object, "word"));
    ck_assert_ptr_null(json_text_get(object, "other"));
}
END_TEST

START_TEST(json_text_refuses_what_are_no_digits)
{
    static const char *const bad[] = {"f", "0g", "00", "6100", "FF", "61f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char digits[8];
        ck_assert(!json_text_decode(strcpy(digits, bad[i])));
    }
}
END_TEST

START_TEST(json_texts_are_read_back)
{
    static char *const words[] = {"\xff", "", "caf\xc3\xa9"};
    struct string_list list = {NULL, 0};
    json_t *object = json_pack("{so}", "argv", json_texts(words, 3));
    ck_assert(json_texts_add_bytes(object, "argv", words, 3));
    ck_assert(string_list_get(object, "argv", &list));
    ck_assert_uint_eq(list.count, 3);
    for (size_t i = 0; i < list.count; i++)
        ck_assert_str_eq(list.words[i], words[i]);
}
END_TEST

Suite *suite_json_text(void)
{
    Suite *suite = suite_create("json_text");
    formats_add(suite, json_text_of_utf8_stands_alone);
    formats_add(suite, json_text_of_bytes_is_read_back);
    formats_add(suite, json_text_of_nothing);
    formats_add(suite, json_text_refuses_what_are_no_digits);
    formats_add(suite, json_texts_are_read_back);
    return suite;
}
