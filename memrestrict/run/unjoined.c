/* SPDX-License-Identifier: MIT */
#include "run/unjoined.h"

#include "base/duration.h"
#include "base/text.h"
#include "common/config.h"
#include "common/proc.h"
#include "run/command_line.h"
#include "run/descendants.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST = 1 << 20, /* rows: who starts ever more programs fills our memory */
    JOINS = 8192    /* that are remembered */
};

/* How long a program may take until it joins, in nanoseconds: as a rule, and on a busy machine. */
static const uint64_t start_patience = UINT64_C(500) * 1000 * 1000,
                      most_patience = UINT64_C(10) * 1000 * 1000 * 1000;

struct outsider { /* a program that the library is not in */
    int pid, parent;
    uint64_t start_time; /* 0: unknown */
    uint64_t when;
    enum coverage coverage;
    const char *why;
    bool noted, spawned;
    bool taken; /* it was limited by other means: it has a row */
    bool hosts; /* a program that joined is in its process, and is what was to be limited */
    char *path, *command; /* command: NULL, if it could not be read */
};

struct join {
    int pid, own_pid; /* as the kernel shows it; as it calls itself */
    uint64_t start_time;
    uint32_t number;
    bool forked, hosted;
    bool used; /* a note was of this */
};

struct unjoined {
    const char *patterns;
    struct outcome *outcome;
    struct outsider *programs;
    size_t count, lost;
    bool last, waits, ignored;
    unsigned next_join;
    struct join joins[JOINS];
};

struct unjoined *unjoined_open(const char *patterns, struct outcome *outcome)
{
    struct unjoined *unjoined = calloc(1, sizeof *unjoined);
    if (unjoined == NULL)
        return NULL;
    unjoined->patterns = patterns;
    unjoined->outcome = outcome;
    return unjoined;
}

void unjoined_ignore(struct unjoined *unjoined) { unjoined->ignored = true; }

/* valgrind's tools are static, and load the program by themselves. */
static void find_host(struct unjoined *unjoined, const struct roster_process *guest)
{
    for (size_t i = unjoined->count; i-- > 0;) {
        struct outsider *host = &unjoined->programs[i];
        bool fits = host->start_time == 0 || host->start_time == guest->start_time;
        if (fits && (host->pid == guest->pid || host->pid == guest->own_pid)) {
            host->hosts = true;
            return;
        }
    }
}

void unjoined_joined(struct unjoined *unjoined, const struct roster_process *process)
{
    if (process->hosted && !process->forked)
        find_host(unjoined, process);
    unjoined->joins[unjoined->next_join++ % JOINS] = (struct join){
        .pid = process->pid,
        .own_pid = process->own_pid,
        .start_time = process->start_time,
        .number = process->number,
        .forked = process->forked,
        .hosted = process->hosted,
    };
}

/* Findings */

static struct outsider *add(struct unjoined *unjoined, const char *path)
{
    size_t count = unjoined->count;
    if (count < MOST && (count & (count - 1)) == 0) {
        size_t room = count == 0 ? 1 : 2 * count;
        struct outsider *grown = reallocarray(unjoined->programs, room, sizeof *grown);
        if (grown == NULL)
            return NULL;
        unjoined->programs = grown;
    }
    char *kept = count < MOST ? strdup(path) : NULL;
    if (kept == NULL) {
        unjoined->lost++;
        return NULL;
    }
    unjoined->programs[count] = (struct outsider){.path = kept};
    return &unjoined->programs[unjoined->count++];
}

/* Who has a note is known better by it; two of one beginning and one name are taken for one. */
static struct outsider *find(const struct unjoined *unjoined, int pid, uint64_t start_time,
                             const char *path)
{
    for (size_t i = unjoined->count; i-- > 0;) {
        struct outsider *program = &unjoined->programs[i];
        bool same_number = program->pid == pid;
        bool same_start = start_time != 0 && program->start_time == start_time;
        bool same_name = strcmp(text_last_part(program->path), text_last_part(path)) == 0;
        bool unknown_start = start_time == 0 || program->start_time == 0;
        if ((same_number && (same_start || unknown_start)) || (same_start && same_name))
            return program;
    }
    return NULL;
}

