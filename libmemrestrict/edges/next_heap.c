/* SPDX-License-Identifier: MIT */
#include "edges/next_heap.h"

#include "common/span.h"
#include "edges/delayed_free.h"
#include "ground/guard.h"
#include "ground/object.h"
#include "ground/real.h"
#include "records/ledger.h"

/* Larger blocks cost the program more while they are delayed than it gains. */
enum { LARGEST_DELAYED = 4096 };

/* The least that glibc makes of a block, its header included: four words, on all machines. */
enum { GLIBC_CHUNK = 4 * sizeof(size_t) };

struct next_heap next_heap;

static void *malloc_inside(size_t size)
{
    guard_enter();
    void *block = real.malloc(size);
    guard_leave();
    return block;
}

static void *realloc_inside(void *block, size_t size)
{
    guard_enter();
    void *moved = real.realloc(block, size);
    guard_leave();
    return moved;
}

static void free_inside(void *block)
{
    int *error = guard.error, saved = *error;
    guard_enter();
    real.free(block);
    guard_leave();
    *error = saved;
}

static bool has_word(const char *text, const char *word)
{
    for (; *text != '\0'; text++)
        if (span_begins(text, word))
            return true;
    return false;
}

/* The settings of glibc by which it fills blocks with a byte as it gives them out, or tags them. */
static bool is_untouched(char **environment)
{
    for (char **entry = environment; entry != NULL && *entry != NULL; entry++)
        if (span_begins(*entry, "MALLOC_PERTURB_=") ||
            (span_begins(*entry, "GLIBC_TUNABLES=") &&
             (has_word(*entry, "perturb") || has_word(*entry, "tagging"))))
            return false;
    return true;
}

/* Until 2.34 a program could put hooks before glibc's malloc, which would miss a call; and chunks
 * are counted otherwise on machines of 32 bits. */
static bool may_reuse(char **environment)
{
    return sizeof(size_t) == 8 && object_is_known() && is_untouched(environment);
}

void next_heap_start(char **environment)
{
    bool glibc = real_malloc_is_glibc();
    next_heap.malloc = glibc ? real.malloc : malloc_inside;
    next_heap.realloc = glibc ? real.realloc : realloc_inside;
    next_heap.free = glibc && real_glibc_free_keeps_errno() ? real.free : free_inside;
    ledger_start(glibc ? GLIBC_CHUNK : 16);
    delayed_free_start(glibc ? LARGEST_DELAYED : -1, glibc && may_reuse(environment),
                       next_heap.free);
}

COLD void next_heap_release_delayed(void) { delayed_free_release(next_heap.free); }
