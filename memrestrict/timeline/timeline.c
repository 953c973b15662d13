/* SPDX-License-Identifier: MIT */
#include "timeline/timeline.h"

#include "base/text.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)

/* A process that is being looked at, as it was written last. */
struct watched {
    uint64_t began; /* with pid: which process. pid 0: none */
    int pid;
    uint64_t used, limit, peak;
    bool refused;
    char *label; /* its name, quoted as CSV needs */
    uint64_t tick;
};

/* What was written of a process, for who comes after. */
struct written_process {
    uint64_t began;
    int pid;
    bool refused, open; /* open: its end was not written */
    uint64_t peak;
};

struct timeline {
    FILE *file;
    uint64_t began, now, flushed;
    uint64_t calls, stride, rows; /* of every `stride` calls one is a sample */
    uint64_t tree_used, tree_limit;
    struct watched watched[ACCOUNTS_SLOTS]; /* by slot */
    unsigned top;                           /* none from here on */
    struct written_process *records;
    size_t record_count, record_room;
    int error;
};

struct row {
    uint64_t when;
    const char *event, *label;
    int pid;
    uint64_t used, limit, asked; /* asked: UINT64_MAX is none */
};

static void write_limit(FILE *file, uint64_t limit)
{
    if (limit != ACCOUNTS_UNLIMITED)
        fprintf(file, "%" PRIu64, limit);
}

static void write_row(struct timeline *timeline, const struct row *row)
{
    uint64_t us = row->when > timeline->began ? (row->when - timeline->began) / 1000 : 0;
    fprintf(timeline->file, "%" PRIu64 ".%06" PRIu64 ",%s,%d,%s,%" PRIu64 ",", us / 1000000,
            us % 1000000, row->event, row->pid, row->label, row->used);
    write_limit(timeline->file, row->limit);
    fputc(',', timeline->file);
    write_limit(timeline->file, row->asked);
    fputc('\n', timeline->file);
    timeline->rows++;
}

/* The name in quotes where CSV wants them. The caller frees it. */
static char *make_label(const char *name)
{
    char *safe = text_safe_string(name), *quoted = NULL;
    if (safe == NULL || strpbrk(safe, ",\"") == NULL)
        return safe;
    char *to = quoted = malloc(2 * strlen(safe) + 3);
    if (to != NULL) {
        *to++ = '"';
        for (const char *at = safe; *at != '\0'; at++) {
            if (*at == '"')
                *to++ = '"';
            *to++ = *at;
        }
        strcpy(to, "\"");
    }
    free(safe);
    return quoted;
}

static const char *label_of(const char *label) { return label != NULL ? label : "?"; }

static void flush(struct timeline *timeline)
{
    if (fflush(timeline->file) != 0)
        timeline->error = errno;
}

struct timeline *timeline_open(FILE *file, uint64_t began)
{
    struct timeline *timeline = calloc(1, sizeof *timeline);
    if (timeline == NULL)
        return NULL;
    timeline->file = file;
    timeline->began = timeline->now = timeline->flushed = began;
    timeline->stride = 1;
    fputs(TIMELINE_HEADER "\n", file);
    flush(timeline);
    return timeline;
}

static void keep(struct timeline *timeline, const struct watched *watched, bool open)
{
    if (timeline->record_count == timeline->record_room) {
        size_t room = timeline->record_room * 2 + 64;
        struct written_process *more = reallocarray(timeline->records, room, sizeof *more);
        if (more == NULL) {
            timeline->error = ENOMEM;
            return;
        }
        timeline->records = more;
        timeline->record_room = room;
    }
    timeline->records[timeline->record_count++] = (struct written_process){
        watched->began, watched->pid, watched->refused, open, watched->peak};
}

/* Looks away from a process: it has ended, or nobody looks any more. */
static void retire(struct timeline *timeline, struct watched *watched, bool ended)
{
    if (watched->pid == 0)
        return;
    if (ended)
        write_row(timeline, &(struct row){timeline->now, "end", label_of(watched->label),
                                          watched->pid, 0, watched->limit, UINT64_MAX});
    keep(timeline, watched, !ended);
    free(watched->label);
    *watched = (struct watched){0};
}

static void greet(struct watched *watched, const struct process *process)
{
    *watched = (struct watched){
        .began = process->began, .pid = process->pid, .label = make_label(process->program)};
    watched->used = UINT64_MAX; /* so that it is written */
}

static void sample_refusal(struct timeline *timeline, struct watched *watched,
                           const struct process *process)
{
    const struct refusal *first = &process->first;
    if (watched->refused || process->refusals == 0)
        return;
    watched->refused = true;
    write_row(timeline, &(struct row){first->when, first->by_tree ? "refused_by_tree" : "refused",
                                      label_of(watched->label), watched->pid, first->used,
                                      first->limit, first->size});
}

