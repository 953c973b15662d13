/* SPDX-License-Identifier: MIT */
#include "sweep/sweep.h"

#include "sweep/finding_words.h"
#include "sweep/saved_output.h"
#include "trial/stdin_copy.h"
#include "base/signal_wait.h"
#include "base/fault_modes.h"
#include "base/progress.h"
#include "sweep/reference.h"
#include "base/message.h"
#include "sweep/sweep_end.h"
#include "sweep/sweep_fork.h"
#include "sweep/sweep_options.h"
#include "sweep/sweep_reports.h"
#include "sweep/sweep_sandbox.h"
#include "trial/trial.h"
#include "base/duration.h"
#include "sweep/work_queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint64_t second = UINT64_C(1000000000);
static const uint64_t between_looks = UINT64_C(200) * 1000 * 1000;
enum {
    PLAN_LENGTH = 256,
    MOST_OUTPUT = 64 << 20,
    SLOWER = 10,
    LEAST_SECONDS = 5,
    REFERENCE_SECONDS = 600
};

struct sweep {
    struct sweep_options options;
    struct trial_program program;
    const char *more[3]; /* options of run, ended by NULL */
    struct trials *trials;
    struct reference reference;
    uint64_t output; /* hash of what the reference prints */
    struct string_list notes;
    struct source_locations *locations;
    struct work_queue work;
    struct journal journal;
    struct sweep_reports reports;
    struct progress progress;
    struct saved_output kept;
    uint64_t began;
    size_t tried, found[REACTIONS];
    size_t taken_up;                  /* of those tried: from the journal, in no time */
    size_t skipped, skipped_in_a_row; /* trials that could not be run */
    bool cut;                         /* --max or --for was reached */
};

static bool no_memory(void)
{
    message("no memory");
    return false;
}

/* The reference */

static void set_program(struct sweep *sweep)
{
    const struct sweep_options *options = &sweep->options;
    sweep->more[0] = "-p";
    sweep->more[1] = options->program;
    sweep->program = (struct trial_program){
        .argv = options->argv,
        .more = options->program != NULL ? sweep->more : NULL,
        .limit = options->limit,
        .time_limit = options->time_limit != 0 ? options->time_limit : REFERENCE_SECONDS * second,
        .depth = options->depth,
        .records = !options->fork, /* which reads the list of the reference */
        .plan_length = options->fork ? 0 : PLAN_LENGTH,
        .most_output = MOST_OUTPUT,
        .files = options->fork,
    };
}

static void set_time_limit(struct sweep *sweep, uint64_t taken)
{
    const uint64_t least = LEAST_SECONDS * second;
    if (sweep->options.time_limit == 0)
        sweep->program.time_limit = taken * SLOWER > least ? taken * SLOWER : least;
}

static bool note_left_out(struct sweep *sweep)
{
    size_t count = sweep->work.left_out;
    return count == 0 ||
           string_list_add_format(&sweep->notes,
                                  "%zu call site%s of no library that --only names: left out",
                                  count, count == 1 ? " is" : "s are");
}

static char *tried_of(const struct sweep_options *options)
{
    char modes[FAULT_MODES_ROOM], *words;
    int length = asprintf(&words, "modes=%s depth=%u%s%s", fault_modes_words(options->modes, modes),
                          options->depth, options->only != NULL ? " only=" : "",
                          options->only != NULL ? options->only : "");
    return length >= 0 ? words : NULL;
}

/* What a replay is to read. NULL: it cannot be named. */
static char *input_name(const struct sweep *sweep)
{
    const char *input = trials_input(sweep->trials);
    if (input == NULL)
        return stdin_copy_name();
    return strcmp(input, "/dev/null") == 0 ? strdup(input)
                                           : saved_output_input(&sweep->kept, input);
}

static bool fill_head(struct sweep *sweep, struct sweep_head *head)
{
    const struct sweep_options *options = &sweep->options;
    bool done = true;
    *head = (struct sweep_head){
        .input = input_name(sweep),
        .build = reference_build(&sweep->reference),
        .tried = tried_of(options),
        .shard = options->shard != NULL ? strdup(options->shard) : NULL,
        .sites = HASH_COUNT(sweep->reference.index.sites),
        .notes = sweep->notes,
    };
    sweep->notes = (struct string_list){NULL, 0};
    for (char **word = options->argv; *word != NULL && done; word++)
        done = string_list_add(&head->argv, *word);
    head->options = sweep_options_of_run(options);
    return done && head->options != NULL && head->build != NULL && head->tried != NULL;
}

static bool open_journal(struct sweep *sweep)
{
    struct sweep_head head;
    bool open = fill_head(sweep, &head) || no_memory();
    open = open && journal_open(&sweep->journal, sweep->options.journal, &head);
    sweep_head_free(&head);
    return open;
}

