/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "min/format_min.h"

#include "base/size_words.h"
#include "base/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BAR = 16 }; /* longer ones are cut; the number stands beside it */

uint64_t min_result_need(const struct min_result *result)
{
    return tried_budgets_answer(result->tried)->budget;
}

/* "1234567 bytes (1.1 MiB)" */
static void print_bytes(FILE *file, uint64_t bytes)
{
    char size[SIZE_ROOM];
    fprintf(file, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
    if (bytes >= 1024)
        fprintf(file, " (%s)", size_words(bytes, size));
}

static void print_need(FILE *file, const struct min_result *result)
{
    char step[SIZE_ROOM];
    fprintf(file, "%s: needs ", result->command);
    print_bytes(file, min_result_need(result));
    if (result->options->tree)
        fputs(" for all its processes together", file);
    if (result->options->step > 1)
        fprintf(file, ", in steps of %s", size_words(result->options->step, step));
    putc('\n', file);
}

static void print_peak(FILE *file, const struct min_success *success)
{
    char least[SIZE_ROOM], most[SIZE_ROOM];
    if (success->least_peak == success->most_peak)
        fprintf(file, "  without a limit it has %s at its peak\n",
                size_words(success->most_peak, most));
    else
        fprintf(file,
                "  without a limit it has %s to %s at its peak (%" PRIu64 " to %" PRIu64
                " bytes): not the same in each run\n",
                size_words(success->least_peak, least), size_words(success->most_peak, most),
                success->least_peak, success->most_peak);
}

static void print_limited(FILE *file, const struct min_success *success)
{
    if (!min_success_has_sites(success))
        fprintf(file, "  limited by --engine=%s, in pages\n", success->engine);
    if (min_success_has_peaks(success))
        print_peak(file, success);
}

static void print_effort(FILE *file, const struct min_result *result)
{
    char time[DURATION_ROOM];
    const struct tried_budget *answer = tried_budgets_answer(result->tried);
    if (answer > result->tried->of && !tried_budget_is_good(answer - 1))
        fprintf(file, "  with %" PRIu64 " bytes: %s\n", answer[-1].budget, answer[-1].how);
    fprintf(file,
            "  %zu budgets were tried, in %" PRIu64 " runs and %s; this one passed %u of %u\n",
            result->tried->count, result->runs, duration_words(result->time, time), answer->passed,
            answer->passed + answer->failed);
}

/* Do both belong to one row? */
static bool is_alike(const struct tried_budget *one, const struct tried_budget *other)
{
    bool mixed = (one->passed > 0 && one->failed > 0) || (other->passed > 0 && other->failed > 0);
    return !mixed && (one->passed > 0) == (other->passed > 0);
}

static void print_result(FILE *file, const struct tried_budget *attempt, size_t room)
{
    if (attempt->passed > 0)
        room -= (size_t)fprintf(file, "passes");
    if (attempt->passed > 0 && attempt->failed > 0)
        room -= (size_t)fprintf(file, " %u of %u: ", attempt->passed,
                                attempt->passed + attempt->failed);
    if (attempt->failed > 0)
        text_cut(file, attempt->how, room);
    putc('\n', file);
}

/* Of those with the same result, the last says how: the next is enough. */
static void print_row(FILE *file, const struct tried_budget *first, size_t count,
                      unsigned bar_width, unsigned width)
{
    enum { LEFT = 2 + 14 + 1 + 14 + 1 + 5 + 2 + 2, LEAST = 20 };
    const struct tried_budget *last = &first[count - 1];
    char bar[BAR + 1];
    size_t length = count < bar_width ? count : bar_width;
    char mark = first->failed == 0 ? '+' : first->passed == 0 ? '-' : '~';
    memset(bar, mark, length);
    bar[length] = '\0';
    fprintf(file, "  %14" PRIu64 " %14" PRIu64 " %5zu  %-*s  ", first->budget, last->budget, count,
            (int)bar_width, bar);
    width -= width > bar_width ? bar_width : 0;
    print_result(file, last, width > LEFT + LEAST ? width - LEFT : LEAST);
}

/* Each budget that was tried, in rows of those with the same result. */
static void print_picture(FILE *file, const struct tried_budgets *tried, bool all)
{
    size_t count;
    unsigned width = terminal_size().width;
    fprintf(file, "\n  %14s %14s %5s\n", "from", "to bytes", "tried");
    for (size_t i = 0; i < tried->count; i += count) {
        for (count = 1; !all && i + count < tried->count; count++)
            if (!is_alike(&tried->of[i], &tried->of[i + count]))
                break;
        print_row(file, &tried->of[i], count, all ? 1 : BAR, width);
    }
}

static void print_doubts(FILE *file, const struct min_result *result)
{
    bool simple = bisect_is_simple(result->tried), steady = bisect_is_steady(result->tried);
    if (!steady)
        fputs("  It is not the same in each run: some budgets are enough one time, and too little "
              "another.\n  The smallest that ever passed was ",
              file);
    else if (!simple)
        fputs("  More is not always enough: it passes with ", file);
    if (!steady || !simple)
        print_bytes(file, tried_budgets_least(result->tried)->budget);
    if (!steady)
        fputs("; from the number above on, all that were tried did.\n", file);
    else if (!simple)
        fputs(" already, but not with all above\n  that; from the number above on, all that were "
              "tried passed.\n",
              file);
    if (!simple || !steady || result->options->verbose)
        print_picture(file, result->tried, result->options->verbose);
}

void format_min_comparison(FILE *file, const struct min_result *result)
{
    char size[SIZE_ROOM];
    double need = (double)min_result_need(result), had = (double)result->file->bytes;
    double percent = had > 0 ? 100 * (need - had) / had : need > 0 ? 100 : 0;
    text_safe(file, result->file->path);
    fprintf(file, " has %s: ", size_words(result->file->bytes, size));
    if (need == had)
        fputs("the same", file);
    else
        fprintf(file, "%.1f%% %s is needed", percent < 0 ? -percent : percent,
                percent < 0 ? "less" : "more");
    if (result->grew)
        fprintf(file, ", and %g%% are allowed", 100 * result->options->tolerance);
}

static void print_comparison(FILE *file, const struct min_result *result)
{
    if (result->file == NULL)
        return;
    putc('\n', file);
    if (result->file->has) {
        format_min_comparison(file, result);
    } else {
        text_safe(file, result->file->path);
        fputs(" had nothing for it", file);
    }
    fputs(result->options->update ? "; now updated\n" : "\n", file);
}

bool format_min_text(FILE *file, const void *what)
{
    const struct min_result *result = what;
    if (result->options->quiet) {
        fprintf(file, "%" PRIu64 "\n", min_result_need(result));
    } else {
        print_need(file, result);
        print_limited(file, result->success);
        print_effort(file, result);
        print_doubts(file, result);
        min_sites_print(file, result->sites);
        fprintf(file, "\nAgain: %s\n", result->replay);
    }
    if (!result->options->quiet || result->grew)
        print_comparison(result->options->quiet ? stderr : file, result);
    return fflush(file) == 0 && !ferror(file);
}