void unjoined_seen(struct unjoined *unjoined, int pid, uint64_t start_time, const char *path,
                   enum coverage coverage, const char *why)
{
    struct proc_stat stat = {0};
    struct outsider *program = find(unjoined, pid, start_time, path);
    if (program != NULL && program->command != NULL)
        return;
    char *command = command_line_read(pid);
    if (program != NULL) {
        program->command = command;
        return;
    }
    program = add(unjoined, path);
    if (program == NULL) {
        free(command);
        return;
    }
    proc_stat_of(pid, &stat);
    program->pid = pid;
    program->parent = stat.parent;
    program->start_time = start_time;
    program->when = duration_now();
    program->coverage = coverage;
    program->why = why;
    program->command = command;
}

/* Notes */

static const char *why_by_note(const struct exec_note *note)
{
    static const char *const words[EXEC_KINDS] = {
        [EXEC_DYNAMIC] = "the library had not joined",
        [EXEC_STATIC] = "statically linked",
        [EXEC_PRIVILEGED] = "set-user-ID or the like",
        [EXEC_OTHER_CLASS] = "of another word size",
        [EXEC_OTHER_MACHINE] = "for another machine",
        [EXEC_CLEANED] = "its environment lacked the library",
        [EXEC_OUT_OF_REACH] = "the library is out of its reach",
        [EXEC_UNKNOWN] = "its file cannot be read",
    };
    return note->flags & EXEC_ALONE ? "the accounts are out of its reach" : words[note->kind];
}

/* With no number known, a child that was to be started, and may not have been. */
static enum coverage coverage_by_note(const struct exec_note *note)
{
    if (exec_note_pid(note) == 0 && !(note->flags & EXEC_SHELL))
        return COVERAGE_UNKNOWN;
    if (note->kind == EXEC_DYNAMIC && (note->flags & EXEC_ALONE))
        return COVERAGE_ALONE;
    return note->kind == EXEC_DYNAMIC || note->kind == EXEC_UNKNOWN ? COVERAGE_UNKNOWN
                                                                    : COVERAGE_NONE;
}

/* Where programs are named, others are as asked. */
static bool is_meant(const struct unjoined *unjoined, const struct exec_note *note)
{
    return unjoined->patterns == NULL ||
           config_names(unjoined->patterns, text_last_part(note->path)) ||
           ((note->flags & EXEC_SCRIPT) &&
            config_names(unjoined->patterns, text_last_part(note->interpreter)));
}

/* Slots are numbered as they are taken, modulo a number that is far beyond those in between. */
static bool is_later(const struct join *join, const struct exec_note *note)
{
    uint32_t ahead = (join->number - (uint32_t)note->joined) % ACCOUNT_NUMBERS;
    return ahead < ACCOUNT_NUMBERS / 2;
}

/* The joining that the note was of: the first that is later. */
static struct join *match(struct unjoined *unjoined, const struct exec_note *note)
{
    int pid = exec_note_pid(note);
    unsigned count = unjoined->next_join < JOINS ? unjoined->next_join : JOINS;
    for (unsigned i = unjoined->next_join - count; i != unjoined->next_join; i++) {
        struct join *join = &unjoined->joins[i % JOINS];
        if (pid != 0 && join->own_pid == pid && !join->used && !join->forked &&
            (note->start_time == 0 || join->start_time == note->start_time) && is_later(join, note))
            return join;
    }
    return NULL;
}

/* Is the library still in it, or again? Then it has not become a program without. */
static bool has_library(int pid)
{
    char path[32], line[PATH_MAX + 128];
    bool has = false;
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && !has && fgets(line, sizeof line, file) != NULL)
        has = strstr(line, "/libmemrestrict.so") != NULL;
    if (file != NULL)
        fclose(file);
    return has;
}

