/* SPDX-License-Identifier: MIT */
#include "timeline/plot.h"

#include "base/arguments.h"
#include "timeline/plot_data.h"
#include "timeline/plot_picture.h"
#include "timeline/plot_read.h"
#include "timeline/plot_text.h"
#include "base/message.h"
#include "base/terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { KEEP = 8, WIDTH_LEAST = 20, WIDTH_MOST = 1000, PIXELS = 1200 };

static error_t take(int key, char *value, void *into)
{
    const char **picture = into;
    (void)key;
    *picture = value;
    if (plot_picture_known(value))
        return 0;
    message_usage(
        "plot: --output: cannot understand '%.200s'; accepted: a name that ends in .png or "
        ".svg",
        value);
    return EINVAL;
}

/* False: *status is what to exit with. */
static bool read_arguments(int argc, char **argv, const char **picture, const char **timeline,
                           int *status)
{
    static const struct argp_option options[] = {
        {"output", 'o', "FILE", 0, "draw a picture by gnuplot: FILE.png or FILE.svg", 0},
        {0},
    };
    const struct arguments arguments = {
        .name = "memrestrict plot",
        .words = "[-o FILE] [TIMELINE]",
        .doc = "Draws what --timeline has written ('-', or nothing: standard input) on the "
               "terminal, "
               "or into a picture."
               "\v"
               "  memrestrict --timeline=sort.csv -l 64M sort big.txt\n"
               "  memrestrict plot sort.csv\n"
               "  memrestrict plot -o sort.svg sort.csv",
        .most = 1,
        .options = options,
        .take = take,
        .into = picture,
    };
    char **words;
    int count;
    if (!arguments_read(&arguments, argc, argv, &words, &count, status))
        return false;
    *timeline = count == 1 ? words[0] : NULL;
    return true;
}

static unsigned terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    long width = columns != NULL ? strtol(columns, NULL, 10) : 0;
    if (width <= 0 && ioctl(1, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        width = 80;
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : (unsigned)width;
}

static bool draw_text(const struct plot_data *data)
{
    setlocale(LC_CTYPE, "");
    struct plot_text_style style = {
        .width = terminal_width(),
        .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .color = terminal_wants_color(STDOUT_FILENO),
    };
    bool done = plot_text(stdout, data, &style);
    if (!done && !ferror(stdout)) /* that is said at the end of main */
        message("plot: no memory");
    return done;
}

static bool draw_picture(const char *path, struct plot_data *data)
{
    plot_data_thin(data, PIXELS);
    return plot_picture(path, data);
}

static bool read_timeline(const char *path, struct plot_data *data)
{
    if (path == NULL || strcmp(path, "-") == 0) {
        if (isatty(STDIN_FILENO))
            message("plot: reading a timeline from standard input");
        return plot_read(stdin, "standard input", data);
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        message("plot: %s: cannot read: %s", path, strerror(errno));
        return false;
    }
    bool done = plot_read(file, path, data);
    fclose(file);
    return done;
}

int plot_main(int argc, char **argv)
{
    const char *picture = NULL, *timeline;
    struct plot_data data;
    int status;
    if (!read_arguments(argc, argv, &picture, &timeline, &status))
        return status;
    if (!read_timeline(timeline, &data))
        return EXIT_OURS;
    bool done = plot_data_fold(&data, KEEP);
    if (!done)
        message("plot: no memory");
    else
        done = picture != NULL ? draw_picture(picture, &data) : draw_text(&data);
    plot_data_free(&data);
    return done ? EXIT_SUCCESS : EXIT_OURS;
}
