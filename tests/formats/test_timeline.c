/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include "common/calls.h"
#include "timeline/timeline.h"

#include <errno.h>
#include <string.h>

#define HEAD TIMELINE_HEADER "\n"

/* A timeline into memory, and accounts to sample, begun at 1000 ms. */
static struct accounts *accounts;
static struct timeline *timeline;
static FILE *file;
static char *text;
static size_t length;

static void start(void)
{
    accounts = aligned_alloc(ACCOUNTS_PAGE, sizeof *accounts);
    memset(accounts, 0, sizeof *accounts);
    accounts->tree_limit = ACCOUNTS_UNLIMITED;
    file = open_memstream(&text, &length);
    timeline = timeline_open(file, 1000 * MS);
    ck_assert(timeline != NULL);
}

static struct account *add(unsigned slot, int pid, const char *program)
{
    struct account *account = &accounts->slots[slot];
    *account = (struct account){.pid = pid, .began = 1000 * MS + (uint64_t)pid, .limit = 64 * MIB};
    strcpy(account->program, program);
    accounts->owners[slot] = (uint64_t)pid << 32;
    if (accounts->top <= slot)
        accounts->top = slot + 1;
    account->state = ACCOUNT_LIVE;
    return account;
}

static void sample(unsigned ms) { timeline_sample(timeline, 1000 * MS + ms * MS, accounts); }

static const char *finish(const struct outcome *outcome)
{
    ck_assert(timeline_close(timeline, outcome));
    fclose(file);
    return text;
}

START_TEST(a_process_is_written_when_it_changes)
{
    start();
    struct account *account = add(0, 7, "sort");
    account->used = account->peak = 100;
    sample(10);
    sample(20);
    account->used = account->peak = 200;
    sample(30);
    account->limit = ACCOUNTS_UNLIMITED;
    sample(40);
    ck_assert_str_eq(finish(NULL), HEAD "0.010000,used,7,sort,100,67108864,\n"
                                        "0.030000,used,7,sort,200,67108864,\n"
                                        "0.040000,used,7,sort,200,,\n");
}
END_TEST

START_TEST(a_peak_between_two_samples_is_written)
{
    start();
    struct account *account = add(0, 7, "sort");
    account->used = 100;
    account->peak = MIB;
    sample(10);
    sample(20);
    ck_assert_str_eq(finish(NULL), HEAD "0.010000,peak,7,sort,1048576,67108864,\n"
                                        "0.010000,used,7,sort,100,67108864,\n");
}
END_TEST

START_TEST(a_refusal_is_written_once_and_at_its_own_time)
{
    start();
    struct account *account = add(0, 7, "sort");
    account->first.used = 100;
    account->first.limit = 150;
    account->first.size = 60;
    account->first.when = 1005 * MS;
    account->refusals = 1;
    sample(10);
    account->refusals = 2;
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
    accounts->owners[0] = 0;
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
    accounts->tree_limit = 1000;
    struct account *account = add(0, 7, "sort");
    account->used = 5;
    account->inherited = 3;
    account->grant = 1000;
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
    struct account *account = add(0, process->pid, "sort");
    account->began = process->began;
    account->used = account->peak = process->peak;
    account->refusals = 3;
    account->first.when = process->first.when;
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
    struct account *account = add(0, 7, "sort");
    for (unsigned i = 0; i < 4 * TIMELINE_ROWS; i++) {
        account->used = account->peak = i;
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
