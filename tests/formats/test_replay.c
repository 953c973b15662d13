/* SPDX-License-Identifier: MIT
 *
 * The line that does a run again, and words for a shell.
 */
#include "formats.h"

#include "base/replay.h"
#include "base/shell.h"

#include <string.h>

START_TEST(shell_words_are_read_back_by_a_shell)
{
    NEEDS("bash");
    static char *const words[] = {"plain",   "",        "two words", "it's",  "$HOME `x` \"y\"",
                                  "a\nb\tc", "\033[1m", "\377\\'",   "-x=%1", "~/*?[a]{b,c}#!",
                                  NULL};
    FILE *file = fopen(scratch("words"), "w");
    shell_words(file, words);
    fclose(file);
    ck_assert(
        shell("{ printf \"printf '%%%%s\\\\\\\\0' \"; cat words; } >line && bash line >back"));
    file = fopen(scratch("good"), "w");
    for (char *const *word = words; *word != NULL; word++)
        fwrite(*word, 1, strlen(*word) + 1, file);
    fclose(file);
    ck_assert(shell("cmp back good"));
    ck_assert(strchr(contents(scratch("words")), '\n') == NULL);
}
END_TEST

static char *const program[] = {"./a b", "-x"};

START_TEST(replay_says_what_decides_quoted)
{
    const struct replay replay = {.fault = "call=malloc,nth=5;p=1",
                                  .options = "--limit=64M --count=heap",
                                  .words = program,
                                  .count = 2,
                                  .input = "in put"};
    ck_assert_str_eq(replay_line(&replay),
                     "memrestrict run --fault='call=malloc,nth=5;p=1' --limit=64M --count=heap "
                     "-- './a b' -x <'in put'");
}
END_TEST

START_TEST(replay_has_an_empty_argument)
{
    static char *const words[] = {"./prog", ""};
    const struct replay replay = {.options = "", .words = words, .count = 2};
    ck_assert_str_eq(replay_line(&replay), "memrestrict run -- ./prog ''");
}
END_TEST

START_TEST(replay_says_nothing_else)
{
    const struct replay replay = {.options = "", .words = program, .count = 1};
    ck_assert_str_eq(replay_line(&replay), "memrestrict run -- './a b'");
    ck_assert_str_eq(replay_in_debugger(&replay),
                     "memrestrict run --program='a b' -- gdb -ex run --args './a b'");
}
END_TEST

START_TEST(replay_leaves_our_input_to_the_debugger)
{
    const struct replay replay = {
        .fault = "nth=5", .options = "", .words = program, .count = 2, .input = "in put"};
    ck_assert_str_eq(replay_in_debugger(&replay),
                     "memrestrict run --fault=nth=5 --program='a b' -- "
                     "gdb -ex 'run <'\\''in put'\\''' --args './a b' -x");
}
END_TEST

Suite *suite_replay(void)
{
    Suite *suite = suite_create("replay");
    formats_add(suite, shell_words_are_read_back_by_a_shell);
    formats_add(suite, replay_says_what_decides_quoted);
    formats_add(suite, replay_has_an_empty_argument);
    formats_add(suite, replay_says_nothing_else);
    formats_add(suite, replay_leaves_our_input_to_the_debugger);
    return suite;
}
