/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include "timeline/plot.h"
#include "timeline/timeline.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD TIMELINE_HEADER "\n"
#define ROWS                                                                                       \
    HEAD "0.0,used,7,sort,0,67108864,\n0.5,used,7,sort,33554432,67108864,\n"                       \
         "0.9,refused,7,sort,66000000,67108864,1048576\n1.0,end,7,sort,0,67108864,\n"

/* Runs `memrestrict plot ARGUMENTS` with its output in files "out" and "err"; its exit status. */
static int plot(const char *input, char *first, char *second, char *third)
{
    char *argv[] = {"plot", first, second, third, NULL};
    int status, argc = 1;
    while (argv[argc] != NULL)
        argc++;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(open(input, O_RDONLY), 0);
        dup2(creat(scratch("out"), 0600), 1);
        dup2(creat(scratch("err"), 0600), 2);
        setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
        status = plot_main(argc, argv);
        fflush(stdout);
        _exit(status);
    }
    ck_assert(pid > 0 && waitpid(pid, &status, 0) == pid);
    ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

/* The timeline drawn on an ASCII terminal of 60 columns. */
static char *drawn(const char *timeline)
{
    put_file(scratch("t.csv"), timeline);
    setenv("LC_ALL", "C", 1);
    setenv("COLUMNS", "60", 1);
    ck_assert_int_eq(plot(scratch("t.csv"), NULL, NULL, NULL), 0);
    return contents(scratch("out"));
}

static void expect_refusal(const char *timeline, const char *message)
{
    put_file(scratch("t.csv"), timeline);
    ck_assert_int_eq(plot("/dev/null", (char *)scratch("t.csv"), NULL, NULL), 125);
    char *err = contents(scratch("err"));
    expect_has(err, message);
    ck_assert_msg(strchr(err, '\n') == err + strlen(err) - 1, "not one line: %s", err);
    ck_assert_str_eq(contents(scratch("out")), "");
}

START_TEST(the_terminal_shows_peak_limit_and_refusal)
{
    char *text = drawn(ROWS);
    ck_assert_str_eq(
        strtok(text, "\n"),
        "sort (process 7): peak 62.9 of 64.0 MiB, first refused after 900 ms (1.0 MiB)");
    ck_assert_str_eq(strtok(NULL, "\n"),
                     "  64.0 MiB +------------------------------------------x::::");
}
END_TEST

START_TEST(the_graph_keeps_to_its_columns)
{
    char *text = strstr(drawn(ROWS), "\n\n") + 2;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        ck_assert_msg(strlen(line) <= 60, "%s", line);
}
END_TEST

START_TEST(a_terminal_with_utf8_gets_blocks)
{
    put_file(scratch("t.csv"), ROWS);
    setenv("LC_ALL", "C.UTF-8", 1);
    ck_assert_int_eq(plot("/dev/null", (char *)scratch("t.csv"), NULL, NULL), 0);
    expect_has(contents(scratch("out")), "\xe2\x96\x88");
}
END_TEST

START_TEST(a_limit_far_above_does_not_flatten_the_graph)
{
    char *text = drawn(HEAD "0.0,used,7,sort,1024,67108864,\n1.0,end,7,sort,0,67108864,\n");
    expect_has(text, "peak 1.0 KiB of 64.0 MiB (the limit is far above)");
    expect_has(text, "   1.0 KiB +#####");
}
END_TEST

START_TEST(several_processes_have_a_line_each)
{
    char *text = drawn(HEAD "0,used,7,sort,4096,,\n0,used,8,cat,2048,,\n1,used,8,cat,1024,,\n");
    expect_has(text, "sort (process 7): peak 4.0 KiB, no limit");
    expect_has(text, "\ncat 8 ");
}
END_TEST

START_TEST(the_tree_comes_first)
{
    char *text = drawn(HEAD "0,used,7,sort,4096,,\n0,tree,0,,2048,8192,\n1,tree,0,,2048,8192,\n");
    ck_assert_int_eq(strncmp(text, "all processes: peak 2.0 of 8.0 KiB\n", 35), 0);
}
END_TEST

