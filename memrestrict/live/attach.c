/* SPDX-License-Identifier: MIT
 *
 * A thread of its own traces: when it ends, the kernel lets go of all at once, wherever they are,
 * without a stop or an interrupted call more; and until then it waits for nobody but them, as a
 * reader of the verdict could be one of them.
 */
#include "live/attach.h"

#include "base/die.h"
#include "base/duration.h"
#include "base/message.h"
#include "base/size_words.h"
#include "engines/tracer.h"
#include "live/attach_check.h"
#include "live/attach_options.h"
#include "outcome/verdict.h"
#include "run/coverage.h"
#include "run/engine_watch.h"
#include "run/remarks.h"
#include "run/reports.h"
#include "run/run_card.h"
#include "run/signals.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORDS = 1 << 20 };

struct attach {
    struct attach_options options;
    struct reports reports;
    struct signals signals;
    struct outcome outcome;
    struct tracer_taken taken;
    struct run_card_own *card; /* NULL: it could not be made */
    sem_t begun;               /* it is limited, or cannot be */
    int error;                 /* errno's value, of why not */
    char name[PATH_MAX];
};

/* Its words, as the kernel shows them; it may have changed them, or have none. */
static char **words_of(int pid, char *name)
{
    char path[64], *text = malloc(MOST_WORDS + 1);
    char **words = calloc(2, sizeof *words);
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    FILE *file = text != NULL && words != NULL ? fopen(path, "re") : NULL;
    size_t length = file != NULL ? fread(text, 1, MOST_WORDS, file) : 0, count = 0;
    if (file != NULL)
        fclose(file);
    if (words == NULL || length == 0) {
        free(text);
        if (words != NULL)
            words[0] = name;
        return words;
    }
    text[length] = '\0';
    for (size_t at = 0; at < length && words != NULL; at += strlen(text + at) + 1) {
        char **more = reallocarray(words, count + 2, sizeof *words);
        if (more == NULL)
            break;
        words = more;
        words[count++] = text + at;
        words[count] = NULL;
    }
    return words;
}

/* As the rows of the processes have it. */
static void read_name(int pid, char name[PATH_MAX])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", attach_check_thread(pid));
    ssize_t length = readlink(path, name, PATH_MAX - 1);
    name[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(name, '/');
    if (slash != NULL)
        memmove(name, slash + 1, strlen(slash + 1) + 1);
    if (name[0] == '\0')
        snprintf(name, PATH_MAX, "process %d", pid);
}

static bool prepare(struct attach *attach)
{
    const struct run_options *run = &attach->options.run;
    struct outcome *outcome = &attach->outcome;
    int pid = attach->options.pid;
    if (!attach_check(pid, outcome))
        return false;
    read_name(pid, attach->name);
    outcome->name = attach->name;
    outcome->argv = words_of(pid, attach->name);
    outcome->engine = "ptrace";
    outcome->lenient = run->lenient;
    outcome->refusals_fail = run->error_exitcode != 0;
    outcome->limit = run->scope_tree ? OUTCOME_UNLIMITED : run->limit;
    outcome->tree_limit = run->scope_tree ? run->limit : run->tree_limit;
    if (outcome->argv == NULL) {
        message("no memory");
        return false;
    }
    return reports_open(&attach->reports, run, pid, outcome->name);
}

static struct tracer *open_tracer(struct attach *attach)
{
    const struct run_options *run = &attach->options.run;
    const char *count = run->settings[SETTING_COUNT];
    struct tracer_options how = {
        .limit = attach->outcome.limit,
        .tree_limit = attach->outcome.tree_limit,
        .reserve = run->reserve,
        .count_stacks = count != NULL && strstr(count, "stacks") != NULL,
        .verify = tracer_is_verified(),
        .leaves = true,
        .leaves_children = !attach->options.tree,
    };
    return tracer_open(&how, &attach->outcome);
}

