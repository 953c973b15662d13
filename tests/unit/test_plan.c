/* SPDX-License-Identifier: MIT
 *
 * The grammar of fault plans: what each word means, what does not go together, and how a mistake is
 * shown.
 */
#include "common/plan.h"
#include "unit.h"

#include <signal.h>
#include <string.h>

enum { HEAP = (1 << CALL_mmap) - 1 };

static struct plans plans;
static struct plan_error error;
static struct text complaint;

static const struct plan *read_one(const char *text)
{
    ck_assert_msg(plan_read(&plans, text, &error), "not understood: %s, at %zu: %s", text, error.at,
                  error.accepted);
    ck_assert_uint_eq(plans.count, 1);
    return &plans.of[0];
}

static void expect_refused(const char *text, const char *word)
{
    ck_assert_msg(!plan_read(&plans, text, &error), "understood: %s", text);
    ck_assert_msg(strlen(word) == error.length && memcmp(text + error.at, word, strlen(word)) == 0,
                  "%s: '%.*s', not '%s'", text, (int)error.length, text + error.at, word);
}

static void expect_range(struct plan_range range, uint64_t first, uint64_t last, uint64_t step)
{
    ck_assert_uint_eq(range.first, first);
    ck_assert_uint_eq(range.last, last);
    ck_assert_uint_eq(range.step, step);
}

START_TEST(a_trigger_alone_is_for_the_heap)
{
    ck_assert_uint_eq(read_one("nth=5")->calls, HEAP);
    ck_assert_uint_eq(read_one("once")->calls, HEAP);
}
END_TEST

START_TEST(calls_are_named_by_globs)
{
    ck_assert_uint_eq(read_one("call=malloc")->calls, 1 << CALL_malloc);
    ck_assert_uint_eq(read_one("call=realloc*")->calls, 1 << CALL_realloc | 1 << CALL_reallocarray);
    ck_assert_uint_eq(read_one("call=mmap,call=sbrk")->calls, 1 << CALL_mmap | 1 << CALL_sbrk);
    ck_assert_uint_eq(read_one("call=*")->calls, (1 << CALL_COUNT) - 1);
}
END_TEST

START_TEST(a_call_may_be_named_twice)
{
    ck_assert_uint_eq(read_one("call=*,call=malloc")->calls, (1 << CALL_COUNT) - 1);
    ck_assert_uint_eq(read_one("call=malloc,call=malloc")->calls, 1 << CALL_malloc);
    expect_refused("call=*,call=mallocc", "call=mallocc");
}
END_TEST

START_TEST(sizes_are_ranges)
{
    const struct plan *plan = read_one("size=24,size=4K..1M,size=1.5G..,size=..1KB");
    ck_assert_uint_eq(plan->size_count, 4);
    expect_range(plan->sizes[0], 24, 24, 1);
    expect_range(plan->sizes[1], 4096, 1 << 20, 1);
    expect_range(plan->sizes[2], UINT64_C(3) << 29, UINT64_MAX, 1);
    expect_range(plan->sizes[3], 0, 1000, 1);
}
END_TEST

START_TEST(counts_are_ranges_with_steps)
{
    expect_range(read_one("nth=5")->nth, 5, 5, 1);
    expect_range(read_one("nth=5..9")->nth, 5, 9, 1);
    expect_range(read_one("nth=5..9+2")->nth, 5, 9, 2);
    expect_range(read_one("nth=5..")->nth, 5, INT64_MAX, 1);
    expect_range(read_one("nth=5..+3")->nth, 5, INT64_MAX, 3);
    expect_range(read_one("nth=..4")->nth, 1, 4, 1);
}
END_TEST

START_TEST(lots_are_parts_of_one)
{
    ck_assert_uint_eq(read_one("p=1")->chance, PLAN_CERTAIN);
    ck_assert_uint_eq(read_one("p=0")->chance, 0);
    ck_assert_uint_eq(read_one("p=0.5")->chance, PLAN_CERTAIN / 2);
    ck_assert_uint_eq(read_one("p=.25")->chance, PLAN_CERTAIN / 4);
    ck_assert_uint_gt(read_one("p=0.000000001")->chance, 0);
}
END_TEST

START_TEST(the_other_triggers)
{
    const struct plan *plan = read_one("after=100,every=10,max=3,keep");
    ck_assert_uint_eq(plan->after, 100);
    ck_assert_uint_eq(plan->every, 10);
    ck_assert_uint_eq(plan->most, 3);
    ck_assert(plan->keep);
    ck_assert(read_one("nth=5,rest")->rest);
    ck_assert_uint_eq(read_one("once")->most, 1);
    ck_assert_uint_eq(read_one("nth=1")->most, PLAN_UNLIMITED);
}
END_TEST