/* Of a program that joins by itself: has it, or is it gone? Else it is waited for. */
static bool is_settled_dynamic(struct unjoined *unjoined, const struct exec_note *note, bool gone)
{
    if (gone || unjoined->last || match(unjoined, note) != NULL)
        return true;
    uint64_t now = duration_now();
    unjoined->waits = true;
    return now > note->when && now - note->when > most_patience;
}

static bool is_settled(void *context, const struct exec_note *note, bool gone)
{
    struct unjoined *unjoined = context;
    int pid = exec_note_pid(note);
    if (!is_meant(unjoined, note) || gone || unjoined->last || (note->flags & EXEC_SHELL))
        return true;
    if (note->kind == EXEC_DYNAMIC && !(note->flags & EXEC_ALONE))
        return is_settled_dynamic(unjoined, note, gone);
    if (pid == 0)
        return false; /* the call goes on */
    return (note->flags & EXEC_SPAWNED) || note->kind == EXEC_DYNAMIC || !has_library(pid);
}

/* Where the run ends meanwhile, what was just started joins later: it is in nobody's way. */
static bool is_new(const struct exec_note *note)
{
    uint64_t now = duration_now();
    return now < note->when || now - note->when < start_patience;
}

/* Did the program never begin, or was it limited after all? */
static bool is_nothing(struct unjoined *unjoined, const struct exec_note *note, bool gone)
{
    int pid = exec_note_pid(note);
    if (!is_meant(unjoined, note))
        return true;
    if (note->kind == EXEC_DYNAMIC && (note->flags & EXEC_ALONE))
        return false;
    struct join *join = match(unjoined, note);
    if (note->kind != EXEC_DYNAMIC && (join == NULL || !join->hosted)) /* it is in the call still */
        return !gone && !(note->flags & (EXEC_SPAWNED | EXEC_SHELL)) && pid != 0 &&
               has_library(pid);
    if (join != NULL)
        join->used = true;
    return join != NULL || gone || pid == 0 || is_new(note);
}

/* As the kernel shows a process that is in a PID namespace of its own, if it had joined before. */
static int outer_number(const struct unjoined *unjoined, int pid, uint64_t start_time)
{
    for (unsigned i = 0; i < JOINS && start_time != 0; i++)
        if (unjoined->joins[i].own_pid == pid && unjoined->joins[i].start_time == start_time)
            return unjoined->joins[i].pid;
    return pid;
}

static void take(void *context, const struct exec_note *note, bool gone)
{
    struct unjoined *unjoined = context;
    int pid = exec_note_pid(note);
    if (is_nothing(unjoined, note, gone))
        return;
    pid = outer_number(unjoined, pid, note->start_time);
    struct outsider *program = pid != 0 ? find(unjoined, pid, note->start_time, note->path) : NULL;
    if (program == NULL || program->noted)
        program = add(unjoined, note->path);
    if (program == NULL)
        return;
    program->pid = pid;
    program->parent = note->parent;
    program->start_time = note->start_time;
    program->when = note->when < duration_now() ? note->when : duration_now();
    program->coverage = coverage_by_note(note);
    program->why = why_by_note(note);
    program->noted = true;
    program->spawned = note->flags & EXEC_SPAWNED;
    if (program->command == NULL && !gone && pid != 0 && !(note->flags & EXEC_ALONE))
        program->command = command_line_read(pid);
}

void unjoined_look(struct unjoined *unjoined, struct roster *roster, bool last)
{
    struct roster_note_taker taker = {is_settled, take, unjoined};
    unjoined->waits = false;
    unjoined->last = last;
    roster_look_at_notes(roster, &taker);
}

bool unjoined_waits(const struct unjoined *unjoined) { return unjoined->waits; }

/* The end */

static int by_number(const void *one, const void *other)
{
    const struct outsider *a = one, *b = other;
    return a->pid != b->pid ? (a->pid > b->pid) - (a->pid < b->pid)
                            : (a->when > b->when) - (a->when < b->when);
}

