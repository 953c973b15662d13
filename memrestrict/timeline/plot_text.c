/* SPDX-License-Identifier: MIT */
#include "timeline/plot_text.h"

#include "base/text.h"
#include "base/size_words.h"
#include "base/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 12, LEVELS = 8, AXIS = 10, SPARK_NAME = 24, SPARK_PEAK = 14 };

/* What is drawn with. */
struct pen {
    FILE *file;
    const struct plot_text_style *style;
    const char *const *levels; /* LEVELS + 1 of them, from empty to full */
    const char *dash, *cross, *corner, *line, *side, *tick;
};

static struct pen pen_make(FILE *file, const struct plot_text_style *style)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {" ", ".", ".", ".", ":", ":", ":", "#", "#"};
    if (style->unicode)
        return (struct pen){file, style, blocks, "╌", "×", "└", "─", "│", "┤"};
    return (struct pen){file, style, ascii, "-", "x", "+", "-", "|", "+"};
}

static void put(const struct pen *pen, const char *color, const char *text)
{
    if (pen->style->color && *color != '\0')
        fprintf(pen->file, "%s%s" TERMINAL_PLAIN, color, text);
    else
        fputs(text, pen->file);
}

/* The highest value of a curve in each of `count` columns of the time. */
static void columns_fill(uint64_t *columns, size_t count, const struct curve *curve, double seconds)
{
    double width = seconds / (double)count;
    uint64_t level = 0;
    size_t next = 0;
    for (size_t column = 0; column < count; column++) {
        double end = column + 1 == count ? seconds * 2 : (double)(column + 1) * width;
        columns[column] = level;
        for (; next < curve->count && curve->points[next].seconds < end; next++) {
            level = curve->points[next].used;
            if (level > columns[column])
                columns[column] = level;
        }
    }
}

/* In eighths of a row: what is above 0 shows. */
static unsigned height(uint64_t value, uint64_t top, unsigned rows)
{
    double part = top == 0 ? 0 : (double)value / (double)top * rows * LEVELS;
    unsigned level = (unsigned)(part + 0.5);
    if (level == 0 && value > 0)
        level = 1;
    return level > rows * LEVELS ? rows * LEVELS : level;
}

struct graph {
    const struct curve *curve;
    uint64_t *columns;
    size_t width;
    uint64_t top, limit; /* of the scale; of the dashed line, or PLOT_UNLIMITED */
    unsigned limit_row;
    size_t mark; /* the column of the first refusal; width: none */
};

static void write_axis(const struct pen *pen, uint64_t value, bool shown)
{
    char size[SIZE_ROOM];
    fprintf(pen->file, "%*s %s", AXIS, shown ? size_words(value, size) : "",
            shown ? pen->tick : pen->side);
}

static void write_graph_row(const struct pen *pen, const struct graph *graph, unsigned row)
{
    bool limit_here = graph->limit != PLOT_UNLIMITED && row == graph->limit_row;
    write_axis(pen, (uint64_t)((double)graph->top * (row + 1) / ROWS), row % 4 == 3);
    for (size_t column = 0; column < graph->width; column++) {
        unsigned level = height(graph->columns[column], graph->top, ROWS);
        unsigned here = level <= row * LEVELS ? 0 : level - row * LEVELS;
        if (limit_here && column == graph->mark)
            put(pen, TERMINAL_RED, pen->cross);
        else if (limit_here && here == 0)
            put(pen, TERMINAL_RED, pen->dash);
        else if (here == 0)
            fputc(' ', pen->file);
        else
            put(pen, TERMINAL_CYAN, pen->levels[here < LEVELS ? here : LEVELS]);
    }
    fputc('\n', pen->file);
}

static const char *seconds_words(double seconds, char room[DURATION_ROOM])
{
    return duration_words((uint64_t)(seconds * 1e9), room);
}

static void write_times(const struct pen *pen, size_t width, double seconds)
{
    char end[DURATION_ROOM], half[DURATION_ROOM];
    fprintf(pen->file, "%*s %s", AXIS, "0", pen->corner);
    for (size_t i = 0; i < width; i++)
        fputs(pen->line, pen->file);
    seconds_words(seconds, end);
    seconds_words(seconds / 2, half);
    size_t middle = width / 2 > strlen(half) / 2 ? width / 2 - strlen(half) / 2 : 0;
    size_t used = middle + strlen(half);
    size_t gap = width > used + strlen(end) ? width - used - strlen(end) : 1;
    fprintf(pen->file, "\n%*s%-*s%s%*s%s\n", AXIS + 2, "", (int)middle, "0 s",
            middle > 3 ? half : "", (int)(middle > 3 ? gap : 1), "", end);
}

