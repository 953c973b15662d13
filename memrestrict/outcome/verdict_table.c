/* SPDX-License-Identifier: MIT */
#include "outcome/verdict_table.h"

#include "base/text.h"
#include "base/size_words.h"
#include "base/string_file.h"
#include "base/terminal.h"
#include "outcome/sentence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { ROWS = 40, COLUMNS = 9, PROGRAM_LEAST = 8 };
enum {
    PROGRAM_COLUMN = 1,
    LIMIT_COLUMN = 2,
    LEFT_COLUMN = 4,
    FAULTS_COLUMN = 6,
    FIRST_COLUMN = 7,
    END_COLUMN = 8
};

/* Cells are made as strings first, for the widths. */
struct row {
    char *cells[COLUMNS];
    bool failed; /* refused, or as planned */
};

static char *refusal_cell(const struct process *process)
{
    struct string_file cell;
    FILE *file = string_file_open(&cell);
    if (file == NULL)
        return NULL;
    if (process->first.call != NULL)
        sentence_refusal(file, &process->first);
    return string_file_close(&cell);
}

static bool has_failed(const struct process *process)
{
    return process->refusals != 0 || process->faults != 0;
}

/* How it ended, or that there is nothing that held it. */
static char *end_cell(const struct process *process)
{
    static const char *const words[] = {
        [COVERAGE_LIMITED] = "",
        [COVERAGE_ALONE] = "limited alone: ",
        [COVERAGE_NONE] = "not limited: ",
        [COVERAGE_UNKNOWN] = "not known: ",
    };
    char end[END_ROOM], *cell = NULL;
    if (process->coverage == COVERAGE_LIMITED && process->engine == NULL)
        return strdup(sentence_end(process, end));
    if (process->coverage == COVERAGE_LIMITED)
        return asprintf(&cell, "%s (by %s)", sentence_end(process, end), process->engine) < 0
                   ? NULL
                   : cell;
    return asprintf(&cell, "%s%s", words[process->coverage], process->why) < 0 ? NULL : cell;
}

/* Of one that never joined there is nothing but that it was. */
static bool row_make_unjoined(struct row *row, const struct process *process)
{
    char pid[16];
    snprintf(pid, sizeof pid, "%d", process->pid);
    for (unsigned i = 0; i < COLUMNS; i++)
        row->cells[i] = i == 0                ? strdup(pid)
                        : i == PROGRAM_COLUMN ? text_safe_string(process->program)
                        : i == END_COLUMN     ? end_cell(process)
                                              : strdup(i == FIRST_COLUMN ? "" : "-");
    for (unsigned i = 0; i < COLUMNS; i++)
        if (row->cells[i] == NULL)
            return false;
    return true;
}

static bool row_make(struct row *row, const struct process *process)
{
    char text[END_ROOM];
    if (process->unjoined)
        return row_make_unjoined(row, process);
    char **cell = row->cells;
    row->failed = has_failed(process);
    snprintf(text, sizeof text, "%d", process->pid);
    *cell++ = strdup(text);
    *cell++ = text_safe_string(process->program);
    *cell++ = strdup(size_words(process->limit, text));
    *cell++ = strdup(size_words(process->peak, text));
    *cell++ = strdup(size_words(process->used, text));
    snprintf(text, sizeof text, "%" PRIu64, process->refusals);
    *cell++ = strdup(text);
    snprintf(text, sizeof text, "%" PRIu64, process->faults);
    *cell++ = strdup(text);
    *cell++ = refusal_cell(process);
    *cell++ = end_cell(process);
    for (unsigned i = 0; i < COLUMNS; i++)
        if (row->cells[i] == NULL)
            return false;
    return true;
}

static size_t table_width(FILE *file)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (columns != NULL && atoi(columns) > 0)
        return (size_t)atoi(columns);
    if (ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return SIZE_MAX; /* a log: nothing need be cut */
}

static const char *row_color(const struct row *rows, size_t index)
{
    return index == 0 ? TERMINAL_BOLD : rows[index].failed ? TERMINAL_YELLOW : "";
}

struct columns {
    size_t widths[COLUMNS]; /* 0: left out */
};

/* A column that says the same of each process is left out. */
static bool all_are(const struct row *rows, size_t count, unsigned column, const char *cell)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(rows[i].cells[column], cell) != 0 && strcmp(rows[i].cells[column], "-") != 0)
            return false;
    return true;
}

/* How much too wide it is. */
static size_t excess(const struct columns *columns, size_t width)
{
    size_t sum = 0;
    for (unsigned column = 0; column < COLUMNS; column++)
        sum += columns->widths[column] != 0 ? columns->widths[column] + 2 : 0;
    return sum > width ? sum - width : 0;
}

static bool shrink(size_t *column, size_t least, size_t less)
{
    bool enough = less == 0 || *column >= least + less;
    if (enough)
        *column -= less;
    else if (*column > least)
        *column = least;
    return enough;
}

