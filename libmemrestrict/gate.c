/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "budget.h"
#include "guard.h"
#include "ledger.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static struct {
    enum on_refusal on_refusal;
    struct sink *voice; /* the program's stderr, kept for what ON_REFUSAL says; or NULL */
    uint64_t reserve;  /* bytes still to be opened by the first refusal */
    uint64_t limit;
    _Atomic uint64_t refusals, unknown;
    _Atomic enum call first_call;
    _Atomic uint64_t first_size, first_used;
} gate;

void gate_start(const struct config *config)
{
    gate.on_refusal = config->on_refusal;
    gate.reserve = config->reserve;
    gate.limit = config->limit;
    if (config->on_refusal != REFUSAL_ERRNO && (gate.voice = kernel_pages(sizeof *gate.voice)) != NULL)
        sink_keep(gate.voice, 2);
    budget_start(config->limit);
}

struct gate_figures gate_figures(void)
{
    return (struct gate_figures){
        .refusals = atomic_load(&gate.refusals),
        .unknown = atomic_load(&gate.unknown),
        .first_call = atomic_load(&gate.first_call),
        .first_size = atomic_load(&gate.first_size),
        .first_used = atomic_load(&gate.first_used),
    };
}

void gate_fork_reset(void)
{
    atomic_store(&gate.refusals, 0);
    atomic_store(&gate.unknown, 0);
}

static bool is_power_of_ten(uint64_t number)
{
    while (number % 10 == 0)
        number /= 10;
    return number == 1;
}

/* One line for the 1st, 10th, 100th ... refusal: a program in a loop of them must stay readable. */
static void say_refusal(enum call call, uint64_t size, uint64_t used, uint64_t number)
{
    struct text text = {.length = 0};
    text_add(&text, "memrestrict: refused ");
    text_add(&text, call_name(call));
    text_add(&text, " of ");
    text_add_size(&text, size);
    text_add(&text, " at ");
    text_add_size(&text, used);
    text_add(&text, " of ");
    if (gate.limit == CONFIG_UNLIMITED)
        text_add(&text, "unlimited");
    else
        text_add_size(&text, gate.limit);
    text_add(&text, ", refusal ");
    text_add_number(&text, number);
    text_add_char(&text, '\n');
    sink_write(gate.voice, &text);
}

void COLD gate_refuse(enum call call, uint64_t size)
{
    uint64_t used = budget_read().used;
    uint64_t number = atomic_fetch_add(&gate.refusals, 1) + 1;
    if (number == 1) {
        atomic_store(&gate.first_call, call);
        atomic_store(&gate.first_size, size);
        atomic_store(&gate.first_used, used);
        uint64_t limit;
        if (gate.reserve != 0 && !__builtin_add_overflow(gate.limit, gate.reserve, &limit))
            budget_set_limit(limit);
    }
    if (gate.voice != NULL && is_power_of_ten(number))
        say_refusal(call, size, used, number);
    if (gate.on_refusal == REFUSAL_STOP && number == 1)
        kernel_stop_self();
    if (gate.on_refusal == REFUSAL_ABORT)
        abort();
    errno = ENOMEM;
}

bool gate_admit(enum call call, uint64_t size)
{
    if (LIKELY(budget_charge(size)))
        return true;
    gate_refuse(call, size);
    return false;
}

void gate_cancel(uint64_t size) { budget_refund(size); }

/* No entry: because of a stale one, or for want of memory. */
static COLD bool enter_slowly(const void *block, size_t size)
{
    size_t stale;
    if (!ledger_take(block, &stale))
        return false;
    budget_refund(stale);
    return ledger_put(block, size);
}

static inline bool enter(const void *block, size_t size)
{
    return LIKELY(ledger_put(block, size)) || enter_slowly(block, size);
}

static COLD bool no_entry(enum call call, size_t size)
{
    budget_refund(size);
    gate_refuse(call, size);
    return false;
}

bool gate_commit(enum call call, const void *block, size_t size)
{
    return LIKELY(enter(block, size)) || no_entry(call, size);
}

bool gate_release(const void *block)
{
    size_t size;
    if (UNLIKELY(!ledger_take(block, &size)))
        return false;
    budget_refund(size);
    return true;
}

void gate_count_unknown(void)
{
    atomic_fetch_add_explicit(&gate.unknown, 1, memory_order_relaxed);
}

bool gate_resize_begin(struct gate_resize *resize, enum call call, const void *block, size_t new_size)
{
    *resize = (struct gate_resize){.call = call, .block = block, .new_size = new_size};
    resize->known = ledger_take(block, &resize->old_size);
    if (!resize->known)
        gate_count_unknown();
    if (new_size <= resize->old_size || budget_charge(new_size - resize->old_size))
        return true;
    if (resize->known && !ledger_put(block, resize->old_size)) /* its window is there; a node may not be */
        budget_refund(resize->old_size);
    gate_refuse(call, new_size);
    return false;
}

void gate_resize_end(struct gate_resize *resize, const void *moved)
{
    size_t old_size = resize->old_size, new_size = resize->new_size;
    bool kept = moved == NULL && new_size != 0;
    size_t size = kept ? old_size : new_size;
    size_t charged = old_size > new_size ? old_size : new_size;
    const void *block = kept ? resize->block : moved;
    bool entered = block != NULL && (resize->known || !kept) && enter(block, size);
    budget_refund(charged - (entered ? size : 0));
}
