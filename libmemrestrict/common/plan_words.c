/* SPDX-License-Identifier: MIT */
#include "common/plan_words.h"

#include "common/config.h"
#include "common/pattern.h"

#include <signal.h>
#include <string.h>

#define SIZES "a size such as 24 or 4K, or A..B, A.. or ..B"

static const char *start_of(const struct plan_value *value) { return value->text + value->word.at; }

static bool is_word(const struct plan_value *value, const char *word)
{
    return strlen(word) == value->word.length && memcmp(start_of(value), word, strlen(word)) == 0;
}

/* A part of the value, from its `from`-th character on. */
static struct plan_value part_of(const struct plan_value *value, size_t from, size_t length)
{
    struct plan_value part = *value;
    part.word.at = (uint16_t)(part.word.at + from);
    part.word.length = (uint16_t)length;
    return part;
}

/* Of the `length` characters: where the first `what` begins, or their end. */
static size_t find(const struct plan_value *value, const char *what)
{
    size_t length = strlen(what);
    for (size_t i = 0; i + length <= value->word.length; i++)
        if (memcmp(start_of(value) + i, what, length) == 0)
            return i;
    return value->word.length;
}

static bool read_digits(const struct plan_value *value, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < value->word.length; i++) {
        char c = start_of(value)[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(*number, (uint64_t)10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(c - '0'), number))
            return false;
    }
    return value->word.length != 0;
}

static bool read_count(const struct plan_value *value, uint64_t *number)
{
    return read_digits(value, number) && *number != 0 && *number <= INT64_MAX;
}

static bool read_bytes(const struct plan_value *value, uint64_t *bytes)
{
    char word[32];
    if (value->word.length == 0 || value->word.length >= sizeof word)
        return false;
    memcpy(word, start_of(value), value->word.length);
    word[value->word.length] = '\0';
    return size_parse(word, bytes) && *bytes != CONFIG_UNLIMITED;
}

typedef bool read_number(const struct plan_value *value, uint64_t *number);

/* N, A..B, A.. or ..B; what is not said is the least, or all. */
static bool read_range(const struct plan_value *value, read_number *number,
                       struct plan_range *range)
{
    size_t dots = find(value, "..");
    if (dots == value->word.length) {
        bool is_number = number(value, &range->first);
        range->last = range->first;
        return is_number;
    }
    struct plan_value low = part_of(value, 0, dots);
    struct plan_value high = part_of(value, dots + 2, value->word.length - dots - 2);
    if ((low.word.length == 0 && high.word.length == 0) ||
        (low.word.length != 0 && !number(&low, &range->first)) ||
        (high.word.length != 0 && !number(&high, &range->last)))
        return false;
    return range->first <= range->last;
}

static bool read_call(struct plan *plan, const struct plan_value *value)
{
    uint32_t named = 0; /* may all be there already, by another word */
    for (unsigned i = 0; i < CALL_COUNT; i++) {
        const char *name = call_name((enum call)i);
        if (pattern_matches(start_of(value), value->word.length, name, strlen(name)))
            named |= UINT32_C(1) << i;
    }
    plan->calls |= named;
    return named != 0;
}

static bool read_size(struct plan *plan, const struct plan_value *value)
{
    struct plan_range range = {0, UINT64_MAX, 1};
    if (plan->size_count == PLAN_WORDS || !read_range(value, read_bytes, &range))
        return false;
    plan->sizes[plan->size_count++] = range;
    return true;
}

static bool read_lib(struct plan *plan, const struct plan_value *value)
{
    if (plan->lib_count == PLAN_WORDS || value->word.length == 0)
        return false;
    plan->libs[plan->lib_count++] = value->word;
    return true;
}

