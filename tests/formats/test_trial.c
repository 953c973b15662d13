/* SPDX-License-Identifier: MIT
 *
 * Pieces of a trial: its command line, its output, and its folders.
 */
#include "formats.h"

#include "trial/capture.h"
#include "base/temporary.h"
#include "trial/trial_result.h"
#include "trial/trial_start.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const more[] = {"--scope=tree", "--count=heap", NULL};

static struct trial_program program(void)
{
    static char *argv[] = {(char *)"./a b", (char *)"-x", NULL};
    return (struct trial_program){.argv = argv, .limit = "64M", .more = more};
}

static void expect_arguments(char **arguments, const char *const *expected)
{
    ck_assert_ptr_nonnull(arguments);
    for (; *expected != NULL; expected++, arguments++) {
        ck_assert_ptr_nonnull(*arguments);
        ck_assert_str_eq(*arguments, *expected);
    }
    ck_assert_ptr_null(*arguments);
}

START_TEST(trial_asks_for_what_it_wants_to_know)
{
    struct trial_program what = program();
    what.time_limit = 1500 * MS;
    what.depth = 8;
    expect_arguments(
        trial_arguments(&what, "/t/100%", "nth=5", "1K"),
        (const char *const[]){"memrestrict", "run", "--quiet", "--json=/t/100%%/outcome.json",
                              "--sites=8", "--site-list=/t/100%%/sites.json", "--time=1.500000000",
                              "--kill-after=1s", "--limit=1K", "--fault=nth=5", "--scope=tree",
                              "--count=heap", "--", "./a b", "-x", NULL});
}
END_TEST

START_TEST(trial_of_many_asks_for_records)
{
    struct trial_program what = program();
    what.depth = 16;
    what.records = true;
    expect_arguments(trial_arguments(&what, "/t", NULL, NULL),
                     (const char *const[]){
                         "memrestrict", "run", "--quiet", "--json=/t/outcome.json", "--sites=16",
                         "--site-list=/t/sites.json", "--site-records=/t/sites.records",
                         "--limit=64M", "--scope=tree", "--count=heap", "--", "./a b", "-x", NULL});
}
END_TEST

START_TEST(trial_asks_for_nothing_else)
{
    struct trial_program what = program();
    what.limit = NULL;
    what.more = NULL;
    expect_arguments(trial_arguments(&what, "/t", NULL, NULL),
                     (const char *const[]){"memrestrict", "run", "--quiet",
                                           "--json=/t/outcome.json", "--", "./a b", "-x", NULL});
}
END_TEST

static void drain(struct capture *stream)
{
    while (capture_drain(stream))
        ;
}

START_TEST(trial_output_is_cut_and_counted_whole)
{
    struct capture cut, whole;
    int to_cut, to_whole;
    static const char text[] = "0123456789";
    ck_assert(capture_open(&cut, scratch("cut"), 4, &to_cut));
    ck_assert(capture_open(&whole, scratch("whole"), 100, &to_whole));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(write(to_cut, text, 10), 10);
        ck_assert_int_eq(write(to_whole, text, 10), 10);
        drain(&cut);
    }
    drain(&whole);
    close(to_cut);
    close(to_whole);
    drain(&cut);
    drain(&whole);
    ck_assert_int_eq(cut.pipe, -1);
    ck_assert_uint_eq(cut.size, 30);
    ck_assert_uint_eq(cut.hash, whole.hash);
    capture_close(&cut);
    capture_close(&whole);
    ck_assert_str_eq(contents(scratch("cut")), "0123");
    ck_assert_str_eq(contents(scratch("whole")), "012345678901234567890123456789");
}
END_TEST