START_TEST(thousands_of_processes_are_put_together)
{
    char *rows = NULL;
    size_t length;
    FILE *file = open_memstream(&rows, &length);
    fputs(HEAD, file);
    for (int pid = 1; pid <= 5000; pid++)
        fprintf(file, "%d.0,used,%d,sh,1000,,\n%d.5,end,%d,sh,0,,\n", pid, pid, pid, pid);
    fclose(file);
    char *text = drawn(rows);
    expect_has(text, "\n4992 others");
    expect_has(text, " 1000 bytes\n");
}
END_TEST

START_TEST(rows_may_come_late)
{
    char *text = drawn(HEAD "0.0,used,7,sort,0,,\n1.0,end,7,sort,0,,\n0.5,peak,7,sort,1048576,,\n");
    expect_has(text, "peak 1.0 MiB");
}
END_TEST

START_TEST(a_last_row_that_was_cut_off_is_left_out)
{
    expect_has(drawn(ROWS "1.1,used,7,so"), "peak 62.9 of 64.0 MiB");
}
END_TEST

START_TEST(a_name_in_quotes_is_one_name)
{
    expect_has(drawn(HEAD "0.0,used,7,\"a,\"\"b\"\"\",5,,\n"), "a,\"b\" (process 7): peak 5 bytes");
}
END_TEST

START_TEST(a_name_cannot_steer_the_terminal)
{
    expect_lacks(drawn(HEAD "0.0,used,7,\033[2J,5,,\n"), "\033");
}
END_TEST

START_TEST(another_file_is_refused_with_its_line)
{
    expect_refusal("", "is empty: expected what --timeline writes, seconds,event,");
    expect_refusal("a,b,c\n",
                   "line 1: not the head of a timeline: expected what --timeline writes");
    expect_refusal(HEAD, "has no rows");
    expect_refusal(HEAD "1,used,7,sort,5,,\n1,used,7,sort\n", "line 3: not a row of a timeline");
    expect_refusal(HEAD "nan,used,7,sort,5,,\n", "line 2: not a row");
    expect_refusal(HEAD "1,used,7,sort,-5,,\n", "line 2: not a row");
    expect_refusal(HEAD "1,used,7,sort,,,\n", "line 2: not a row");
    expect_refusal(HEAD "1,used,7,\"sort,5,,\n", "line 2: not a row");
    expect_refusal(HEAD "1,used,7,sort,99999999999999999999,,\n", "line 2: not a row");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_said)
{
    ck_assert_int_eq(plot("/dev/null", (char *)scratch("none.csv"), NULL, NULL), 125);
    expect_has(contents(scratch("err")), "none.csv: cannot read: No such file or directory\n");
    ck_assert_int_eq(plot("/dev/null", "/", NULL, NULL), 125);
    expect_has(contents(scratch("err")), "/: cannot read: Is a directory\n");
}
END_TEST

START_TEST(wrong_options_are_said)
{
    put_file(scratch("t.csv"), ROWS);
    ck_assert_int_eq(plot(scratch("t.csv"), "-o", "x.jpg", NULL), 125);
    expect_has(
        contents(scratch("err")),
        "plot: --output: cannot understand 'x.jpg'; accepted: a name that ends in .png or .svg");
    ck_assert_int_eq(plot(scratch("t.csv"), "a", "b", NULL), 125);
    expect_has(contents(scratch("err")),
               "too many words; accepted: memrestrict plot [-o FILE] [TIMELINE]");
    ck_assert_int_eq(plot(scratch("t.csv"), "--colour", NULL, NULL), 125);
    ck_assert_int_eq(plot(scratch("t.csv"), "--help", NULL, NULL), 0);
}
END_TEST

START_TEST(a_png_is_drawn)
{
    NEEDS("gnuplot");
    put_file(scratch("t.csv"), ROWS);
    ck_assert_int_eq(plot("/dev/null", "-o", (char *)scratch("p.png"), (char *)scratch("t.csv")),
                     0);
    ck_assert_int_eq(strncmp(contents(scratch("p.png")), "\x89PNG\r\n", 6), 0);
    ck_assert_str_eq(contents(scratch("err")), "");
}
END_TEST

