/* SPDX-License-Identifier: MIT */
#include "run/layout_run.h"

#include "base/duration.h"
#include "base/json_write.h"
#include "base/message.h"
#include "base/text.h"
#include "run/kernel_reason.h"
#include "run/space_account.h"
#include "space/format_layout.h"
#include "space/picture_text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t millisecond = 1000000, never = UINT64_MAX, least_pause = 20000000,
                      heap_room = 16 << 20;
enum { SHARE = 20, WIDTH = 100 }; /* looks take 1/SHARE of the time at most */

struct layout_run {
    struct roster *roster;
    const struct outcome *outcome;
    struct kernel_reason reason;
    bool wanted;                /* by --layout */
    struct address_space space; /* the last look; count 0: none yet */
    uint64_t when, next;        /* of that look; not before */
    uint64_t refused;           /* when the first refusal was, by its process's word; 0: none */
    bool done;                  /* the refused process was looked at, or cannot be any more */
    bool missed;
    const char *failed; /* the call that the kernel had failed when it was looked at; NULL: none */
};

bool layout_run_open(struct layout_run **layout, const struct run_options *options,
                     struct roster *roster, const struct outcome *outcome)
{
    *layout = calloc(1, sizeof **layout);
    if (*layout == NULL) {
        message("no memory");
        return false;
    }
    (*layout)->wanted = options->reports[REPORT_LAYOUT] != NULL;
    (*layout)->roster = roster;
    (*layout)->outcome = outcome;
    return true;
}

void layout_run_close(struct layout_run *layout)
{
    space_free(&layout->space);
    kernel_reason_free(&layout->reason);
    free(layout);
}

static void add_account(struct address_space *space, struct roster *roster)
{
    struct roster_tree tree = roster_tree(roster);
    struct roster_process process;
    for (unsigned at = 0; roster_next(roster, &at, &process); at++)
        if (space_account_take(space, &tree, &process))
            return;
}

/* Keeps what there was where there is nothing new. */
static bool look_at(struct layout_run *layout, int pid, uint64_t now)
{
    struct address_space space;
    if (!space_try(pid, &space))
        return false;
    add_account(&space, layout->roster);
    space_free(&layout->space);
    layout->space = space;
    layout->when = now;
    return true;
}

static bool find_refused(struct roster *roster, struct roster_process *process)
{
    for (unsigned at = 0; roster_next(roster, &at, process); at++)
        if (process->refusals > 0 && process->seen && process->pid != 0)
            return true;
    return false;
}

/* After a call that the kernel failed there is only a refusal by the budget to be looked for. */
static void look_at_failure(struct layout_run *layout, uint64_t now)
{
    struct roster_process process;
    for (unsigned at = 0; roster_next(layout->roster, &at, &process); at++)
        if (process.kernel.count > 0 && process.seen && process.live &&
            look_at(layout, process.pid, now)) {
            layout->failed = process.kernel.call;
            return;
        }
}

static void look_for_layout(struct layout_run *layout, uint64_t now)
{
    struct roster_process process;
    if (find_refused(layout->roster, &process)) {
        layout->refused = process.first.when;
        layout->done = true;
        layout->missed = !process.live || !look_at(layout, process.pid, now);
        return;
    }
    if (layout->failed == NULL)
        look_at_failure(layout, now);
    if (layout->failed == NULL && now >= layout->next) {
        look_at(layout, layout->outcome->pid, now);
        uint64_t pause = (duration_now() - now) * SHARE;
        layout->next = now + (pause > least_pause ? pause : least_pause);
    }
}

uint64_t layout_run_look(struct layout_run *layout, uint64_t now)
{
    kernel_reason_look(&layout->reason, layout->roster, now);
    bool looks = layout->wanted && !layout->done;
    if (looks)
        look_for_layout(layout, now);
    return looks ? millisecond : layout->reason.done ? never : least_pause;
}

void layout_run_reasons(struct layout_run *layout, struct outcome *outcome)
{
    kernel_reason_settle(&layout->reason, outcome);
}

static uint64_t milliseconds(uint64_t from, uint64_t to)
{
    return to > from ? (to - from) / millisecond : 0;
}

static void say_moment(const struct layout_run *layout, const struct outcome *outcome,
                       char room[128])
{
    if (layout->done && !layout->missed)
        snprintf(room, 128, "%" PRIu64 " ms after its first refusal",
                 milliseconds(layout->refused, layout->when));
    else if (layout->failed != NULL)
        snprintf(room, 128, "after the kernel refused %s", layout->failed);
    else
        snprintf(room, 128, "%" PRIu64 " ms before its end%s",
                 milliseconds(layout->when, outcome->ended),
                 layout->done || outcome_refusals(outcome) > 0
                     ? ", and not after its first refusal: that was too late to be seen"
                     : "");
}

static bool ends_in(const char *path, const char *end)
{
    size_t length = strlen(path), more = strlen(end);
    return length > more && strcmp(path + length - more, end) == 0;
}

static bool write_nothing(FILE *file, const char *path, const char *name)
{
    static const char why[] = "no address space was seen: it did not run, or not long enough";
    message("--layout: %s: %s", name, why);
    if (ends_in(path, ".json"))
        return json_write(file, json_pack("{s:s, s:i, s:n, s:s}", "schema", "memrestrict-layout",
                                          "version", 1, "process", "missing", why));
    if (ends_in(path, ".svg"))
        return fprintf(file,
                       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"40\">"
                       "<text x=\"10\" y=\"25\">%s</text></svg>\n",
                       why) > 0;
    text_safe(file, name);
    return fprintf(file, ": %s\n", why) > 0;
}

static bool write_text(FILE *file, const struct layout_view *view)
{
    setlocale(LC_CTYPE, "");
    const struct picture_style style = {
        .width = WIDTH,
        .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .line_end = "\n",
    };
    return picture_text(file, view->picture, view->moment, &style) &&
           charges_text(file, view->picture->space, &style) &&
           faults_text(file, view->picture->faults, &style);
}

static bool write_seen(const struct layout_run *layout, FILE *file, const char *path)
{
    const struct fault_bounds bounds = {heap_room};
    struct fault_list faults;
    struct picture picture;
    char moment[128];
    errno = ENOMEM;
    if (!faults_find(&layout->space, &bounds, &faults))
        return false;
    say_moment(layout, layout->outcome, moment);
    bool done = picture_make(&picture, &layout->space, &faults, PICTURE_ROWS);
    const struct layout_view view = {&picture, moment};
    if (done)
        done = ends_in(path, ".json")  ? format_layout_json(file, &view)
               : ends_in(path, ".svg") ? format_layout_svg(file, &view)
                                       : write_text(file, &view);
    picture_free(&picture);
    faults_free(&faults);
    return done;
}

bool layout_run_write(const struct layout_run *layout, struct reports *reports)
{
    FILE *file = reports_file(reports, REPORT_LAYOUT);
    const char *path = reports->of[REPORT_LAYOUT].path;
    if (file == NULL)
        return path == NULL;
    return reports_finish(reports, REPORT_LAYOUT,
                          layout->space.count > 0
                              ? write_seen(layout, file, path)
                              : write_nothing(file, path, layout->outcome->name));
}
