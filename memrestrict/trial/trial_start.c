/* SPDX-License-Identifier: MIT */
#include "trial/trial_start.h"

#include "base/signal_wait.h"
#include "base/fd_pass.h"
#include "base/message.h"
#include "trial/sandbox.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Words being put together; one that could not be made is remembered. */
struct list {
    char **words;
    size_t count;
    bool failed;
};

static void add(struct list *list, char *word)
{
    char **more = realloc(list->words, (list->count + 2) * sizeof *more);
    if (more == NULL || word == NULL) {
        list->failed = true;
        free(word);
    }
    if (more == NULL)
        return;
    list->words = more;
    if (word != NULL)
        more[list->count++] = word;
    more[list->count] = NULL;
}

static void add_option(struct list *list, const char *name, const char *value)
{
    char *word = NULL;
    if (value != NULL)
        add(list, asprintf(&word, "--%s=%s", name, value) > 0 ? word : NULL);
}

static void add_words(struct list *list, const char *const *words)
{
    for (; words != NULL && *words != NULL; words++)
        add(list, strdup(*words));
}

/* A percent sign means something in the path of a report. */
static void add_report(struct list *list, const char *name, const char *folder, const char *file)
{
    char path[2 * PATH_MAX];
    size_t length = 0;
    for (; *folder != '\0' && length < sizeof path - 2; folder++) {
        path[length++] = *folder;
        if (*folder == '%')
            path[length++] = '%';
    }
    snprintf(path + length, sizeof path - length, "/%s", file);
    add_option(list, name, path);
}

static void add_time(struct list *list, uint64_t nanoseconds)
{
    const uint64_t second = 1000000000;
    char time[40];
    snprintf(time, sizeof time, "%" PRIu64 ".%09" PRIu64, nanoseconds / second,
             nanoseconds % second);
    add_option(list, "time", time);
    add_option(list, "kill-after", "1s");
}

static void add_sites(struct list *list, const struct trial_program *program, const char *folder)
{
    char frames[16];
    snprintf(frames, sizeof frames, "%u", program->depth);
    add_option(list, "sites", frames);
    add_report(list, "site-list", folder, "sites.json");
    if (program->records)
        add_report(list, "site-records", folder, "sites.records");
}

static char **finished(struct list *list)
{
    if (!list->failed)
        return list->words;
    trial_arguments_free(list->words);
    return NULL;
}

/* A program that copies its environment, where the plan is, has more memory with a longer one: so
 * each trial has one of the same length, and be it one that no call fits. */
static char *filled_plan(const struct trial_program *program, const char *fault)
{
    char *plan;
    if (fault == NULL && program->plan_length == 0)
        return NULL;
    if (fault == NULL)
        fault = "site=0000000000000000,once";
    return asprintf(&plan, "%-*s", (int)program->plan_length, fault) > 0 ? plan : NULL;
}

char **trial_arguments(const struct trial_program *program, const char *folder, const char *fault,
                       const char *limit)
{
    struct list list = {0};
    char *plan = filled_plan(program, fault);
    add_words(&list, (const char *const[]){"memrestrict", "run", "--quiet", NULL});
    add_report(&list, "json", folder, "outcome.json");
    if (program->depth != 0)
        add_sites(&list, program, folder);
    if (program->lost)
        add(&list, strdup("--list-lost"));
    if (program->time_limit != 0)
        add_time(&list, program->time_limit);
    add_option(&list, "limit", limit != NULL ? limit : program->limit);
    add_option(&list, "fault", plan);
    list.failed |= plan == NULL && fault != NULL;
    free(plan);
    add_words(&list, program->more);
    add(&list, strdup("--"));
    add_words(&list, (const char *const *)program->argv);
    return finished(&list);
}

void trial_arguments_free(char **arguments)
{
    for (char **word = arguments; word != NULL && *word != NULL; word++)
        free(*word);
    free(arguments);
}

/* A size of 1 byte: the kernel then neither writes a core nor starts a program to take it. */
static void leave_no_cores(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur != 0) {
        limit.rlim_cur = 1;
        setrlimit(RLIMIT_CORE, &limit);
    }
}

/* As this same executable, under its own name, or where it has been replaced, as it was. */
static void execute(char **arguments)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length > 0) {
        path[length] = '\0';
        execv(path, arguments);
    }
    execv("/proc/self/exe", arguments);
}

/* Before the signal at the parent's end is asked for: a new user namespace forgets that. */
static void enter_sandbox(const struct trial_sandbox *sandbox)
{
    const char *step = "changes";
    int folder;
    bool caught = sandbox != NULL && sandbox->changes >= 0;
    if (sandbox == NULL || (sandbox_enter(sandbox->kept, caught ? &folder : NULL, &step) &&
                            (!caught || fd_pass_send(sandbox->changes, folder))))
        return;
    message("cannot make a sandbox: %s: %s", step, strerror(errno));
    _exit(EXIT_OURS);
}

static _Noreturn void become(char **arguments, const char *folder,
                             const struct trial_sandbox *sandbox, const int streams[3])
{
    char *variable = NULL;
    setsid();
    leave_no_cores();
    for (int i = 0; i < 3; i++)
        if (dup2(streams[i], i) < 0)
            _exit(EXIT_OURS);
    enter_sandbox(sandbox);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (asprintf(&variable, "%s/tmp", folder) > 0 && setenv("TMPDIR", variable, 1) == 0) {
        signal_wait_release();
        execute(arguments);
    }
    message("cannot run memrestrict itself: %s", strerror(errno));
    _exit(EXIT_OURS);
}

int trial_launch(char **arguments, const char *folder, const struct trial_sandbox *sandbox,
                 const int streams[3])
{
    int pid = fork();
    if (pid == 0)
        become(arguments, folder, sandbox, streams);
    return pid;
}