/* The first that became so in the process of that number, from `began` on. */
static const struct outsider *successor(const struct unjoined *unjoined, int pid, uint64_t began)
{
    size_t low = 0, high = unjoined->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct outsider *program = &unjoined->programs[middle];
        bool before = program->pid < pid || (program->pid == pid && program->when < began);
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    const struct outsider *first = &unjoined->programs[low];
    return low < unjoined->count && first->pid == pid ? first : NULL;
}

static const uint64_t coarse = 10 * 1000 * 1000; /* the clock of notes is as much behind */

/* Of what ptrace limits there is a row already, which began a little later than its note. */
static void find_taken(struct unjoined *unjoined)
{
    for (size_t i = 0; i < unjoined->outcome->process_count; i++) {
        const struct process *process = &unjoined->outcome->processes[i];
        uint64_t first = process->began > most_patience ? process->began - most_patience : 0;
        const struct outsider *found =
            process->engine != NULL ? successor(unjoined, process->pid, first) : NULL;
        if (found != NULL && found->when <= process->began + coarse)
            unjoined->programs[found - unjoined->programs].taken = true;
    }
}

/* Who went on to another program has a row of that one, too, or nothing is known of it. */
static void complete_escapes(struct unjoined *unjoined)
{
    struct outcome *outcome = unjoined->outcome;
    size_t count = outcome->process_count;
    for (size_t i = 0; i < count; i++) {
        struct process *process = &outcome->processes[i];
        uint64_t began = process->began > coarse ? process->began - coarse : 0;
        const struct outsider *next = successor(unjoined, process->pid, began);
        bool went_on = next != NULL && !next->spawned && (next->noted || process->unsaid);
        if (went_on && (process->end == PROCESS_VANISHED || process->unsaid))
            process->end = PROCESS_ESCAPED;
        if (process->end == PROCESS_ESCAPED && next != NULL && next->taken)
            process->end = PROCESS_REPLACED;
        bool escaped = process->end == PROCESS_ESCAPED && next == NULL;
        bool unsaid = process->unsaid && !went_on;
        if ((!escaped && !unsaid) || unjoined->patterns != NULL)
            continue;
        process->coverage = COVERAGE_UNKNOWN;
        process->why = escaped ? "went on to a program that never joined" : "it exited unseen";
    }
}

static bool runs(const struct outsider *program)
{
    struct proc_stat stat;
    return program->pid > 1 && program->start_time != 0 && proc_stat_of(program->pid, &stat) == 0 &&
           stat.state != 'Z' && stat.start_time == program->start_time;
}

static void enter(struct unjoined *unjoined, struct outsider *program)
{
    struct process *process = outcome_add(unjoined->outcome);
    char *name = strdup(text_last_part(program->path));
    if (process == NULL || name == NULL) {
        unjoined->outcome->process_count -= process != NULL;
        unjoined->lost++;
        free(name);
        return;
    }
    *process = (struct process){
        .pid = program->pid,
        .parent = program->parent,
        .program = name,
        .began = program->when,
        .end = runs(program) ? PROCESS_RUNNING : PROCESS_VANISHED,
        .limit = OUTCOME_UNLIMITED,
        .coverage = program->coverage,
        .why = program->why,
        .unjoined = true,
        .command = program->command != NULL ? program->command : program->path,
    };
    if (process->command == program->command)
        program->command = NULL;
    else
        program->path = NULL;
}

void unjoined_close(struct unjoined *unjoined, const struct roster *roster)
{
    if (unjoined->count > 0)
        qsort(unjoined->programs, unjoined->count, sizeof *unjoined->programs, by_number);
    find_taken(unjoined);
    if (!unjoined->ignored)
        complete_escapes(unjoined);
    for (size_t i = 0; i < unjoined->count; i++) {
        struct outsider *program = &unjoined->programs[i];
        if (!unjoined->ignored && !program->hosts && !program->taken &&
            outcome_is_limited(unjoined->outcome))
            enter(unjoined, program);
        free(program->path);
        free(program->command);
    }
    unjoined->outcome->unseen = unjoined->ignored ? 0 : unjoined->lost + roster_notes_lost(roster);
    free(unjoined->programs);
    free(unjoined);
}
