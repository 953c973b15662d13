/* SPDX-License-Identifier: MIT */
#include "outcome/sentence.h"

#include "base/size_words.h"
#include "base/string_file.h"
#include "base/text.h"
#include "outcome/format_leaks.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

const char *sentence_kind_id(enum outcome_kind kind)
{
    static const char *const ids[] = {
        [OUTCOME_NEVER_REFUSED] = "never_refused",      [OUTCOME_SURVIVED] = "refused_and_survived",
        [OUTCOME_FAILED] = "refused_then_failed",       [OUTCOME_DIED] = "refused_then_died",
        [OUTCOME_HUNG] = "refused_then_hung",           [OUTCOME_KILLED] = "killed_at_the_limit",
        [OUTCOME_UNOBSERVED] = "refusals_not_observed",
    };
    return ids[kind];
}

const char *sentence_end_id(enum process_end end)
{
    static const char *const ids[] = {
        [PROCESS_RUNNING] = "running", [PROCESS_EXITED] = "exited",
        [PROCESS_KILLED] = "killed",   [PROCESS_REPLACED] = "replaced",
        [PROCESS_ESCAPED] = "escaped", [PROCESS_VANISHED] = "vanished",
    };
    return ids[end];
}

const char *sentence_coverage_id(enum coverage coverage)
{
    static const char *const ids[] = {
        [COVERAGE_LIMITED] = "limited",
        [COVERAGE_ALONE] = "limited_alone",
        [COVERAGE_NONE] = "not_limited",
        [COVERAGE_UNKNOWN] = "not_known",
    };
    return ids[coverage];
}

const char *sentence_signal(int signal, char room[SIGNAL_ROOM])
{
    const char *name = sigabbrev_np(signal);
    if (name != NULL)
        snprintf(room, SIGNAL_ROOM, "SIG%s", name);
    else if (signal >= SIGRTMIN && signal <= SIGRTMAX)
        snprintf(room, SIGNAL_ROOM, "SIGRTMIN+%d", signal - SIGRTMIN);
    else
        snprintf(room, SIGNAL_ROOM, "signal %d", signal);
    return room;
}

const char *sentence_end(const struct process *process, char room[END_ROOM])
{
    char signal[SIGNAL_ROOM];
    switch (process->end) {
    case PROCESS_EXITED: snprintf(room, END_ROOM, "exit %d", process->status); return room;
    case PROCESS_KILLED:
        if (process->status == 0)
            return strcpy(room, "killed");
        snprintf(room, END_ROOM, "killed by %s", sentence_signal(process->status, signal));
        return room;
    case PROCESS_RUNNING: return strcpy(room, "still running");
    case PROCESS_REPLACED: return strcpy(room, "exec of another program");
    case PROCESS_ESCAPED: return strcpy(room, "exec, unlimited from there");
    case PROCESS_VANISHED: break;
    }
    return strcpy(room, "ended unseen");
}

bool sentence_passed(const struct outcome *outcome)
{
    bool good_end =
        outcome->left || (outcome->exited && outcome->status == 0 && !outcome->timed_out);
    bool forgiven = !outcome->refusals_fail || !outcome_met_limit(outcome);
    bool covered = outcome->lenient || outcome_uncovered(outcome) == 0;
    return outcome->pid != 0 && good_end && forgiven && covered && !outcome_leaks_fail(outcome);
}

void sentence_command(FILE *file, const struct outcome *outcome)
{
    for (char **word = outcome->argv; word != NULL && *word != NULL; word++) {
        if (word != outcome->argv)
            fputc(' ', file);
        text_safe(file, *word);
    }
}

char *sentence_string(void (*write)(FILE *, const struct outcome *), const struct outcome *outcome)
{
    struct string_file string;
    FILE *file = string_file_open(&string);
    if (file == NULL)
        return NULL;
    write(file, outcome);
    return string_file_close(&string);
}

/* The sentence */

void sentence_refusal(FILE *file, const struct refusal *refusal)
{
    char size[SIZE_ROOM], pair[SIZE_PAIR_ROOM];
    uint64_t asked = refusal->size == UINT64_MAX ? UINT64_MAX - 1 : refusal->size;
    static const char *const owners[] = {
        [LIMIT_OF_RUN] = "",
        [LIMIT_OF_RUN_AROUND] = ", by the limit of the run around it",
        [LIMIT_OF_RUN_WITHIN] = ", by the limit of a run within it",
    };
    fprintf(file, "%s of %s at %s%s%s", refusal->call, size_words(asked, size),
            size_pair(refusal->used, refusal->limit, pair),
            refusal->by_tree ? " for all processes" : "", owners[refusal->of]);
}

static const char *ordinal_end(uint64_t number)
{
    static const char *const ends[] = {"th", "st", "nd", "rd"};
    bool teen = number % 100 / 10 == 1;
    return !teen && number % 10 < 4 ? ends[number % 10] : "th";
}