START_TEST(sites_are_sixteen_digits)
{
    const struct plan *plan = read_one("site=0123456789abcdef,site=ffffffffffffffff,depth=3");
    ck_assert_uint_eq(plan->site_count, 2);
    ck_assert_uint_eq(plan->sites[0], UINT64_C(0x0123456789abcdef));
    ck_assert_uint_eq(plan->sites[1], UINT64_MAX);
    ck_assert_uint_eq(plan->depth, 3);
    ck_assert_uint_eq(read_one("site=0123456789abcdef")->depth, PLAN_DEPTH);
}
END_TEST

START_TEST(threads_by_number_and_name)
{
    const struct plan *plan = read_one("thread=main,thread=others,thread=3,thread=pool-*");
    ck_assert_uint_eq(plan->thread_count, 4);
    ck_assert_int_eq(plan->threads[0].who, PLAN_MAIN);
    ck_assert_int_eq(plan->threads[1].who, PLAN_OTHERS);
    ck_assert_int_eq(plan->threads[2].who, PLAN_NUMBER);
    ck_assert_uint_eq(plan->threads[2].number, 3);
    ck_assert_int_eq(plan->threads[3].who, PLAN_NAME);
    ck_assert_int_eq(memcmp(plans.text + plan->threads[3].name.at, "pool-*", 6), 0);
}
END_TEST

START_TEST(arming_by_each_way)
{
    ck_assert_int_eq(read_one("once")->arm, PLAN_FROM_START);
    ck_assert_int_eq(read_one("arm=main")->arm, PLAN_FROM_MAIN);
    ck_assert_int_eq(read_one("arm=set")->arm, PLAN_FROM_SET);
    ck_assert_int_eq(read_one("arm=signal")->signal, SIGUSR1);
    ck_assert_int_eq(read_one("arm=signal:SIGUSR2")->signal, SIGUSR2);
    const struct plan *plan = read_one("arm=file:/tmp/a:b, once");
    ck_assert_int_eq(plan->arm, PLAN_FROM_FILE);
    ck_assert_uint_eq(plan->path.length, strlen("/tmp/a:b"));
}
END_TEST

START_TEST(plans_stand_side_by_side)
{
    ck_assert(plan_read(&plans, " call=malloc , nth=2 ;call=calloc;once", &error));
    ck_assert_uint_eq(plans.count, 3);
    ck_assert_uint_eq(plans.of[0].calls, 1 << CALL_malloc);
    ck_assert_uint_eq(plans.of[1].calls, 1 << CALL_calloc);
    ck_assert_uint_eq(plans.of[2].most, 1);
}
END_TEST

START_TEST(what_cannot_be_understood_is_pointed_at)
{
    static const char *const bad[][2] = {
        {"nht=5", "nht=5"},
        {"call=malloc,nth=x", "nth=x"},
        {"nth=0", "nth=0"},
        {"nth=9..5", "nth=9..5"},
        {"nth=1+2..3", "nth=1+2..3"},
        {"nth=..", "nth=.."},
        {"nth=", "nth="},
        {"nth", "nth"},
        {"call=mallocc", "call=mallocc"},
        {"size=4Q", "size=4Q"},
        {"size=unlimited", "size=unlimited"},
        {"size=2..1", "size=2..1"},
        {"p=1.1", "p=1.1"},
        {"p=.", "p=."},
        {"p=1.", "p=1."},
        {"p=0.0000000001", "p=0.0000000001"},
        {"seed=-1,p=1", "seed=-1"},
        {"site=12", "site=12"},
        {"site=0123456789ABCDEF", "site=0123456789ABCDEF"},
        {"site=0123456789abcdef,depth=65", "depth=65"},
        {"thread=0", "thread=0"},
        {"max=0", "max=0"},
        {"once=1", "once=1"},
        {"arm=never", "arm=never"},
        {"arm=signal:KILL", "arm=signal:KILL"},
        {"arm=main:x", "arm=main:x"},
        {"arm=file:", "arm=file:"},
        {"every=0", "every=0"},
        {"lib=", "lib="},
        {"once;nth=5,every=z", "every=z"},
        {"nth=18446744073709551616", "nth=18446744073709551616"},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_refused(bad[i][0], bad[i][1]);
}
END_TEST

START_TEST(what_is_missing_is_pointed_at)
{
    expect_refused("", "");
    expect_refused("nth=5,", "");
    expect_refused("nth=5;", "");
    expect_refused(";nth=5", "");
    expect_refused("nth=5,,once", "");
}
END_TEST

START_TEST(what_contradicts_itself_is_refused)
{
    expect_refused("nth=5,nth=6", "nth=6");
    expect_refused("once,keep", "once,keep");
    expect_refused("once,max=2", "once,max=2");
    expect_refused("seed=5", "seed=5");
    expect_refused("nth=1; depth=3 ", "depth=3");
    expect_refused("keep,rest", "keep,rest");
    expect_refused("once,rest", "once,rest");
    read_one("keep,max=2");
    read_one("rest,max=2");
}
END_TEST

START_TEST(more_than_there_is_room_for_is_refused)
{
    char text[PLAN_TEXT + 10];
    expect_refused("size=1,size=2,size=3,size=4,size=5,size=6,size=7,size=8,size=9", "size=9");
    expect_refused("once;once;once;once;once;once;once;once;once", "once");
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!plan_read(&plans, text, &error));
}
END_TEST

