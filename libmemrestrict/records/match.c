/* SPDX-License-Identifier: MIT */
#include "records/match.h"

#include "ground/guard.h"
#include "records/names.h"
#include "ground/object.h"
#include "common/path_part.h"
#include "common/pattern.h"
#include "records/site_name.h"

#include <stdatomic.h>
#include <string.h>

enum {
    KNOWN = 4096, /* addresses whose functions' names are known; a power of two */
    OPERATOR_NEW = PLAN_MOST * PLAN_WORDS - 1, /* a bit that no pattern has */
    OTHER_THREAD = -1,
    PLAIN_NAME = 256
};

/* What is known of an address: both words fit each other, or a writer is between them. */
struct match_known {
    _Atomic uint64_t patterns, check;
};

bool match_start(struct match *match, const struct plans *plans, const char *executable)
{
    bool names = false, sites = false;
    *match = (struct match){.plans = plans, .executable = executable, .deepest = PLAN_FRAMES};
    for (unsigned i = 0; i < plans->count; i++) {
        const struct plan *of = &plans->of[i];
        names |= of->lib_count + of->caller_count != 0;
        sites |= of->site_count != 0;
        match->deepest = of->depth > match->deepest ? of->depth : match->deepest;
    }
    match->stacks = stack_start();
    if (names && match->stacks)
        match->stacks = (match->known = kernel_pages(KNOWN * sizeof *match->known)) != NULL;
    return match->stacks || !(names || sites);
}

void match_end(struct match *match)
{
    if (match->known != NULL)
        kernel_pages_free(match->known, KNOWN * sizeof *match->known);
    match->known = NULL;
}

