/* SPDX-License-Identifier: MIT
 *
 * What the reaper makes of events that no process is behind.
 */
#include "formats.h"

#include "run/reap.h"

#include <string.h>

static struct outcome outcome;
static struct reap *reap;
static char *words[] = {"/usr/bin/sort", NULL};

/* The main process has the number 4242, which no process has here. */
static void start(void)
{
    outcome = (struct outcome){.argv = words, .name = "sort", .pid = 999999, .exited = true};
    reap = reap_open(NULL, NULL, NULL, &outcome);
    ck_assert_ptr_nonnull(reap);
}

static struct roster_process told(unsigned slot, int pid, const char *program)
{
    struct roster_process process = {
        .slot = slot, .pid = pid, .seen = true, .live = true, .limit = 64 * MIB, .used = 5};
    process.began = 1000 * MS + (uint64_t)slot;
    strcpy(process.program, program);
    return process;
}

static bool take(const struct roster_process *process, enum roster_event event, unsigned ms)
{
    return reap_take(reap, process, event, (1000 + ms) * MS);
}

static const struct process *only_row(void)
{
    reap_settle(reap, true);
    ck_assert_uint_eq(outcome.process_count, 1);
    return &outcome.processes[0];
}

START_TEST(reap_what_runs_is_not_listed)
{
    start();
    struct roster_process process = told(0, 999998, "cat");
    ck_assert(!take(&process, ROSTER_RUNS, 0));
    ck_assert(!take(&process, ROSTER_RUNS, 60000));
    reap_settle(reap, true);
    ck_assert_uint_eq(outcome.process_count, 0);
}
END_TEST

START_TEST(reap_what_ended_is_listed_with_its_figures)
{
    start();
    struct roster_process process = told(3, 999998, "cat");
    process.peak = 77;
    process.exited = true;
    process.status = 4;
    ck_assert(take(&process, ROSTER_ENDED, 0));
    const struct process *row = only_row();
    ck_assert_int_eq(row->end, PROCESS_EXITED);
    ck_assert_int_eq(row->status, 4);
    ck_assert_uint_eq(row->peak, 77);
    ck_assert_str_eq(row->program, "cat");
}
END_TEST

START_TEST(reap_what_ended_without_exit_has_vanished)
{
    start();
    struct roster_process process = told(0, 999998, "cat");
    ck_assert(take(&process, ROSTER_ENDED, 0));
    ck_assert_int_eq(only_row()->end, PROCESS_VANISHED);
}
END_TEST

START_TEST(reap_of_the_main_process_its_parent_knows_the_status)
{
    start();
    outcome.status = 7;
    struct roster_process process = told(0, 999999, "sort");
    ck_assert(take(&process, ROSTER_ENDED, 0));
    const struct process *row = only_row();
    ck_assert_int_eq(row->end, PROCESS_EXITED);
    ck_assert_int_eq(row->status, 7);
}
END_TEST

START_TEST(reap_one_that_execed_has_half_a_second_to_join)
{
    start();
    struct roster_process process = told(0, 999998, "sh");
    ck_assert(!take(&process, ROSTER_EXECED, 0));
    ck_assert(!take(&process, ROSTER_EXECED, 499));
    ck_assert(take(&process, ROSTER_REPLACED, 499));
    ck_assert_int_eq(only_row()->end, PROCESS_REPLACED);
}
END_TEST

START_TEST(reap_one_that_execed_and_does_not_join_has_escaped)
{
    start();
    struct roster_process process = told(0, 999998, "sh");
    ck_assert(!take(&process, ROSTER_EXECED, 0));
    ck_assert(take(&process, ROSTER_EXECED, 501));
    ck_assert_int_eq(only_row()->end, PROCESS_ESCAPED);
}
END_TEST

START_TEST(reap_one_that_joins_late_had_not_escaped)
{
    start();
    struct roster_process first = told(0, 999998, "sh"), second = told(1, 999998, "cat");
    take(&first, ROSTER_EXECED, 0);
    take(&first, ROSTER_EXECED, 501);
    take(&second, ROSTER_ENDED, 600);
    reap_settle(reap, true);
    ck_assert_uint_eq(outcome.process_count, 2);
    ck_assert_int_eq(outcome.processes[0].end, PROCESS_REPLACED);
}
END_TEST

START_TEST(reap_one_that_cannot_be_seen_has_ended_when_it_said_so_a_while_ago)
{
    start();
    struct roster_process process = told(0, 5, "cat");
    process.seen = false;
    ck_assert(!take(&process, ROSTER_UNSEEN, 0));
    ck_assert(!take(&process, ROSTER_UNSEEN, 5000));
    process.exited = true;
    ck_assert(!take(&process, ROSTER_UNSEEN, 5001));
    ck_assert(take(&process, ROSTER_UNSEEN, 5502));
    ck_assert_int_eq(only_row()->end, PROCESS_EXITED);
}
END_TEST

START_TEST(reap_a_place_that_is_used_again_begins_anew)
{
    start();
    struct roster_process first = told(0, 999998, "sh"), second = told(0, 999997, "sh");
    take(&first, ROSTER_EXECED, 0);
    ck_assert(take(&first, ROSTER_EXECED, 501));
    ck_assert(!take(&second, ROSTER_EXECED, 502));
    ck_assert(!take(&second, ROSTER_EXECED, 1000));
    reap_settle(reap, true);
    ck_assert_uint_eq(outcome.process_count, 1);
}
END_TEST

START_TEST(reap_a_doubt_is_handed_on)
{
    start();
    struct roster_process process = told(0, 0, "cat");
    process.doubt = "it lies";
    ck_assert(take(&process, ROSTER_ENDED, 0));
    ck_assert_str_eq(only_row()->doubt, "it lies");
}
END_TEST

Suite *suite_reap(void)
{
    Suite *suite = suite_create("reap");
    formats_add(suite, reap_what_runs_is_not_listed);
    formats_add(suite, reap_what_ended_is_listed_with_its_figures);
    formats_add(suite, reap_what_ended_without_exit_has_vanished);
    formats_add(suite, reap_of_the_main_process_its_parent_knows_the_status);
    formats_add(suite, reap_one_that_execed_has_half_a_second_to_join);
    formats_add(suite, reap_one_that_execed_and_does_not_join_has_escaped);
    formats_add(suite, reap_one_that_joins_late_had_not_escaped);
    formats_add(suite, reap_one_that_cannot_be_seen_has_ended_when_it_said_so_a_while_ago);
    formats_add(suite, reap_a_place_that_is_used_again_begins_anew);
    formats_add(suite, reap_a_doubt_is_handed_on);
    return suite;
}
