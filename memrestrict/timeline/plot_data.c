/* SPDX-License-Identifier: MIT */
#include "timeline/plot_data.h"

#include "base/size_words.h"
#include "base/string_file.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL = 50 }; /* a curve is one if it peaks at less than 1/SMALL of the largest */

bool curve_add(struct curve *curve, struct point point)
{
    if (curve->count == curve->room) {
        size_t room = curve->room * 2 + 16;
        struct point *more = reallocarray(curve->points, room, sizeof *more);
        if (more == NULL)
            return false;
        curve->points = more;
        curve->room = room;
    }
    point.order = curve->count;
    curve->points[curve->count++] = point;
    if (point.used > curve->peak)
        curve->peak = point.used;
    return true;
}

void curve_free(struct curve *curve)
{
    free(curve->name);
    free(curve->points);
    free(curve);
}

void plot_data_free(struct plot_data *data)
{
    for (size_t i = 0; i < data->count; i++)
        curve_free(data->curves[i]);
    free(data->curves);
    *data = (struct plot_data){0};
}

/* A step of one of the curves that are put together. */
struct step {
    double seconds;
    uint64_t change; /* modulo 2^64 */
};

static int compare_steps(const void *left, const void *right)
{
    const struct step *a = left, *b = right;
    return (a->seconds > b->seconds) - (a->seconds < b->seconds);
}

static struct curve *sum(struct curve **curves, size_t count)
{
    size_t total = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        total += curves[i]->count;
    struct step *steps = calloc(total + 1, sizeof *steps);
    struct curve *curve = calloc(1, sizeof *curve);
    if (steps == NULL || curve == NULL || asprintf(&curve->name, "%zu others", count) < 0) {
        free(steps);
        free(curve);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < curves[i]->count; k++) {
            const struct point *point = &curves[i]->points[k];
            uint64_t before = k == 0 ? 0 : point[-1].used;
            steps[used++] = (struct step){point->seconds, point->used - before};
        }
    qsort(steps, total, sizeof *steps, compare_steps);
    uint64_t level = 0;
    bool done = true;
    for (size_t i = 0; i < total && done; i++) {
        level += steps[i].change;
        if (i + 1 == total || steps[i + 1].seconds > steps[i].seconds)
            done = curve_add(curve, (struct point){steps[i].seconds, level, PLOT_UNLIMITED, 0});
    }
    free(steps);
    if (done)
        return curve;
    curve_free(curve);
    return NULL;
}

bool plot_data_fold(struct plot_data *data, size_t keep)
{
    size_t first = data->curves[0]->tree, large = first;
    while (large < data->count && data->curves[large]->peak >= data->curves[first]->peak / SMALL)
        large++;
    keep = large < first + keep ? large : first + keep;
    if (data->count <= keep + 1) /* "1 others" would say less than its name */
        return true;
    struct curve *others = sum(data->curves + keep, data->count - keep);
    if (others == NULL)
        return false;
    for (size_t i = keep; i < data->count; i++)
        curve_free(data->curves[i]);
    data->curves[keep] = others;
    data->count = keep + 1;
    return true;
}

static size_t thin_bucket(struct point *to, const struct point *from, size_t count)
{
    size_t highest = 0, kept = 0;
    for (size_t i = 1; i < count; i++)
        if (from[i].used > from[highest].used)
            highest = i;
    struct point first = from[0], high = from[highest], last = from[count - 1];
    to[kept++] = first;
    if (highest != 0)
        to[kept++] = high;
    if (highest != count - 1 && count > 1)
        to[kept++] = last;
    return kept;
}

void plot_data_thin(struct plot_data *data, size_t buckets)
{
    double width = data->seconds / (double)buckets;
    for (size_t i = 0; i < data->count; i++) {
        struct curve *curve = data->curves[i];
        size_t kept = 0, from = 0;
        while (from < curve->count) {
            double bucket = (double)(size_t)(curve->points[from].seconds / width);
            size_t to = from + 1;
            while (to < curve->count && curve->points[to].seconds < (bucket + 1) * width)
                to++;
            kept += thin_bucket(curve->points + kept, curve->points + from, to - from);
            from = to;
        }
        curve->count = kept;
    }
}

char *curve_title(const struct curve *curve)
{
    char *title = NULL;
    if (curve->pid == 0)
        return strdup(curve->name);
    return asprintf(&title, "%s (process %d)", curve->name, curve->pid) < 0 ? NULL : title;
}

static void write_caption(FILE *file, const struct curve *curve)
{
    uint64_t lowest, highest;
    char pair[SIZE_PAIR_ROOM], time[DURATION_ROOM], size[SIZE_ROOM];
    bool limited = curve_limits(curve, &lowest, &highest);
    fprintf(file, ": peak %s", size_pair(curve->peak, limited ? highest : PLOT_UNLIMITED, pair));
    if (!limited)
        fputs(", no limit", file);
    else if (highest / PLOT_FAR > curve->peak)
        fputs(" (the limit is far above)", file);
    if (!curve->refused)
        return;
    fprintf(file, ", first refused after %s",
            duration_words((uint64_t)(curve->mark.seconds * 1e9), time));
    if (curve->mark.asked != PLOT_UNLIMITED)
        fprintf(file, " (%s)", size_words(curve->mark.asked, size));
}

char *curve_caption(const struct curve *curve)
{
    char *title = curve_title(curve);
    struct string_file caption;
    FILE *file = title != NULL ? string_file_open(&caption) : NULL;
    if (file != NULL) {
        fputs(title, file);
        write_caption(file, curve);
    }
    free(title);
    return file != NULL ? string_file_close(&caption) : NULL;
}

bool curve_limits(const struct curve *curve, uint64_t *lowest, uint64_t *highest)
{
    *lowest = PLOT_UNLIMITED;
    *highest = 0;
    for (size_t i = 0; i < curve->count; i++) {
        uint64_t limit = curve->points[i].limit;
        if (limit == PLOT_UNLIMITED)
            continue;
        *lowest = limit < *lowest ? limit : *lowest;
        *highest = limit > *highest ? limit : *highest;
    }
    return *lowest != PLOT_UNLIMITED;
}
