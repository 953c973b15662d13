/* SPDX-License-Identifier: MIT */
#include "timeline/plot_read.h"

#include "base/hash.h"
#include "base/lines.h"
#include "base/message.h"
#include "base/text.h"
#include "timeline/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 7, LONGEST = 1 << 20 };
enum { SECONDS, EVENT, PID, PROGRAM, USED, LIMIT, ASKED };

/* Curves by "PID PROGRAM", while rows are read. */
struct curve_entry {
    struct curve curve; /* first: a curve that is freed is its entry */
    char *key;
    UT_hash_handle hh;
};

struct reader {
    FILE *file;
    const char *name; /* of the file */
    unsigned long line;
    struct curve_entry *entries;
};

/* A row's fields, cut apart in place: quotes are taken off. False: not so many, or a stray quote.
 */
static bool split(char *line, char *fields[FIELDS])
{
    char *at = line;
    for (int i = 0; i < FIELDS; i++) {
        char *to = fields[i] = at;
        bool quoted = *at == '"';
        if (quoted) {
            for (at++; *at != '\0' && !(at[0] == '"' && at[1] != '"'); *to++ = *at++)
                at += *at == '"';
            if (*at++ != '"')
                return false;
        } else {
            at += strcspn(at, ",");
            to = at;
        }
        char after = *at;
        if (after != (i == FIELDS - 1 ? '\0' : ','))
            return false;
        *to = '\0';
        at++;
    }
    return true;
}

static bool read_bytes(const char *field, uint64_t *bytes)
{
    char *end;
    *bytes = PLOT_UNLIMITED;
    if (*field == '\0')
        return true;
    errno = 0;
    *bytes = strtoull(field, &end, 10);
    return *field >= '0' && *field <= '9' && *end == '\0' && errno == 0;
}

/* Takes the key over. NULL: no memory. */
static struct curve *make(struct reader *reader, int pid, const char *name, char *key)
{
    struct curve_entry *entry = calloc(1, sizeof *entry);
    char *own = pid == 0 ? strdup("all processes") : text_safe_string(name);
    if (entry != NULL && own != NULL) {
        entry->key = key;
        entry->curve = (struct curve){.pid = pid, .name = own, .tree = pid == 0};
        HASH_ADD_KEYPTR(hh, reader->entries, entry->key, strlen(entry->key), entry);
        if (HASH_ADDED(entry))
            return &entry->curve;
    }
    free(key);
    free(own);
    free(entry);
    return NULL;
}

static struct curve *find(struct reader *reader, int pid, const char *name)
{
    char *key = NULL;
    struct curve_entry *entry = NULL;
    if (asprintf(&key, "%d %s", pid, name) < 0)
        return NULL;
    HASH_FIND_STR(reader->entries, key, entry);
    if (entry != NULL) {
        free(key);
        return &entry->curve;
    }
    return make(reader, pid, name, key);
}

/* NULL, or what is wrong with the row. */
static const char *add_row(struct reader *reader, char *line)
{
    static const char broken[] = "not a row of a timeline";
    char *fields[FIELDS], *end;
    uint64_t asked;
    struct point point;
    if (!split(line, fields))
        return broken;
    point.seconds = strtod(fields[SECONDS], &end);
    if (end == fields[SECONDS] || *end != '\0' || !(point.seconds >= 0 && point.seconds < 1e12))
        return broken;
    long pid = strtol(fields[PID], &end, 10);
    if (end == fields[PID] || *end != '\0' || pid < 0 || pid > INT32_MAX)
        return broken;
    if (!read_bytes(fields[USED], &point.used) || point.used == PLOT_UNLIMITED ||
        !read_bytes(fields[LIMIT], &point.limit) || !read_bytes(fields[ASKED], &asked))
        return broken;
    struct curve *curve = find(reader, (int)pid, fields[PROGRAM]);
    if (curve == NULL)
        return "no memory";
    bool by_tree = strcmp(fields[EVENT], "refused_by_tree") == 0;
    if (by_tree || strcmp(fields[EVENT], "refused") == 0) {
        if (!curve->refused)
            curve->mark = (struct refusal_mark){point.seconds, point.used, asked, by_tree};
        curve->refused = true;
    }
    /* The tree's figures are no point of this process. */
    return by_tree || curve_add(curve, point) ? NULL : "no memory";
}

