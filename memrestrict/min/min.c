/* SPDX-License-Identifier: MIT */
#include "min/min.h"

#include "base/duration.h"
#include "min/format_min.h"
#include "trial/stdin_copy.h"
#include "base/signal_wait.h"
#include "base/output.h"
#include "base/progress.h"
#include "base/replay.h"
#include "base/message.h"
#include "base/shell.h"
#include "base/size_words.h"
#include "base/string_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 16, EXIT_GREW = 1, OPTIONS = 5 };

static const uint64_t second = 1000000000;
static const uint64_t second_try = UINT64_C(1) << 63; /* in the tag of a trial, beside its budget */

struct min {
    struct min_options options;
    struct trial_program program;
    const char *more[OPTIONS]; /* of run */
    char *words[OPTIONS];      /* what was made for them */
    struct trials *trials;
    struct min_success success;
    struct tried_budgets tried;
    struct min_sites sites;
    struct bisect bisect;
    struct progress progress;
    struct budget_file file;
    struct output json, junit;
    uint64_t runs, began;
};

/* The options of run that ours stand for. False: no memory. */
static bool set_program(struct min *min)
{
    const uint64_t lines = 64 * 1024, files = 256 * 1024 * 1024;
    const struct min_options *options = &min->options;
    const struct {
        const char *name, *value;
    } given[] = {
        {"count", options->count}, {"program", options->program}, {"engine", options->engine}};
    int count = 0;
    if (options->tree)
        min->more[count++] = "--scope=tree";
    for (int i = 0; i < 3; i++)
        if (given[i].value != NULL) {
            if (asprintf(&min->words[i], "--%s=%s", given[i].name, given[i].value) < 0)
                return false;
            min->more[count++] = min->words[i];
        }
    min->program = (struct trial_program){
        .argv = options->argv,
        .more = min->more,
        .time_limit = options->time_limit,
        .most_output = options->test != NULL ? files : lines,
    };
    return true;
}

/* A number for --limit. */
static const char *limit_of(uint64_t budget, char room[24])
{
    snprintf(room, 24, "%" PRIu64, budget);
    return room;
}

static void show(struct min *min)
{
    char line[128], low[SIZE_ROOM], high[SIZE_ROOM];
    const struct tried_budget *answer = tried_budgets_answer(&min->tried);
    const struct tried_budget *bad = tried_budgets_last_bad(&min->tried);
    if (answer == NULL)
        snprintf(line, sizeof line, "without a limit");
    else
        snprintf(line, sizeof line, "%s to %s", size_words(bad != NULL ? bad->budget : 0, low),
                 size_words(answer->budget, high));
    progress_show(&min->progress, min->runs, min->runs + min->bisect.left, line);
}

/* Once more, if it took too long and nobody said what that is: the machine may be busy. *again: it
 * runs. False: it should, and could not be started. */
static bool try_again(struct min *min, const struct trial *trial, bool *again)
{
    char limit[24];
    *again = trial->end == TRIAL_TIMED_OUT && min->options.time_limit == 0 &&
             (trial->tag & second_try) == 0;
    return !*again ||
           trials_start(min->trials, trial->tag | second_try, NULL, limit_of(trial->tag, limit));
}

static bool note(struct min *min, const struct trial *trial)
{
    bool passed;
    char *how = min_success_judge(&min->success, trial, &passed);
    bool noted = (passed || how != NULL) &&
                 tried_budgets_note(&min->tried, trial->tag & ~second_try, passed, how);
    free(how);
    return noted;
}

/* Waits for one, and notes how it went. False: a signal came, or it could not be done, which was
 * said. */
static bool take_next(struct min *min)
{
    bool again, going;
    struct trial *trial = trials_next(min->trials, UINT64_MAX);
    if (trial == NULL)
        return false;
    going = try_again(min, trial, &again);
    if (going && !again && !note(min, trial)) {
        message("no memory");
        going = false;
    }
    trial_free(trial);
    min->runs++;
    min->bisect.left -= min->bisect.left > 0;
    show(min);
    return going;
}

static bool try_all(void *context, const uint64_t *budgets, size_t count)
{
    struct min *min = context;
    char limit[24];
    size_t next = 0;
    while (next < count || trials_running(min->trials) > 0)
        if (next < count && trials_free_places(min->trials) > 0) {
            if (!trials_start(min->trials, budgets[next], NULL, limit_of(budgets[next], limit)))
                return false;
            next++;
        } else if (!take_next(min)) {
            return false;
        }
    return true;
}

/* What the program does without a limit; then how long a trial may take. False: *status. */
static bool learn(struct min *min, int *status)
{
    enum { TIMES = 10 };
    show(min);
    min->success.options = &min->options;
    if (!min_success_learn(&min->success, min->trials, status))
        return false;
    min->runs = 2;
    if (!min_success_has_sites(&min->success)) { /* then it counts pages */
        uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), *step = &min->options.step;
        *step = (*step / page + (*step % page != 0)) * page;
    }
    if (min->program.time_limit == 0)
        min->program.time_limit =
            TIMES * min->success.time > 5 * second ? TIMES * min->success.time : 5 * second;
    return true;
}

