/* SPDX-License-Identifier: MIT */
#include "min/bisect.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_POINTS = 320, ROUNDS = 12, ABOUT_AROUND = 24 };

/* Budgets to try next: multiples of the step, each once. */
struct points {
    uint64_t of[MOST_POINTS];
    size_t count;
};

static void add(const struct search *search, struct points *points, double budget)
{
    uint64_t multiple = budget <= 0 ? 0 : (uint64_t)(budget / (double)search->step) * search->step;
    for (size_t i = 0; i < points->count; i++)
        if (points->of[i] == multiple)
            return;
    if (points->count < MOST_POINTS)
        points->of[points->count++] = multiple;
}

static unsigned tried(const struct search *search, uint64_t budget)
{
    const struct attempt *attempt = attempts_find(search->attempts, budget);
    return attempt != NULL ? attempt->passed + attempt->failed : 0;
}

/* Those that have not been tried often enough. */
static bool run(struct search *search, const struct points *points, unsigned times)
{
    bool going = true;
    for (unsigned time = 1; time <= times && going; time++) {
        struct points due = {.count = 0};
        for (size_t i = 0; i < points->count; i++)
            if (tried(search, points->of[i]) < time)
                due.of[due.count++] = points->of[i];
        going = due.count == 0 || search->run(search->context, due.of, due.count);
    }
    return going;
}

static bool run_one(struct search *search, uint64_t budget, unsigned times)
{
    struct points points = {.of = {budget}, .count = 1};
    return run(search, &points, times);
}

static uint64_t rounded_up(const struct search *search, uint64_t budget)
{
    uint64_t more = search->step - 1;
    return (budget > UINT64_MAX - more ? budget : budget + more) / search->step * search->step;
}

/* One that is enough, from the peak on; what only passes through memory under a limit may need a
 * little more. */
static enum search_end find_enough(struct search *search)
{
    enum { TIMES = 10 };
    uint64_t top = rounded_up(search, search->peak);
    for (int i = 0; i < TIMES; i++) {
        if (!run_one(search, top, search->times))
            return SEARCH_STOPPED;
        if (attempts_answer(search->attempts) != NULL)
            return SEARCH_FOUND;
        top = rounded_up(search, top + top / 4 + 4096);
    }
    return SEARCH_NO_WAY;
}

static void estimate(struct search *search, uint64_t range)
{
    double rounds = log((double)(range / search->step) + 1) / log((double)search->jobs + 1);
    search->left = (uint64_t)(ceil(rounds) * search->jobs) + ABOUT_AROUND + 2 * search->repeats + 1;
}

/* Between the two, as many as can be tried at a time. */
static bool run_between(struct search *search, uint64_t low, uint64_t high)
{
    struct points points = {.count = 0};
    uint64_t steps = (high - low) / search->step;
    uint64_t many = steps - 1 < search->jobs ? steps - 1 : search->jobs;
    for (uint64_t i = 1; i <= many; i++)
        points.of[points.count++] =
            low + (uint64_t)((__uint128_t)steps * i / (many + 1)) * search->step;
    return run(search, &points, search->times);
}

/* Until the smallest from which on all is good stands right above one that is not. */
static bool narrow(struct search *search)
{
    for (;;) {
        const struct attempt *bad = attempts_last_bad(search->attempts);
        const struct attempt *good = attempts_answer(search->attempts);
        if (bad == NULL || good->budget - bad->budget <= search->step)
            return true;
        estimate(search, good->budget - bad->budget);
        if (!run_between(search, bad->budget, good->budget))
            return false;
    }
}

/* The same for the smallest that ever passed. */
static bool narrow_least(struct search *search)
{
    for (;;) {
        const struct attempt *least = attempts_least(search->attempts);
        const struct attempt *below = attempts_below_least(search->attempts);
        if (below == NULL || least->budget - below->budget <= search->step)
            return true;
        if (!run_between(search, below->budget, least->budget))
            return false;
    }
}

static bool look_around(struct search *search)
{
    static const double parts[] = {0.1,   0.25,  0.5,  0.75, 0.9, 0.95, 0.98,
                                   0.995, 1.005, 1.02, 1.05, 1.1, 1.25, 1.5};
    enum { SPREAD = 4 };
    struct points points = {.count = 0};
    double answer = (double)attempts_answer(search->attempts)->budget;
    double step = (double)search->step, peak = (double)rounded_up(search, search->peak);
    add(search, &points, answer - 2 * step);
    for (int i = 1; i <= 2; i++)
        add(search, &points, answer + i * step);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (answer * parts[i] <= peak)
            add(search, &points, answer * parts[i]);
    for (double more = 2 * answer; more > 0 && more < peak && points.count < ABOUT_AROUND;
         more *= 2)
        add(search, &points, more);
    for (int i = 1; i <= SPREAD; i++)
        if (peak > answer)
            add(search, &points, answer + (peak - answer) * i / SPREAD);
    search->left = points.count + 2 * search->repeats + 1;
    return run(search, &points, search->times);
}

/* The answer, and what is just too little: is it the same every time? */
static bool repeat(struct search *search)
{
    uint64_t answer = attempts_answer(search->attempts)->budget;
    struct points points = {.of = {answer}, .count = 1};
    if (answer > 0)
        points.of[points.count++] = answer - search->step;
    search->left = 2 * search->repeats + 1;
    return run(search, &points, search->repeats + 1);
}

enum search_end search_go(struct search *search)
{
    search->times = 1;
    estimate(search, search->peak);
    if (!run_one(search, 0, 1))
        return SEARCH_STOPPED;
    for (int round = 0; round < ROUNDS; round++) {
        enum search_end end = find_enough(search);
        if (end != SEARCH_FOUND)
            return end;
        if (!narrow(search))
            return SEARCH_STOPPED;
        uint64_t answer = attempts_answer(search->attempts)->budget;
        if (!look_around(search))
            return SEARCH_STOPPED;
        if (attempts_answer(search->attempts) == NULL ||
            attempts_answer(search->attempts)->budget != answer)
            continue;
        if (!repeat(search))
            return SEARCH_STOPPED;
        if (!search_is_steady(search->attempts))
            search->times = search->repeats + 1;
        if (attempt_is_good(attempts_find(search->attempts, answer)))
            break;
    }
    return attempts_answer(search->attempts) == NULL ? SEARCH_NO_WAY
           : narrow_least(search)                    ? SEARCH_FOUND
                                                     : SEARCH_STOPPED;
}

bool search_is_steady(const struct attempts *attempts)
{
    for (size_t i = 0; i < attempts->count; i++)
        if (attempts->of[i].passed > 0 && attempts->of[i].failed > 0)
            return false;
    return true;
}

bool search_is_simple(const struct attempts *attempts)
{
    const struct attempt *bad = attempts_last_bad(attempts), *least = attempts_least(attempts);
    return bad == NULL || least == NULL || least > bad;
}