START_TEST(trial_outputs_that_differ_have_other_hashes)
{
    struct capture streams[3];
    static const char *const texts[3] = {"ab", "ba", "ab "};
    for (int i = 0; i < 3; i++) {
        int to;
        ck_assert(capture_open(&streams[i], scratch("text"), 0, &to));
        ck_assert_int_eq(write(to, texts[i], strlen(texts[i])), (ssize_t)strlen(texts[i]));
        close(to);
        drain(&streams[i]);
    }
    ck_assert(streams[0].hash != streams[1].hash && streams[0].hash != streams[2].hash);
}
END_TEST

START_TEST(trial_folders_are_private_and_alike)
{
    struct stat status;
    setenv("TMPDIR", scratch(""), 1);
    char *one = temporary_make(), *other = temporary_make();
    ck_assert(one != NULL && other != NULL && strcmp(one, other) != 0);
    ck_assert_uint_eq(strlen(one), strlen(other));
    ck_assert(one[0] == '/' && stat(one, &status) == 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0700);
    temporary_remove(one);
    temporary_remove(other);
}
END_TEST

START_TEST(trial_folders_go_whatever_is_in_them)
{
    setenv("TMPDIR", scratch(""), 1);
    char *folder = temporary_make();
    ck_assert(shell("cd %s && mkdir -p a/b/c && touch a/b/f && ln -s / a/root && mkfifo a/p && "
                    "mkdir ../kept && touch ../kept/f && ln -s ../../kept a/kept && "
                    "chmod 0 a/b/c && chmod 500 a/b && chmod 0 a",
                    folder));
    temporary_remove(folder);
    ck_assert_int_ne(access(folder, F_OK), 0);
    ck_assert(shell("test -e kept/f"));
}
END_TEST

START_TEST(trial_folders_of_others_are_not_used)
{
    if (getuid() != 0)
        SKIP("not root");
    setenv("TMPDIR", scratch("foreign"), 1);
    ck_assert(shell("mkdir foreign && chown 65534 foreign"));
    ck_assert_ptr_null(temporary_make());
    ck_assert(shell("chown 0 foreign"));
    ck_assert_ptr_nonnull(temporary_make());
}
END_TEST

static void expect_failed(const char *making)
{
    struct trial trial = {.folder = strdup(scratch("left"))};
    const struct trial_program asked = {.depth = 16, .records = true};
    ck_assert(shell("rm -rf left && mkdir left && cd left && %s", making));
    trial_read(&trial, 0, &asked);
    ck_assert_int_eq(trial.end, TRIAL_FAILED);
    ck_assert_ptr_null(trial.sites);
    ck_assert_ptr_null(trial.records);
    ck_assert_str_eq(trial.trouble, "memrestrict run ended without a result");
}

/* A program may put other things in their place: nothing waits, and nothing fills the memory. */
START_TEST(trial_results_that_are_something_else)
{
    expect_failed("mkfifo outcome.json sites.json sites.records stderr");
    expect_failed("mkdir outcome.json sites.json stderr");
    expect_failed("ln -s /dev/zero outcome.json && ln -s /dev/zero stderr");
    expect_failed("head -c 268435457 /dev/zero | tr '\\0' ' ' >outcome.json");
    expect_failed("truncate -s 100G stderr");
    expect_failed("truncate -s 100G sites.records");
    expect_failed("ln -s /dev/zero sites.records");
}
END_TEST

Suite *suite_trial(void)
{
    Suite *suite = suite_create("trial");
    formats_add(suite, trial_asks_for_what_it_wants_to_know);
    formats_add(suite, trial_of_many_asks_for_records);
    formats_add(suite, trial_asks_for_nothing_else);
    formats_add(suite, trial_output_is_cut_and_counted_whole);
    formats_add(suite, trial_outputs_that_differ_have_other_hashes);
    formats_add(suite, trial_folders_are_private_and_alike);
    formats_add(suite, trial_folders_go_whatever_is_in_them);
    formats_add(suite, trial_folders_of_others_are_not_used);
    formats_add(suite, trial_results_that_are_something_else);
    return suite;
}
