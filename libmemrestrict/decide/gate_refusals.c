/* SPDX-License-Identifier: MIT */
#include "decide/gate_refusals.h"

#include "decide/membership.h"
#include "decide/space_look.h"
#include "records/budget.h"
#include "records/fault.h"
#include "ground/guard.h"
#include "records/sites.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct {
    enum on_refusal on_refusal;
    struct sink *voice;  /* the program's stderr, kept for what ON_REFUSAL says; or NULL */
    const char *program; /* for the same */
    uint64_t reserve;    /* bytes to be opened by the first refusal */
    _Atomic bool reserve_open;
} refusals;

void gate_refusals_start(const struct config *config, const char *program)
{
    refusals.program = program;
    refusals.on_refusal = config->on_refusal;
    refusals.reserve = config->reserve;
    if (config->on_refusal != REFUSAL_ERRNO &&
        (refusals.voice = kernel_pages(sizeof *refusals.voice)) != NULL)
        sink_keep(refusals.voice, 2);
}

static struct gate_shortage shortage_of(const struct account_shortage *shortage)
{
    return (struct gate_shortage){
        .count = atomic_load(&shortage->count),
        .call = (enum call)atomic_load(&shortage->call),
        .size = atomic_load(&shortage->size),
    };
}

struct gate_figures gate_figures(void)
{
    const struct account *account = budget_account();
    return (struct gate_figures){
        .refusals = atomic_load(&account->refusals),
        .faults = atomic_load(&account->faults),
        .unknown = atomic_load(&account->unknown),
        .first_call = (enum call)atomic_load(&account->first.call),
        .first_size = atomic_load(&account->first.size),
        .first_used = atomic_load(&account->first.used),
        .shortages = {shortage_of(&account->shortages[SHORTAGE_OWN]),
                      shortage_of(&account->shortages[SHORTAGE_KERNEL])},
        .fault_call = (enum call)atomic_load(&account->first_fault.call),
        .fault_size = atomic_load(&account->first_fault.size),
        .fault_number = atomic_load(&account->first_fault.number),
        .fault_site = atomic_load(&account->first_fault.site),
    };
}

static bool is_power_of_ten(uint64_t number)
{
    while (number % 10 == 0)
        number /= 10;
    return number == 1;
}

static void begin_saying(struct text *text, const char *what, enum call call, uint64_t size)
{
    text->length = 0;
    text_add(text, "memrestrict: ");
    text_add_quoted(text, refusals.program, strlen(refusals.program));
    text_add(text, " (process ");
    text_add_number(text, (uint64_t)kernel_pid());
    text_add(text, what);
    text_add(text, call_name(call));
    text_add(text, " of ");
    text_add_size(text, size);
}

static void end_saying(struct text *text, uint64_t number)
{
    text_add_number(text, number);
    if (refusals.on_refusal == REFUSAL_STOP && number == 1) {
        text_add(text, "; stopped, kill -CONT ");
        text_add_number(text, (uint64_t)kernel_pid());
        text_add(text, " goes on");
    }
    text_add_char(text, '\n');
    sink_write(refusals.voice, text);
}

/* One line for the 1st, 10th, 100th ... refusal: a program in a loop of them must stay readable. */
static void say_refusal(enum call call, uint64_t size, const struct budget_figures *budget,
                        uint64_t number)
{
    struct text text;
    begin_saying(&text, "): refused ", call, size);
    text_add(&text, " at ");
    text_add_size(&text, budget->used);
    text_add(&text, " of ");
    if (budget->limit == BUDGET_UNLIMITED)
        text_add(&text, "unlimited");
    else
        text_add_size(&text, budget->limit);
    text_add(&text, ", refusal ");
    end_saying(&text, number);
}

static void say_fault(enum call call, uint64_t size, const struct fault *fault, uint64_t number)
{
    struct text text;
    begin_saying(&text, "): failed ", call, size);
    text_add(&text, " as planned, call ");
    text_add_number(&text, fault->number);
    text_add(&text, " of those that match, fault ");
    end_saying(&text, number);
}

