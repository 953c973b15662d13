/* SPDX-License-Identifier: MIT */
#include "gauges.h"

#include "say.h"
#include "sizes.h"
#include "words.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BOLD "\033[1m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* Columns: everything but the bar. */
enum { PROGRAM_WIDTH = 17, FIXED_WIDTH = 72, LEAST_BAR = 6, MOST_BAR = 40 };

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

/* Safe for a terminal, cut or filled up to `width` characters. */
static void print_name(FILE *file, const char *name, unsigned width)
{
    char *safe = words_safe_string(name);
    unsigned done = 0;
    for (const char *at = safe; at != NULL && *at != '\0' && done < width; done++) {
        unsigned length = words_utf8(at);
        fwrite(at, 1, length, file);
        at += length;
    }
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

static void print_row(FILE *file, const struct gauge *gauge, unsigned bar,
                      const struct gauge_style *style)
{
    char pair[SIZE_PAIR_ROOM], peak[SIZE_ROOM];
    const char *color = !style->color          ? ""
                        : gauge->refusals != 0 ? YELLOW
                        : gauge->whole         ? BOLD
                                               : "";
    bool has_peak = !gauge->whole || gauge->limit != ACCOUNTS_UNLIMITED;
    fprintf(file, "%s%7d %s", color, gauge->pid, gauge->whole ? "" : " ");
    print_name(file, gauge->program, gauge->whole ? PROGRAM_WIDTH : PROGRAM_WIDTH - 1);
    fputc(' ', file);
    print_bar(file, gauge, bar);
    fprintf(file, " %21s %10s %7" PRIu64 "%s%s", size_pair(gauge->used, gauge->limit, pair),
            has_peak ? size_words(gauge->peak, peak) : "-", gauge->refusals,
            *color != '\0' ? PLAIN : "", style->line_end);
}

void gauges_print(FILE *file, const struct gauges *gauges, const struct gauge_style *style)
{
    unsigned bar = style->width > FIXED_WIDTH + LEAST_BAR ? style->width - FIXED_WIDTH : LEAST_BAR;
    if (bar > MOST_BAR)
        bar = MOST_BAR;
    fprintf(file, "%s%7s %-*s %-*s %21s %10s %7s%s%s", style->color ? BOLD : "", "PID",
            PROGRAM_WIDTH, "PROGRAM", (int)bar + 2, "", "USED OF LIMIT", "PEAK", "REFUSED",
            style->color ? PLAIN : "", style->line_end);
    size_t shown = gauges->count <= style->most ? gauges->count : style->most - (style->most > 0);
    for (size_t i = 0; i < shown; i++)
        print_row(file, &gauges->rows[i], bar, style);
    if (shown < gauges->count)
        fprintf(file, "%7s ... and %zu more%s", "", gauges->count - shown, style->line_end);
}
