/* SPDX-License-Identifier: MIT */
#include "live/usage_rows.h"

#include "base/message.h"
#include "base/sizes.h"
#include "outcome/sentence.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BOLD "\033[1m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* Characters, of the bar without its brackets; the width of each with the space before it. */
enum { PID_WIDTH = 7, PROGRAM_WIDTH = 17, PROGRAM_LEAST = 8, LEAST_BAR = 6, MOST_BAR = 40 };
enum { PAIR_WIDTH = 22, PEAK_WIDTH = 11, REFUSED_WIDTH = 8, BAR_AROUND = 3, MARGIN = 3 };

/* What there is room for. */
struct layout {
    unsigned program, bar; /* bar: 0 for none */
    bool peak, refused;
};

static struct gauge whole_of(const struct outside_run *run)
{
    const struct account *account;
    struct gauge whole = {
        .pid = run->command, .whole = true, .program = "run", .used = outside_used(run)};
    whole.limit = atomic_load(&run->accounts->tree_limit);
    whole.peak = atomic_load(&run->accounts->tree_peak);
    for (unsigned i = 0; (account = outside_next(run, &i)) != NULL; i++) {
        whole.refusals += atomic_load(&account->refusals);
        if (account->parent == run->command)
            snprintf(whole.program, sizeof whole.program, "run of %.50s", account->program);
    }
    return whole;
}

static struct gauge gauge_of(const struct account *account)
{
    struct gauge gauge = {.pid = account->pid, .used = account_used(account)};
    memcpy(gauge.program, account->program, sizeof gauge.program - 1);
    gauge.limit = atomic_load(&account->limit);
    gauge.peak = atomic_load(&account->peak);
    if (gauge.peak < gauge.used) /* they were read one after the other */
        gauge.peak = gauge.used;
    gauge.refusals = atomic_load(&account->refusals);
    return gauge;
}

static bool add(struct gauges *gauges, struct gauge gauge)
{
    struct gauge *rows = reallocarray(gauges->rows, gauges->count + 1, sizeof *rows);
    if (rows == NULL) {
        say("no memory for a list of processes");
        return false;
    }
    gauges->rows = rows;
    gauges->rows[gauges->count++] = gauge;
    return true;
}

static int by_use(const void *one, const void *other)
{
    const struct gauge *a = one, *b = other;
    if (a->used != b->used)
        return a->used < b->used ? 1 : -1;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

bool gauges_add(struct gauges *gauges, const struct outside_run *run, const struct account *account)
{
    if (account != NULL)
        return add(gauges, gauge_of(account));
    bool done = add(gauges, whole_of(run));
    size_t first = gauges->count;
    for (unsigned i = 0; done && (account = outside_next(run, &i)) != NULL; i++)
        done = add(gauges, gauge_of(account));
    if (gauges->count > first + 1)
        qsort(gauges->rows + first, gauges->count - first, sizeof *gauges->rows, by_use);
    return done;
}

void gauges_free(struct gauges *gauges)
{
    free(gauges->rows);
    *gauges = (struct gauges){NULL, 0};
}

static struct layout layout_make(unsigned width)
{
    struct layout layout = {PROGRAM_WIDTH, 0, true, true};
    unsigned rest = PID_WIDTH + 1 + PROGRAM_WIDTH + PAIR_WIDTH + PEAK_WIDTH + REFUSED_WIDTH;
    if (width >= rest + LEAST_BAR + BAR_AROUND) {
        unsigned bar = width - rest - BAR_AROUND;
        layout.bar = bar < LEAST_BAR + MARGIN ? LEAST_BAR : bar - MARGIN;
        layout.bar = layout.bar > MOST_BAR ? MOST_BAR : layout.bar;
        return layout;
    }
    layout.peak = width >= rest;
    rest -= layout.peak ? 0 : PEAK_WIDTH;
    layout.refused = width >= rest - (PROGRAM_WIDTH - PROGRAM_LEAST);
    rest -= layout.refused ? 0 : REFUSED_WIDTH;
    if (width < rest)
        layout.program -= rest - width < PROGRAM_WIDTH - PROGRAM_LEAST
                              ? rest - width
                              : PROGRAM_WIDTH - PROGRAM_LEAST;
    return layout;
}

/* Safe for a terminal, cut or filled up to `width` characters. */
static void print_name(FILE *file, const char *name, unsigned width)
{
    char *safe = words_safe_string(name);
    size_t done = words_cut(file, safe != NULL ? safe : "", width);
    free(safe);
    fprintf(file, "%*s", (int)(width - done), "");
}

static unsigned bar_length(const struct gauge *gauge, unsigned width)
{
    if (gauge->limit == ACCOUNTS_UNLIMITED || gauge->used == 0)
        return 0;
    if (gauge->used >= gauge->limit)
        return width;
    return (unsigned)((double)gauge->used / (double)gauge->limit * width);
}

static void print_bar(FILE *file, const struct gauge *gauge, unsigned width)
{
    unsigned length = bar_length(gauge, width);
    bool limited = gauge->limit != ACCOUNTS_UNLIMITED;
    fputc(limited ? '[' : ' ', file);
    for (unsigned i = 0; i < width; i++)
        fputc(i < length ? '#' : limited ? '.' : ' ', file);
    fputc(limited ? ']' : ' ', file);
}

static void print_row(FILE *file, const struct gauge *gauge, const struct layout *layout,
                      const struct gauge_style *style)
{
    char pair[SIZE_PAIR_ROOM], peak[SIZE_ROOM];
    const char *color = !style->color          ? ""
                        : gauge->refusals != 0 ? YELLOW
                        : gauge->whole         ? BOLD
                                               : "";
    bool has_peak = !gauge->whole || gauge->limit != ACCOUNTS_UNLIMITED;
    fprintf(file, "%s%*d %s", color, PID_WIDTH, gauge->pid, gauge->whole ? "" : " ");
    print_name(file, gauge->program, layout->program - !gauge->whole);
    if (layout->bar != 0) {
        fputc(' ', file);
        print_bar(file, gauge, layout->bar);
    }
    fprintf(file, " %21s", size_pair(gauge->used, gauge->limit, pair));
    if (layout->peak)
        fprintf(file, " %10s", has_peak ? size_words(gauge->peak, peak) : "-");
    if (layout->refused)
        fprintf(file, " %7" PRIu64, gauge->refusals);
    fprintf(file, "%s%s", *color != '\0' ? PLAIN : "", style->line_end);
}

static void print_head(FILE *file, const struct layout *layout, const struct gauge_style *style)
{
    fprintf(file, "%s%*s %-*s", style->color ? BOLD : "", PID_WIDTH, "PID", (int)layout->program,
            "PROGRAM");
    if (layout->bar != 0)
        fprintf(file, "%*s", (int)layout->bar + BAR_AROUND, "");
    fprintf(file, " %21s%s%s%s%s", "USED OF LIMIT", layout->peak ? "       PEAK" : "",
            layout->refused ? " REFUSED" : "", style->color ? PLAIN : "", style->line_end);
}

void gauges_print(FILE *file, const struct gauges *gauges, const struct gauge_style *style)
{
    struct layout layout = layout_make(style->width);
    print_head(file, &layout, style);
    size_t shown = gauges->count <= style->most ? gauges->count : style->most - (style->most > 0);
    for (size_t i = 0; i < shown; i++)
        print_row(file, &gauges->rows[i], &layout, style);
    if (shown < gauges->count)
        fprintf(file, "%*s ... and %zu more%s", PID_WIDTH, "", gauges->count - shown,
                style->line_end);
}
