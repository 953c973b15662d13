/* SPDX-License-Identifier: MIT */
#include "records/ledger_inside.h"

struct walk {
    void (*show)(const struct ledger_block *block, void *context);
    void *context;
    bool inherited;
};

static uintptr_t address_of(const struct window *window, size_t index)
{
    return (window->key << WORD_BITS | index) << ledger_fold << ALIGNMENT_BITS;
}

static void walk_window(const struct walk *walk, const struct window *window)
{
    struct ledger_noted entry;
    const site_number *sites = atomic_load_explicit(&window->sites, memory_order_acquire);
    for (unsigned i = window_next_word(window, 0); i < WORDS; i = window_next_word(window, i + 1)) {
        if (!entry_get(window, i, &entry))
            continue;
        struct ledger_block block = {
            .address = address_of(window, i),
            .size = entry.size,
            .site = sites != NULL ? atomic_load_explicit(&sites[i], memory_order_relaxed) : 0,
            .inherited = walk->inherited,
            .note = entry.note,
        };
        walk->show(&block, walk->context);
    }
}

static void walk_table(const struct table *table, bool inherited, void *context)
{
    struct walk *walk = context;
    walk->inherited = inherited;
    for (const struct window *window = table->windows; window != NULL; window = window->hh.next)
        walk_window(walk, window);
    for (const struct odd *odd = table->odds; odd != NULL; odd = odd->hh.next)
        walk->show(&(struct ledger_block){odd->key, odd->entry.size, 0, inherited, odd->entry.note},
                   walk->context);
}

bool ledger_walk(void (*show)(const struct ledger_block *block, void *context), void *context)
{
    return ledger_with_tables(walk_table, &(struct walk){show, context, false});
}

static void count(const struct ledger_block *block, void *context)
{
    struct ledger_live *live = context;
    live->blocks++;
    live->bytes += block->size;
}

struct ledger_live ledger_live(void)
{
    struct ledger_live live = {0};
    ledger_walk(count, &live);
    return live;
}

/* The array is not freed: a frame below a signal handler that forked may be in it. */
static void forget_sites(const struct table *table, bool inherited, void *unused)
{
    (void)inherited;
    (void)unused;
    for (struct window *window = table->windows; window != NULL; window = window->hh.next)
        atomic_store(&window->sites, NULL);
}

void ledger_forget_sites(void) { ledger_with_tables(forget_sites, NULL); }
