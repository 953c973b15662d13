/* SPDX-License-Identifier: MIT */
#include "sites/format_sites.h"

#include "base/text.h"
#include "base/size_words.h"
#include "base/string_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CALLERS = 3 };

static const enum sites_moment order[SITES_MOMENTS] = {SITES_AT_REFUSAL, SITES_AT_PEAK,
                                                       SITES_AT_END};

/* "fill (cache.c:41)", "PyList_New (python3.11)". */
static void print_name(FILE *out, const struct symbols_name *name)
{
    text_safe(out, name->function);
    bool has_line = name->file != NULL && name->line > 0;
    if (!has_line && (name->object == NULL || strchr(name->function, '+') != NULL))
        return;
    fputs(" (", out);
    text_safe(out, basename(has_line ? name->file : name->object));
    if (has_line)
        fprintf(out, ":%d", name->line);
    putc(')', out);
}

/* What every stack begins with says nothing. */
static bool is_runtime(const struct symbols_name *name)
{
    static const char *const names[] = {"_start", "__libc_start", "start_thread", "clone",
                                        "__clone"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(name->function, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* The function to blame: the first that is not plumbing. */
static size_t to_blame(const struct symbols_name *const *names, size_t depth)
{
    size_t first = 0;
    while (first < depth && symbols_is_plumbing(names[first]))
        first++;
    return first < depth ? first : 0;
}

/* Behind it come its callers. */
static void print_where(FILE *out, const struct sites_stack *stack, struct symbols *symbols)
{
    const struct symbols_name *names[SYMBOLS_DEEPEST];
    size_t depth = symbols_of_stack(symbols, stack, names, SYMBOLS_DEEPEST);
    size_t first = to_blame(names, depth);
    for (size_t i = first; i < depth && i < first + CALLERS; i++) {
        if (i > first && is_runtime(names[i]))
            break;
        if (i > first)
            fputs(" < ", out);
        print_name(out, names[i]);
    }
    if (depth == 0)
        fputs("?", out);
    putc('\n', out);
}

/* Where a program jumped to nowhere, it is the caller's doing. */
static void print_place(FILE *out, const struct symbols_name **names, size_t depth)
{
    while (depth > 1 && names[0]->object == NULL) {
        names++;
        depth--;
    }
    if (depth > 0)
        print_name(out, names[to_blame(names, depth)]);
    else
        fputs("an unknown place", out);
}

char *format_sites_place(const struct sites_stack *stack, struct symbols *symbols)
{
    const struct symbols_name *names[SYMBOLS_DEEPEST];
    size_t depth = symbols_of_stack(symbols, stack, names, SYMBOLS_DEEPEST);
    struct string_file place;
    FILE *out = string_file_open(&place);
    if (out == NULL)
        return NULL;
    print_place(out, names, depth);
    return string_file_close(&place);
}

char *format_sites_key(const struct sites_stack *stack, struct symbols *symbols)
{
    const struct symbols_name *names[SYMBOLS_DEEPEST];
    size_t depth = symbols_of_stack(symbols, stack, names, SYMBOLS_DEEPEST);
    const struct symbols_name *name = depth > 0 ? names[to_blame(names, depth)] : NULL;
    const char *where = name == NULL ? NULL : name->file != NULL ? name->file : name->object;
    char *key = NULL;
    int length = asprintf(&key, "%s@%s", name != NULL ? name->function : "?",
                          where != NULL ? basename(where) : "?");
    return length >= 0 ? key : NULL;
}

static bool add_frame(const struct symbols_name *name, struct string_list *frames)
{
    struct string_file words;
    FILE *out = string_file_open(&words);
    if (out != NULL)
        print_name(out, name);
    char *word = out != NULL ? string_file_close(&words) : NULL;
    bool added = word != NULL && string_list_add(frames, word);
    free(word);
    return added;
}

bool format_sites_frames(const struct sites_stack *stack, struct symbols *symbols,
                         struct string_list *frames)
{
    const struct symbols_name *names[SYMBOLS_DEEPEST];
    size_t depth = symbols_of_stack(symbols, stack, names, SYMBOLS_DEEPEST);
    while (depth > 1 && is_runtime(names[depth - 1]))
        depth--;
    for (size_t i = 0; i < depth; i++)
        if (!add_frame(names[i], frames))
            return false;
    return true;
}

static void print_row(FILE *out, const struct sites_amount *amount, uint64_t all)
{
    char size[SIZE_ROOM];
    double part = all > 0 ? 100.0 * (double)amount->bytes / (double)all : 0;
    fprintf(out, "  %11s %5.1f%% ", size_words(amount->bytes, size), part);
    if (amount->blocks > 0)
        fprintf(out, "%9" PRIu64 "  ", amount->blocks);
    else
        fprintf(out, "%9s  ", "-");
}

static void print_process(FILE *out, const struct sites_process *process)
{
    text_safe(out, process->program);
    fprintf(out, " (process %d)", process->pid);
}

/* Did every stack hold the same? Then one table will do. */
static bool is_same(const struct sites_process *process, enum sites_moment one,
                    enum sites_moment other)
{
    for (size_t i = 0; i < process->stack_count; i++)
        if (process->stacks[i].at[one].bytes != process->stacks[i].at[other].bytes)
            return false;
    return process->has[one] && process->has[other];
}

/* "sort (process 4242) at its first refusal and peak: 63.4 MiB in 12 blocks" */
static void print_title(FILE *out, const struct sites_process *process, enum sites_moment moment)
{
    char size[SIZE_ROOM];
    print_process(out, process);
    fprintf(out, " at its %s", sites_moment_name(moment));
    for (unsigned i = 0; i < SITES_MOMENTS; i++)
        if (order[i] != moment && is_same(process, moment, order[i]))
            fprintf(out, " and %s", sites_moment_name(order[i]));
    fprintf(out, ": %s in %" PRIu64 " blocks\n", size_words(process->sum[moment].bytes, size),
            process->sum[moment].blocks);
}

/* Shown already, with an earlier one. */
static bool is_shown(const struct sites_process *process, unsigned which)
{
    for (unsigned i = 0; i < which; i++)
        if (is_same(process, order[i], order[which]))
            return true;
    return false;
}

static void print_moment(FILE *out, const struct sites_process *process, enum sites_moment moment,
                         struct symbols *symbols, unsigned most)
{
    size_t count;
    const struct sites_stack **sorted = sites_sorted(process, moment, &count);
    struct sites_amount rest = {0, 0};
    print_title(out, process, moment);
    if (count > 0)
        fprintf(out, "  %11s %6s %9s  %s\n", "size", "part", "blocks", "had by");
    for (size_t i = 0; i < count; i++) {
        const struct sites_amount *amount = &sorted[i]->at[moment];
        if (i >= most) {
            rest.bytes += amount->bytes;
            rest.blocks += amount->blocks;
            continue;
        }
        print_row(out, amount, process->sum[moment].bytes);
        print_where(out, sorted[i], symbols);
    }
    if (rest.bytes > 0) {
        print_row(out, &rest, process->sum[moment].bytes);
        fprintf(out, "%zu more\n", count - most);
    }
    free(sorted);
}

void format_sites(FILE *out, const struct sites_process *process, struct symbols *symbols,
                  unsigned most)
{
    if (process->trouble != NULL) {
        print_process(out, process);
        fprintf(out, ": %s\n", process->trouble);
        return;
    }
    if (process->refused != NULL) {
        print_process(out, process);
        fputs(" was refused first: ", out);
        print_where(out, process->refused, symbols);
    }
    for (unsigned i = 0; i < SITES_MOMENTS; i++)
        if (process->has[order[i]] && !is_shown(process, i))
            print_moment(out, process, order[i], symbols, most);
    if (process->lost > 0)
        fprintf(out,
                "  there was no room for %" PRIu64 " call stacks: they are [other call sites]\n",
                process->lost);
}