static bool prepare(struct sweep *sweep, int *status)
{
    uint64_t taken;
    *status = EXIT_OURS;
    set_program(sweep);
    sweep->trials = trials_open(&sweep->program, sweep->options.jobs);
    if (sweep->trials == NULL ||
        !sweep_sandbox(&sweep->options, sweep->trials, &sweep->program, &sweep->notes))
        return false;
    progress_show(&sweep->progress, 0, 2, "the reference, with nothing made to fail");
    bool taken_well = reference_take(&sweep->reference, sweep->trials, &taken, &sweep->output,
                                     &sweep->notes, status);
    progress_clear(&sweep->progress);
    if (!taken_well)
        return false;
    *status = EXIT_OURS;
    set_time_limit(sweep, taken);
    sweep->locations = source_locations_open();
    if (sweep->locations == NULL ||
        !sweep_sandbox_note(&sweep->program, sweep->reference.status, &sweep->notes) ||
        !work_queue_add(&sweep->work, &sweep->reference.index) || !note_left_out(sweep))
        return no_memory();
    if (sweep->work.left_out == HASH_COUNT(sweep->reference.index.sites)) {
        message("--only: no call site of the program is of such a library");
        return false;
    }
    return open_journal(sweep);
}

/* Trials */

static void show(struct sweep *sweep)
{
    char what[256] = "";
    size_t length = 0;
    for (int i = REACTIONS - 1; i > REACTION_HANDLED; i--)
        if (sweep->found[i] > 0)
            length += (size_t)snprintf(what + length, sizeof what - length, "%s%zu %s",
                                       length > 0 ? ", " : "", sweep->found[i],
                                       reaction_name((enum reaction)i));
    size_t all = sweep->options.most != 0 && sweep->options.most < sweep->work.count
                     ? sweep->options.most
                     : sweep->work.count;
    progress_show(&sweep->progress, sweep->tried - sweep->taken_up,
                  all > sweep->taken_up ? all - sweep->taken_up : 0,
                  length > 0 ? what : "nothing found yet");
}

static void say_trial(struct sweep *sweep, const struct journal_record *record)
{
    if (!sweep->options.findings.verbose)
        return;
    progress_clear(&sweep->progress);
    finding_what(stderr, record);
    fputc(' ', stderr);
    finding_when(stderr, record);
    fputc('\n', stderr);
}

static bool keep(struct sweep *sweep, struct journal_record *record)
{
    sweep->found[record->reaction]++;
    sweep->tried++;
    say_trial(sweep, record);
    bool kept = journal_add(&sweep->journal, record);
    journal_record_free(record);
    return kept;
}

static bool keep_output(struct sweep *sweep, const struct trial *trial,
                        struct journal_record *record)
{
    char *out = NULL, *err = NULL;
    bool kept = asprintf(&out, "%s/stdout", trial->folder) > 0 &&
                asprintf(&err, "%s/stderr", trial->folder) > 0 &&
                saved_output_add(&sweep->kept, record, out, err);
    free(out);
    free(err);
    return kept;
}

static bool judge_trial(struct sweep *sweep, const struct trial *trial)
{
    const struct task *task = work_queue_task(&sweep->work, trial->tag);
    struct journal_record record = {.plan = strdup(task->plan)};
    struct evidence evidence;
    struct site_index index;
    char *said;
    bool done = reference_evidence(trial, sweep->output, &sweep->reference.index, &index, &evidence,
                                   &said) &&
                record.plan != NULL &&
                classify(&sweep->reference, &evidence, task->site, sweep->locations, &record);
    free(said);
    site_index_free(&index);
    if (!done)
        no_memory();
    done = done && keep_output(sweep, trial, &record) && keep(sweep, &record);
    journal_record_free(&record);
    return done;
}

/* One trial that cannot be run is passed over; where none can, it is given up. */
static bool skip(struct sweep *sweep)
{
    enum { TIMES = 3 };
    const uint64_t pause = second / 10;
    sweep->skipped++;
    if (signal_wait_signal() != 0)
        return false;
    if (++sweep->skipped_in_a_row == TIMES) {
        message("sweep: %d trials in a row could not be run: it ends here", TIMES);
        return false;
    }
    signal_wait_poll(NULL, 0, pause);
    return true;
}

static bool take_trial(struct sweep *sweep, struct trial *trial)
{
    bool good;
    if (trial->end == TRIAL_FAILED) {
        progress_clear(&sweep->progress);
        message("a trial could not be run: %s", trial->trouble);
        good = skip(sweep);
    } else {
        sweep->skipped_in_a_row = 0;
        good = judge_trial(sweep, trial);
    }
    trial_free(trial);
    return good;
}

/* The next task that is not in the journal from an earlier time. */
static const struct task *next_task(struct sweep *sweep, size_t *number)
{
    const struct task *task;
    while ((task = work_queue_take(&sweep->work, number)) != NULL) {
        const struct journal_record *record = journal_find(&sweep->journal, task->plan);
        if (record == NULL)
            return task;
        sweep->found[record->reaction]++;
        sweep->taken_up++;
        sweep->tried++;
    }
    return NULL;
}

