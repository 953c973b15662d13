/* SPDX-License-Identifier: MIT
 *
 * Call sites as numbers in a file, which a program under test may have written: made by hand here.
 */
#include "formats.h"

#include "sweep/site_index.h"

#include <string.h>

#define MAGIC SITE_RECORDS_MAGIC
#define FRAME(module, offset) ((uint64_t)(module) << 48 | (offset))

#define NOT_LOST 0, 0, 0, 0, 0, 0

/* Two processes; the second has the site of the first, and one of its own. */
static const uint64_t sound[] = {
    /* head */
    MAGIC, 2,
    /* sites of the first process */
    1,
    /* its site */
    0x0a0b, 3, 100, 2, 100, 2, 10, 1, 5, 6, 2, FRAME(1, 0x10), FRAME(2, 0x20),
    /* sites of the second */
    2,
    /* the same under other numbers */
    0x0a0b, 4, 10, 1, NOT_LOST, 2, FRAME(7, 0x10), FRAME(8, 0x20),
    /* its own */
    0x0c0d, 0, 0, 0, NOT_LOST, 3, FRAME(2, 0x30), FRAME(0, 0x1234), FRAME(1, 0x40)};
enum { SOUND = sizeof sound / sizeof sound[0] };

static const char processes[] =
    "{\"processes\":[{\"pid\":1,\"objects\":[{\"path\":\"/a\",\"build_id\":null},"
    "{\"path\":\"/b\",\"build_id\":null}],\"crash\":null,\"sites\":[]},"
    "{\"pid\":2,\"objects\":[{\"path\":\"/c\",\"build_id\":null}],\"crash\":null,\"sites\":[]}]}";

static void put_words(const uint64_t *words, size_t count)
{
    FILE *file = fopen(scratch("records"), "w");
    ck_assert_uint_eq(fwrite(words, sizeof *words, count, file), count);
    fclose(file);
}

static json_t *list_of(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(json);
    return json;
}

/* Reads what was put; false: that is refused. */
static bool take(struct site_index *index, const struct site_index *known)
{
    json_t *json = list_of(processes);
    struct site_records *records = site_records_read(scratch("records"), 2);
    *index = (struct site_index){.json = NULL};
    bool taken = records != NULL && site_index_take(index, json, records, known);
    site_records_free(records);
    json_decref(json);
    return taken;
}

static char *frames_of(const struct indexed_site *site)
{
    return json_dumps(site->frames, JSON_COMPACT);
}

START_TEST(site_records_are_what_the_list_would_say)
{
    struct site_index index;
    put_words(sound, SOUND);
    ck_assert(take(&index, NULL));
    ck_assert_uint_eq(HASH_COUNT(index.sites), 2);
    ck_assert_uint_eq(index.end_bytes, 110);
    const struct indexed_site *site = site_index_find(&index, "0000000000000a0b");
    ck_assert_ptr_nonnull(site);
    ck_assert_uint_eq(site->calls, 7);
    ck_assert_uint_eq(site->end_bytes, 110);
    ck_assert_uint_eq(site->end_blocks, 3);
    ck_assert_uint_eq(site->lost_bytes, 100);
    ck_assert_uint_eq(site->lost_blocks, 2);
    ck_assert_uint_eq(site->leads_to_bytes, 10);
    ck_assert_uint_eq(site->leads_to_blocks, 1);
    ck_assert_uint_eq(site->indirect_blocks, 5);
    ck_assert_uint_eq(site->possible_blocks, 6);
    ck_assert_str_eq(frames_of(site), "[[0,16],[1,32]]");
    ck_assert_uint_eq(json_array_size(site->objects), 2);
    site = site_index_find(&index, "0000000000000c0d");
    ck_assert_ptr_nonnull(site);
    ck_assert_str_eq(frames_of(site), "[[1,48],[-1,4660],[0,64]]");
    ck_assert_uint_eq(json_array_size(site->objects), 1);
    site_index_free(&index);
}
END_TEST

START_TEST(site_records_share_what_is_known)
{
    struct site_index known, index;
    put_words(sound, SOUND - 14);
    ck_assert(!take(&known, NULL));
    uint64_t words[SOUND];
    memcpy(words, sound, sizeof sound);
    words[16] = 1;
    put_words(words, SOUND - 14);
    ck_assert(take(&known, NULL));
    put_words(sound, SOUND);
    ck_assert(take(&index, &known));
    const struct indexed_site *one = site_index_find(&known, "0000000000000a0b");
    const struct indexed_site *other = site_index_find(&index, "0000000000000a0b");
    ck_assert_ptr_eq(one->frames, other->frames);
    ck_assert_ptr_eq(one->objects, other->objects);
    ck_assert_uint_eq(other->calls, 7);
    ck_assert_ptr_nonnull(site_index_find(&index, "0000000000000c0d")->frames);
    site_index_free(&index);
    site_index_free(&known);
}
END_TEST

START_TEST(site_records_cut_anywhere_are_refused)
{
    struct site_index index;
    for (size_t count = 0; count < SOUND; count++) {
        put_words(sound, count);
        ck_assert_msg(!take(&index, NULL), "%zu words", count);
        ck_assert_ptr_null(index.sites);
    }
    uint64_t longer[SOUND + 1] = {0};
    memcpy(longer, sound, sizeof sound);
    put_words(longer, SOUND + 1);
    ck_assert(!take(&index, NULL));
}
END_TEST

/* Any word may be any number: nothing is read or made beyond what is there. */
START_TEST(site_records_that_lie_do_no_harm)
{
    static const uint64_t lies[] = {0, 1, 3, 1 << 20, UINT32_MAX, UINT64_C(1) << 61, UINT64_MAX};
    for (size_t at = 0; at < SOUND; at++)
        for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
            struct site_index index;
            uint64_t words[SOUND];
            memcpy(words, sound, sizeof sound);
            words[at] = lies[i];
            put_words(words, SOUND);
            if (take(&index, NULL))
                for (const struct indexed_site *site = index.sites; site != NULL;
                     site = site->hh.next) {
                    char name[SITE_NAME];
                    site_index_innermost(site, name);
                    ck_assert_uint_le(json_array_size(site->frames), SOUND);
                }
            site_index_free(&index);
        }
}
END_TEST

START_TEST(site_records_of_another_number_of_processes)
{
    put_words(sound, SOUND);
    ck_assert_ptr_null(site_records_read(scratch("records"), 0));
    ck_assert_ptr_null(site_records_read(scratch("records"), 1));
    ck_assert_ptr_null(site_records_read(scratch("records"), 3));
    ck_assert_ptr_nonnull(site_records_read(scratch("records"), 2));
}
END_TEST

Suite *suite_site_records(void)
{
    Suite *suite = suite_create("site_records");
    formats_add(suite, site_records_are_what_the_list_would_say);
    formats_add(suite, site_records_share_what_is_known);
    formats_add(suite, site_records_cut_anywhere_are_refused);
    formats_add(suite, site_records_that_lie_do_no_harm);
    formats_add(suite, site_records_of_another_number_of_processes);
    return suite;
}