static bool find(struct min *min)
{
    min->bisect = (struct bisect){
        .step = min->options.step,
        .peak = min->success.most_peak,
        .blind = !min_success_has_peaks(&min->success),
        .jobs = min->options.jobs,
        .repeats = min->options.repeats,
        .run = try_all,
        .context = min,
        .tried = &min->tried,
    };
    enum bisect_end end = bisect_run(&min->bisect);
    progress_clear(&min->progress);
    if (end == BISECT_NO_WAY && min->tried.count > 0) {
        const struct tried_budget *last = &min->tried.of[min->tried.count - 1];
        message("it succeeds without a limit, but not with one of %" PRIu64 " bytes: %s",
                last->budget, last->how != NULL ? last->how : "not each time");
    }
    return end == BISECT_FOUND;
}

/* One run more, at the answer, that says what used the memory. */
static void ask_sites(struct min *min)
{
    char limit[24];
    struct trial *trial = NULL;
    min->program.depth = DEPTH;
    if (trials_start(min->trials, 0, NULL,
                     limit_of(tried_budgets_answer(&min->tried)->budget, limit)))
        trial = trials_next(min->trials, UINT64_MAX);
    min_sites_read(&min->sites, trial != NULL ? trial->sites : NULL);
    trial_free(trial);
}

static bool is_more_than_allowed(const struct min *min, uint64_t need)
{
    return min->file.has && (double)need > (double)min->file.bytes * (1 + min->options.tolerance);
}

/* The end: all is written, and the exit status returned. */
static int tell(struct min *min, struct min_result *result)
{
    const char *path = min->options.budget_file;
    bool written = true;
    if (path != NULL && min->options.update)
        written = budget_file_update(&min->file, min_result_need(result));
    FILE *to = output_is_stdout(&min->json) || output_is_stdout(&min->junit) ? stderr : stdout;
    format_min_text(to, result); /* stdout's errors are main's to see */
    written &= output_write(&min->json, format_min_json, result);
    written &= output_write(&min->junit, format_min_junit, result);
    if (!written)
        return EXIT_OURS;
    return result->grew && !min->options.update ? EXIT_GREW : EXIT_SUCCESS;
}

/* What run is to be told beside the program. */
static char *options_at(const struct min *min, uint64_t budget)
{
    struct string_file options;
    FILE *file = string_file_open(&options);
    if (file == NULL)
        return NULL;
    fprintf(file, "--limit=%" PRIu64, budget);
    for (const char *const *word = min->more; *word != NULL; word++) {
        fputc(' ', file);
        shell_word(file, *word);
    }
    return string_file_close(&options);
}

static char *replay_at(const struct min *min, uint64_t budget)
{
    char *options = options_at(min, budget), *input = stdin_copy_name();
    struct replay replay = {.options = options, .words = min->options.argv, .input = input};
    while (replay.words[replay.count] != NULL)
        replay.count++;
    char *line = options != NULL ? replay_line(&replay) : NULL;
    free(options);
    free(input);
    return line;
}

static int conclude(struct min *min)
{
    struct min_result result = {
        .options = &min->options,
        .success = &min->success,
        .tried = &min->tried,
        .sites = &min->sites,
        .runs = min->runs,
        .time = duration_now() - min->began,
        .file = min->options.budget_file != NULL ? &min->file : NULL,
    };
    uint64_t need = min_result_need(&result);
    char *command = shell_line(min->options.argv);
    char *replay = replay_at(min, need);
    int status = EXIT_OURS;
    result.command = command;
    result.replay = replay;
    result.grew = is_more_than_allowed(min, need);
    if (command != NULL && replay != NULL)
        status = tell(min, &result);
    else
        message("no memory");
    free(command);
    free(replay);
    return status;
}

/* What can be known to go wrong before anything is run. */
static bool prepare(struct min *min)
{
    const char *path = min->options.budget_file;
    return set_program(min) &&
           (path == NULL ||
            budget_file_open(&min->file, path, min->options.argv, min->options.update)) &&
           output_open(&min->json, "json", min->options.json) &&
           output_open(&min->junit, "junit", min->options.junit);
}

/* EXIT_SUCCESS: there is an answer. */
static int search(struct min *min)
{
    int status = EXIT_OURS;
    min->began = duration_now();
    min->trials = trials_open(&min->program, min->options.jobs);
    if (min->trials == NULL)
        return EXIT_OURS;
    progress_begin(&min->progress, min->options.quiet);
    bool learnt = learn(min, &status);
    progress_clear(&min->progress);
    bool found = learnt && find(min);
    if (found && min_success_has_sites(&min->success))
        ask_sites(min);
    if (!found || signal_wait_signal() != 0) { /* which ends us in trials_close */
        output_undo(&min->json);
        output_undo(&min->junit);
    }
    trials_close(min->trials);
    return found ? EXIT_SUCCESS : learnt ? EXIT_OURS : status;
}

int min_main(int argc, char **argv)
{
    static struct min min;
    int status;
    if (!min_options_read(argc, argv, &min.options, &status))
        return status;
    status = prepare(&min) ? search(&min) : EXIT_OURS;
    if (status == EXIT_SUCCESS)
        status = conclude(&min);
    output_undo(&min.json);
    min_sites_free(&min.sites);
    budget_file_close(&min.file);
    tried_budgets_free(&min.tried);
    for (int i = 0; i < OPTIONS; i++)
        free(min.words[i]);
    return status;
}
