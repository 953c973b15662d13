/* SPDX-License-Identifier: MIT */
#include "judge/batch.h"

#include "base/duration.h"
#include "base/json_read.h"
#include "base/message.h"
#include "base/output.h"
#include "base/signal_wait.h"
#include "base/temporary.h"
#include "base/text.h"
#include "judge/batch_answer.h"
#include "judge/batch_tests.h"
#include "judge/judge_once.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NOT_ALL = 1 };
static const uint64_t nap = 2000000;

struct result {
    int pid; /* 0: not begun, or over */
    bool over;
    int status; /* as of waitpid(2) */
    enum batch_answer answer;
    char difference[BATCH_DIFFERENCE];
    json_t *json; /* what the judge said; NULL: it failed */
};

struct batch {
    const struct judge_options *options;
    const struct policy *policy;
    struct batch_tests tests;
    struct result *results;
    char *folder; /* for outputs and verdicts */
    struct output json;
    size_t begun, shown, right;
    unsigned running;
    bool failed;
};

static void path_in(const struct batch *batch, size_t number, const char *name, char *path)
{
    snprintf(path, PATH_MAX, "%s/%zu.%s", batch->folder, number, name);
}

/* Where the place is free the descriptor may be it: it is to stay open at exec. */
static bool put_at(int place, const char *path, int flags)
{
    int fd = open(path, flags, 0600);
    bool done = fd >= 0 && (fd == place || dup2(fd, place) == place);
    if (fd > STDERR_FILENO && fd != place)
        close(fd);
    return done;
}

/* In a process of its own, which goes when we go; a submission of it that is started now must be
 * one that can be traced (judge_run.c). */
static _Noreturn void be_judge(const struct batch *batch, size_t number)
{
    char output[PATH_MAX], said[PATH_MAX], json[PATH_MAX];
    struct judge_options options = *batch->options;
    signal_wait_release();
    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    path_in(batch, number, "out", output);
    path_in(batch, number, "said", said);
    path_in(batch, number, "json", json);
    options.json = json;
    if (!put_at(STDIN_FILENO, batch->tests.tests[number].input, O_RDONLY) ||
        !put_at(STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_EXCL) ||
        !put_at(STDERR_FILENO, said, O_WRONLY | O_CREAT | O_EXCL))
        _exit(EXIT_OURS);
    _exit(judge_once(&options, batch->policy));
}

static void begin_one(struct batch *batch)
{
    size_t number = batch->begun++;
    int pid = fork();
    if (pid == 0)
        be_judge(batch, number);
    if (pid < 0)
        message("judge: %s", strerror(errno));
    batch->results[number].pid = pid > 0 ? pid : 0;
    batch->results[number].over = pid < 0;
    batch->running += pid > 0;
}

static const char *verdict_of(const struct result *result)
{
    const char *verdict = json_string_value(json_object_get(result->json, "verdict"));
    return verdict != NULL ? verdict : "failed";
}

static json_t *read_json(const char *path)
{
    json_error_t error;
    FILE *file = fopen(path, "re");
    json_t *json = file != NULL ? json_read(file, &error) : NULL;
    if (file != NULL)
        fclose(file);
    return json;
}

static void end_one(struct batch *batch, size_t number, int status)
{
    char output[PATH_MAX], json[PATH_MAX];
    struct result *result = &batch->results[number];
    path_in(batch, number, "out", output);
    path_in(batch, number, "json", json);
    *result = (struct result){.over = true, .status = status, .answer = ANSWER_NONE};
    result->json = read_json(json);
    if (strcmp(verdict_of(result), "ok") == 0)
        result->answer = batch_answer_check(&batch->tests.tests[number], output,
                                            batch->options->checker, result->difference);
    unlink(output);
    batch->running--;
}

/* What a judge that failed said last. */
static void show_failure(const struct batch *batch, size_t number)
{
    static const char begins[] = "memrestrict: "; /* as our own line will */
    char path[PATH_MAX], line[512] = "";
    path_in(batch, number, "said", path);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        ;
    if (file != NULL)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    message("%s: %s", batch->tests.tests[number].name,
            strncmp(line, begins, strlen(begins)) == 0 ? line + strlen(begins) : line);
}