/* The scale reaches to the limit unless the curve would be a line at the bottom then. */
static void graph_scale(struct graph *graph)
{
    uint64_t lowest, highest, peak = graph->curve->peak;
    graph->limit = PLOT_UNLIMITED;
    graph->top = peak != 0 ? peak : 1;
    if (!curve_limits(graph->curve, &lowest, &highest) || highest == 0 || highest / PLOT_FAR > peak)
        return;
    graph->limit = highest;
    graph->top = highest > peak ? highest : peak;
    unsigned level = height(highest, graph->top, ROWS);
    graph->limit_row = level == 0 ? 0 : (level - 1) / LEVELS;
}

static bool write_graph(const struct pen *pen, const struct plot_data *data)
{
    struct graph graph = {.curve = data->curves[0], .width = pen->style->width - AXIS - 3};
    char *caption = curve_caption(graph.curve);
    graph.columns = calloc(graph.width, sizeof *graph.columns);
    if (graph.columns == NULL || caption == NULL) {
        free(graph.columns);
        free(caption);
        return false;
    }
    graph_scale(&graph);
    graph.mark = graph.width;
    if (graph.curve->refused) {
        graph.mark = (size_t)(graph.curve->mark.seconds / data->seconds * (double)graph.width);
        if (graph.mark >= graph.width)
            graph.mark = graph.width - 1;
    }
    columns_fill(graph.columns, graph.width, graph.curve, data->seconds);
    fprintf(pen->file, "%s\n\n", caption);
    free(caption);
    for (unsigned row = ROWS; row-- > 0;)
        write_graph_row(pen, &graph, row);
    write_times(pen, graph.width, data->seconds);
    free(graph.columns);
    return true;
}

static void write_name(const struct pen *pen, const struct curve *curve, size_t width)
{
    char pid[16] = "";
    if (curve->pid != 0)
        snprintf(pid, sizeof pid, " %d", curve->pid);
    size_t room = width - strlen(pid), done = 0;
    for (const char *at = curve->name; *at != '\0' && done < room; done++) {
        unsigned bytes = text_utf8(at);
        fwrite(bytes != 0 ? at : "?", 1, bytes != 0 ? bytes : 1, pen->file);
        at += bytes != 0 ? bytes : 1;
    }
    fprintf(pen->file, "%s%*s", pid, (int)(room - done), "");
}

/* A curve in one line; all lines have one scale, `top`. */
static bool write_spark(const struct pen *pen, const struct plot_data *data,
                        const struct curve *curve, uint64_t top)
{
    size_t name = SPARK_NAME, width = pen->style->width;
    char size[SIZE_ROOM];
    width = width > name + SPARK_PEAK + 10 ? width - name - SPARK_PEAK : 10;
    uint64_t *columns = calloc(width, sizeof *columns);
    if (columns == NULL)
        return false;
    columns_fill(columns, width, curve, data->seconds);
    write_name(pen, curve, name - 1);
    fputc(' ', pen->file);
    for (size_t column = 0; column < width; column++)
        put(pen, TERMINAL_CYAN, pen->levels[height(columns[column], top, 1)]);
    fprintf(pen->file, " %*s", SPARK_PEAK - 3, size_words(curve->peak, size));
    if (curve->refused)
        put(pen, TERMINAL_RED, pen->cross);
    fputc('\n', pen->file);
    free(columns);
    return true;
}

bool plot_text(FILE *file, const struct plot_data *data, const struct plot_text_style *style)
{
    struct pen pen = pen_make(file, style);
    bool done = write_graph(&pen, data);
    uint64_t top = 0;
    for (size_t i = data->curves[0]->tree; i < data->count; i++)
        top = data->curves[i]->peak > top ? data->curves[i]->peak : top;
    if (data->count > 1)
        fputc('\n', file);
    for (size_t i = 1; i < data->count; i++)
        done = write_spark(&pen, data, data->curves[i], top) && done;
    return fflush(file) == 0 && !ferror(file) && done;
}