static bool may_start(struct sweep *sweep)
{
    size_t started = sweep->tried + sweep->skipped + trials_running(sweep->trials);
    sweep->cut =
        (sweep->options.most != 0 && started >= sweep->options.most) ||
        (sweep->options.spend != 0 && duration_now() - sweep->began >= sweep->options.spend);
    return !sweep->cut && trials_free_places(sweep->trials) > 0;
}

static bool start_more(struct sweep *sweep)
{
    const struct task *task;
    size_t number;
    while (may_start(sweep) && (task = next_task(sweep, &number)) != NULL)
        if (!trials_start(sweep->trials, number, task->plan, NULL) && !skip(sweep))
            return false;
    return true;
}

/* All tasks that there are. */
static bool run_wave(struct sweep *sweep)
{
    for (;;) {
        if (!start_more(sweep))
            return false;
        if (trials_running(sweep->trials) == 0)
            return true;
        struct trial *trial = trials_next(sweep->trials, between_looks);
        if (trial != NULL && !take_trial(sweep, trial))
            return false;
        if (signal_wait_signal() != 0)
            return false;
        show(sweep);
    }
}

/* What trials met is taken up in the order of the tasks, so that it is the same every time,
 * whichever trial ended first. */
static bool add_met(struct sweep *sweep, size_t first)
{
    size_t last = sweep->work.count;
    for (size_t i = first; i < last; i++) {
        const struct journal_record *record =
            journal_find(&sweep->journal, work_queue_task(&sweep->work, i)->plan);
        if (record != NULL && !work_queue_add_met(&sweep->work, i, &record->met))
            return no_memory();
    }
    return true;
}

static bool run_all(struct sweep *sweep)
{
    bool good = true;
    for (size_t first = 0; good && first < sweep->work.count && !sweep->cut;) {
        good = run_wave(sweep);
        size_t next = sweep->work.count;
        good = good && add_met(sweep, first);
        first = next;
    }
    progress_clear(&sweep->progress);
    return good;
}

static bool keep_copy(void *context, struct journal_record *record)
{
    return keep(context, record);
}

static bool run_copies(struct sweep *sweep)
{
    const struct sweep_fork how = {
        .options = &sweep->options,
        .program = &sweep->program,
        .trials = sweep->trials,
        .reference = &sweep->reference,
        .locations = sweep->locations,
        .progress = &sweep->progress,
        .kept = &sweep->kept,
        .notes = &sweep->journal.head.notes,
        .keep = keep_copy,
        .context = sweep,
    };
    return sweep_fork(&how);
}

/* What was passed over is not in the journal, so that a later sweep tries it. */
static bool finish(struct sweep *sweep)
{
    uint64_t time = duration_now() - sweep->began;
    if (!sweep->cut && sweep->skipped == 0)
        return journal_finish(&sweep->journal, time);
    sweep->journal.time += time;
    return true;
}

static void note_skipped(struct sweep *sweep)
{
    bool one = sweep->skipped == 1;
    if (sweep->skipped > 0)
        string_list_add_format(&sweep->journal.head.notes,
                               "%zu trial%s could not be run, and nothing is known of %s",
                               sweep->skipped, one ? "" : "s", one ? "it" : "them");
}

/* What was found so far is told whatever came; after a signal, trials_close then ends us by it. */
static int sweep_program(struct sweep *sweep)
{
    int status;
    sweep->began = duration_now();
    if (!prepare(sweep, &status))
        return status;
    bool good = sweep->options.fork ? run_copies(sweep) : run_all(sweep);
    good = good && finish(sweep);
    note_skipped(sweep);
    if (good && sweep->cut && sweep->journal.count == 0) {
        message("--for: the time was over before the first trial; accepted: more");
        return EXIT_OURS;
    }
    status = sweep_end(&sweep->journal, &sweep->options.findings, &sweep->reports);
    bool looked = good && (sweep->skipped == 0 || status != EXIT_SUCCESS);
    return looked ? status : EXIT_OURS;
}

int sweep_main(int argc, char **argv)
{
    static struct sweep sweep;
    int status;
    if (!sweep_options_read(argc, argv, &sweep.options, &status))
        return status;
    if (!sweep_end_is_possible(&sweep.options.findings) ||
        !sweep_reports_open(&sweep.reports, &sweep.options.findings))
        return EXIT_OURS;
    if (!saved_output_open(&sweep.kept, sweep.options.keep)) {
        sweep_reports_undo(&sweep.reports);
        return EXIT_OURS;
    }
    progress_begin(&sweep.progress, sweep.options.findings.quiet);
    work_queue_begin(&sweep.work, &sweep.options);
    status = sweep_program(&sweep);
    sweep_reports_undo(&sweep.reports);
    journal_close(&sweep.journal);
    work_queue_end(&sweep.work);
    source_locations_close(sweep.locations);
    reference_free(&sweep.reference);
    string_list_free(&sweep.notes);
    trials_close(sweep.trials);
    return status;
}
