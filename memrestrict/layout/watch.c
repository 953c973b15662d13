/* SPDX-License-Identifier: MIT */
#include "layout/run_figures.h"
#include "layout/watch.h"

#include "base/message.h"
#include "base/terminal.h"
#include "common/proc.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ESCAPE = 27, CONTROL_C = 3, HEAD_LINES = 9 };

/* The last look, kept to compare the next with. */
struct watch {
    const struct layout_options *options;
    struct picture_style style;
    struct address_space before;
    bool any, screen;
    bool over; /* what we look at has ended */
};

static size_t rows_for(const struct watch *watch)
{
    unsigned height = terminal_size().height;
    if (watch->options->all)
        return 0;
    if (!watch->screen)
        return PICTURE_ROWS;
    return height > HEAD_LINES + 8 ? height - HEAD_LINES : 8;
}

static bool draw(struct watch *watch, const struct address_space *space)
{
    const struct fault_bounds bounds = {watch->options->heap_room};
    struct fault_list faults;
    struct picture picture;
    unsigned width = terminal_size().width;
    watch->style.width = width < PICTURE_LEAST ? PICTURE_LEAST : width;
    if (!faults_find(space, &bounds, &faults))
        return false;
    bool done = picture_make(&picture, space, &faults, rows_for(watch));
    if (done && watch->any)
        picture_compare(&picture, &watch->before);
    if (watch->screen)
        fputs(TERMINAL_HOME, stdout);
    done = done && (watch->options->quiet || picture_text(stdout, &picture, "", &watch->style)) &&
           charges_text(stdout, space, &watch->style) &&
           faults_text(stdout, &faults, &watch->style);
    fputs(watch->screen ? TERMINAL_CLEAR_REST : "\n", stdout);
    picture_free(&picture);
    faults_free(&faults);
    return fflush(stdout) == 0 && done;
}

/* Has the process that we look at ended, or was another started with its ID? */
static bool is_over(const struct watch *watch)
{
    struct proc_stat stat;
    return proc_stat_of(watch->options->pid, &stat) != 0 || stat.state == 'Z' ||
           (watch->any && stat.start_time != watch->before.start_time);
}

/* One that ends between two looks, or in the middle of one, is no trouble. */
static bool read_space(struct watch *watch, struct address_space *space)
{
    if (space_try(watch->options->pid, space))
        return true;
    watch->over = watch->any && is_over(watch);
    return !watch->over && space_read(watch->options->pid, space);
}

static bool look(struct watch *watch)
{
    struct address_space space;
    if (!read_space(watch, &space))
        return watch->over;
    run_figures_read(&space);
    bool done = draw(watch, &space);
    if (watch->any)
        space_free(&watch->before);
    watch->before = space;
    watch->any = true;
    return done;
}

/* False: somebody wants it to end. */
static bool wait_for_next(const struct watch *watch)
{
    const uint64_t second = 1000000000;
    char key = '\0';
    if (!watch->screen) {
        struct timespec time = {(time_t)(watch->options->watch / second),
                                (long)(watch->options->watch % second)};
        nanosleep(&time, NULL);
        return true;
    }
    return terminal_wait(watch->options->watch, &key) != TERMINAL_END && key != 'q' && key != 'Q' &&
           key != ESCAPE && key != CONTROL_C;
}

int watch_process(const struct layout_options *options, struct picture_style style)
{
    struct watch watch = {.options = options, .style = style};
    bool done = true;
    if (is_over(&watch)) {
        message("there is no process %d", options->pid);
        return EXIT_OURS;
    }
    watch.screen = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && options->color != 2;
    if (watch.screen && !terminal_open("layout", "into a pipe the looks follow each other"))
        return EXIT_OURS;
    watch.style.line_end = watch.screen ? TERMINAL_CLEAR_LINE "\n" : "\n";
    do
        done = look(&watch);
    while (done && !watch.over && wait_for_next(&watch) && !is_over(&watch));
    if (watch.screen)
        terminal_close();
    if (watch.any)
        space_free(&watch.before);
    return done ? EXIT_SUCCESS : EXIT_OURS;
}
