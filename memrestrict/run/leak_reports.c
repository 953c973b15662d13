/* SPDX-License-Identifier: MIT */
#include "run/leak_reports.h"

#include "sites/format_sites.h"
#include "sites/symbols.h"

#include <stdlib.h>
#include <string.h>

struct entering {
    struct symbols *symbols;
    const struct suppressions *suppressions;
};

static struct leak_amount amount_of(struct sites_amount amount)
{
    return (struct leak_amount){amount.bytes, amount.blocks};
}

static bool has_any(const struct sites_lost *lost)
{
    return (lost->lost.blocks | lost->within.blocks | lost->possible.blocks) != 0;
}

/* Names are looked up where somebody reads them: what is not lost is a number. */
static bool name_leak(const struct entering *entering, const struct sites_stack *stack,
                      struct leak *leak)
{
    struct string_list words = {NULL, 0};
    const struct sites_stack *by = stack->lost.by;
    leak->place = format_sites_place(stack, entering->symbols);
    leak->key = format_sites_key(stack, entering->symbols);
    bool named = format_sites_frames(stack, entering->symbols, &words);
    leak->stack = words.words;
    leak->depth = words.count;
    leak->by_place = by != NULL ? format_sites_place(by, entering->symbols) : NULL;
    leak->by = by != NULL ? by->name : 0;
    leak->suppressed =
        leak->key != NULL && suppressions_mean(entering->suppressions, leak->key, &words);
    return named && leak->place != NULL && leak->key != NULL;
}

static bool enter_leak(const struct entering *entering, const struct sites_stack *stack,
                       struct leaks *leaks)
{
    struct leak *leak = &leaks->list[leaks->count++];
    *leak = (struct leak){.site = stack->name,
                          .lost = amount_of(stack->lost.lost),
                          .led = amount_of(stack->lost.led),
                          .within = amount_of(stack->lost.within),
                          .possible = amount_of(stack->lost.possible)};
    if (!name_leak(entering, stack, leak))
        return false;
    if (leak->suppressed) {
        leaks->suppressed.bytes += leak->lost.bytes;
        leaks->suppressed.blocks += leak->lost.blocks;
    }
    return true;
}

static int compare(uint64_t one, uint64_t other) { return (one < other) - (one > other); }

/* Most bytes lost first; then by what is the same in every run. */
static int in_order(const void *left, const void *right)
{
    const struct leak *a = left, *b = right;
    int order = compare(a->lost.bytes, b->lost.bytes);
    if (order == 0)
        order = compare(a->lost.blocks, b->lost.blocks);
    if (order == 0)
        order = compare(a->within.bytes, b->within.bytes);
    if (order == 0)
        order = compare(a->possible.bytes, b->possible.bytes);
    if (order == 0)
        order = strcmp(a->key, b->key);
    return order != 0 ? order : compare(b->site, a->site);
}

static bool enter_list(const struct entering *entering, const struct sites_process *collected,
                       struct leaks *leaks)
{
    size_t count = 0;
    for (size_t i = 0; i < collected->stack_count; i++)
        count += has_any(&collected->stacks[i].lost);
    leaks->list = calloc(count + 1, sizeof *leaks->list);
    bool done = leaks->list != NULL;
    for (size_t i = 0; i < collected->stack_count && done; i++)
        if (has_any(&collected->stacks[i].lost))
            done = enter_leak(entering, &collected->stacks[i], leaks);
    if (done)
        qsort(leaks->list, leaks->count, sizeof *leaks->list, in_order);
    return done;
}

static bool enter_process(const struct entering *entering, const struct sites_process *collected,
                          struct leaks *leaks)
{
    static const enum leaks_look looks[] = {
        [SITES_NOT_ASKED] = LEAKS_NOT_SEEN,
        [SITES_NOT_LOOKED] = LEAKS_NOT_LOOKED,
        [SITES_LOOKED] = LEAKS_LOOKED,
        [SITES_CANNOT_LOOK] = LEAKS_CANNOT,
    };
    const struct sites_leaks *found = &collected->leaks;
    *leaks = (struct leaks){
        .look = collected->trouble != NULL ? LEAKS_CANNOT : looks[found->look],
        .reason = collected->trouble != NULL ? collected->trouble : found->reason,
        .threads = found->threads,
        .deaf = found->deaf,
        .nanoseconds = found->nanoseconds,
        .lost = amount_of(found->lost),
        .within = amount_of(found->within),
        .possible = amount_of(found->possible),
        .reached = amount_of(found->reached),
        .inherited = amount_of(found->inherited),
    };
    return enter_list(entering, collected, leaks);
}

/* The sums must hold what the list says is suppressed, whatever the process has written. */
static void bound(struct leaks *leaks)
{
    if (leaks->lost.bytes < leaks->suppressed.bytes)
        leaks->lost.bytes = leaks->suppressed.bytes;
    if (leaks->lost.blocks < leaks->suppressed.blocks)
        leaks->lost.blocks = leaks->suppressed.blocks;
}

bool leak_reports_enter(struct outcome *outcome, const struct sites *sites,
                        const struct suppressions *suppressions)
{
    struct entering entering = {symbols_open(), suppressions};
    bool done = entering.symbols != NULL;
    for (size_t i = 0; i < outcome->process_count && done; i++) {
        struct process *process = &outcome->processes[i];
        const struct sites_process *collected = sites_of(sites, process->pid, process->began);
        bool ended = process->end != PROCESS_REPLACED && process->end != PROCESS_ESCAPED;
        if (collected != NULL && ended && !process->explored) {
            done = enter_process(&entering, collected, &process->leaks);
            bound(&process->leaks);
        }
    }
    symbols_close(entering.symbols);
    return done;
}
