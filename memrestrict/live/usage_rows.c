/* SPDX-License-Identifier: MIT */
#include "live/usage_rows.h"

#include "base/text.h"
#include "base/message.h"
#include "base/size_words.h"
#include "base/terminal.h"
#include "live/outside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Characters, of the bar without its brackets; the width of each with the space before it. */
enum { PID_WIDTH = 7, PROGRAM_WIDTH = 17, PROGRAM_LEAST = 8, LEAST_BAR = 6, MOST_BAR = 40 };
enum { PAIR_WIDTH = 22, PEAK_WIDTH = 11, REFUSED_WIDTH = 8, BAR_AROUND = 3, MARGIN = 3 };

/* What there is room for. */
struct columns {
    unsigned program, bar; /* bar: 0 for none */
    bool peak, refused;
};

static struct usage_row whole_of(const struct found_run *run)
{
    struct roster_process process;
    struct roster_tree tree = roster_tree(run->roster);
    struct usage_row whole = {
        .pid = run->command, .whole = true, .program = "run", .used = find_runs_used(run)};
    whole.limit = tree.limited ? tree.limit : ACCOUNTS_UNLIMITED;
    whole.peak = tree.peak;
    for (unsigned i = 0; find_runs_next(run, &i, &process); i++) {
        whole.refusals += process.refusals;
        if (process.parent == run->command)
            snprintf(whole.program, sizeof whole.program, "run of %.50s", process.program);
    }
    return whole;
}

static struct usage_row gauge_of(const struct roster_process *process)
{
    struct usage_row row = {.pid = process->pid, .used = process->used};
    memcpy(row.program, process->program, sizeof row.program);
    row.limit = process->limit;
    row.peak = process->peak;
    if (row.peak < row.used) /* they were read one after the other */
        row.peak = row.used;
    row.refusals = process->refusals;
    return row;
}

static bool add(struct usage_rows *rows, struct usage_row row)
{
    struct usage_row *larger = reallocarray(rows->rows, rows->count + 1, sizeof *larger);
    if (larger == NULL) {
        message("no memory for a list of processes");
        return false;
    }
    rows->rows = larger;
    rows->rows[rows->count++] = row;
    return true;
}

