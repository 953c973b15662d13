/* SPDX-License-Identifier: MIT */
#include "sweep/site_order.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* How often something was met. */
struct tally {
    char *words;
    size_t number;
    UT_hash_handle hh;
};

struct ordered {
    const struct indexed_site *site;
    const char *object; /* the index's */
    size_t met;         /* how many its process met before it */
    size_t round;       /* how many with the same innermost frames were before it */
    size_t turn;        /* how many of the object in the same round were before it */
};

/* NULL: no memory. */
static struct tally *tally_of(struct tally **tallies, const char *words)
{
    struct tally *tally;
    HASH_FIND_STR(*tallies, words, tally);
    if (tally != NULL)
        return tally;
    tally = calloc(1, sizeof *tally);
    if (tally == NULL || (tally->words = strdup(words)) == NULL) {
        free(tally);
        return NULL;
    }
    HASH_ADD_KEYPTR(hh, *tallies, tally->words, strlen(tally->words), tally);
    if (HASH_ADDED(tally))
        return tally;
    free(tally->words);
    free(tally);
    return NULL;
}

static void free_tallies(struct tally **tallies)
{
    struct tally *tally, *next;
    HASH_ITER (hh, *tallies, tally, next) {
        HASH_DEL(*tallies, tally);
        free(tally->words);
        free(tally);
    }
}

static bool is_plumbing(const char *file)
{
    static const char *const begins[] = {"libc.so",   "libc-",      "libstdc++.",
                                         "libc++",    "libm.so",    "ld-",
                                         "libgcc_s.", "libpthread", "libmemrestrict."};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (text_begins(file, begins[i]))
            return true;
    return false;
}

/* Of the innermost frame that is not the language's. Static until the index goes. */
static const char *object_of(const struct indexed_site *site)
{
    size_t i;
    const json_t *frame;
    const char *file = "";
    json_array_foreach (site->frames, i, frame) {
        json_int_t number = json_integer_value(json_array_get(frame, 0));
        const json_t *object = number < 0 ? NULL : json_array_get(site->objects, (size_t)number);
        const char *path = json_string_value(json_object_get(object, "path"));
        file = path != NULL ? basename(path) : "";
        if (!is_plumbing(file))
            break;
    }
    return file;
}

static bool is_program(const char *object)
{
    return *object != '\0' && strstr(object, ".so") == NULL;
}

static int compare(size_t one, size_t other) { return (one > other) - (one < other); }

/* The same every time: which of several processes is listed first is chance. */
static int by_met(const void *one, const void *other)
{
    const struct ordered *a = one, *b = other;
    int order = compare(a->met, b->met);
    return order != 0 ? order : strcmp(a->site->name, b->site->name);
}

static void list(struct ordered *ordered, const struct site_index *index)
{
    size_t count = 0;
    for (const struct indexed_site *site = index->sites; site != NULL; site = site->hh.next) {
        const struct ordered *last = count > 0 ? &ordered[count - 1] : NULL;
        bool same = last != NULL && last->site->objects == site->objects;
        ordered[count++] = (struct ordered){
            .site = site, .object = object_of(site), .met = same ? last->met + 1 : 0};
    }
    qsort(ordered, count, sizeof *ordered, by_met);
}

static bool count_rounds(struct ordered *ordered, size_t count)
{
    struct tally *innermost = NULL;
    bool done = true;
    for (size_t i = 0; i < count && done; i++) {
        char name[SITE_NAME];
        site_index_innermost(ordered[i].site, name);
        struct tally *same = tally_of(&innermost, name);
        done = same != NULL;
        if (done)
            ordered[i].round = same->number++;
    }
    free_tallies(&innermost);
    return done;
}

/* The program before its libraries. */
static int compare_objects(const struct ordered *one, const struct ordered *other)
{
    int order = compare(!is_program(one->object), !is_program(other->object));
    return order != 0 ? order : strcmp(one->object, other->object);
}

static int by_object(const void *one, const void *other)
{
    const struct ordered *a = one, *b = other;
    int order = compare(a->round, b->round);
    order = order != 0 ? order : compare_objects(a, b);
    return order != 0 ? order : by_met(a, b);
}

static int by_turn(const void *one, const void *other)
{
    const struct ordered *a = one, *b = other;
    int order = compare(a->round, b->round);
    order = order != 0 ? order : compare(a->turn, b->turn);
    order = order != 0 ? order : compare_objects(a, b);
    return order != 0 ? order : by_met(a, b);
}

static void take_turns(struct ordered *ordered, size_t count)
{
    qsort(ordered, count, sizeof *ordered, by_object);
    for (size_t i = 1; i < count; i++) {
        const struct ordered *before = &ordered[i - 1];
        if (ordered[i].round == before->round && compare_objects(&ordered[i], before) == 0)
            ordered[i].turn = before->turn + 1;
    }
    qsort(ordered, count, sizeof *ordered, by_turn);
}

const struct indexed_site **site_order(const struct site_index *index)
{
    size_t count = HASH_COUNT(index->sites);
    struct ordered *ordered = calloc(count + 1, sizeof *ordered);
    const struct indexed_site **sites = calloc(count + 1, sizeof *sites);
    bool done = ordered != NULL && sites != NULL;
    if (done) {
        list(ordered, index);
        done = count_rounds(ordered, count);
    }
    if (done)
        take_turns(ordered, count);
    for (size_t i = 0; i < count && done; i++)
        sites[i] = ordered[i].site;
    free(ordered);
    if (done)
        return sites;
    free(sites);
    return NULL;
}