static inline uint64_t scramble(uint64_t word)
{
    word = (word ^ word >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    return word ^ word >> 29;
}

static bool word_matches(const struct match *match, struct plan_word word, const char *name,
                         size_t length)
{
    return pattern_matches(match->plans->text + word.at, word.length, name, length);
}

static void walk(struct moment *moment)
{
    struct stack_at at;
    if (!moment->walked && moment->match->stacks && stack_leave_library(moment->from, &at))
        moment->length = stack_walk(&at, moment->stack, moment->match->deepest, NULL);
    moment->walked = true;
}

uint64_t match_site(struct moment *moment, unsigned depth)
{
    walk(moment);
    return moment->length == 0
               ? 0
               : site_name(moment->stack, moment->length < depth ? moment->length : depth);
}

struct asked {
    const struct match *match;
    uint64_t patterns;
};

static void note_name(const char *name, void *context)
{
    struct asked *asked = context;
    const struct plans *plans = asked->match->plans;
    char plain[PLAIN_NAME];
    size_t length = strlen(name), plain_length = names_plain(name, plain, sizeof plain);
    if (strncmp(name, "_Zn", 3) == 0)
        asked->patterns |= UINT64_C(1) << OPERATOR_NEW;
    for (unsigned i = 0, bit = 0; i < plans->count; i++)
        for (unsigned j = 0; j < plans->of[i].caller_count; j++, bit++) {
            struct plan_word caller = plans->of[i].callers[j];
            if (bit < OPERATOR_NEW &&
                (word_matches(asked->match, caller, name, length) ||
                 (plain_length != 0 && word_matches(asked->match, caller, plain, plain_length))))
                asked->patterns |= UINT64_C(1) << bit;
        }
}

/* Which patterns match a name of the function that the call before `address` is in. */
static uint64_t patterns_at(const struct match *match, uintptr_t address)
{
    struct match_known *known = &match->known[scramble(address) % KNOWN];
    uint64_t patterns = atomic_load_explicit(&known->patterns, memory_order_relaxed);
    uint64_t check = atomic_load_explicit(&known->check, memory_order_relaxed);
    if (LIKELY((scramble(patterns + 1) ^ address) == check))
        return patterns;
    struct asked asked = {match, 0};
    names_at(address - 1, note_name, &asked);
    patterns = asked.patterns;
    atomic_store_explicit(&known->patterns, patterns, memory_order_relaxed);
    atomic_store_explicit(&known->check, scramble(patterns + 1) ^ address, memory_order_relaxed);
    return patterns;
}

static uint64_t patterns_of(struct moment *moment)
{
    walk(moment);
    for (unsigned i = 0; !moment->looked && i < moment->length && i < PLAN_FRAMES; i++)
        moment->patterns |= patterns_at(moment->match, moment->stack[i]);
    moment->looked = true;
    return moment->patterns;
}

/* Filters. Of several of a kind any does. */

static bool size_matches(const struct plan *of, uint64_t size)
{
    for (unsigned i = 0; i < of->size_count; i++)
        if (of->sizes[i].first <= size && size <= of->sizes[i].last)
            return true;
    return of->size_count == 0;
}

/* libx.so names libx.so.1.2 as well. */
static bool file_matches(const struct match *match, struct plan_word lib, const char *name)
{
    const char *version = strstr(name, ".so.");
    for (version = version != NULL ? version + 3 : NULL; version != NULL;
         version = strchr(version + 1, '.'))
        if (word_matches(match, lib, name, (size_t)(version - name)))
            return true;
    return word_matches(match, lib, name, strlen(name));
}

static const char *file_at(const struct match *match, uintptr_t address)
{
    struct object object;
    if (!object_at(address, &object))
        return "";
    return *object.path != '\0' ? path_last_part(object.path) : match->executable;
}

/* C++'s operator new is as good as malloc, and ours passes on to it: the call is its caller's. */
static bool passes_on(const struct match *match, uintptr_t address)
{
    const char *file = file_at(match, address);
    if (stack_is_library(address))
        return true;
    return (strncmp(file, "libstdc++.", 10) == 0 || strncmp(file, "libc++", 6) == 0) &&
           (patterns_at(match, address) >> OPERATOR_NEW & 1);
}

static bool lib_matches(const struct plan *of, struct moment *moment)
{
    if (of->lib_count == 0)
        return true;
    walk(moment);
    unsigned frame = 0;
    while (frame < moment->length && passes_on(moment->match, moment->stack[frame]))
        frame++;
    for (unsigned i = 0; frame < moment->length && i < of->lib_count; i++)
        if (file_matches(moment->match, of->libs[i], file_at(moment->match, moment->stack[frame])))
            return true;
    return false;
}

static bool site_matches(const struct plan *of, struct moment *moment)
{
    uint64_t name = of->site_count != 0 ? match_site(moment, of->depth) : 0;
    for (unsigned i = 0; i < of->site_count; i++)
        if (of->sites[i] == name && name != 0)
            return true;
    return of->site_count == 0;
}

static bool caller_matches(const struct plan *of, struct moment *moment)
{
    unsigned first = 0;
    if (of->caller_count == 0)
        return true;
    for (const struct plan *before = moment->match->plans->of; before != of; before++)
        first += before->caller_count;
    uint64_t own = ((UINT64_C(1) << of->caller_count) - 1) << first;
    return (patterns_of(moment) & own & ~(UINT64_C(1) << OPERATOR_NEW)) != 0;
}

/* 1 is the thread that the process began with. */
static int thread_number(void)
{
    if (guard.thread == 0)
        guard.thread = kernel_thread() == kernel_pid() ? 1 : OTHER_THREAD;
    return guard.thread;
}

static bool is_thread(const struct match *match, const struct plan_thread *thread)
{
    char name[KERNEL_THREAD_NAME];
    switch (thread->who) {
    case PLAN_MAIN: return thread_number() == 1;
    case PLAN_OTHERS: return thread_number() != 1;
    case PLAN_NUMBER: return thread_number() == (int)thread->number;
    case PLAN_NAME: break;
    }
    kernel_thread_name(name);
    return word_matches(match, thread->name, name, strlen(name));
}

static bool thread_matches(const struct match *match, const struct plan *of)
{
    for (unsigned i = 0; i < of->thread_count; i++)
        if (is_thread(match, &of->threads[i]))
            return true;
    return of->thread_count == 0;
}

bool match_call(const struct plan *of, const struct moment *moment)
{
    return (of->calls >> moment->call & 1) != 0;
}

bool match_quickly(const struct plan *of, const struct moment *moment)
{
    return match_call(of, moment) && size_matches(of, moment->size);
}

bool match_filters(const struct plan *of, struct moment *moment)
{
    return thread_matches(moment->match, of) && lib_matches(of, moment) &&
           site_matches(of, moment) && caller_matches(of, moment);
}
