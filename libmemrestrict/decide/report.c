/* SPDX-License-Identifier: MIT */
#include "decide/report.h"

#include "records/budget.h"
#include "records/fault.h"
#include "decide/gate_refusals.h"
#include "records/ledger.h"
#include "ground/guard.h"
#include "ground/pages.h"
#include "ground/process.h"
#include "common/path_part.h"
#include "common/proc.h"
#include "records/regions.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

enum { NOT_WRITTEN, BEING_WRITTEN, WRITTEN };

static struct report {
    bool to_stderr;
    char pattern[WRITER_PATH];   /* copies: a program may overwrite its environment */
    char directory[WRITER_PATH]; /* the program's at start, for a relative pattern */
    struct sink sink;
    struct sink voice;      /* stderr, for what goes wrong with the report itself */
    const char *heap_owner; /* an object with a malloc of its own */
    bool unreached;         /* another's malloc stands in the place of ours */
    bool heap_owned;        /* ... which does not pass calls on to ours */
    bool maps_owned;        /* nor those of mmap */
    _Atomic int progress;   /* of the report */
    struct text text;
} * report; /* NULL: none is wanted */

static bool append(char *path, size_t *length, const char *word)
{
    size_t more = strlen(word);
    if (more >= WRITER_PATH - *length)
        return false;
    memcpy(path + *length, word, more + 1);
    *length += more;
    return true;
}

/* The pattern's path in this process, absolute, so that chdir does not move it. False: too long. */
static bool expand(char *path)
{
    size_t length = 0;
    struct text number = {.length = 0};
    text_add_number(&number, (uint64_t)process_pid());
    text_add_char(&number, '\0');
    bool fits = report->pattern[0] == '/' ||
                (append(path, &length, report->directory) && append(path, &length, "/"));
    for (const char *at = report->pattern; *at != '\0' && fits; at++) {
        if (*at != '%')
            fits = append(path, &length, (char[]){*at, '\0'});
        else if (*++at == 'p')
            fits = append(path, &length, number.bytes);
        else
            fits = append(path, &length, *at == 'e' ? process_program() : "%");
    }
    return fits;
}

static bool cannot(struct text *complaint, const char *target, int error)
{
    text_add(complaint, "memrestrict: MEMRESTRICT_REPORT: cannot write to ");
    text_add_quoted(complaint, target, strlen(target));
    text_add(complaint, ": ");
    text_add_error(complaint, error);
    text_add_char(complaint, '\n');
    return false;
}

/* A wrong path is said before main, to whoever gave it. A program that was started with it by
 * another, and that has dropped its rights or is in a sandbox by now, goes on without a report. */
static bool goes_on_without(struct text *complaint)
{
    if (process_is_first("MEMRESTRICT_REPORT="))
        return false;
    complaint->length -= complaint->length > 0;
    text_add(complaint, "; no report of ");
    text_add_quoted(complaint, process_program(), strlen(process_program()));
    text_add_char(complaint, '\n');
    writer_stderr(complaint);
    complaint->length = 0;
    report = NULL;
    return true;
}

bool report_start(const struct config *config, struct text *complaint)
{
    if (config->report == NULL)
        return true;
    report = kernel_pages(sizeof *report);
    if (report == NULL)
        return cannot(complaint, config->report, ENOMEM);
    process_program(); /* asked for now: later the program may be in a sandbox */
    report->to_stderr = strcmp(config->report, "stderr") == 0;
    if (report->to_stderr)
        return sink_keep(&report->sink, 2) || cannot(complaint, "stderr", EBADF);
    sink_note(&report->voice, 2);
    memcpy(report->pattern, config->report, strlen(config->report) + 1);
    bool known =
        report->pattern[0] == '/' || kernel_cwd(report->directory, sizeof report->directory);
    if (!known || !expand(report->sink.path))
        return cannot(complaint, report->pattern, ENAMETOOLONG);
    int error = -sink_open(&report->sink);
    if (error <= 0 || error == ENXIO) /* a FIFO that nobody reads yet: perhaps in the end */
        return true;
    return cannot(complaint, report->sink.path, error) || goes_on_without(complaint);
}

void report_owners(const char *object, bool heap, bool maps)
{
    if (report == NULL)
        return;
    report->heap_owner = object;
    report->heap_owned = heap;
    report->maps_owned = maps;
}

void report_unreached(void)
{
    if (report != NULL)
        report->unreached = true;
}

/* A child writes a report of its own: to its own file if the pattern names the process. */
void report_fork_child(void)
{
    if (report == NULL)
        return;
    atomic_store(&report->progress, NOT_WRITTEN);
    if (report->to_stderr || strstr(report->pattern, "%p") == NULL)
        return;
    sink_close(&report->sink);
    expand(report->sink.path);
}

static void add_line(struct text *text, const char *name)
{
    text_add(text, "\n  ");
    text_add(text, name);
    for (size_t length = strlen(name); length < 14; length++)
        text_add_char(text, ' ');
}

static void add_budget(struct text *text)
{
    struct budget_figures budget = budget_read();
    add_line(text, "limit");
    if (budget.limit == BUDGET_UNLIMITED)
        text_add(text, "unlimited");
    else
        text_add_size(text, budget.limit);
    add_line(text, "used");
    text_add_size(text, budget.used);
    add_line(text, "peak");
    text_add_size(text, budget.peak);
}

