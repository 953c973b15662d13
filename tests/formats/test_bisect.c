/* SPDX-License-Identifier: MIT
 *
 * The search of `memrestrict min`, in programs that are a line of C.
 */
#include "formats.h"

#include "min/bisect.h"

#include <string.h>

struct program {
    bool (*passes)(struct program *program, uint64_t budget);
    uint64_t need, hole;
    unsigned runs, most; /* how often it was run, and may be */
    uint64_t random;
    struct tried_budgets tried;
};

static bool run_all(void *context, const uint64_t *budgets, size_t count)
{
    struct program *program = context;
    for (size_t i = 0; i < count; i++) {
        if (program->runs == program->most)
            return false;
        program->runs++;
        if (!tried_budgets_note(&program->tried, budgets[i], program->passes(program, budgets[i]),
                                "exit 1"))
            return false;
    }
    return true;
}

static enum bisect_end search(struct program *program, uint64_t peak, uint64_t step, unsigned jobs)
{
    struct bisect bisect = {.step = step,
                            .peak = peak,
                            .jobs = jobs,
                            .repeats = 3,
                            .run = run_all,
                            .context = program,
                            .tried = &program->tried};
    if (program->most == 0)
        program->most = 2000;
    return bisect_run(&bisect);
}

static uint64_t answer(const struct program *program)
{
    const struct tried_budget *found = tried_budgets_answer(&program->tried);
    ck_assert(found != NULL);
    return found->budget;
}

static bool is_enough(struct program *program, uint64_t budget) { return budget >= program->need; }

static void expect_need(uint64_t need, uint64_t peak, uint64_t step, unsigned jobs)
{
    struct program program = {.passes = is_enough, .need = need};
    ck_assert_int_eq(search(&program, peak, step, jobs), BISECT_FOUND);
    ck_assert_uint_eq(answer(&program), (need + step - 1) / step * step);
    ck_assert(bisect_is_steady(&program.tried) && bisect_is_simple(&program.tried));
    tried_budgets_free(&program.tried);
}

START_TEST(search_finds_the_need_to_the_byte)
{
    static const uint64_t needs[] = {0, 1, 2, 3, 4095, 4096, 65537, 999999, 1000000};
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        for (unsigned jobs = 1; jobs <= 9; jobs++)
            expect_need(needs[i], 1000000, 1, jobs);
}
END_TEST

START_TEST(search_finds_the_need_in_steps)
{
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        expect_need(1, 1000000, 4096, jobs);
        expect_need(4096, 1000000, 4096, jobs);
        expect_need(4097, 1000000, 4096, jobs);
        expect_need(1000000, 1000000, 3000000, jobs);
    }
}
END_TEST

START_TEST(search_finds_needs_of_terabytes)
{
    expect_need(UINT64_C(1) << 42, (UINT64_C(1) << 43) + 7, 1, 3);
}
END_TEST

START_TEST(search_goes_beyond_a_peak_that_is_not_enough) { expect_need(1500, 1000, 1, 2); }
END_TEST

START_TEST(search_of_a_program_that_needs_nothing) { expect_need(0, 0, 1, 2); }
END_TEST

/* A bisection, some budgets around the answer, and its repetition. */
START_TEST(search_runs_as_often_as_a_bisection_and_some_more)
{
    struct program program = {.passes = is_enough, .need = 12345678, .most = 24 + 60};
    ck_assert_int_eq(search(&program, 16 << 20, 1, 1), BISECT_FOUND);
    ck_assert_uint_eq(answer(&program), 12345678);
}
END_TEST

static bool has_cache(struct program *program, uint64_t budget)
{
    return budget >= program->need && budget != program->hole;
}

START_TEST(search_sees_a_hole_right_above_what_passes)
{
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        struct program program = {.passes = has_cache, .need = 5000, .hole = 5001};
        ck_assert_int_eq(search(&program, 100000, 1, jobs), BISECT_FOUND);
        ck_assert_uint_eq(answer(&program), 5002);
        ck_assert_uint_eq(tried_budgets_least(&program.tried)->budget, 5000);
        ck_assert(!bisect_is_simple(&program.tried) && bisect_is_steady(&program.tried));
    }
}
END_TEST

static bool has_island(struct program *program, uint64_t budget)
{
    return budget >= program->need || (budget >= program->hole && budget < program->hole * 2);
}

START_TEST(search_sees_an_island_far_below_the_answer)
{
    struct program program = {.passes = has_island, .need = 80000, .hole = 15000};
    ck_assert_int_eq(search(&program, 100000, 1, 2), BISECT_FOUND);
    ck_assert_uint_eq(answer(&program), 80000);
    ck_assert_uint_eq(tried_budgets_least(&program.tried)->budget, 15000);
    ck_assert(!bisect_is_simple(&program.tried));
}
END_TEST

/* Needs up to `hole` more, at random, but the same in every run of this test. */
static bool needs_at_random(struct program *program, uint64_t budget)
{
    program->random = program->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return budget >= program->need + (program->random >> 33) % (program->hole + 1);
}

START_TEST(search_of_a_random_need_ends_where_all_repetitions_passed)
{
    unsigned seen = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct program program = {
            .passes = needs_at_random, .need = 5000, .hole = 500, .random = seed};
        ck_assert_int_eq(search(&program, 5500, 1, 2), BISECT_FOUND);
        const struct tried_budget *found = tried_budgets_answer(&program.tried);
        ck_assert_uint_ge(found->budget, 5000);
        ck_assert_uint_ge(found->passed, 4);
        seen += !bisect_is_steady(&program.tried);
        tried_budgets_free(&program.tried);
    }
    ck_assert_uint_ge(seen, 40);
}
END_TEST

static bool never(struct program *program, uint64_t budget)
{
    (void)program, (void)budget;
    return false;
}

START_TEST(search_gives_up_on_what_never_passes)
{
    struct program program = {.passes = never, .most = 20};
    ck_assert_int_eq(search(&program, 1000, 1, 2), BISECT_NO_WAY);
}
END_TEST

START_TEST(search_stops_when_it_cannot_go_on)
{
    for (unsigned most = 1; most < 40; most++) {
        struct program program = {.passes = is_enough, .need = 12345, .most = most};
        ck_assert_int_eq(search(&program, 1 << 20, 1, 2), BISECT_STOPPED);
        ck_assert_uint_eq(program.runs, most);
        tried_budgets_free(&program.tried);
    }
}
END_TEST

Suite *suite_bisect(void)
{
    Suite *suite = suite_create("bisect");
    formats_add(suite, search_finds_the_need_to_the_byte);
    formats_add(suite, search_finds_the_need_in_steps);
    formats_add(suite, search_finds_needs_of_terabytes);
    formats_add(suite, search_goes_beyond_a_peak_that_is_not_enough);
    formats_add(suite, search_of_a_program_that_needs_nothing);
    formats_add(suite, search_runs_as_often_as_a_bisection_and_some_more);
    formats_add(suite, search_sees_a_hole_right_above_what_passes);
    formats_add(suite, search_sees_an_island_far_below_the_answer);
    formats_add(suite, search_of_a_random_need_ends_where_all_repetitions_passed);
    formats_add(suite, search_gives_up_on_what_never_passes);
    formats_add(suite, search_stops_when_it_cannot_go_on);
    return suite;
}
