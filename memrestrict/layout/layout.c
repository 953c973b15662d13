/* SPDX-License-Identifier: MIT */
#include "layout/layout.h"

#include "base/message.h"
#include "base/output.h"
#include "base/terminal.h"
#include "space/format_layout.h"
#include "layout/layout_options.h"
#include "layout/start.h"
#include "space/picture_text.h"
#include "layout/run_figures.h"
#include "layout/watch.h"
#include "run/library.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a look finds, and where it goes. */
struct view {
    const struct layout_options *options;
    struct output svg, json;
    struct address_space space;
    char where[64];
};

static bool look(void *into, int pid, const char *where)
{
    struct view *view = into;
    space_free(&view->space);
    snprintf(view->where, sizeof view->where, "%s", where);
    if (!space_read(pid, &view->space))
        return false;
    run_figures_read(&view->space);
    return true;
}

static struct picture_style style_for(const struct layout_options *options)
{
    unsigned width = terminal_size().width;
    setlocale(LC_CTYPE, "");
    return (struct picture_style){
        .width = width < PICTURE_LEAST ? PICTURE_LEAST : width,
        .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .color =
            options->color == 1 || (options->color == 0 && terminal_wants_color(STDOUT_FILENO)),
        .line_end = "\n",
    };
}

static bool write_files(struct view *view, const struct picture *picture)
{
    struct layout_view what = {picture, view->where};
    bool done = output_write(&view->svg, format_layout_svg, &what);
    return output_write(&view->json, format_layout_json, &what) && done;
}

/* Returns the exit status. */
static int show(struct view *view)
{
    const struct layout_options *options = view->options;
    const struct fault_bounds bounds = {options->heap_room};
    struct picture_style style = style_for(options);
    struct fault_list faults;
    struct picture picture;
    bool text = !output_is_stdout(&view->svg) && !output_is_stdout(&view->json);
    if (!faults_find(&view->space, &bounds, &faults)) {
        message("layout: no memory");
        return EXIT_OURS;
    }
    bool done = picture_make(&picture, &view->space, &faults, options->all ? 0 : PICTURE_ROWS);
    if (done && text && !options->quiet)
        done = picture_text(stdout, &picture, view->where, &style);
    if (done && text && !options->quiet)
        done = charges_text(stdout, &view->space, &style);
    if (done && text)
        done = faults_text(stdout, &faults, &style);
    if (!done && !ferror(stdout)) /* that is said at the end of main */
        message("layout: no memory");
    done = done && write_files(view, &picture);
    int status = !done ? EXIT_OURS : options->check && faults_count(&faults) > 0 ? 1 : 0;
    picture_free(&picture);
    faults_free(&faults);
    return status;
}

/* The library and its settings, where there is a budget. False: this has been said. */
static bool make_variables(const struct layout_options *options, struct variable room[4])
{
    struct library library;
    memset(room, 0, 4 * sizeof *room);
    if (options->limit == NULL)
        return true;
    if (!library_find(&library))
        return false;
    char *preload = library_preload(&library, getenv("LD_PRELOAD"));
    if (preload == NULL)
        message("layout: no memory");
    room[0] = (struct variable){"LD_PRELOAD", preload};
    room[1] = (struct variable){"MEMRESTRICT_LIMIT", options->limit};
    if (options->moment == START_REFUSAL)
        room[2] = (struct variable){"MEMRESTRICT_ON_REFUSAL", "stop"};
    return preload != NULL;
}

static bool look_at_program(struct view *view, int *status)
{
    struct variable variables[4];
    const struct start start = {.argv = view->options->argv,
                                .variables = variables,
                                .moment = view->options->moment,
                                .look = look,
                                .into = view};
    *status = EXIT_OURS;
    bool done = make_variables(view->options, variables) && start_and_look(&start, status);
    if (variables[0].name != NULL)
        free((char *)variables[0].value);
    return done;
}

int layout_main(int argc, char **argv)
{
    struct layout_options options;
    struct view view = {.options = &options};
    int status;
    if (!layout_options_read(argc, argv, &options, &status))
        return status;
    if (options.watch != 0)
        return watch_process(&options, style_for(&options));
    status = EXIT_OURS;
    bool done =
        output_open(&view.svg, "svg", options.svg) && output_open(&view.json, "json", options.json);
    if (done && options.pid != 0)
        done = look(&view, options.pid, "");
    else if (done)
        done = look_at_program(&view, &status);
    if (done)
        status = show(&view);
    output_undo(&view.svg);
    output_undo(&view.json);
    space_free(&view.space);
    return status;
}
