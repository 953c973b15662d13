/* SPDX-License-Identifier: MIT */
#include "sites/sites_lost.h"

#include "common/sites_area.h"

#include <stdatomic.h>
#include <stdlib.h>

static const char *const reasons[SITES_LEAKS_REASONS] = {
    [SITES_LEAKS_NO_REASON] = "it did not say why",
    [SITES_LEAKS_NO_HEAP] = "its heap is not the library's to know",
    [SITES_LEAKS_NO_MEMORY] = "there was no memory to look with",
    [SITES_LEAKS_NO_MAPS] = "its mappings could not be read (/proc)",
    [SITES_LEAKS_NO_THREADS] = "its other threads could not be stopped",
    [SITES_LEAKS_DAEMON] = "daemon(3) failed in it, at which it was looked for",
    [SITES_LEAKS_WITHIN] = "it ended in a signal handler, in the midst of an allocation",
};

bool sites_lost_numbers_open(struct sites_lost_numbers *numbers, uint32_t count)
{
    numbers->count = count;
    numbers->places = calloc(count + (size_t)1, sizeof *numbers->places);
    return numbers->places != NULL;
}

void sites_lost_numbers_close(struct sites_lost_numbers *numbers) { free(numbers->places); }

static uint64_t at_least_0(uint64_t amount) { return amount > INT64_MAX ? 0 : amount; }

static struct sites_amount amount_of(const struct site_amount *amount)
{
    return (struct sites_amount){at_least_0(amount->bytes), at_least_0(amount->blocks)};
}

/* NULL: it has nothing to show, or there is no such number. */
static struct sites_stack *stack_of(struct sites_process *process,
                                    const struct sites_lost_numbers *numbers, uint32_t number)
{
    if (number >= numbers->count)
        return NULL;
    uint32_t place = numbers->places[number];
    uint64_t next =
        number + 1 < numbers->count ? numbers->places[number + 1] : process->stack_count;
    return next > place ? &process->stacks[place] : NULL;
}

static struct sites_amount amount(uint64_t bytes, uint32_t blocks)
{
    return (struct sites_amount){at_least_0(bytes), blocks};
}

static void read_row(struct sites_process *process, const struct site_lost *row,
                     const struct sites_lost_numbers *numbers, struct sites_stack *stack)
{
    stack->lost = (struct sites_lost){
        .lost = amount(row->lost, row->lost_blocks),
        .led = amount(row->led, row->led_blocks),
        .within = amount(row->within, row->within_blocks),
        .possible = amount(row->possible, row->possible_blocks),
        .by = row->within_blocks != 0 ? stack_of(process, numbers, row->by) : NULL,
    };
}

void sites_lost_read(struct sites_process *process, const struct sites_area *area,
                     const struct sites_lost_numbers *numbers)
{
    uint32_t state = atomic_load_explicit(&area->leaks.state, memory_order_acquire);
    uint32_t reason = area->leaks.reason;
    struct sites_leaks *leaks = &process->leaks;
    leaks->look = state == SITES_LEAKS_NOT_ASKED ? SITES_NOT_ASKED
                  : state == SITES_LEAKS_KNOWN   ? SITES_LOOKED
                  : state == SITES_LEAKS_CANNOT  ? SITES_CANNOT_LOOK
                                                 : SITES_NOT_LOOKED;
    if (leaks->look == SITES_CANNOT_LOOK)
        leaks->reason = reasons[reason < SITES_LEAKS_REASONS ? reason : SITES_LEAKS_NO_REASON];
    if (leaks->look != SITES_LOOKED)
        return;
    leaks->threads = area->leaks.threads;
    leaks->deaf = area->leaks.deaf;
    leaks->nanoseconds = area->leaks.nanoseconds;
    leaks->lost = amount_of(&area->leaks.lost);
    leaks->within = amount_of(&area->leaks.within);
    leaks->possible = amount_of(&area->leaks.possible);
    leaks->reached = amount_of(&area->leaks.reached);
    leaks->inherited = amount_of(&area->leaks.inherited);
    for (uint32_t i = 0; i < numbers->count; i++) {
        struct sites_stack *stack = stack_of(process, numbers, i);
        if (stack != NULL)
            read_row(process, &area->lost_at_end[i], numbers, stack);
    }
}
