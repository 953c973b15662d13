/* SPDX-License-Identifier: MIT */
#include "min/min_success.h"

#include "base/file_kind.h"
#include "base/lines.h"
#include "base/text.h"
#include "base/signal_wait.h"
#include "base/message.h"
#include "base/shell.h"
#include "base/size_words.h"
#include "outcome/sentence.h"
#include "trial/trial_result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A budget that nothing reaches, for a tree, whose peak is counted only where it has a limit. */
#define NO_TREE_LIMIT "4096P"
#define NO_LIMIT "unlimited"

/* The test command */

static void set_path(const char *variable, const struct trial *trial, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", trial->folder, name) > 0)
        setenv(variable, path, 1);
    free(path);
}

static _Noreturn void become_test(const char *command, const struct trial *trial)
{
    char status[16];
    int nothing = open("/dev/null", O_RDWR);
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        dup2(nothing, i);
    if (nothing > STDERR_FILENO)
        close(nothing);
    snprintf(status, sizeof status, "%d",
             trial->end == TRIAL_EXITED ? trial->status : 128 + trial->status);
    setenv("TRIAL_STATUS", status, 1);
    set_path("TRIAL_STDOUT", trial, "stdout");
    set_path("TRIAL_STDERR", trial, "stderr");
    set_path("TRIAL_TMPDIR", trial, "tmp");
    signal_wait_release();
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(EXIT_NOT_FOUND);
}