/* A peak is worth a row if what is used now is clearly below it: stocks make it a little higher. */
static void sample_peak(struct timeline *timeline, struct watched *watched, uint64_t used,
                        uint64_t peak)
{
    if (peak > watched->peak && peak - peak / 32 > used)
        write_row(timeline, &(struct row){timeline->now, "peak", label_of(watched->label),
                                          watched->pid, peak, watched->limit, UINT64_MAX});
    watched->peak = peak;
}

static void sample_process(struct timeline *timeline, struct watched *watched,
                           const struct process *process)
{
    uint64_t used = process->used, limit = process->limit;
    bool changed = used != watched->used || limit != watched->limit;
    watched->limit = limit;
    sample_refusal(timeline, watched, process);
    sample_peak(timeline, watched, used, process->peak);
    if (changed)
        write_row(timeline, &(struct row){timeline->now, "used", label_of(watched->label),
                                          watched->pid, used, limit, UINT64_MAX});
    watched->used = used;
}

static void sample_tree(struct timeline *timeline, uint64_t limit, uint64_t used)
{
    if (limit == ACCOUNTS_UNLIMITED)
        return;
    if (used != timeline->tree_used || limit != timeline->tree_limit)
        write_row(timeline, &(struct row){timeline->now, "tree", "", 0, used, limit, UINT64_MAX});
    timeline->tree_used = used;
    timeline->tree_limit = limit;
}

/* Thins out and flushes. */
static void tidy(struct timeline *timeline)
{
    if (timeline->rows >= TIMELINE_ROWS) {
        timeline->stride *= 2;
        timeline->rows = 0;
    }
    if (timeline->now - timeline->flushed >= SECOND) {
        flush(timeline);
        timeline->flushed = timeline->now;
    }
}

bool timeline_begin_sample(struct timeline *timeline, uint64_t now)
{
    if (timeline->calls++ % timeline->stride != 0)
        return false;
    timeline->now = now;
    return true;
}

void timeline_sample(struct timeline *timeline, unsigned place, const struct process *process)
{
    struct watched *watched = &timeline->watched[place];
    if (watched->pid != process->pid || watched->began != process->began) {
        retire(timeline, watched, true);
        greet(watched, process);
    }
    watched->tick = timeline->calls;
    sample_process(timeline, watched, process);
    if (place >= timeline->top)
        timeline->top = place + 1;
}

void timeline_end_sample(struct timeline *timeline, uint64_t tree_limit, uint64_t tree_used)
{
    for (unsigned place = 0; place < timeline->top; place++)
        if (timeline->watched[place].tick != timeline->calls)
            retire(timeline, &timeline->watched[place], true);
    sample_tree(timeline, tree_limit, tree_used);
    tidy(timeline);
}

/* What the outcome adds. */

static int compare_records(const void *left, const void *right)
{
    const struct written_process *a = left, *b = right;
    if (a->began != b->began)
        return a->began < b->began ? -1 : 1;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

static void add_process(struct timeline *timeline, const struct process *process,
                        const struct written_process *seen)
{
    const struct refusal *first = &process->first;
    char *label = make_label(process->program);
    uint64_t end = process->ended != 0 ? process->ended : timeline->now;
    struct row row = {process->began, "used",    label_of(label), process->pid, 0,
                      process->limit, UINT64_MAX};
    if (seen == NULL)
        write_row(timeline, &row);
    if (first->call != NULL && (seen == NULL || !seen->refused))
        write_row(timeline,
                  &(struct row){first->when, first->by_tree ? "refused_by_tree" : "refused",
                                row.label, process->pid, first->used, first->limit, first->size});
    row.when = end;
    row.event = "peak";
    row.used = process->peak;
    if (seen == NULL || process->peak > seen->peak)
        write_row(timeline, &row);
    row.event = "end";
    row.used = 0;
    if (process->ended != 0 && (seen == NULL || seen->open))
        write_row(timeline, &row);
    free(label);
}

static void add_outcome(struct timeline *timeline, const struct outcome *outcome)
{
    if (timeline->record_count != 0)
        qsort(timeline->records, timeline->record_count, sizeof *timeline->records,
              compare_records);
    for (size_t i = 0; i < outcome->process_count; i++) {
        const struct process *process = &outcome->processes[i];
        struct written_process key = {.began = process->began, .pid = process->pid};
        const struct written_process *seen =
            timeline->record_count == 0 ? NULL
                                        : bsearch(&key, timeline->records, timeline->record_count,
                                                  sizeof *timeline->records, compare_records);
        add_process(timeline, process, seen);
    }
}

bool timeline_close(struct timeline *timeline, const struct outcome *outcome)
{
    for (unsigned slot = 0; slot < timeline->top; slot++)
        retire(timeline, &timeline->watched[slot], false);
    if (outcome != NULL)
        add_outcome(timeline, outcome);
    bool failed = ferror(timeline->file);
    flush(timeline);
    int error = timeline->error;
    free(timeline->records);
    free(timeline);
    if (error != 0 || failed)
        errno = error != 0 ? error : EIO;
    return error == 0 && !failed;
}