void sentence_fault(FILE *file, const struct fault_struck *fault)
{
    char size[SIZE_ROOM];
    uint64_t asked = fault->size == UINT64_MAX ? UINT64_MAX - 1 : fault->size;
    fprintf(file, "%s of %s, the %" PRIu64 "%s", fault->call, size_words(asked, size),
            fault->number, ordinal_end(fault->number));
}

/* A child that was refused, and whose end, which is not the program's, was none that is known to be
 * good. */
static bool failed_by_itself(const struct outcome *outcome, const struct process *process)
{
    bool failed = process->end == PROCESS_EXITED && process->status != 0;
    return process->pid != outcome->pid && (process->refusals | process->faults) != 0 &&
           (failed || process->end == PROCESS_KILLED || process->end == PROCESS_VANISHED);
}

static bool all_survived(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++)
        if (failed_by_itself(outcome, &outcome->processes[i]))
            return false;
    return outcome->status == 0;
}

static void write_own_end(FILE *file, const struct process *process)
{
    char end[END_ROOM];
    if (process->end == PROCESS_EXITED)
        fprintf(file, ", which exited %d", process->status);
    else if (process->end == PROCESS_KILLED)
        fprintf(file, ", %s%s%s", sentence_end(process, end), process->crash != NULL ? " in " : "",
                process->crash != NULL ? process->crash : "");
    else
        fputs(", which ended unseen, perhaps killed", file);
}

/* Whose it was, unless that goes without saying. */
static void write_owner(FILE *file, const struct outcome *outcome, const struct process *process)
{
    if (strcmp(process->program, outcome->name) != 0 || process->pid != outcome->pid) {
        fputs(process->first.of == LIMIT_OF_RUN ? " by " : ", in ", file);
        text_safe(file, process->program);
    }
    if (process->pid != outcome->pid)
        fprintf(file, ", process %d", process->pid);
    if (failed_by_itself(outcome, process))
        write_own_end(file, process);
    fputc(')', file);
}

static void write_failed(FILE *file, const struct outcome *outcome, uint64_t faults)
{
    const struct process *first = outcome_first_fault(outcome);
    fprintf(file, "failed %" PRIu64 " allocation%s as planned", faults, faults == 1 ? "" : "s");
    fputs(faults == 1 ? " (" : " (first: ", file);
    sentence_fault(file, &first->first_fault);
    write_owner(file, outcome, first);
}

static void write_refused(FILE *file, const struct outcome *outcome, uint64_t refusals)
{
    const struct process *first = outcome_first_refused(outcome);
    size_t processes = 0;
    for (size_t i = 0; i < outcome->process_count; i++)
        processes += outcome->processes[i].refusals != 0;
    fprintf(file, "refused %" PRIu64 " allocation%s", refusals, refusals == 1 ? "" : "s");
    if (processes > 1)
        fprintf(file, " in %zu processes", processes);
    if (first == NULL || first->first.call == NULL)
        return;
    fputs(refusals == 1 ? " (" : " (first: ", file);
    sentence_refusal(file, &first->first);
    write_owner(file, outcome, first);
}

/* The kernel's part: what it killed, and how near the limit was. */
static void write_group(FILE *file, const struct outcome *outcome)
{
    char pair[SIZE_PAIR_ROOM];
    bool limited = outcome->tree_limit != OUTCOME_UNLIMITED;
    if (outcome->limit_kills != 0)
        fprintf(file, "killed at the limit: %" PRIu64 " process%s", outcome->limit_kills,
                outcome->limit_kills == 1 ? "" : "es");
    else
        fputs("nothing killed", file);
    if (outcome->limit_kills == 0 && outcome->limit_met != 0)
        fprintf(file, ", the limit met %" PRIu64 " time%s", outcome->limit_met,
                outcome->limit_met == 1 ? "" : "s");
    if (outcome->tree_peak == 0 && limited)
        fprintf(file, " (peak not known, limit %s for all processes)",
                size_words(outcome->tree_limit, pair));
    else
        fprintf(file, " (peak %s%s)", size_pair(outcome->tree_peak, outcome->tree_limit, pair),
                limited ? " for all processes" : ", no limit");
}

static bool is_beyond(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->process_count; i++)
        if (outcome->processes[i].beyond)
            return true;
    return false;
}

/* What the limit had to say to it, though it never said no. */
static void write_unrefused(FILE *file, const struct outcome *outcome)
{
    char pair[SIZE_PAIR_ROOM];
    bool tree = outcome->tree_limit != OUTCOME_UNLIMITED;
    uint64_t peak = tree ? outcome->tree_peak : outcome_peak(outcome);
    uint64_t limit = tree ? outcome->tree_limit : outcome->limit;
    bool part = outcome_uncovered(outcome) != 0;
    if (outcome->grouped)
        write_group(file, outcome);
    else if (outcome->unobserved)
        fputs("limit in force, refusals not observed", file);
    else if (part && outcome_count(outcome, COVERAGE_LIMITED) == 0)
        fputs("nothing was limited", file);
    else if (outcome->process_count == 0)
        fputs("nothing refused, nothing seen", file);
    else
        fprintf(file, "nothing refused%s (peak %s%s)",
                part                 ? " of what was limited"
                : is_beyond(outcome) ? " of what was charged"
                                     : "",
                size_pair(peak, limit, pair),
                limit == OUTCOME_UNLIMITED ? ", no limit"
                : tree                     ? " for all processes"
                                           : "");
}

