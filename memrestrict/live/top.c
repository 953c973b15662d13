/* SPDX-License-Identifier: MIT */
#include "live/top.h"

#include "base/arguments.h"
#include "base/duration.h"
#include "live/usage_rows.h"
#include "live/find_runs.h"
#include "base/message.h"
#include "base/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { KEY_INTERVAL = 0x100, ESCAPE = 27, CONTROL_C = 3 };

static const uint64_t second = 1000000000, least_interval = 10000000;

static error_t take(int key, char *value, void *into)
{
    if (key != KEY_INTERVAL)
        return ARGP_ERR_UNKNOWN;
    if (duration_parse(value, into) && *(uint64_t *)into >= least_interval)
        return 0;
    message_usage("--interval: cannot understand '%.200s'; accepted: " DURATION_ACCEPTED
                  ", at least 10ms",
                  value);
    return EINVAL;
}

static bool read_options(int argc, char **argv, uint64_t *interval, int *status)
{
    static const struct argp_option options[] = {
        {"interval", KEY_INTERVAL, "DURATION", 0, "between two views (default: 1s)", 0},
        {0},
    };
    const struct arguments arguments = {
        .name = "memrestrict top",
        .words = "",
        .doc = "Shows what 'memrestrict ps' does, renewed until q is pressed.",
        .options = options,
        .take = take,
        .into = interval,
    };
    char **words;
    int count;
    *interval = second;
    return arguments_read(&arguments, argc, argv, &words, &count, status);
}

static bool draw(void)
{
    struct found_runs found;
    struct usage_rows rows = {NULL, 0};
    struct terminal_size size = terminal_size();
    struct usage_style style = {size.width, size.height > 4 ? size.height - 4 : 1,
                                terminal_wants_color(STDOUT_FILENO), TERMINAL_CLEAR_LINE "\n"};
    bool done = find_runs_open(&found);
    for (size_t i = 0; i < found.count && done; i++)
        done = usage_rows_add(&rows, &found.runs[i], NULL);
    if (done) {
        printf(TERMINAL_HOME "memrestrict top: %zu run%s; q to leave" TERMINAL_CLEAR_LINE
                             "\n" TERMINAL_CLEAR_LINE "\n",
               found.count, found.count == 1 ? "" : "s");
        usage_rows_print(stdout, &rows, &style);
        printf(TERMINAL_CLEAR_REST);
    }
    usage_rows_free(&rows);
    find_runs_close(&found);
    return fflush(stdout) == 0 && done;
}

int top_main(int argc, char **argv)
{
    uint64_t interval;
    int status;
    char key = '\0';
    if (!read_options(argc, argv, &interval, &status))
        return status;
    if (!terminal_open("top", "'memrestrict ps' prints the same once"))
        return EXIT_OURS;
    enum terminal_event event = TERMINAL_DRAW;
    bool done = true;
    while (done && event != TERMINAL_END && key != 'q' && key != 'Q' && key != ESCAPE &&
           key != CONTROL_C) {
        done = draw();
        if (done)
            event = terminal_wait(interval, &key);
    }
    terminal_close();
    return done ? EXIT_SUCCESS : EXIT_OURS;
}