/* Not those of job control: what waits for us at a stop would stop with us. */
static bool is_to_leave(int signal)
{
    return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

/* Another terminal may ask for another limit. */
static void attend_card(struct attach *attach, struct tracer *tracer)
{
    struct outcome *outcome = &attach->outcome;
    uint64_t limit;
    if (!run_card_asks(attach->card, &limit))
        return;
    bool takes_off = outcome->tree_limit != OUTCOME_UNLIMITED && limit == OUTCOME_UNLIMITED;
    if (!takes_off) {
        tracer_set_limit(tracer, limit);
        engine_watch_note_limit(outcome, limit);
    }
    run_card_answer(attach->card, outcome, takes_off ? EINVAL : 0);
}

/* True: it is over, and the process runs on. False: it has ended, with *status. */
static bool watch(struct attach *attach, struct tracer *tracer, uint64_t until, int *status)
{
    siginfo_t info;
    const uint64_t pause = UINT64_C(100000000); /* for who waits for an answer */
    for (;;) {
        tracer_attend(tracer);
        attend_card(attach, tracer);
        uint64_t now = duration_now();
        if (tracer_has_ended(tracer, status))
            return false;
        if (now >= until)
            return true;
        if (is_to_leave(signals_wait(until - now < pause ? until - now : pause, &info)))
            return true;
    }
}

static void note_end(struct attach *attach, bool left, int status)
{
    struct outcome *outcome = &attach->outcome;
    outcome->ended = duration_now();
    outcome->left = left;
    outcome->exited = !left && WIFEXITED(status);
    outcome->status = left ? 0 : outcome->exited ? WEXITSTATUS(status) : WTERMSIG(status);
    outcome->core_dumped = !left && !outcome->exited && WCOREDUMP(status);
}

static void *trace(void *context)
{
    struct attach *attach = context;
    uint64_t time_limit = attach->options.run.time_limit;
    int status = 0;
    struct tracer *tracer = open_tracer(attach);
    if (tracer == NULL || !tracer_attach(tracer, attach->options.pid, &attach->taken)) {
        attach->error = tracer == NULL ? ENOMEM : errno;
        sem_post(&attach->begun);
        return NULL;
    }
    attach->outcome.pid = attach->options.pid;
    attach->outcome.began = duration_now();
    attach->card = run_card_show(&engine_ptrace, &attach->outcome, true);
    sem_post(&attach->begun);
    uint64_t until = time_limit == 0 || time_limit > UINT64_MAX - attach->outcome.began
                         ? UINT64_MAX
                         : attach->outcome.began + time_limit;
    bool left = watch(attach, tracer, until, &status);
    note_end(attach, left, status);
    run_card_hide(attach->card);
    tracer_leave(tracer);
    return NULL;
}

static void say_begun(const struct attach *attach)
{
    const struct outcome *outcome = &attach->outcome;
    const struct tracer_taken *taken = &attach->taken;
    bool is_tree = outcome->tree_limit != OUTCOME_UNLIMITED;
    uint64_t limit = is_tree ? outcome->tree_limit : outcome->limit;
    uint64_t used = is_tree ? taken->tree_used : taken->used;
    char has[SIZE_ROOM], most[SIZE_ROOM], others[64] = "";
    if (taken->processes > 1)
        snprintf(others, sizeof others, " with %u more process%s", taken->processes - 1,
                 taken->processes == 2 ? "" : "es");
    message("%s (%d)%s: %s in use, %s may be; %s; Ctrl-C leaves it", outcome->name, outcome->pid,
            others, size_words(used, has), size_words(limit, most),
            used > limit ? "it gets nothing more until it has less" : "limited from now on");
}

static bool write_verdict(struct attach *attach)
{
    const struct run_options *run = &attach->options.run;
    FILE *file = reports_file(&attach->reports, REPORT_VERDICT);
    bool is_own = file != NULL, written;
    file = is_own ? file : stderr;
    struct verdict_style style = {
        .color = options_want_color(run, fileno(file)), .always = true, .table = run->verbose};
    written = run->quiet ? verdict_warnings(file, &attach->outcome)
                         : verdict_print(file, &attach->outcome, &style);
    return is_own ? reports_finish(&attach->reports, REPORT_VERDICT, written) : true;
}

/* As after run, but that to be left is no failure. */
static int finish(const struct attach *attach, bool written)
{
    const struct outcome *outcome = &attach->outcome;
    const struct run_options *run = &attach->options.run;
    if (run->error_exitcode != 0 && outcome_met_limit(outcome))
        return run->error_exitcode;
    if (coverage_fails(outcome, run))
        return run->error_exitcode;
    if (!outcome->left && !outcome->exited)
        die_of(outcome->status);
    return outcome->status == 0 && !written ? EXIT_OURS : outcome->status;
}

int attach_main(int argc, char **argv)
{
    static struct attach attach;
    pthread_t tracing;
    int status;
    if (!attach_options_read(argc, argv, &attach.options, &status))
        return status;
    if (!prepare(&attach))
        return EXIT_OURS;
    const struct remarks_limits asked = {attach.outcome.limit, attach.options.run.reserve,
                                         attach.outcome.tree_limit, attach.options.run.reserve};
    signals_hold(&attach.signals);
    sem_init(&attach.begun, 0, 0);
    int error = pthread_create(&tracing, NULL, trace, &attach);
    if (error == 0)
        sem_wait(&attach.begun);
    if (error != 0 || attach.error != 0) {
        attach.error = error != 0 ? error : attach.error;
        attach_check_say_refused(attach.options.pid, attach.error);
        reports_undo(&attach.reports);
        return EXIT_OURS;
    }
    reports_start(&attach.reports);
    if (!attach.options.run.quiet)
        say_begun(&attach);
    pthread_join(tracing, NULL);
    signals_finish(&attach.signals);
    remarks_raised(&attach.outcome, &asked);
    bool written = write_verdict(&attach);
    written &= reports_write_formats(&attach.reports, &attach.outcome);
    status = finish(&attach, written);
    outcome_free(&attach.outcome);
    return status;
}