static void write_end(FILE *file, const struct outcome *outcome, bool refused)
{
    char signal[SIGNAL_ROOM], time[DURATION_ROOM];
    bool survived = refused && all_survived(outcome);
    const struct process *last = outcome_main(outcome);
    const char *place = last != NULL ? last->crash : NULL;
    if (outcome->timed_out)
        fprintf(file, refused ? ", hung: ended after %s" : ", ended by the time limit after %s",
                duration_words(outcome->ended - outcome->began, time));
    else if (outcome->left)
        fprintf(file, "%s, runs on without a limit", survived ? ", survived" : "");
    else if (outcome->exited)
        fprintf(file, "%s, exit %d", survived ? ", survived" : "", outcome->status);
    else
        fprintf(file, ", killed by %s%s%s%s", sentence_signal(outcome->status, signal),
                place != NULL ? " in " : "", place != NULL ? place : "",
                outcome->core_dumped ? " (core dumped)" : "");
}

void sentence_write(FILE *file, const struct outcome *outcome)
{
    uint64_t refusals = outcome_refusals(outcome), faults = outcome_faults(outcome);
    if (outcome->pid == 0) {
        fputs("was never started", file);
        return;
    }
    if (faults != 0)
        write_failed(file, outcome, faults);
    else if (outcome->fault_plan != NULL)
        fputs("the plan failed nothing", file);
    if ((faults != 0 || outcome->fault_plan != NULL) && (refusals != 0 || faults == 0))
        fputs(", ", file);
    if (refusals != 0)
        write_refused(file, outcome, refusals);
    else if (faults == 0)
        write_unrefused(file, outcome);
    write_end(file, outcome, (refusals | faults) != 0);
    format_leaks_clause(file, outcome);
    if (outcome->seed_made) {
        fputs("; the plan was ", file);
        text_safe(file, outcome->fault_plan);
    }
}

/* Coverage */

static const char *coverage_words(enum coverage coverage)
{
    static const char *const words[] = {
        [COVERAGE_LIMITED] = "limited",
        [COVERAGE_ALONE] = "limited alone",
        [COVERAGE_NONE] = "not limited",
        [COVERAGE_UNKNOWN] = "not known",
    };
    return words[coverage];
}

/* Those of which there is no row. */
static void write_unlisted(FILE *file, const struct outcome *outcome, enum coverage coverage)
{
    uint64_t count = outcome_count(outcome, coverage);
    fprintf(file, "%s: %" PRIu64 " process%s, ", coverage_words(coverage), count,
            count == 1 ? "" : "es");
    fputs(coverage == COVERAGE_ALONE ? "for which the accounts had no room"
                                     : "that came and went faster than one could look",
          file);
}

static void write_first(FILE *file, const struct process *process, uint64_t count, size_t width)
{
    enum { NAME_LEAST = 12 };
    char head[80] = "", number[32] = "", tail[160];
    char *name = text_safe_string(process->command != NULL ? process->command : process->program);
    if (count > 1)
        snprintf(head, sizeof head, "%" PRIu64 " processes, first ", count);
    if (process->pid != 0)
        snprintf(number, sizeof number, " (process %d)", process->pid);
    snprintf(tail, sizeof tail, "%s: %s", number, process->why != NULL ? process->why : "?");
    size_t others = strlen(coverage_words(process->coverage)) + 2 + strlen(head) + strlen(tail);
    size_t left = width > others + NAME_LEAST ? width - others : NAME_LEAST;
    if (name != NULL && strchr(name, ' ') == NULL && text_width(name) > left) { /* only a path */
        free(name);
        name = text_safe_string(process->program);
    }
    fprintf(file, "%s: %s", coverage_words(process->coverage), head);
    text_cut(file, name != NULL ? name : "?", left);
    fputs(tail, file);
    free(name);
}

void sentence_coverage(FILE *file, const struct outcome *outcome, enum coverage coverage,
                       size_t width)
{
    uint64_t count = outcome_count(outcome, coverage);
    const struct process *first = outcome_first_covered(outcome, coverage);
    if (count != 0 && first == NULL)
        write_unlisted(file, outcome, coverage);
    else if (count != 0)
        write_first(file, first, count, width);
}

void sentence_uncovered(FILE *file, const struct outcome *outcome)
{
    static const enum coverage gravest[] = {COVERAGE_NONE, COVERAGE_UNKNOWN, COVERAGE_ALONE};
    for (unsigned i = 0; i < sizeof gravest / sizeof *gravest; i++)
        if (outcome_count(outcome, gravest[i]) != 0) {
            sentence_coverage(file, outcome, gravest[i], SIZE_MAX);
            return;
        }
}