static const char *explain(const char *text)
{
    ck_assert(!plan_read(&plans, text, &error));
    complaint.length = 0;
    plan_explain(&complaint, "--fault", text, &error);
    text_add_char(&complaint, '\0');
    return complaint.bytes;
}

START_TEST(a_mistake_is_shown_with_a_caret_under_the_word)
{
    ck_assert_str_eq(explain("call=malloc,max=x"),
                     "memrestrict: --fault: cannot understand 'max=x'; accepted: a number from 1\n"
                     "  call=malloc,max=x\n"
                     "              ^~~~~\n");
}
END_TEST

START_TEST(carets_stand_under_characters_not_bytes)
{
    ck_assert_ptr_nonnull(strstr(explain("lib=\xc3\xa4\xc3\xb6,max=x"),
                                 "\n  lib=\xc3\xa4\xc3\xb6,max=x\n         ^~~~~\n"));
}
END_TEST

START_TEST(of_a_long_plan_the_part_around_the_word_is_shown)
{
    char text[600] = "";
    for (int i = 0; i < 7; i++)
        strcat(text, "lib=abcdefghijklmnopqrstuvwxyz,");
    strcat(text, "max=x,lib=abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    const char *said = explain(text), *shown = strchr(said, '\n') + 1,
               *under = strchr(shown, '\n') + 1;
    ck_assert_int_lt(under - shown, 90);
    ck_assert_int_eq(strncmp(shown + (strchr(under, '^') - under), "max=x", 5), 0);
}
END_TEST

START_TEST(a_seed_is_put_where_one_is_wanted)
{
    char text[PLAN_TEXT];
    ck_assert(plan_read(&plans, "p=.5;nth=3 ; p=.1,seed=4; p=.2", &error));
    ck_assert(plan_wants_seed(&plans));
    ck_assert(plan_seed(&plans, 100, text));
    ck_assert_str_eq(text, "p=.5,seed=100;nth=3;p=.1,seed=4;p=.2,seed=103");
    ck_assert(plan_read(&plans, text, &error));
    ck_assert(!plan_wants_seed(&plans));
}
END_TEST

Suite *suite_plan(void)
{
    Suite *suite = suite_create("plan");
    unit_add(suite, a_trigger_alone_is_for_the_heap);
    unit_add(suite, calls_are_named_by_globs);
    unit_add(suite, a_call_may_be_named_twice);
    unit_add(suite, sizes_are_ranges);
    unit_add(suite, counts_are_ranges_with_steps);
    unit_add(suite, lots_are_parts_of_one);
    unit_add(suite, the_other_triggers);
    unit_add(suite, sites_are_sixteen_digits);
    unit_add(suite, threads_by_number_and_name);
    unit_add(suite, arming_by_each_way);
    unit_add(suite, plans_stand_side_by_side);
    unit_add(suite, what_cannot_be_understood_is_pointed_at);
    unit_add(suite, what_is_missing_is_pointed_at);
    unit_add(suite, what_contradicts_itself_is_refused);
    unit_add(suite, more_than_there_is_room_for_is_refused);
    unit_add(suite, a_mistake_is_shown_with_a_caret_under_the_word);
    unit_add(suite, carets_stand_under_characters_not_bytes);
    unit_add(suite, of_a_long_plan_the_part_around_the_word_is_shown);
    unit_add(suite, a_seed_is_put_where_one_is_wanted);
    return suite;
}
