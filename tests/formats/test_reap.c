/* SPDX-License-Identifier: MIT
 *
 * What the reaper makes of events that no process is behind.
 */
#include "formats.h"

#include "run/reap.h"
#include "run/roster_inside.h"
#include "run/roster_outer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct outcome outcome;
static struct reap *reap;
static char *words[] = {"/usr/bin/sort", NULL};

/* The main process has the number 4242, which no process has here. */
static void start(void)
{
    outcome = (struct outcome){.argv = words, .name = "sort", .pid = 999999, .exited = true};
    reap = reap_open(NULL, NULL, NULL, NULL, &outcome);
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

/* Of a run within: its command saw the process end, and may not have said so yet. */
START_TEST(reap_one_of_a_run_within_is_waited_for_to_be_told)
{
    start();
    struct roster_process process = told(0, 999998, "sort");
    process.within = true;
    ck_assert(!take(&process, ROSTER_ENDED, 0));
    process.settled = process.killed = true;
    process.status = 11;
    process.peak = 77;
    ck_assert(take(&process, ROSTER_ENDED, 20));
    const struct process *row = only_row();
    ck_assert_int_eq(row->end, PROCESS_KILLED);
    ck_assert_int_eq(row->status, 11);
    ck_assert_uint_eq(row->peak, 77);
    ck_assert(row->within);
}
END_TEST

START_TEST(reap_one_of_a_run_within_is_not_waited_for_long)
{
    start();
    struct roster_process process = told(0, 999998, "sort");
    process.within = true;
    ck_assert(!take(&process, ROSTER_ENDED, 0));
    ck_assert(!take(&process, ROSTER_ENDED, 499));
    ck_assert(take(&process, ROSTER_ENDED, 501));
    ck_assert_int_eq(only_row()->end, PROCESS_VANISHED);
}
END_TEST

/* The copy of the inner command that became its program had ended before anybody told of that. */
START_TEST(reap_who_became_a_program_of_a_run_within_has_not_vanished)
{
    start();
    struct roster_process copy = told(0, 999998, "memrestrict"), process = told(1, 999998, "sort");
    copy.forked = process.within = process.settled = true;
    ck_assert(take(&copy, ROSTER_ENDED, 0));
    ck_assert(take(&process, ROSTER_ENDED, 20));
    reap_settle(reap, true);
    ck_assert_int_eq(outcome.processes[0].end, PROCESS_REPLACED);
}
END_TEST

/* Accounts, and the same as the run around them would be found in the environment. */
static struct roster *roster;
static struct outer *outer;

static void open_outer(uint64_t tree_limit)
{
    char setting[64];
    struct roster_limits limits = {
        .limit = 64 * MIB, .tree_limit = tree_limit, .around = true, .reserve = 0};
    roster = roster_open(&limits, -1, -1, false);
    ck_assert_ptr_nonnull(roster);
    snprintf(setting, sizeof setting, "/proc/self/fd/%d,5000000,no-follow", roster_fd(roster));
    outer = outer_open(setting);
    ck_assert_ptr_nonnull(outer);
}

static struct roster_process found;

static bool note_found(void *context, const struct roster_process *process, enum roster_event event)
{
    *(enum roster_event *)context = event;
    found = *process;
    return false;
}

START_TEST(reap_the_run_around_is_told_of_figures_and_end)
{
    enum roster_event event = ROSTER_RUNS;
    struct roster_process process = told(7, 999998, "sort");
    struct process end = {.end = PROCESS_KILLED, .status = 11};
    open_outer(ACCOUNTS_UNLIMITED);
    outer_tell(outer, &process, NULL);
    process.peak = 78;
    process.refusals = 3;
    process.first = (struct refusal){"mmap", 100, 5, 5 * MIB, false, 7, LIMIT_OF_RUN};
    process.kernel = (struct shortage){2, "sbrk", 9};
    outer_tell(outer, &process, NULL);
    roster_look(roster, note_found, &event);
    ck_assert(found.within && !found.settled && found.live);
    ck_assert_uint_eq(roster_joined(roster), 1);
    outer_tell(outer, &process, &end);
    roster_look(roster, note_found, &event);
    ck_assert_int_eq(event, ROSTER_ENDED);
    ck_assert(found.settled && found.killed && found.status == 11);
    ck_assert_str_eq(found.program, "sort");
    ck_assert_uint_eq(found.peak, 78);
    ck_assert_uint_eq(found.refusals, 3);
    ck_assert_str_eq(found.first.call, "mmap");
    ck_assert_int_eq(found.first.of, LIMIT_OF_RUN_WITHIN);
    ck_assert_uint_eq(found.kernel.count, 2);
    ck_assert_str_eq(found.kernel.call, "sbrk");
}
END_TEST

START_TEST(reap_a_program_leaves_the_place_of_the_one_before)
{
    enum roster_event event;
    struct roster_process first = told(3, 999998, "sh"), second = told(1, 999998, "sort");
    struct process replaced = {.end = PROCESS_REPLACED};
    open_outer(ACCOUNTS_UNLIMITED);
    outer_tell(outer, &first, NULL);
    outer_tell(outer, &second, NULL);
    outer_tell(outer, &first, &replaced);
    roster_look(roster, note_found, &event);
    ck_assert_uint_eq(roster_lies(roster), 0);
    ck_assert_uint_eq(roster_joined(roster), 2);
}
END_TEST

/* Whoever it tells of, a place that has gone to another is left alone. */
START_TEST(reap_a_place_there_that_is_anothers_is_left_alone)
{
    enum roster_event event = ROSTER_RUNS;
    struct roster_process process = told(7, 999998, "sort");
    struct process end = {.end = PROCESS_EXITED, .status = 3};
    unsigned none = 0;
    open_outer(ACCOUNTS_UNLIMITED);
    outer_tell(outer, &process, NULL);
    ck_assert(accounts_free(roster->accounts, &none, 1));
    ck_assert_ptr_nonnull(accounts_claim(roster->accounts, UINT64_C(4711) << 32));
    outer_tell(outer, &process, &end);
    ck_assert_uint_eq(roster->accounts->slots[0].ending, 0);
    ck_assert_uint_eq(roster->accounts->slots[0].peak, 0);
    roster_look(roster, note_found, &event);
}
END_TEST

START_TEST(reap_there_may_be_no_run_around)
{
    ck_assert_ptr_null(outer_open(NULL));
    ck_assert_ptr_null(outer_open("/nowhere/fd/9"));
    ck_assert_ptr_null(outer_open("/dev/null"));
    open_outer(5 * MIB);
    ck_assert_uint_eq(outer_tree_limit(outer), 5 * MIB);
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

/* By another thread than the one whose call is counted. */
START_TEST(reap_an_address_space_is_read_once_it_is_whole)
{
    struct roster *half = calloc(1, sizeof *half);
    struct roster_claim claim;
    half->accounts = mmap(NULL, sizeof *half->accounts, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(half->accounts, MAP_FAILED);
    struct account *account = &half->accounts->slots[0];
    account->state = ACCOUNT_LIVE;
    account->shortages[SHORTAGE_KERNEL].count = 1;
    account->space.mapped = account->space.heap_gap = 4096;
    strcpy(account->space.next, "half");
    ck_assert(roster_read(half, 0, &claim));
    ck_assert(!claim.process.space.known);
    ck_assert_uint_eq(claim.process.space.mapped + claim.process.space.heap_gap, 0);
    ck_assert_str_eq(claim.process.space.next, "");
    account->space.known = 1;
    ck_assert(roster_read(half, 0, &claim));
    ck_assert(claim.process.space.known);
    ck_assert_uint_eq(claim.process.space.mapped, 4096);
    ck_assert_str_eq(claim.process.space.next, "half");
    munmap(half->accounts, sizeof *half->accounts);
    free(half);
}
END_TEST

/* A look may come between the taking of a place and its filling in. */
START_TEST(reap_a_place_that_was_just_taken_has_its_figures_later)
{
    enum roster_event event = ROSTER_RUNS;
    open_outer(ACCOUNTS_UNLIMITED);
    struct account *account = accounts_claim(roster->accounts, UINT64_C(999998) << 32 | 5);
    ck_assert_ptr_nonnull(account);
    found.own_pid = 0;
    roster_look(roster, note_found, &event);
    ck_assert_int_eq(found.own_pid, 0);
    account->pid = 999998;
    account->start_time = 5;
    account->began = 77;
    account->state = ACCOUNT_LIVE;
    roster_look(roster, note_found, &event);
    ck_assert_int_eq(found.own_pid, 999998);
    ck_assert_uint_eq(found.began, 77);
}
END_TEST

START_TEST(reap_who_says_that_it_began_never_is_told_of)
{
    enum roster_event event = ROSTER_RUNS;
    struct roster_process process = told(7, 999998, "sort");
    process.began = 0;
    process.refusals = 3;
    open_outer(ACCOUNTS_UNLIMITED);
    outer_tell(outer, &process, NULL);
    ck_assert_uint_eq(roster_joined(roster), 1);
    roster_look(roster, note_found, &event);
    ck_assert_uint_eq(found.refusals, 3);
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
    formats_add(suite, reap_one_of_a_run_within_is_waited_for_to_be_told);
    formats_add(suite, reap_one_of_a_run_within_is_not_waited_for_long);
    formats_add(suite, reap_who_became_a_program_of_a_run_within_has_not_vanished);
    formats_add(suite, reap_the_run_around_is_told_of_figures_and_end);
    formats_add(suite, reap_a_program_leaves_the_place_of_the_one_before);
    formats_add(suite, reap_a_place_there_that_is_anothers_is_left_alone);
    formats_add(suite, reap_there_may_be_no_run_around);
    formats_add(suite, reap_a_doubt_is_handed_on);
    formats_add(suite, reap_an_address_space_is_read_once_it_is_whole);
    formats_add(suite, reap_a_place_that_was_just_taken_has_its_figures_later);
    formats_add(suite, reap_who_says_that_it_began_never_is_told_of);
    return suite;
}
