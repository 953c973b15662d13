/* SPDX-License-Identifier: MIT */
#include "outcome/format_prometheus.h"

#include "base/text.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The processes of one program: series are told apart by its name. */
struct program {
    const char *name;
    uint64_t limit, peak; /* the largest */
    uint64_t used, refusals, faults, processes;
};

struct programs {
    struct program *list;
    size_t count;
};

/* A label's value: a backslash that text_safe made is escaped as any other. */
static void write_label(FILE *file, const char *name, const char *value)
{
    char *safe = text_safe_string(value);
    fprintf(file, "%s=\"", name);
    for (const char *at = safe != NULL ? safe : "?"; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            fputc('\\', file);
        fputc(*at, file);
    }
    fputc('"', file);
    free(safe);
}

static void write_value(FILE *file, uint64_t value)
{
    if (value == OUTCOME_UNLIMITED)
        fputs("} +Inf\n", file);
    else
        fprintf(file, "} %" PRIu64 "\n", value);
}

static void write_head(FILE *file, const char *name, const char *type, const char *help)
{
    fprintf(file, "# HELP memrestrict_%s %s\n# TYPE memrestrict_%s %s\n", name, help, name, type);
}

static void write_run(FILE *file, const struct outcome *outcome, const char *name)
{
    fprintf(file, "memrestrict_%s{", name);
    write_label(file, "run", outcome->name);
}

static int compare_names(const void *left, const void *right)
{
    const struct process *const *a = left, *const *b = right;
    return strcmp((*a)->program, (*b)->program);
}

static void add(struct program *program, const struct process *process)
{
    program->name = process->program;
    if (process->limit > program->limit)
        program->limit = process->limit;
    if (process->peak > program->peak)
        program->peak = process->peak;
    program->used += process->used;
    program->refusals += process->refusals;
    program->faults += process->faults;
    program->processes++;
}

static bool programs_gather(struct programs *programs, const struct outcome *outcome)
{
    size_t count = outcome->process_count;
    const struct process **sorted = calloc(count + 1, sizeof *sorted);
    programs->list = calloc(count + 1, sizeof *programs->list);
    programs->count = 0;
    if (sorted == NULL || programs->list == NULL) {
        free(sorted);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        sorted[i] = &outcome->processes[i];
    qsort(sorted, count, sizeof *sorted, compare_names);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(sorted[i]->program, sorted[i - 1]->program) != 0)
            programs->count++;
        add(&programs->list[programs->count - 1], sorted[i]);
    }
    free(sorted);
    return true;
}

static void write_programs(FILE *file, const struct outcome *outcome,
                           const struct programs *programs)
{
    static const struct {
        const char *name, *type, *help;
        size_t offset;
    } rows[] = {
        {"limit_bytes", "gauge", "Budget of each process.", offsetof(struct program, limit)},
        {"peak_bytes", "gauge", "Most that one process of the program used.",
         offsetof(struct program, peak)},
        {"used_bytes", "gauge", "In use when the processes ended.", offsetof(struct program, used)},
        {"refused_total", "counter", "Allocations refused.", offsetof(struct program, refusals)},
        {"faults_total", "counter", "Allocations failed as planned.",
         offsetof(struct program, faults)},
        {"processes", "gauge", "Processes that ran.", offsetof(struct program, processes)},
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        write_head(file, rows[row].name, rows[row].type, rows[row].help);
        for (size_t i = 0; i < programs->count; i++) {
            const char *program = (const char *)&programs->list[i];
            write_run(file, outcome, rows[row].name);
            fputc(',', file);
            write_label(file, "program", programs->list[i].name);
            write_value(file, *(const uint64_t *)(program + rows[row].offset));
        }
    }
}

static void write_outcome(FILE *file, const struct outcome *outcome)
{
    write_head(file, "outcome", "gauge", "1 for what became of the run, 0 for what did not.");
    for (int kind = OUTCOME_NEVER_REFUSED; kind <= OUTCOME_UNOBSERVED; kind++) {
        write_run(file, outcome, "outcome");
        fprintf(file, ",kind=\"%s\"", sentence_kind_id((enum outcome_kind)kind));
        write_value(file, outcome->pid != 0 && outcome_kind(outcome) == (enum outcome_kind)kind);
    }
    write_head(file, "coverage", "gauge", "Processes, by what held them back.");
    for (enum coverage kind = COVERAGE_LIMITED; kind <= COVERAGE_UNKNOWN; kind++) {
        write_run(file, outcome, "coverage");
        fprintf(file, ",state=\"%s\"", sentence_coverage_id(kind));
        write_value(file, outcome_count(outcome, kind));
    }
    write_head(file, "success", "gauge", "1 if the run is a success, else 0.");
    write_run(file, outcome, "success");
    write_value(file, sentence_passed(outcome));
    uint64_t ns = outcome->ended > outcome->began ? outcome->ended - outcome->began : 0;
    write_head(file, "duration_seconds", "gauge", "How long the program ran.");
    write_run(file, outcome, "duration_seconds");
    fprintf(file, "} %" PRIu64 ".%09" PRIu64 "\n", ns / 1000000000, ns % 1000000000);
    if (outcome->grouped) {
        write_head(file, "limit_kills", "gauge", "Processes that the kernel killed at the limit.");
        write_run(file, outcome, "limit_kills");
        write_value(file, outcome->limit_kills);
    }
    if (outcome->tree_limit == OUTCOME_UNLIMITED && !outcome->grouped)
        return;
    write_head(file, "tree_limit_bytes", "gauge", "Budget of all processes together.");
    write_run(file, outcome, "tree_limit_bytes");
    write_value(file, outcome->tree_limit);
    write_head(file, "tree_peak_bytes", "gauge", "Most that all processes together used.");
    write_run(file, outcome, "tree_peak_bytes");
    write_value(file, outcome->tree_peak);
}

bool format_prometheus(FILE *file, const struct outcome *outcome)
{
    struct programs programs;
    bool made = programs_gather(&programs, outcome);
    if (made) {
        write_programs(file, outcome, &programs);
        write_outcome(file, outcome);
    } else {
        errno = ENOMEM;
    }
    free(programs.list);
    return made && fflush(file) == 0 && !ferror(file);
}
