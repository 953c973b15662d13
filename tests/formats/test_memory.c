/* SPDX-License-Identifier: MIT
 *
 * The command where memory is short: each of its allocations is failed once. Nothing may end the
 * process by itself, and what failed may be asked for again.
 */
#include "formats.h"

#include "sites/source_location.h"
#include "sites/symbols.h"
#include "sweep/site_index.h"
#include "timeline/plot_read.h"
#include "timeline/timeline.h"

#include <jansson.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);

static int until_failure; /* 0: none */

static bool fails(void) { return until_failure > 0 && --until_failure == 0; }

/* Nobody may take what is in new memory for something: it is nothing that was written. */
void *__wrap_malloc(size_t size)
{
    void *block = fails() ? NULL : __real_malloc(size);
    return block != NULL ? memset(block, 0xa5, size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails() ? NULL : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text) { return fails() ? NULL : __real_strdup(text); }

/* Does it with the first allocation failing, then the second, until none is left to fail. It is
 * false if it found what must not be; libcheck itself has no memory meanwhile. */
static void each_failure(bool (*does)(const void *), const void *what)
{
    for (int number = 1, left = 0; left == 0; number++) {
        until_failure = number;
        bool good = does(what);
        left = until_failure;
        until_failure = 0;
        ck_assert_msg(good, "when allocation %d failed", number);
    }
}

enum { MANY = 200 }; /* more than a table's first buckets hold */

static struct sites_frame frame_at(uint64_t offset)
{
    static struct sites_object object = {.path = "/no/such/program"};
    return (struct sites_frame){.object = &object, .offset = offset};
}

static bool find_names(const void *unused)
{
    (void)unused;
    bool good = true;
    struct symbols *symbols = symbols_open();
    for (uint64_t i = 0; i < MANY && symbols != NULL; i++) {
        struct sites_frame frame = frame_at(i % 20);
        size_t count;
        const struct symbols_name *names = symbols_of(symbols, &frame, &count);
        good = good && (names != NULL) == (count > 0);
        for (size_t j = 0; j < count; j++)
            good = good && names[j].function != NULL;
    }
    symbols_close(symbols);
    return good;
}

START_TEST(memory_short_while_names_are_found) { each_failure(find_names, NULL); }
END_TEST

static bool find_labels(const void *label)
{
    bool good = true;
    struct sites_stack stack = {.label = label};
    struct symbols *symbols = symbols_open();
    for (int i = 0; i < 3 && symbols != NULL; i++) {
        const struct symbols_name *name;
        if (symbols_of_stack(symbols, &stack, &name, 1) == 1)
            good = good && strcmp(name->function, label) == 0;
    }
    symbols_close(symbols);
    return good;
}

START_TEST(memory_short_while_labels_are_found) { each_failure(find_labels, "[before the start]"); }
END_TEST

/* Of MANY sites, each of a frame of its own. */
static json_t *site_list(void)
{
    json_t *sites = json_array();
    for (int i = 0; i < MANY; i++) {
        char name[SITE_NAME];
        snprintf(name, sizeof name, "%016x", i);
        json_array_append_new(
            sites, json_pack("{ss si s[[ii]]}", "name", name, "calls", 1, "frames", 0, i));
    }
    return json_pack("{s[{si so s[{ss}]}]}", "processes", "pid", 1, "sites", sites, "objects",
                     "path", "/no/such/program");
}

static bool read_list(const void *json)
{
    struct site_index index;
    if (!site_index_read(&index, (json_t *)json, 0))
        return true;
    bool good = HASH_COUNT(index.sites) == MANY;
    site_index_free(&index);
    return good;
}

START_TEST(memory_short_while_a_list_of_sites_is_read) { each_failure(read_list, site_list()); }
END_TEST

static bool find_places(const void *json)
{
    bool good = true;
    const json_t *process = json_array_get(json_object_get(json, "processes"), 0);
    struct source_locations *locations = source_locations_open();
    for (size_t i = 0; i < 3 && locations != NULL; i++) {
        const json_t *site = json_array_get(json_object_get(process, "sites"), i);
        struct source_location place;
        if (source_locations_find(locations, json_object_get(process, "objects"),
                                  json_object_get(site, "frames"), NULL, &place))
            good = good && place.words != NULL && place.function != NULL;
        source_location_free(&place);
    }
    source_locations_close(locations);
    return good;
}

START_TEST(memory_short_while_places_are_found) { each_failure(find_places, site_list()); }
END_TEST

static bool read_timeline(const void *path)
{
    struct plot_data data;
    FILE *file = fopen(path, "r");
    bool good = true;
    if (file != NULL && plot_read(file, "many.csv", &data)) {
        good = data.count == MANY;
        plot_data_free(&data);
    }
    if (file != NULL)
        fclose(file);
    return good;
}

START_TEST(memory_short_while_a_timeline_is_read)
{
    FILE *file = fopen(scratch("many.csv"), "w");
    fputs(TIMELINE_HEADER "\n", file);
    for (int i = 0; i < MANY; i++)
        fprintf(file, "0.%d,used,%d,sort,%d,67108864,\n", i, 100 + i, i);
    fclose(file);
    ck_assert_ptr_nonnull(freopen(scratch("err"), "w", stderr));
    each_failure(read_timeline, scratch("many.csv"));
}
END_TEST

Suite *suite_memory(void)
{
    Suite *suite = suite_create("memory");
    formats_add(suite, memory_short_while_names_are_found);
    formats_add(suite, memory_short_while_labels_are_found);
    formats_add(suite, memory_short_while_a_list_of_sites_is_read);
    formats_add(suite, memory_short_while_places_are_found);
    formats_add(suite, memory_short_while_a_timeline_is_read);
    return suite;
}
