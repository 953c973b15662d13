/* SPDX-License-Identifier: MIT
 *
 * How a sweep judges what a trial left, which is made by hand here.
 */
#include "formats.h"

#include "base/signal_wait.h"
#include "sweep/classify.h"
#include "sweep/said.h"
#include "sweep/site_order.h"

#include <signal.h>
#include <string.h>

static unsigned said(const char *text)
{
    put_file(scratch("said"), text);
    return said_in(scratch("said"));
}

START_TEST(sweep_words_of_who_watches_memory_are_exact)
{
    ck_assert_uint_eq(said("==1==ERROR: AddressSanitizer: heap-buffer-overflow on x\n"),
                      SAID_ADDRESS);
    ck_assert_uint_eq(said("cut off==12==ERROR: AddressSanitizer: attempting double-free\n"),
                      SAID_ADDRESS);
    ck_assert_uint_eq(said("==1==ERROR: AddressSanitizer: SEGV on unknown address\n"), SAID_CRASH);
    ck_assert_uint_eq(said("==1==ERROR: HWAddressSanitizer: tag-mismatch\n"), SAID_HARDWARE);
    ck_assert_uint_eq(said("==1==WARNING: MemorySanitizer: use-of-\n"), SAID_MEMORY);
    ck_assert_uint_eq(said("==1==ERROR: LeakSanitizer: detected\n"), SAID_LEAK);
    ck_assert_uint_eq(said("=====\nWARNING: ThreadSanitizer: data race (pid=1)\n"), SAID_THREAD);
    ck_assert_uint_eq(said("/a/b.c:3:15: runtime error: shift\n"), SAID_UNDEFINED);
    ck_assert_uint_eq(said("x\nfree(): invalid pointer\n"), SAID_BROKEN_HEAP);
}
END_TEST