static void add_site(struct text *text, uint64_t site)
{
    text_add(text, ", site ");
    text_add_hexadecimal(text, site, 16);
}

static void add_faults(struct text *text, const struct gate_figures *figures)
{
    add_line(text, "faults");
    text_add_number(text, figures->faults);
    if (figures->faults == 0)
        return;
    text_add(text, ", first: ");
    text_add(text, call_name(figures->fault_call));
    text_add(text, " of ");
    text_add_size(text, figures->fault_size);
    text_add(text, ", call ");
    text_add_number(text, figures->fault_number);
    text_add(text, " of those that match");
    if (figures->fault_site != 0)
        add_site(text, figures->fault_site);
}

/* What failed though the budget had room. */
static void add_shortage(struct text *text, const char *name, const struct gate_shortage *shortage,
                         const char *why)
{
    if (shortage->count == 0)
        return;
    add_line(text, name);
    text_add(text, "failed ");
    text_add_number(text, shortage->count);
    text_add(text, ", first: ");
    text_add(text, call_name(shortage->call));
    text_add(text, " of ");
    text_add_size(text, shortage->size);
    text_add(text, "; ");
    text_add(text, why);
}

static void add_refusals(struct text *text)
{
    struct gate_figures figures = gate_figures();
    if (fault_on)
        add_faults(text, &figures);
    add_line(text, "refused");
    text_add_number(text, figures.refusals);
    if (figures.refusals > 0) {
        text_add(text, ", first: ");
        text_add(text, call_name(figures.first_call));
        text_add(text, " of ");
        text_add_size(text, figures.first_size);
        text_add(text, " at ");
        text_add_size(text, figures.first_used);
    }
    add_shortage(text, "no records", &figures.shortages[SHORTAGE_OWN],
                 "the library had no memory for them");
    add_shortage(text, "kernel", &figures.shortages[SHORTAGE_KERNEL],
                 "by its own limits, not the budget");
    add_line(text, "unknown frees");
    text_add_number(text, figures.unknown);
}

static void add_live(struct text *text)
{
    struct ledger_live blocks = ledger_live();
    struct regions_live regions = regions_live(&regions_own);
    uint64_t data = proc_bytes("/proc/self/status", "VmData:"),
             seen = blocks.bytes + regions.bytes + pages_held();
    add_line(text, "live");
    text_add_number(text, blocks.blocks);
    text_add(text, blocks.blocks == 1 ? " block, " : " blocks, ");
    text_add_size(text, blocks.bytes);
    text_add(text, "; ");
    text_add_number(text, regions.regions);
    text_add(text, regions.regions == 1 ? " region, " : " regions, ");
    text_add_size(text, regions.bytes);
    add_line(text, "own memory");
    text_add_size(text, pages_held());
    add_line(text, "unseen");
    if (data == 0) {
        text_add(text, "unknown: /proc/self/status cannot be read");
        return;
    }
    text_add_size(text, data > seen ? data - seen : 0);
    text_add(text, " of the kernel's VmData, ");
    text_add_size(text, data);
}

static void add_heap_owner(struct text *text)
{
    if (report->unreached) {
        add_line(text, "heap");
        text_add(text, "not limited: malloc never comes to the library, as under valgrind");
    }
    if (report->heap_owner == NULL)
        return;
    add_line(text, "heap");
    text_add(text, report->heap_owned ? "not limited: " : "limited: ");
    const char *name = path_last_part(report->heap_owner);
    text_add_quoted(text, name, strlen(name));
    text_add(text, " has a malloc of its own");
    if (!report->heap_owned)
        text_add(text, report->maps_owned ? ", which passes calls on; its mappings are not limited"
                                          : ", which passes calls on");
    else
        text_add(text, report->maps_owned ? "; its mappings are not limited either"
                                          : "; its mappings are limited");
}

static void write_summary(void)
{
    struct text *text = &report->text;
    text->length = 0;
    text_add(text, "memrestrict: ");
    text_add_quoted(text, process_program(), strlen(process_program()));
    text_add(text, " (process ");
    text_add_number(text, (uint64_t)process_pid());
    text_add(text, ")");
    add_heap_owner(text);
    add_budget(text);
    add_refusals(text);
    add_live(text);
    text_add_char(text, '\n');
    int error = -sink_write(&report->sink, text);
    if (error > 0 && !report->to_stderr) {
        text->length = 0;
        cannot(text, report->sink.path, error);
        sink_write(&report->voice, text);
    }
}

/* Another thread writes it: when this one ends the process, that is to be over. */
static void await_summary(void)
{
    enum { PATIENCE = 50 }; /* waits of 100 ms at most */
    for (int i = 0; i < PATIENCE && atomic_load(&report->progress) == BEING_WRITTEN; i++)
        kernel_wait(&report->progress, BEING_WRITTEN);
}

void report_write(void)
{
    int progress = NOT_WRITTEN;
    if (report == NULL || guard.reporting || kernel_pid() != process_pid())
        return;
    if (!atomic_compare_exchange_strong(&report->progress, &progress, BEING_WRITTEN)) {
        await_summary();
        return;
    }
    guard.reporting = true;
    write_summary();
    guard.reporting = false;
    atomic_store(&report->progress, WRITTEN);
    kernel_wake_all(&report->progress);
}
