/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include "common/calls.h"
#include "timeline/timeline.h"

#include <errno.h>
#include <string.h>

#define HEAD TIMELINE_HEADER "\n"

/* A timeline into memory, begun at 1000 ms, and processes to sample. */
enum { PLACES = 4 };
static struct process processes[PLACES]; /* pid 0: none */
static uint64_t tree_limit, tree_used;
static struct timeline *timeline;
static FILE *file;
static char *text;
static size_t length;

static void start(void)
{
    tree_limit = OUTCOME_UNLIMITED;
    file = open_memstream(&text, &length);
    timeline = timeline_open(file, 1000 * MS);
    ck_assert(timeline != NULL);
}

static struct process *add(unsigned place, int pid, char *program)
{
    processes[place] = (struct process){
        .pid = pid, .program = program, .began = 1000 * MS + (uint64_t)pid, .limit = 64 * MIB};
    return &processes[place];
}

static void sample(unsigned ms)
{
    if (!timeline_begin_sample(timeline, 1000 * MS + ms * MS))
        return;
    for (unsigned place = 0; place < PLACES; place++)
        if (processes[place].pid != 0)
            timeline_sample(timeline, place, &processes[place]);
    timeline_end_sample(timeline, tree_limit, tree_used);
}

static const char *finish(const struct outcome *outcome)
{
    ck_assert(timeline_close(timeline, outcome));
    fclose(file);
    return text;
}

START_TEST(a_process_is_written_when_it_changes)
{
    start();
    struct process *process = add(0, 7, "sort");
    process->used = process->peak = 100;
    sample(10);
    sample(20);
    process->used = process->peak = 200;
    sample(30);
    process->limit = OUTCOME_UNLIMITED;
    sample(40);
    ck_assert_str_eq(finish(NULL), HEAD "0.010000,used,7,sort,100,67108864,\n"
                                        "0.030000,used,7,sort,200,67108864,\n"
                                        "0.040000,used,7,sort,200,,\n");
}
END_TEST

START_TEST(a_peak_between_two_samples_is_written)
{
    start();
    struct process *process = add(0, 7, "sort");
    process->used = 100;
    process->peak = MIB;
    sample(10);
    sample(20);
    ck_assert_str_eq(finish(NULL), HEAD "0.010000,peak,7,sort,1048576,67108864,\n"
                                        "0.010000,used,7,sort,100,67108864,\n");
}
END_TEST

START_TEST(a_refusal_is_written_once_and_at_its_own_time)
{
    start();
    struct process *process = add(0, 7, "sort");
    process->first.used = 100;
    process->first.limit = 150;
    process->first.size = 60;
    process->first.when = 1005 * MS;
    process->refusals = 1;
    sample(10);
    process->refusals = 2;
    sample(20);
    ck_assert_str_eq(finish(NULL), HEAD "0.005000,refused,7,sort,100,150,60\n"
                                        "0.010000,used,7,sort,0,67108864,\n");
}
END_TEST

START_TEST(the_end_of_a_process_is_written)
{
    start();
    add(0, 7, "sort")->used = 5;
    sample(10);
    processes[0].pid = 0;
    sample(20);
    sample(30);
    ck_assert_str_eq(finish(NULL), HEAD "0.010000,used,7,sort,5,67108864,\n"
                                        "0.020000,end,7,sort,0,67108864,\n");
}
END_TEST

START_TEST(a_slot_that_another_process_took_is_two_processes)
{
    start();
    add(0, 7, "sort")->used = 5;
    sample(10);
    add(0, 8, "cat")->used = 6;
    sample(20);
    ck_assert_str_eq(finish(NULL), HEAD "0.010000,used,7,sort,5,67108864,\n"
                                        "0.020000,end,7,sort,0,67108864,\n"
                                        "0.020000,used,8,cat,6,67108864,\n");
}
END_TEST

START_TEST(the_tree_has_rows_of_its_own)
{
    start();
    tree_limit = 1000;
    tree_used = 5;
    add(0, 7, "sort")->used = 8;
    sample(10);
    sample(20);
    ck_assert_str_eq(finish(NULL), HEAD "0.010000,used,7,sort,8,67108864,\n"
                                        "0.010000,tree,0,,5,1000,\n");
}
END_TEST

START_TEST(a_name_is_quoted_as_csv_needs)
{
    start();
    add(0, 7, "a,\"b\"\n");
    sample(10);
    expect_has(finish(NULL), ",7,\"a,\"\"b\"\"\\x0a\",0,");
}
END_TEST

START_TEST(a_process_that_no_sample_saw_comes_from_the_outcome)
{
    start();
    struct sample *run = sample_make();
    run->outcome.process_count = 1;
    ck_assert_str_eq(finish(&run->outcome),
                     HEAD "0.001000,used,4242,sort,0,67108864,\n"
                          "1.000000,refused,4242,sort,66500000,67108864,1048576\n"
                          "2.500000,peak,4242,sort,66500000,67108864,\n"
                          "2.500000,end,4242,sort,0,67108864,\n");
}
END_TEST

START_TEST(what_was_seen_is_not_written_again)
{
    start();
    struct sample *run = sample_make();
    struct process *process = &run->processes[0];
    struct process *seen = add(0, process->pid, "sort");
    seen->began = process->began;
    seen->used = seen->peak = process->peak;
    seen->refusals = 3;
    seen->first.when = process->first.when;
    sample(2000);
    finish(&run->outcome);
    expect_lacks(text, ",peak,");
    expect_has(strstr(text, ",used,"), "\n2.500000,end,4242,sort,0,67108864,\n");
    ck_assert(strstr(strstr(text, ",refused,") + 1, ",refused,") == NULL);
}
END_TEST

START_TEST(many_rows_make_samples_rarer)
{
    start();
    struct process *process = add(0, 7, "sort");
    for (unsigned i = 0; i < 4 * TIMELINE_ROWS; i++) {
        process->used = process->peak = i;
        sample(i);
    }
    unsigned rows = 0;
    for (const char *at = finish(NULL); (at = strchr(at, '\n')) != NULL; at++)
        rows++;
    ck_assert_uint_gt(rows, 2 * TIMELINE_ROWS);
    ck_assert_uint_lt(rows, 3 * TIMELINE_ROWS);
}
END_TEST

START_TEST(a_full_disk_is_noticed_at_the_close)
{
    start();
    timeline = timeline_open(fopen("/dev/full", "w"), 1000 * MS);
    add(0, 7, "sort");
    sample(10);
    sample(5000);
    ck_assert(!timeline_close(timeline, NULL));
    ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

Suite *suite_timeline(void)
{
    Suite *suite = suite_create("timeline");
    formats_add(suite, a_process_is_written_when_it_changes);
    formats_add(suite, a_peak_between_two_samples_is_written);
    formats_add(suite, a_refusal_is_written_once_and_at_its_own_time);
    formats_add(suite, the_end_of_a_process_is_written);
    formats_add(suite, a_slot_that_another_process_took_is_two_processes);
    formats_add(suite, the_tree_has_rows_of_its_own);
    formats_add(suite, a_name_is_quoted_as_csv_needs);
    formats_add(suite, a_process_that_no_sample_saw_comes_from_the_outcome);
    formats_add(suite, what_was_seen_is_not_written_again);
    formats_add(suite, many_rows_make_samples_rarer);
    formats_add(suite, a_full_disk_is_noticed_at_the_close);
    return suite;
}