static int by_use(const void *one, const void *other)
{
    const struct usage_row *a = one, *b = other;
    if (a->used != b->used)
        return a->used < b->used ? 1 : -1;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

static uint64_t smaller(uint64_t one, uint64_t other) { return one < other ? one : other; }

/* Of a run that is limited from outside. */
static bool add_outside(struct usage_rows *rows, const struct found_run *run)
{
    const struct run_card *card = &run->card;
    struct outside outside;
    if (!outside_read(run, &outside))
        return false;
    struct usage_row row = {.pid = run->command, .whole = true, .outside = true};
    snprintf(row.program, sizeof row.program, "%s: %.50s", card->engine->name, card->program);
    row.used = outside.used;
    row.limit = card->tree_limit;
    bool done = add(rows, row);
    size_t first = rows->count;
    for (size_t i = 0; done && i < outside.count; i++) {
        const struct outside_process *process = &outside.list[i];
        row = (struct usage_row){.pid = process->pid, .outside = true, .used = process->used};
        row.limit = smaller(card->limit, ACCOUNTS_UNLIMITED);
        snprintf(row.program, sizeof row.program, "%s", process->program);
        done = add(rows, row);
    }
    if (rows->count > first + 1)
        qsort(rows->rows + first, rows->count - first, sizeof *rows->rows, by_use);
    outside_free(&outside);
    return done;
}

bool usage_rows_add(struct usage_rows *rows, const struct found_run *run,
                    const struct roster_process *only)
{
    struct roster_process process;
    if (only != NULL)
        return add(rows, gauge_of(only));
    if (run->card.engine != NULL)
        return add_outside(rows, run);
    bool done = add(rows, whole_of(run));
    size_t first = rows->count;
    for (unsigned i = 0; done && find_runs_next(run, &i, &process); i++)
        done = add(rows, gauge_of(&process));
    if (rows->count > first + 1)
        qsort(rows->rows + first, rows->count - first, sizeof *rows->rows, by_use);
    return done;
}

void usage_rows_free(struct usage_rows *rows)
{
    free(rows->rows);
    *rows = (struct usage_rows){NULL, 0};
}

static struct columns columns_make(unsigned width)
{
    struct columns columns = {PROGRAM_WIDTH, 0, true, true};
    unsigned rest = PID_WIDTH + 1 + PROGRAM_WIDTH + PAIR_WIDTH + PEAK_WIDTH + REFUSED_WIDTH;
    if (width >= rest + LEAST_BAR + BAR_AROUND) {
        unsigned bar = width - rest - BAR_AROUND;
        columns.bar = bar < LEAST_BAR + MARGIN ? LEAST_BAR : bar - MARGIN;
        columns.bar = columns.bar > MOST_BAR ? MOST_BAR : columns.bar;
        return columns;
    }
    columns.peak = width >= rest;
    rest -= columns.peak ? 0 : PEAK_WIDTH;
    columns.refused = width >= rest - (PROGRAM_WIDTH - PROGRAM_LEAST);
    rest -= columns.refused ? 0 : REFUSED_WIDTH;
    if (width < rest)
        columns.program -= rest - width < PROGRAM_WIDTH - PROGRAM_LEAST
                               ? rest - width
                               : PROGRAM_WIDTH - PROGRAM_LEAST;
    return columns;
}

/* Safe for a terminal, cut or filled up to `width` characters. */
static void print_name(FILE *file, const char *name, unsigned width)
{
    char *safe = text_safe_string(name);
    size_t done = text_cut(file, safe != NULL ? safe : "", width);
    free(safe);
    fprintf(file, "%*s", (int)(width - done), "");
}

static unsigned bar_length(const struct usage_row *row, unsigned width)
{
    if (row->limit == ACCOUNTS_UNLIMITED || row->used == 0)
        return 0;
    if (row->used >= row->limit)
        return width;
    return (unsigned)((double)row->used / (double)row->limit * width);
}

static void print_bar(FILE *file, const struct usage_row *row, unsigned width)
{
    unsigned length = bar_length(row, width);
    bool limited = row->limit != ACCOUNTS_UNLIMITED;
    fputc(limited ? '[' : ' ', file);
    for (unsigned i = 0; i < width; i++)
        fputc(i < length ? '#' : limited ? '.' : ' ', file);
    fputc(limited ? ']' : ' ', file);
}

static void print_row(FILE *file, const struct usage_row *row, const struct columns *columns,
                      const struct usage_style *style)
{
    char pair[SIZE_PAIR_ROOM], peak[SIZE_ROOM];
    const char *color = !style->color        ? ""
                        : row->refusals != 0 ? TERMINAL_YELLOW
                        : row->whole         ? TERMINAL_BOLD
                                             : "";
    bool has_peak = !row->outside && (!row->whole || row->limit != ACCOUNTS_UNLIMITED);
    fprintf(file, "%s%*d %s", color, PID_WIDTH, row->pid, row->whole ? "" : " ");
    print_name(file, row->program, columns->program - !row->whole);
    if (columns->bar != 0) {
        fputc(' ', file);
        print_bar(file, row, columns->bar);
    }
    fprintf(file, " %21s", size_pair(row->used, row->limit, pair));
    if (columns->peak)
        fprintf(file, " %10s", has_peak ? size_words(row->peak, peak) : "-");
    if (columns->refused)
        fprintf(file, row->outside ? "       -" : " %7" PRIu64, row->refusals);
    fprintf(file, "%s%s", *color != '\0' ? TERMINAL_PLAIN : "", style->line_end);
}

static void print_head(FILE *file, const struct columns *columns, const struct usage_style *style)
{
    fprintf(file, "%s%*s %-*s", style->color ? TERMINAL_BOLD : "", PID_WIDTH, "PID",
            (int)columns->program, "PROGRAM");
    if (columns->bar != 0)
        fprintf(file, "%*s", (int)columns->bar + BAR_AROUND, "");
    fprintf(file, " %21s%s%s%s%s", "USED OF LIMIT", columns->peak ? "       PEAK" : "",
            columns->refused ? " REFUSED" : "", style->color ? TERMINAL_PLAIN : "",
            style->line_end);
}

void usage_rows_print(FILE *file, const struct usage_rows *rows, const struct usage_style *style)
{
    struct columns columns = columns_make(style->width);
    print_head(file, &columns, style);
    size_t shown = rows->count <= style->most ? rows->count : style->most - (style->most > 0);
    for (size_t i = 0; i < shown; i++)
        print_row(file, &rows->rows[i], &columns, style);
    if (shown < rows->count)
        fprintf(file, "%*s ... and %zu more%s", PID_WIDTH, "", rows->count - shown,
                style->line_end);
}
