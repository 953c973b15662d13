/* SPDX-License-Identifier: MIT */
#include "layout/run_figures.h"
#include "layout/watch.h"

#include "base/message.h"
#include "base/string_file.h"
#include "base/terminal.h"
#include "common/proc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ESCAPE = 27, CONTROL_C = 3, HEAD_LINES = 10, LEAST_LINES = 7 };

/* The last look, kept to compare the next with. */
struct watch {
    const struct layout_options *options;
    struct picture_style style;
    struct address_space before;
    bool any, screen;
    bool over; /* what we look at has ended */
};

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    while ((text = strchr(text, '\n')) != NULL) {
        lines++;
        text++;
    }
    return lines;
}

/* The last line says if there are more than there is room for. */
static void write_lines(const struct watch *watch, const char *text, size_t room)
{
    size_t lines = count_lines(text), whole = lines > room ? room - 1 : lines;
    for (size_t i = 0; i < whole; i++) {
        size_t length = strcspn(text, "\n") + 1;
        fwrite(text, 1, length, stdout);
        text += length;
    }
    if (whole < lines)
        printf("%zu more lines: the terminal is too low%s", lines - whole, watch->style.line_end);
}

/* What stands below the picture; the caller frees it. NULL: no memory. */
static char *words_of(const struct watch *watch, const struct address_space *space,
                      const struct fault_list *faults)
{
    struct string_file words;
    FILE *file = string_file_open(&words);
    bool done = file != NULL &&
                (watch->options->quiet || charges_text(file, space, &watch->style)) &&
                faults_text(file, faults, &watch->style);
    char *text = file != NULL ? string_file_close(&words) : NULL;
    if (done)
        return text;
    free(text);
    return NULL;
}

/* The same of the picture, with so many rows at most, as far as there can be. */
static char *drawing_of(const struct watch *watch, const struct address_space *space,
                        const struct fault_list *faults, size_t most)
{
    struct picture picture;
    struct string_file drawing;
    FILE *file = string_file_open(&drawing);
    bool done = file != NULL && picture_make(&picture, space, faults, most);
    if (done && watch->any)
        picture_compare(&picture, &watch->before);
    if (done) {
        done = picture_text(file, &picture, "", &watch->style);
        picture_free(&picture);
    }
    char *text = file != NULL ? string_file_close(&drawing) : NULL;
    if (done)
        return text;
    free(text);
    return NULL;
}

/* On a screen the words come first, up to half of it: the picture has what is left. */
static bool draw(struct watch *watch, const struct address_space *space,
                 const struct fault_list *faults)
{
    struct terminal_size size = terminal_size();
    watch->style.width = size.width < PICTURE_LEAST ? PICTURE_LEAST : size.width;
    char *words = words_of(watch, space, faults), *drawing = NULL;
    size_t height = size.height > LEAST_LINES ? size.height - 1 : LEAST_LINES;
    size_t below = words != NULL ? count_lines(words) : 0;
    below = watch->screen && below > height / 2 ? height / 2 : below;
    size_t most = watch->options->all               ? 0
                  : !watch->screen                  ? PICTURE_ROWS
                  : height - below > 2 * HEAD_LINES ? height - below - HEAD_LINES
                                                    : HEAD_LINES;
    bool done = words != NULL;
    if (done && !watch->options->quiet)
        done = (drawing = drawing_of(watch, space, faults, most)) != NULL;
    fputs(watch->screen ? TERMINAL_HOME : "", stdout);
    if (drawing != NULL)
        write_lines(watch, drawing, watch->screen ? height - below : SIZE_MAX);
    if (words != NULL)
        write_lines(watch, words, watch->screen ? below : SIZE_MAX);
    fputs(watch->screen ? TERMINAL_CLEAR_REST : "\n", stdout);
    free(drawing);
    free(words);
    if (!done)
        message("layout: no memory");
    return fflush(stdout) == 0 && done;
}

/* Has the process that we look at ended, or was another started with its ID? */
static bool is_over(const struct watch *watch)
{
    struct proc_stat stat;
    return proc_stat_of(watch->options->pid, &stat) != 0 || stat.state == 'Z' ||
           (watch->any && stat.start_time != watch->before.start_time);
}

/* One that ends between two looks, or in the middle of one, is no trouble, nor one that becomes
 * another program just then. What is said is said on the screen that stays. */
static bool read_space(struct watch *watch, struct address_space *space)
{
    for (int tries = 0; tries < 3; tries++)
        if (space_try(watch->options->pid, space))
            return true;
    watch->over = watch->any && is_over(watch);
    if (watch->over)
        return false;
    if (watch->screen)
        terminal_close();
    watch->screen = false;
    return space_read(watch->options->pid, space);
}

static bool look(struct watch *watch)
{
    struct address_space space;
    if (!read_space(watch, &space))
        return watch->over;
    run_figures_read(&space);
    const struct fault_bounds bounds = {watch->options->heap_room};
    struct fault_list faults;
    bool done = faults_find(&space, &bounds, &faults);
    if (done) {
        done = draw(watch, &space, &faults);
        faults_free(&faults);
    }
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
    watch.style.brief = watch.screen;
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