static bool complain(const struct reader *reader, const char *what)
{
    message("plot: %s: line %lu: %s: expected what --timeline writes, %s", reader->name,
            reader->line, what, TIMELINE_HEADER);
    return false;
}

/* NULL, or what is wrong with the line. */
static const char *add_line(struct reader *reader, char *line, bool whole)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (reader->line == 1)
        return strcmp(line, TIMELINE_HEADER) == 0 ? NULL : "not the head of a timeline";
    return line[0] != '\0' && whole ? add_row(reader, line) : NULL; /* else: it was cut off */
}

static bool read_rows(struct reader *reader)
{
    struct lines lines = {.file = reader->file, .most = LONGEST};
    bool done = true;
    while (done && lines_next(&lines)) {
        reader->line++;
        const char *wrong = add_line(reader, lines.text, !lines_is_cut(&lines));
        done = wrong == NULL || complain(reader, wrong);
    }
    lines_end(&lines);
    if (lines.failed) {
        reader->line++;
        return complain(reader, "too long");
    }
    if (!done)
        return false;
    if (ferror(reader->file)) {
        message("plot: %s: cannot read: %s", reader->name, strerror(errno));
        return false;
    }
    if (reader->line == 0)
        message("plot: %s: is empty: expected what --timeline writes, %s", reader->name,
                TIMELINE_HEADER);
    else if (reader->entries == NULL)
        message("plot: %s: has no rows: nothing was limited while it was written", reader->name);
    return reader->entries != NULL;
}

static int compare_points(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    if (a->seconds != b->seconds)
        return a->seconds > b->seconds ? 1 : -1;
    return (a->order > b->order) - (a->order < b->order);
}

static int compare_curves(const void *left, const void *right)
{
    const struct curve *a = *(struct curve *const *)left, *b = *(struct curve *const *)right;
    if (a->tree != b->tree)
        return a->tree ? -1 : 1;
    if (a->peak != b->peak)
        return a->peak > b->peak ? -1 : 1;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

/* From the table of names to the list. Curves without a point were refused by the tree, unseen. */
static bool gather(struct reader *reader, struct plot_data *data)
{
    struct curve_entry *entry, *next;
    data->curves = calloc(HASH_COUNT(reader->entries) + 1, sizeof *data->curves);
    HASH_ITER (hh, reader->entries, entry, next) {
        HASH_DEL(reader->entries, entry);
        free(entry->key);
        struct curve *curve = &entry->curve;
        if (data->curves == NULL ||
            (curve->count == 0 && !curve_add(curve, (struct point){.limit = PLOT_UNLIMITED})))
            continue;
        qsort(curve->points, curve->count, sizeof *curve->points, compare_points);
        data->curves[data->count++] = curve;
        double last = curve->points[curve->count - 1].seconds;
        if (last > data->seconds)
            data->seconds = last;
    }
    if (data->seconds <= 0)
        data->seconds = 1e-3;
    if (data->curves != NULL)
        qsort(data->curves, data->count, sizeof *data->curves, compare_curves);
    return data->curves != NULL;
}

bool plot_read(FILE *file, const char *name, struct plot_data *data)
{
    struct reader reader = {.file = file, .name = name};
    *data = (struct plot_data){0};
    bool done = read_rows(&reader);
    if (!gather(&reader, data)) {
        message("plot: no memory");
        done = false;
    }
    if (!done)
        plot_data_free(data);
    return done;
}