START_TEST(an_svg_is_drawn_whatever_the_name)
{
    NEEDS("gnuplot");
    NEEDS("xmllint");
    put_file(scratch("t.csv"),
             HEAD "0.0,used,7,\"a'b <$c> {/=9 \\ `id`\",5,9,\n"
                  "0.5,refused,7,\"a'b <$c> {/=9 \\ `id`\",5,9,7\n1.0,tree,0,,5,20,\n");
    ck_assert_int_eq(plot("/dev/null", "-o", (char *)scratch("p.svg"), (char *)scratch("t.csv")),
                     0);
    ck_assert(shell("xmllint --noout p.svg"));
    ck_assert(shell("grep -Fq '(process 7)' p.svg && grep -Fq '/=9 \\ `id`' p.svg"));
}
END_TEST

START_TEST(a_picture_has_the_first_line_of_the_terminals_plot)
{
    NEEDS("gnuplot");
    char *first = strtok(drawn(ROWS), "\n");
    expect_has(first, "sort (process 7): peak 62.9 of 64.0 MiB");
    ck_assert_int_eq(plot("/dev/null", "-o", (char *)scratch("p.svg"), (char *)scratch("t.csv")),
                     0);
    expect_has(contents(scratch("p.svg")), first);
}
END_TEST

START_TEST(a_missing_gnuplot_is_said_and_the_picture_kept)
{
    put_file(scratch("t.csv"), ROWS);
    put_file(scratch("old.png"), "old");
    setenv("PATH", "/nonexistent", 1);
    ck_assert_int_eq(plot("/dev/null", "-o", (char *)scratch("old.png"), (char *)scratch("t.csv")),
                     125);
    expect_has(contents(scratch("err")),
               "plot: gnuplot is missing: install it (Debian: gnuplot-nox)");
    ck_assert_str_eq(contents(scratch("old.png")), "old");
}
END_TEST

START_TEST(a_gnuplot_that_fails_is_said_and_the_picture_kept)
{
    put_file(scratch("t.csv"), ROWS);
    put_file(scratch("old.png"), "old");
    put_file(scratch("gnuplot"), "#!/bin/sh\nexit 1\n");
    chmod(scratch("gnuplot"), 0700);
    setenv("PATH", scratch("."), 1);
    ck_assert_int_eq(plot("/dev/null", "-o", (char *)scratch("old.png"), (char *)scratch("t.csv")),
                     125);
    expect_has(contents(scratch("err")), "plot: gnuplot could not draw the picture\n");
    ck_assert_str_eq(contents(scratch("old.png")), "old");
}
END_TEST

START_TEST(a_full_disk_is_noticed_by_plot)
{
    NEEDS("gnuplot");
    put_file(scratch("t.csv"), ROWS);
    ck_assert_int_eq(symlink("/dev/full", scratch("full.png")), 0);
    ck_assert_int_eq(plot("/dev/null", "-o", (char *)scratch("full.png"), (char *)scratch("t.csv")),
                     125);
    expect_has(contents(scratch("err")), "memrestrict: --output: cannot write to ");
    expect_has(contents(scratch("err")), "full.png: No space left on device\n");
}
END_TEST

Suite *suite_plot(void)
{
    Suite *suite = suite_create("plot");
    formats_add(suite, the_terminal_shows_peak_limit_and_refusal);
    formats_add(suite, the_graph_keeps_to_its_columns);
    formats_add(suite, a_terminal_with_utf8_gets_blocks);
    formats_add(suite, a_limit_far_above_does_not_flatten_the_graph);
    formats_add(suite, several_processes_have_a_line_each);
    formats_add(suite, the_tree_comes_first);
    formats_add(suite, thousands_of_processes_are_put_together);
    formats_add(suite, rows_may_come_late);
    formats_add(suite, a_last_row_that_was_cut_off_is_left_out);
    formats_add(suite, a_name_in_quotes_is_one_name);
    formats_add(suite, a_name_cannot_steer_the_terminal);
    formats_add(suite, another_file_is_refused_with_its_line);
    formats_add(suite, a_file_that_cannot_be_read_is_said);
    formats_add(suite, wrong_options_are_said);
    formats_add(suite, a_png_is_drawn);
    formats_add(suite, an_svg_is_drawn_whatever_the_name);
    formats_add(suite, a_picture_has_the_first_line_of_the_terminals_plot);
    formats_add(suite, a_missing_gnuplot_is_said_and_the_picture_kept);
    formats_add(suite, a_gnuplot_that_fails_is_said_and_the_picture_kept);
    formats_add(suite, a_full_disk_is_noticed_by_plot);
    return suite;
}