/* What sh exits with; a signal makes it 255. */
static int run_test(const char *command, const struct trial *trial)
{
    int status = 0, pid = fork();
    if (pid == 0)
        become_test(command, trial);
    if (pid < 0) {
        message("--test: cannot make a process: %s", strerror(errno));
        return 255;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* Words for what it did */

/* The last line that it wrote to stderr, if that is short enough. */
static char *last_words(const struct trial *trial)
{
    enum { LONGEST = 100, MOST = 16 << 20 };
    char *path = trial_path(trial, "stderr"), *last = NULL;
    struct lines lines = {.file = path != NULL ? file_open_plain(path) : NULL, .most = MOST};
    while (lines.file != NULL && lines_next(&lines)) {
        const char *text = lines.text + strspn(lines.text, " \t\r\n");
        lines.text[strcspn(lines.text, "\r\n")] = '\0';
        bool ours = strncmp(text, "memrestrict: ", strlen("memrestrict: ")) == 0;
        if (*text != '\0' && !ours && strlen(text) <= LONGEST) {
            free(last);
            last = text_safe_string(text);
        }
    }
    if (lines.file != NULL)
        fclose(lines.file);
    lines_end(&lines);
    free(path);
    return last;
}

static char *how_it_ended(const struct trial *trial)
{
    char *words = NULL, *last = last_words(trial), end[END_ROOM], signal[SIGNAL_ROOM];
    if (trial->end == TRIAL_EXITED)
        snprintf(end, sizeof end, "exit %d", trial->status);
    else
        snprintf(end, sizeof end, "killed by %s", sentence_signal(trial->status, signal));
    if (asprintf(&words, last != NULL ? "%s (%s)" : "%s", end, last) < 0)
        words = NULL;
    free(last);
    return words;
}

char *min_success_judge(const struct min_success *success, const struct trial *trial, bool *passed)
{
    const struct min_options *options = success->options;
    bool good_end = trial->end == TRIAL_EXITED && trial->status == options->expect;
    *passed = false;
    if (trial->end == TRIAL_FAILED)
        return strdup(trial->trouble != NULL ? trial->trouble : "it could not be run");
    if (trial->end == TRIAL_TIMED_OUT)
        return strdup("took too long");
    if (options->test != NULL) {
        int status = run_test(options->test, trial);
        *passed = status == 0;
        return *passed ? NULL : strdup("the test says no");
    }
    if ((options->compare & MIN_STATUS) != 0 && !good_end)
        return how_it_ended(trial);
    *passed = (options->compare & MIN_STDOUT) == 0 ||
              (trial->out_hash == success->out_hash && trial->out_size == success->out_size);
    return *passed ? NULL : strdup("another output");
}

/* Without a limit */

uint64_t min_success_peak(const struct min_options *options, const struct trial *trial)
{
    const char *name = options->tree ? "tree_peak_bytes" : "peak_bytes";
    return (uint64_t)json_integer_value(json_object_get(trial->outcome, name));
}

static bool is_good(const struct min_success *success, const struct trial *trial, int *status)
{
    bool passed;
    const char *name = success->options->argv[0];
    if (trial->end == TRIAL_FAILED) {
        message("%s", trial->trouble);
        *status = trial->status != 0 ? trial->status : EXIT_OURS;
        return false;
    }
    if (trial->end == TRIAL_TIMED_OUT) {
        message("'%s' does not end in time without a limit; accepted: a longer --time", name);
        *status = EXIT_TIME_LIMIT;
        return false;
    }
    char *how = min_success_judge(success, trial, &passed);
    if (passed)
        return true;
    if (success->options->test == NULL && trial->end == TRIAL_EXITED)
        message("'%s' without a limit: %s; accepted: --expect=%d, if that is a success", name,
                how != NULL ? how : "no memory", trial->status);
    else
        message("'%s' without a limit: %s; accepted: a program that succeeds then", name,
                how != NULL ? how : "no memory");
    free(how);
    return false;
}

bool min_success_has_sites(const struct min_success *success)
{
    return strcmp(success->engine, "preload") == 0;
}

bool min_success_has_peaks(const struct min_success *success)
{
    return strcmp(success->engine, "rlimit") != 0;
}

static void read_engine(struct min_success *success, const struct trial *trial)
{
    const char *engine = json_string_value(json_object_get(trial->outcome, "engine"));
    snprintf(success->engine, sizeof success->engine, "%s", engine != NULL ? engine : "preload");
}

/* Of other engines it is known before. */
static bool is_limited(const struct min_success *success, const struct trial *trial,
                       const char *name)
{
    size_t i;
    const json_t *warning, *warnings = json_object_get(trial->outcome, "warnings");
    json_array_foreach (warnings, i, warning)
        message("%s", json_string_value(warning));
    if (!min_success_has_sites(success) ||
        json_array_size(json_object_get(trial->outcome, "processes")) > 0)
        return true;
    message("'%s' cannot be limited: there is no process that the library is in", name);
    return false;
}

static void widen(struct min_success *success, const struct trial *trial, bool first)
{
    uint64_t peak = min_success_peak(success->options, trial);
    success->least_peak = first || peak < success->least_peak ? peak : success->least_peak;
    success->most_peak = first || peak > success->most_peak ? peak : success->most_peak;
    success->time = trial->time > success->time ? trial->time : success->time;
}

static struct trial *run_one(struct trials *trials, const struct min_options *options)
{
    const char *limit = options->tree ? NO_TREE_LIMIT : NO_LIMIT;
    return trials_start(trials, 0, NULL, limit) ? trials_next(trials, UINT64_MAX) : NULL;
}

/* The first says what stdout should be. */
static bool learn_first(struct min_success *success, struct trials *trials, int *status)
{
    struct trial *trial = run_one(trials, success->options);
    if (trial == NULL)
        return false;
    success->out_hash = trial->out_hash;
    success->out_size = trial->out_size;
    read_engine(success, trial);
    bool good =
        is_good(success, trial, status) && is_limited(success, trial, success->options->argv[0]);
    widen(success, trial, true);
    trial_free(trial);
    return good;
}

static bool learn_again(struct min_success *success, struct trials *trials)
{
    bool passed = false;
    struct trial *trial = run_one(trials, success->options);
    if (trial == NULL)
        return false;
    char *how = min_success_judge(success, trial, &passed);
    if (!passed)
        message("'%s' is not the same in each run: without a limit it passed once, and then: %s; "
                "accepted: --compare=status, or --test=COMMAND",
                success->options->argv[0], how != NULL ? how : "no memory");
    widen(success, trial, false);
    free(how);
    trial_free(trial);
    return passed;
}

bool min_success_learn(struct min_success *success, struct trials *trials, int *status)
{
    *status = EXIT_OURS;
    return learn_first(success, trials, status) && learn_again(success, trials);
}