/* Whose limit it was, and how much of it was in use. */
static bool who_refused(struct budget_figures *figures)
{
    bool by_tree = guard.by_tree && budget_read_tree(figures);
    if (!by_tree)
        *figures = budget_read();
    guard.by_tree = false;
    return by_tree;
}

static void open_reserve(bool by_tree)
{
    uint64_t limit = budget_read().limit, more;
    if (by_tree)
        budget_open_tree_reserve();
    else if (refusals.reserve != 0 && !__builtin_add_overflow(limit, refusals.reserve, &more) &&
             !atomic_exchange(&refusals.reserve_open, true))
        budget_set_limit(more);
}

static void note_first(struct account_refusal *first, enum call call, uint64_t size,
                       const struct budget_figures *budget, bool by_tree)
{
    atomic_store(&first->call, (uint32_t)call);
    atomic_store(&first->by_tree, by_tree);
    atomic_store(&first->size, size);
    atomic_store(&first->used, budget->used);
    atomic_store(&first->limit, budget->limit);
    atomic_store(&first->when, kernel_clock());
}

static void end_refusal(uint64_t number)
{
    if (refusals.on_refusal == REFUSAL_STOP && number == 1)
        kernel_stop_self();
    if (refusals.on_refusal == REFUSAL_ABORT)
        abort();
    errno = ENOMEM;
}

void COLD gate_refuse(enum call call, uint64_t size)
{
    struct budget_figures budget;
    bool by_tree = who_refused(&budget);
    struct account *account = budget_account();
    uint64_t none = 0, number;
    bool is_first = atomic_compare_exchange_strong(&account->first.when, &none, 1);
    if (is_first)
        note_first(&account->first, call, size, &budget, by_tree);
    if (sites_on)
        sites_refused(size, is_first);
    number = atomic_fetch_add(&account->refusals, 1) + 1;
    open_reserve(by_tree);
    if (refusals.voice != NULL && is_power_of_ten(number))
        say_refusal(call, size, &budget, number);
    end_refusal(number);
}

static void note_first_fault(struct account_fault *first, enum call call, uint64_t size,
                             const struct fault *fault)
{
    atomic_store(&first->call, (uint32_t)call);
    atomic_store(&first->size, size);
    atomic_store(&first->number, fault->number);
    atomic_store(&first->site, fault->site);
    atomic_store(&first->when, kernel_clock());
}

void COLD gate_fail(enum call call, uint64_t size, const struct fault *fault)
{
    struct account *account = budget_account();
    uint64_t none = 0, number;
    if (atomic_compare_exchange_strong(&account->first_fault.when, &none, 1))
        note_first_fault(&account->first_fault, call, size, fault);
    if (sites_on)
        sites_refused(size, false);
    number = atomic_fetch_add(&account->faults, 1) + 1;
    if (refusals.voice != NULL && is_power_of_ten(number))
        say_fault(call, size, fault, number);
    end_refusal(number);
}

void COLD gate_fall_short(enum account_shortage_kind kind, enum call call, uint64_t size)
{
    struct account_shortage *shortage = &budget_account()->shortages[kind];
    uint64_t none = 0;
    if (atomic_compare_exchange_strong(&shortage->when, &none, kernel_clock())) {
        atomic_store(&shortage->call, (uint32_t)call);
        atomic_store(&shortage->size, size);
        if (kind == SHORTAGE_KERNEL && membership_in_run())
            space_look(&budget_account()->space);
    }
    atomic_fetch_add(&shortage->count, 1);
    errno = ENOMEM;
}

void COLD gate_fall_short_below(enum call call, uint64_t size)
{
    int *error = guard_errno(), reason = *error;
    if (reason == ENOMEM || reason == EAGAIN)
        gate_fall_short(SHORTAGE_KERNEL, call, size);
    *error = reason;
}