START_TEST(sweep_words_that_sound_like_it_are_none)
{
    static const char *const none[] = {
        "",
        "runtime error: file a.xsl line 3 element copy\n",
        "panic: runtime error: index out of range\n",
        "a.xsl:3: runtime error: x\n",
        ":3:15: runtime error: x\n",
        "3:15: runtime error: x\n",
        "a:: runtime error: x\n",
        "ERROR: AddressSanitizer: x\n",
        "== ERROR: AddressSanitizer: x\n",
        "====ERROR: AddressSanitizer: x\n",
        "==1==ERROR: AddressSanitize",
        "as WARNING: ThreadSanitizer: x\n",
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        ck_assert_msg(said(none[i]) == 0, "%s", none[i]);
    ck_assert_uint_eq(said_in(NULL), 0);
    ck_assert_uint_eq(said_in("/nowhere"), 0);
}
END_TEST

START_TEST(sweep_words_are_found_before_and_behind_much_else)
{
    ck_assert(shell("{ echo 'a:1:2: runtime error: x'; head -c 3000000 /dev/zero; printf '\\n"
                    "==1==ERROR: LeakSanitizer: x\\n'; } >much"));
    ck_assert_uint_eq(said_in(scratch("much")), SAID_UNDEFINED | SAID_LEAK);
}
END_TEST

/* A program that was made to fail, and had ended well before. */
static enum reaction judged(const struct evidence *evidence)
{
    struct reference reference = {.exited = true, .status = SIGPIPE};
    struct journal_record record = {.plan = strdup("nth=1")};
    struct source_locations *locations = source_locations_open();
    ck_assert(classify(&reference, evidence, "0123456789abcdef", locations, &record));
    source_locations_close(locations);
    return record.reaction;
}

static json_t *dead_of(int signal)
{
    json_t *faulted =
        json_pack("[{sI sI sn} {sI s{si}}]", "pid", (json_int_t)1, "faults", (json_int_t)1,
                  "signal", "pid", (json_int_t)2, "signal", "number", signal);
    ck_assert_ptr_nonnull(faulted);
    return faulted;
}

START_TEST(sweep_crash_of_a_child_counts_before_the_hang_of_who_waits)
{
    struct evidence evidence = {.pid = 0, .timed_out = true, .processes = dead_of(SIGBUS)};
    ck_assert_int_eq(judged(&evidence), REACTION_CRASHED);
    evidence.processes = dead_of(SIGABRT);
    ck_assert_int_eq(judged(&evidence), REACTION_HUNG);
    evidence.processes = dead_of(SIGKILL);
    ck_assert_int_eq(judged(&evidence), REACTION_HUNG);
}
END_TEST

START_TEST(sweep_end_by_a_signal_is_no_exit_of_that_number)
{
    struct evidence evidence = {.status = SIGPIPE, .processes = dead_of(0)};
    ck_assert_int_eq(judged(&evidence), REACTION_HANDLED);
    evidence.status = SIGKILL;
    ck_assert_int_eq(judged(&evidence), REACTION_CRASHED);
    evidence.exited = true;
    evidence.status = SIGPIPE;
    ck_assert_int_eq(judged(&evidence), REACTION_TOLERATED);
}
END_TEST

START_TEST(sweep_signal_is_seen_while_nothing_is_waited_for)
{
    signal_wait_hold();
    ck_assert_int_eq(signal_wait_signal(), 0);
    raise(SIGTERM);
    ck_assert_int_eq(signal_wait_signal(), SIGTERM);
    signal_wait_release();
}
END_TEST

/* Call sites of two rounds: of the program and of a library, in the order in which they are met. */
START_TEST(sweep_order_has_the_breadth_first)
{
#define SITE(name, frames)                                                                         \
    "{\"name\":\"000000000000000" #name "\",\"calls\":1,\"frames\":[" frames "]}"
#define OF_LIBRARY(offset) "[0,1],[2," #offset "],[1,2],[1,3],"
#define OF_PROGRAM(offset) "[0,1],[1," #offset "],[1,2],[1,3],"
    static const char list[] =
        "{\"processes\":[{\"pid\":1,\"objects\":[{\"path\":\"/lib/libc.so.6\"},"
        "{\"path\":\"/bin/prog\"},{\"path\":\"/lib/libx.so.1\"}],\"sites\":[" SITE(1, OF_LIBRARY(1) "[1,1]") "," SITE(
            2,
            OF_LIBRARY(
                1) "[1,2]") "," SITE(3,
                                     OF_PROGRAM(
                                         1) "[1,1]") "," SITE(4,
                                                              OF_PROGRAM(
                                                                  1) "[1,2]") "," SITE(5,
                                                                                       OF_LIBRARY(
                                                                                           2) "[1,"
                                                                                              "1]") "," SITE(6,
                                                                                                             OF_PROGRAM(
                                                                                                                 2) "[1,1]") "]}]}";
    char order[8] = "";
    struct site_index index;
    json_t *json = json_loads(list, 0, NULL);
    ck_assert(json != NULL && site_index_read(&index, json, 0));
    const struct indexed_site **sites = site_order(&index);
    ck_assert_ptr_nonnull(sites);
    for (size_t i = 0; i < HASH_COUNT(index.sites); i++)
        order[i] = sites[i]->name[SITE_NAME - 2];
    ck_assert_str_eq(order, "316542");
}
END_TEST

Suite *suite_sweep(void)
{
    Suite *suite = suite_create("sweep");
    formats_add(suite, sweep_words_of_who_watches_memory_are_exact);
    formats_add(suite, sweep_words_that_sound_like_it_are_none);
    formats_add(suite, sweep_words_are_found_before_and_behind_much_else);
    formats_add(suite, sweep_crash_of_a_child_counts_before_the_hang_of_who_waits);
    formats_add(suite, sweep_end_by_a_signal_is_no_exit_of_that_number);
    formats_add(suite, sweep_signal_is_seen_while_nothing_is_waited_for);
    formats_add(suite, sweep_order_has_the_breadth_first);
    return suite;
}