/* What tells least goes first; names are cut only where that is enough. */
static void columns_fit(struct columns *columns, size_t width)
{
    static const unsigned spare[] = {FIRST_COLUMN, LEFT_COLUMN, LIMIT_COLUMN};
    size_t *program = &columns->widths[PROGRAM_COLUMN], whole = *program;
    if (excess(columns, width) == 0)
        return;
    for (unsigned i = 0; i < sizeof spare / sizeof *spare; i++) {
        columns->widths[spare[i]] = 0;
        *program = whole;
        if (shrink(program, PROGRAM_LEAST, excess(columns, width)))
            return;
    }
    shrink(&columns->widths[END_COLUMN], 1, excess(columns, width));
}

static struct columns columns_make(const struct row *rows, size_t count, size_t width)
{
    struct columns columns = {{0}};
    for (size_t i = 0; i < count; i++)
        for (unsigned column = 0; column < COLUMNS; column++) {
            size_t needs = text_width(rows[i].cells[column]);
            if (needs > columns.widths[column])
                columns.widths[column] = needs;
        }
    if (all_are(rows, count, LIMIT_COLUMN, "unlimited"))
        columns.widths[LIMIT_COLUMN] = 0;
    if (all_are(rows, count, FAULTS_COLUMN, "0"))
        columns.widths[FAULTS_COLUMN] = 0;
    columns_fit(&columns, width);
    return columns;
}

static void write_cell(FILE *file, const char *cell, size_t width, bool right)
{
    size_t length = text_width(cell);
    if (right && length < width)
        fprintf(file, "%*s", (int)(width - length), "");
    length = text_cut(file, cell, width);
    if (!right && length < width)
        fprintf(file, "%*s", (int)(width - length), "");
}

static void write_row(FILE *file, const struct row *row, const struct columns *columns,
                      const char *color)
{
    fputs(color, file);
    for (unsigned column = 0; column < COLUMNS; column++) {
        size_t width = columns->widths[column];
        bool left = column == PROGRAM_COLUMN || column >= FIRST_COLUMN;
        if (width == 0)
            continue;
        fputs("  ", file);
        if (column == END_COLUMN)
            text_cut(file, row->cells[column], width);
        else
            write_cell(file, row->cells[column], width, !left);
    }
    fputs(*color != '\0' ? TERMINAL_PLAIN "\n" : "\n", file);
}

/* What a person looks for first: where something failed, then who used most. */
static int compare_rank(const void *left, const void *right)
{
    const struct process *a = *(const struct process *const *)left;
    const struct process *b = *(const struct process *const *)right;
    if (has_failed(a) != has_failed(b))
        return has_failed(a) ? -1 : 1;
    if ((a->coverage == COVERAGE_LIMITED) != (b->coverage == COVERAGE_LIMITED))
        return a->coverage != COVERAGE_LIMITED ? -1 : 1;
    if (a->peak != b->peak)
        return a->peak > b->peak ? -1 : 1;
    return (a->began > b->began) - (a->began < b->began);
}

static const struct process **ranked(const struct outcome *outcome)
{
    const struct process **processes = calloc(outcome->process_count + 1, sizeof *processes);
    for (size_t i = 0; i < outcome->process_count && processes != NULL; i++)
        processes[i] = &outcome->processes[i];
    if (processes != NULL)
        qsort(processes, outcome->process_count, sizeof *processes, compare_rank);
    return processes;
}

static void rows_free(struct row *rows, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (unsigned column = 0; column < COLUMNS; column++)
            free(rows[i].cells[column]);
    free(rows);
}

bool verdict_table(FILE *file, const struct outcome *outcome, const struct verdict_style *style)
{
    static const struct row head = {
        {"PID", "PROGRAM", "LIMIT", "PEAK", "AT END", "REFUSED", "FAULTS", "FIRST REFUSAL", "END"},
        false};
    size_t all = outcome->process_count, count = all < ROWS ? all : ROWS, made = 1;
    const struct process **processes = ranked(outcome);
    struct row *rows = calloc(count + 1, sizeof *rows);
    bool done = processes != NULL && rows != NULL;
    if (rows != NULL)
        rows[0] = head;
    while (done && made <= count) {
        done = row_make(&rows[made], processes[made - 1]);
        made++;
    }
    free(processes);
    if (done && count != 0) {
        struct columns columns =
            columns_make(rows, made, style->wide ? SIZE_MAX : table_width(file));
        for (size_t i = 0; i < made; i++)
            write_row(file, &rows[i], &columns, style->color ? row_color(rows, i) : "");
        if (all > count)
            fprintf(file, "  ... and %zu more\n", all - count);
    }
    if (rows != NULL)
        rows_free(rows, made);
    return done;
}
