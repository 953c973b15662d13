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

static void add(const struct bisect *bisect, struct points *points, double budget)
{
    uint64_t multiple = budget <= 0 ? 0 : (uint64_t)(budget / (double)bisect->step) * bisect->step;
    for (size_t i = 0; i < points->count; i++)
        if (points->of[i] == multiple)
            return;
    if (points->count < MOST_POINTS)
        points->of[points->count++] = multiple;
}

static unsigned tried(const struct bisect *bisect, uint64_t budget)
{
    const struct tried_budget *attempt = tried_budgets_find(bisect->tried, budget);
    return attempt != NULL ? attempt->passed + attempt->failed : 0;
}

/* Those that have not been tried often enough. */
static bool run(struct bisect *bisect, const struct points *points, unsigned times)
{
    bool going = true;
    for (unsigned time = 1; time <= times && going; time++) {
        struct points due = {.count = 0};
        for (size_t i = 0; i < points->count; i++)
            if (tried(bisect, points->of[i]) < time)
                due.of[due.count++] = points->of[i];
        going = due.count == 0 || bisect->run(bisect->context, due.of, due.count);
    }
    return going;
}

static bool run_one(struct bisect *bisect, uint64_t budget, unsigned times)
{
    struct points points = {.of = {budget}, .count = 1};
    return run(bisect, &points, times);
}

static uint64_t rounded_up(const struct bisect *bisect, uint64_t budget)
{
    uint64_t more = bisect->step - 1;
    return (budget > UINT64_MAX - more ? budget : budget + more) / bisect->step * bisect->step;
}

/* One that is enough, from the peak on; what only passes through memory under a limit may need a
 * little more. */
static enum bisect_end find_enough(struct bisect *bisect)
{
    enum { TIMES = 10, DOUBLINGS = 40 };
    const uint64_t first = 1024 * 1024;
    uint64_t top = rounded_up(bisect, bisect->peak != 0 || !bisect->blind ? bisect->peak : first);
    for (int i = 0; i < (bisect->blind ? DOUBLINGS : TIMES); i++) {
        if (!run_one(bisect, top, bisect->times))
            return BISECT_STOPPED;
        if (bisect->blind)
            bisect->peak = top;
        if (tried_budgets_answer(bisect->tried) != NULL)
            return BISECT_FOUND;
        top = rounded_up(bisect, bisect->blind ? 2 * top : top + top / 4 + 4096);
    }
    return BISECT_NO_WAY;
}

static void estimate(struct bisect *bisect, uint64_t range)
{
    uint64_t steps = range / bisect->step;
    double rounds = log((double)steps + 1) / log((double)bisect->jobs + 1);
    bisect->left = (uint64_t)(ceil(rounds) * bisect->jobs) + ABOUT_AROUND + 2 * bisect->repeats + 1;
}

/* Between the two, as many as can be tried at a time. */
static bool run_between(struct bisect *bisect, uint64_t low, uint64_t high)
{
    struct points points = {.count = 0};
    uint64_t steps = (high - low) / bisect->step;
    uint64_t many = steps - 1 < bisect->jobs ? steps - 1 : bisect->jobs;
    for (uint64_t i = 1; i <= many; i++)
        points.of[points.count++] =
            low + (uint64_t)((__uint128_t)steps * i / (many + 1)) * bisect->step;
    return run(bisect, &points, bisect->times);
}

/* Until the smallest from which on all is good stands right above one that is not. */
static bool narrow(struct bisect *bisect)
{
    for (;;) {
        const struct tried_budget *bad = tried_budgets_last_bad(bisect->tried);
        const struct tried_budget *good = tried_budgets_answer(bisect->tried);
        if (bad == NULL || good->budget - bad->budget <= bisect->step)
            return true;
        estimate(bisect, good->budget - bad->budget);
        if (!run_between(bisect, bad->budget, good->budget))
            return false;
    }
}

/* The same for the smallest that ever passed. */
static bool narrow_least(struct bisect *bisect)
{
    for (;;) {
        const struct tried_budget *least = tried_budgets_least(bisect->tried);
        const struct tried_budget *below = tried_budgets_below_least(bisect->tried);
        if (below == NULL || least->budget - below->budget <= bisect->step)
            return true;
        if (!run_between(bisect, below->budget, least->budget))
            return false;
    }
}

static bool look_around(struct bisect *bisect)
{
    static const double parts[] = {0.1,   0.25,  0.5,  0.75, 0.9, 0.95, 0.98,
                                   0.995, 1.005, 1.02, 1.05, 1.1, 1.25, 1.5};
    enum { SPREAD = 4 };
    struct points points = {.count = 0};
    double answer = (double)tried_budgets_answer(bisect->tried)->budget;
    double step = (double)bisect->step, peak = (double)rounded_up(bisect, bisect->peak);
    add(bisect, &points, answer - 2 * step);
    for (int i = 1; i <= 2; i++)
        add(bisect, &points, answer + i * step);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (answer * parts[i] <= peak)
            add(bisect, &points, answer * parts[i]);
    for (double more = 2 * answer; more > 0 && more < peak && points.count < ABOUT_AROUND;
         more *= 2)
        add(bisect, &points, more);
    for (int i = 1; i <= SPREAD; i++)
        if (peak > answer)
            add(bisect, &points, answer + (peak - answer) * i / SPREAD);
    bisect->left = points.count + 2 * bisect->repeats + 1;
    return run(bisect, &points, bisect->times);
}

/* The answer, and what is just too little: is it the same every time? */
static bool repeat(struct bisect *bisect)
{
    uint64_t answer = tried_budgets_answer(bisect->tried)->budget;
    struct points points = {.of = {answer}, .count = 1};
    if (answer > 0)
        points.of[points.count++] = answer - bisect->step;
    bisect->left = 2 * bisect->repeats + 1;
    return run(bisect, &points, bisect->repeats + 1);
}

enum bisect_end bisect_run(struct bisect *bisect)
{
    bisect->times = 1;
    estimate(bisect, bisect->peak);
    if (!run_one(bisect, 0, 1))
        return BISECT_STOPPED;
    for (int round = 0; round < ROUNDS; round++) {
        enum bisect_end end = find_enough(bisect);
        if (end != BISECT_FOUND)
            return end;
        if (!narrow(bisect))
            return BISECT_STOPPED;
        uint64_t answer = tried_budgets_answer(bisect->tried)->budget;
        if (!look_around(bisect))
            return BISECT_STOPPED;
        if (tried_budgets_answer(bisect->tried) == NULL ||
            tried_budgets_answer(bisect->tried)->budget != answer)
            continue;
        if (!repeat(bisect))
            return BISECT_STOPPED;
        if (!bisect_is_steady(bisect->tried))
            bisect->times = bisect->repeats + 1;
        if (tried_budget_is_good(tried_budgets_find(bisect->tried, answer)))
            break;
    }
    return tried_budgets_answer(bisect->tried) == NULL ? BISECT_NO_WAY
           : narrow_least(bisect)                      ? BISECT_FOUND
                                                       : BISECT_STOPPED;
}

bool bisect_is_steady(const struct tried_budgets *tried)
{
    for (size_t i = 0; i < tried->count; i++)
        if (tried->of[i].passed > 0 && tried->of[i].failed > 0)
            return false;
    return true;
}

bool bisect_is_simple(const struct tried_budgets *tried)
{
    const struct tried_budget *bad = tried_budgets_last_bad(tried),
                              *least = tried_budgets_least(tried);
    return bad == NULL || least == NULL || least > bad;
}