static void write_row(const struct batch *batch, size_t number)
{
    const struct result *result = &batch->results[number];
    uint64_t cpu = (uint64_t)json_integer_value(json_object_get(result->json, "cpu_ns"));
    uint64_t peak = (uint64_t)json_integer_value(json_object_get(result->json, "peak_bytes"));
    text_safe(stdout, batch->tests.tests[number].name);
    printf("\t%s\t", verdict_of(result));
    duration_write(stdout, cpu);
    printf(" s\t%" PRIu64 " KiB\t%s%s%s\n", peak / 1024, batch_answer_id(result->answer),
           result->difference[0] != '\0' ? ": " : "", result->difference);
    fflush(stdout);
}

static bool write_line(struct batch *batch, size_t number)
{
    struct result *result = &batch->results[number];
    FILE *file = output_file(&batch->json);
    if (file == NULL || result->json == NULL)
        return file != NULL || batch->json.path == NULL;
    json_t *name = json_string(batch->tests.tests[number].name);
    json_object_set_new(result->json, "test", name != NULL ? name : json_null());
    json_object_set_new(result->json, "answer", json_string(batch_answer_id(result->answer)));
    json_object_set_new(result->json, "difference",
                        result->difference[0] != '\0' ? json_string(result->difference)
                                                      : json_null());
    return json_dumpf(result->json, file, JSON_COMPACT) == 0 && fputc('\n', file) != EOF;
}

/* Those that are over, in the order of the tests. */
static void show_rows(struct batch *batch)
{
    for (; batch->shown < batch->begun && batch->results[batch->shown].over; batch->shown++) {
        struct result *result = &batch->results[batch->shown];
        bool ok = strcmp(verdict_of(result), "ok") == 0;
        batch->right += ok && (result->answer == ANSWER_RIGHT || result->answer == ANSWER_NONE);
        batch->failed |= result->json == NULL || result->answer == ANSWER_FAILED;
        if (result->json == NULL)
            show_failure(batch, batch->shown);
        write_row(batch, batch->shown);
        batch->failed |= !write_line(batch, batch->shown);
        json_decref(result->json);
        result->json = NULL;
    }
}

static void take_ended(struct batch *batch)
{
    int status;
    for (size_t i = 0; i < batch->begun; i++) {
        struct result *result = &batch->results[i];
        if (result->pid != 0 && waitpid(result->pid, &status, WNOHANG) == result->pid)
            end_one(batch, i, status);
    }
}

/* Those that run are told by the kernel that we went; here they are waited for. */
static void stop_all(struct batch *batch)
{
    for (size_t i = 0; i < batch->begun; i++) {
        if (batch->results[i].pid == 0)
            continue;
        sigqueue(batch->results[i].pid, SIGTERM, (union sigval){0});
        waitpid(batch->results[i].pid, NULL, 0);
    }
}

static void run_all(struct batch *batch)
{
    puts("test\tverdict\tcpu\tpeak\tanswer");
    while (batch->shown < batch->tests.count) {
        while (batch->begun < batch->tests.count && batch->running < batch->options->jobs)
            begin_one(batch);
        take_ended(batch);
        if (signal_wait_signal() != 0) {
            stop_all(batch);
            return;
        }
        show_rows(batch);
        if (batch->running > 0)
            signal_wait_poll(NULL, 0, nap);
    }
    printf("%zu of %zu right\n", batch->right, batch->tests.count);
}

static bool open_all(struct batch *batch)
{
    if (!batch_tests_find(&batch->tests, batch->options->batch))
        return false;
    batch->results = calloc(batch->tests.count, sizeof *batch->results);
    if (batch->results == NULL) {
        message("no memory");
        return false;
    }
    batch->folder = temporary_make();
    return batch->folder != NULL && output_open(&batch->json, "json", batch->options->json);
}

static void close_all(struct batch *batch)
{
    if (batch->folder != NULL)
        temporary_remove(batch->folder);
    free(batch->folder);
    free(batch->results);
    batch_tests_free(&batch->tests);
}

int batch_run(const struct judge_options *options, const struct policy *policy)
{
    struct batch batch = {.options = options, .policy = policy};
    signal_wait_hold();
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* nobody but root looks into us */
    bool opened = open_all(&batch);
    if (opened)
        run_all(&batch);
    bool all = opened && batch.right == batch.tests.count;
    if (opened && batch.json.path != NULL)
        batch.failed |= !output_close(&batch.json, true);
    close_all(&batch);
    signal_wait_release();
    signal_wait_obey();
    return !opened || batch.failed ? EXIT_OURS : all ? EXIT_SUCCESS : EXIT_NOT_ALL;
}