static bool read_caller(struct plan *plan, const struct plan_value *value)
{
    if (plan->caller_count == PLAN_WORDS || value->word.length == 0)
        return false;
    plan->callers[plan->caller_count++] = value->word;
    return true;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_site(struct plan *plan, const struct plan_value *value)
{
    uint64_t site = 0;
    if (plan->site_count == PLAN_WORDS || value->word.length != 16)
        return false;
    for (unsigned i = 0; i < 16; i++) {
        int digit = digit_of((char)(start_of(value)[i]));
        if (digit < 0)
            return false;
        site = site << 4 | (unsigned)digit;
    }
    plan->sites[plan->site_count++] = site;
    return true;
}

static bool read_depth(struct plan *plan, const struct plan_value *value)
{
    uint64_t depth;
    if (!read_count(value, &depth) || depth > PLAN_DEEPEST)
        return false;
    plan->depth = (uint8_t)depth;
    return true;
}

static bool read_thread(struct plan *plan, const struct plan_value *value)
{
    uint64_t number;
    struct plan_thread thread = {.who = PLAN_NAME, .name = value->word};
    if (plan->thread_count == PLAN_WORDS || value->word.length == 0)
        return false;
    if (read_digits(value, &number)) {
        if (number == 0 || number > INT32_MAX)
            return false;
        thread.who = PLAN_NUMBER;
        thread.number = (uint32_t)number;
    } else if (is_word(value, "main") || is_word(value, "others")) {
        thread.who = is_word(value, "main") ? PLAN_MAIN : PLAN_OTHERS;
    }
    plan->threads[plan->thread_count++] = thread;
    return true;
}

/* A range of counts, and perhaps a step. */
static bool read_nth(struct plan *plan, const struct plan_value *value)
{
    size_t plus = find(value, "+"), dots = find(value, "..");
    struct plan_value range = part_of(value, 0, plus);
    plan->nth = (struct plan_range){1, INT64_MAX, 1};
    if (plus < value->word.length) {
        struct plan_value step = part_of(value, plus + 1, value->word.length - plus - 1);
        if (dots > plus || !read_count(&step, &plan->nth.step))
            return false;
    }
    return read_range(&range, read_count, &plan->nth);
}

static bool read_after(struct plan *plan, const struct plan_value *value)
{
    return read_digits(value, &plan->after) && plan->after <= INT64_MAX;
}

static bool read_every(struct plan *plan, const struct plan_value *value)
{
    return read_count(value, &plan->every);
}

/* 0 to 1, with nine digits after the point at most. */
static bool read_chance(struct plan *plan, const struct plan_value *value)
{
    enum { DIGITS = 9 };
    uint64_t whole = 0, billionths = 0, scale = 1000000000;
    size_t point = find(value, "."), length = value->word.length;
    struct plan_value before = part_of(value, 0, point);
    struct plan_value behind = part_of(value, point + 1, point < length ? length - point - 1 : 0);
    if ((point > 0 && !read_digits(&before, &whole)) || (point == 0 && length < 2) ||
        (point < length && (behind.word.length > DIGITS || !read_digits(&behind, &billionths))))
        return false;
    for (size_t i = behind.word.length; i < DIGITS; i++)
        billionths *= 10;
    if (whole > 1 || whole * scale + billionths > scale)
        return false;
    plan->random = true;
    plan->chance = ((whole * scale + billionths) << 32) / scale;
    return true;
}

static bool read_seed(struct plan *plan, const struct plan_value *value)
{
    plan->seeded = true;
    return read_digits(value, &plan->seed);
}

static bool read_max(struct plan *plan, const struct plan_value *value)
{
    return read_count(value, &plan->most);
}

static bool read_once(struct plan *plan, const struct plan_value *value)
{
    (void)value;
    plan->most = 1;
    return true;
}

static bool read_keep(struct plan *plan, const struct plan_value *value)
{
    (void)value;
    plan->keep = true;
    return true;
}

static bool read_rest(struct plan *plan, const struct plan_value *value)
{
    (void)value;
    plan->rest = true;
    return true;
}

/* What a program can be told by without meaning its end or its stop. */
static bool read_signal(struct plan *plan, const struct plan_value *name)
{
    static const struct {
        char name[6];
        int number;
    } signals[] = {
        {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"HUP", SIGHUP},     {"ALRM", SIGALRM},
        {"CONT", SIGCONT}, {"URG", SIGURG},   {"WINCH", SIGWINCH}, {"IO", SIGIO},
    };
    struct plan_value bare = *name;
    if (name->word.length > 3 && memcmp(start_of(name), "SIG", 3) == 0)
        bare = part_of(name, 3, name->word.length - 3);
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (is_word(&bare, signals[i].name)) {
            plan->arm = PLAN_FROM_SIGNAL;
            plan->signal = signals[i].number;
            return true;
        }
    return false;
}

static bool read_arm(struct plan *plan, const struct plan_value *value)
{
    size_t colon = find(value, ":"), length = value->word.length;
    struct plan_value kind = part_of(value, 0, colon), what = part_of(value, length, 0);
    if (colon < length)
        what = part_of(value, colon + 1, length - colon - 1);
    if (is_word(&kind, "signal") && colon < length)
        return read_signal(plan, &what);
    if (is_word(&kind, "file") && what.word.length != 0) {
        plan->arm = PLAN_FROM_FILE;
        plan->path = what.word;
        return true;
    }
    plan->arm = is_word(value, "main") ? PLAN_FROM_MAIN : PLAN_FROM_SET;
    if (is_word(value, "signal")) {
        plan->arm = PLAN_FROM_SIGNAL;
        plan->signal = SIGUSR1;
        return true;
    }
    return is_word(value, "main") || is_word(value, "set");
}

#define AT_MOST " (8 at most)"

const struct plan_row plan_rows[PLAN_WORD_KINDS] = {
    [PLAN_CALL] =
        {"call=", "malloc, calloc, realloc, reallocarray, posix_memalign, aligned_alloc, memalign, "
                  "valloc, pvalloc, new, mmap, mremap, mprotect, brk, sbrk, pthread_create, or a "
                  "glob of them"},
    [PLAN_SIZE] = {"size=", SIZES AT_MOST},
    [PLAN_LIB] = {"lib=", "a library's file name or a glob of it" AT_MOST},
    [PLAN_CALLER] = {"caller=", "a function's name or a glob of it" AT_MOST},
    [PLAN_SITE] = {"site=", "16 digits of 0-9 and a-f, as --site-list has" AT_MOST},
    [PLAN_AT_DEPTH] = {"depth=", "1 to 64"},
    [PLAN_THREAD] = {"thread=",
                     "main, others, a number from 1, or a glob of a thread's name" AT_MOST},
    [PLAN_NTH] = {"nth=", "a number from 1, or A..B, A.., A..B+STEP"},
    [PLAN_AFTER] = {"after=", "a number"},
    [PLAN_EVERY] = {"every=", "a number from 1"},
    [PLAN_CHANCE] = {"p=", "0 to 1, with up to 9 digits after the point"},
    [PLAN_SEED] = {"seed=", "a number below 2^64"},
    [PLAN_MAX] = {"max=", "a number from 1"},
    [PLAN_ONCE] = {"once", "once, without a value"},
    [PLAN_KEEP] = {"keep", "keep, without a value"},
    [PLAN_REST] = {"rest", "rest, without a value"},
    [PLAN_ARM] = {"arm=",
                  "main, set, file:PATH, signal, or signal:NAME of USR1, USR2, HUP, ALRM, CONT, "
                  "URG, WINCH, IO"},
};

bool plan_read_value(struct plan *plan, enum plan_word_kind kind, const struct plan_value *value)
{
    switch (kind) {
    case PLAN_CALL: return read_call(plan, value);
    case PLAN_SIZE: return read_size(plan, value);
    case PLAN_LIB: return read_lib(plan, value);
    case PLAN_CALLER: return read_caller(plan, value);
    case PLAN_SITE: return read_site(plan, value);
    case PLAN_AT_DEPTH: return read_depth(plan, value);
    case PLAN_THREAD: return read_thread(plan, value);
    case PLAN_NTH: return read_nth(plan, value);
    case PLAN_AFTER: return read_after(plan, value);
    case PLAN_EVERY: return read_every(plan, value);
    case PLAN_CHANCE: return read_chance(plan, value);
    case PLAN_SEED: return read_seed(plan, value);
    case PLAN_MAX: return read_max(plan, value);
    case PLAN_ONCE: return read_once(plan, value);
    case PLAN_KEEP: return read_keep(plan, value);
    case PLAN_REST: return read_rest(plan, value);
    case PLAN_ARM: return read_arm(plan, value);
    case PLAN_WORD_KINDS: break;
    }
    return false;
}
