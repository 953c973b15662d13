/* SPDX-License-Identifier: MIT */
#include "outcome/format_leaks.h"

#include "base/size_words.h"
#include "base/text.h"

#include <inttypes.h>

enum { MOST = 20, MOST_WITHIN = 5, CALLERS = 3 }; /* rows of a process, and frames of each */

/* "96 bytes in 3 blocks" */
static void write_amount(FILE *file, struct leak_amount amount)
{
    char size[SIZE_ROOM];
    fprintf(file, "%s in %" PRIu64 " block%s", size_words(amount.bytes, size), amount.blocks,
            amount.blocks == 1 ? "" : "s");
}

static void write_head(FILE *file, const struct process *process)
{
    fputs("memrestrict: ", file);
    text_safe(file, process->program != NULL ? process->program : "?");
    fprintf(file, " (process %d): ", process->pid);
}

static void write_frames(FILE *file, const struct leak *leak, bool wide)
{
    size_t frames = wide || leak->depth < CALLERS ? leak->depth : CALLERS;
    if (leak->depth == 0)
        text_safe(file, leak->place != NULL ? leak->place : "?");
    for (size_t i = 0; i < frames; i++) {
        fputs(i > 0 ? " < " : "", file);
        text_safe(file, leak->stack[i]);
    }
    fputc('\n', file);
}

static void write_lost(FILE *file, const struct leak *leak, bool wide)
{
    fputs("  lost: ", file);
    write_amount(file, leak->lost);
    if (leak->led.blocks != 0) {
        fputs(", with ", file);
        write_amount(file, leak->led);
        fputs(" that only they lead to", file);
    }
    fputs(leak->suppressed ? " (suppressed): " : ": ", file);
    write_frames(file, leak, wide);
}

static void write_within(FILE *file, const struct leak *leak, bool wide)
{
    fputs("  indirectly: ", file);
    write_amount(file, leak->within);
    if (leak->by_place != NULL) {
        fputs(" by ", file);
        text_safe(file, leak->by_place);
    }
    fputs(": ", file);
    write_frames(file, leak, wide);
}

static void write_rest(FILE *file, const char *kind, size_t count, size_t most)
{
    if (count > most)
        fprintf(file, "  %s: at %zu call sites more\n", kind, count - most);
}

static void write_rows(FILE *file, const struct leaks *leaks, bool wide)
{
    size_t lost = 0, within = 0, most = wide ? SIZE_MAX : MOST,
           most_within = wide ? SIZE_MAX : MOST_WITHIN;
    for (size_t i = 0; i < leaks->count; i++)
        if (leaks->list[i].lost.blocks != 0 && (!leaks->list[i].suppressed || wide) &&
            ++lost <= most)
            write_lost(file, &leaks->list[i], wide);
    write_rest(file, "lost", lost, most);
    for (size_t i = 0; i < leaks->count; i++)
        if (leaks->list[i].within.blocks != 0 && ++within <= most_within)
            write_within(file, &leaks->list[i], wide);
    write_rest(file, "indirectly", within, most_within);
}

/* What is no finding, and why. */
static void write_others(FILE *file, const struct process *process)
{
    const struct leaks *leaks = &process->leaks;
    const struct {
        struct leak_amount amount;
        const char *words;
    } others[] = {
        {leaks->possible, "perhaps lost, no finding: only addresses in their midst lead to "},
        {leaks->inherited, "of its parent, lost since the fork or before it, no finding: "},
        {leaks->suppressed, "suppressed: "},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].amount.blocks != 0) {
            fprintf(file, "  %s", others[i].words);
            write_amount(file, others[i].amount);
            fputc('\n', file);
        }
    if (leaks->deaf != 0)
        fprintf(file,
                "  %" PRIu64 " of its threads blocked all signals: what only their registers held "
                "is said to be lost\n",
                leaks->deaf);
}

static void write_process(FILE *file, const struct process *process, bool wide)
{
    const struct leaks *leaks = &process->leaks;
    struct leak_amount found = leaks_found(leaks);
    write_head(file, process);
    if (found.blocks == 0) {
        fputs("nothing lost", file);
    } else {
        fputs("lost ", file);
        write_amount(file, found);
    }
    if (leaks->within.blocks != 0) {
        fputs(", and ", file);
        write_amount(file, leaks->within);
        fputs(" that only what is lost leads to", file);
    }
    fputs("; reachable: ", file);
    write_amount(file, leaks->reached);
    fputc('\n', file);
    write_rows(file, leaks, wide);
    write_others(file, process);
}

/* Of the program itself it is always said; of others, if there is something to say. */
static bool is_worth_saying(const struct outcome *outcome, const struct process *process)
{
    const struct leaks *leaks = &process->leaks;
    return process == outcome_main(outcome) ||
           (leaks->lost.blocks | leaks->within.blocks | leaks->possible.blocks) != 0;
}

static void write_unseen(FILE *file, const struct outcome *outcome)
{
    fputs("memrestrict: ", file);
    text_safe(file, outcome->name);
    fputs(": what it has lost is not known: the library was not there to look\n", file);
}

void format_leaks(FILE *file, const struct outcome *outcome, bool wide)
{
    size_t others = 0;
    for (size_t i = 0; i < outcome->process_count; i++) {
        const struct process *process = &outcome->processes[i];
        const char *why = outcome_why_leaks_unknown(outcome, process);
        bool said = wide || is_worth_saying(outcome, process);
        if (process->leaks.look == LEAKS_LOOKED && said) {
            write_process(file, process, wide);
        } else if (why != NULL) {
            write_head(file, process);
            fprintf(file, "what it has lost is not known: %s\n", why);
        }
        others += process->leaks.look == LEAKS_LOOKED && !said;
    }
    if (others > 0)
        fprintf(file, "memrestrict: %zu other process%s: nothing lost\n", others,
                others == 1 ? "" : "es");
    if (outcome->pid != 0 && outcome_main(outcome) == NULL)
        write_unseen(file, outcome);
}

void format_leaks_clause(FILE *file, const struct outcome *outcome)
{
    struct leak_amount lost = outcome_lost(outcome);
    if (lost.blocks == 0)
        return;
    fputs(", lost ", file);
    write_amount(file, lost);
}
