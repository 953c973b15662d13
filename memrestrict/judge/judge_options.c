/* SPDX-License-Identifier: MIT */
#include "judge/judge_options.h"

#include "base/arguments.h"
#include "base/message.h"
#include "base/values.h"

#include <string.h>

enum {
    KEY_TIME = 0x100,
    KEY_WALL,
    KEY_OUTPUT,
    KEY_PROCESSES,
    KEY_READ,
    KEY_STACK,
    KEY_POLICY,
    KEY_JSON,
    KEY_BATCH,
    KEY_CHECKER
};
enum { WALL_TIMES = 3, MOST_PROCESSES = 10000, MOST_JOBS = 1000 };

static const struct argp_option rows[] = {
    {NULL, 0, NULL, 0, "Limits (none where not given, but for those with a default):", 1},
    {"limit", 'l', "SIZE", 0,
     "memory of all its processes together, static data and the stacks of "
     "threads too",
     0},
    {"time", KEY_TIME, "DURATION", 0, "processor time of all its processes together", 0},
    {"wall", KEY_WALL, "DURATION", 0, "time that passes (default: three times --time)", 0},
    {"output-limit", KEY_OUTPUT, "SIZE", 0,
     "what it writes to its standard streams together, and to each file", 0},
    {"processes", KEY_PROCESSES, "N", 0, "at a time (default: 1)", 0},
    {"stack", KEY_STACK, "SIZE", 0, "the main stack, beside --limit (default: 8M)", 0},
    {NULL, 0, NULL, 0, "What it may call:", 2},
    {"policy", KEY_POLICY, "compute|none|FILE", 0,
     "compute (default): its streams, memory, time, threads; none: all within the limits; or the "
     "rules in a file",
     0},
    {"read", KEY_READ, "PATH", 0,
     "under compute it may read this file, or all in this folder; may be given several times", 0},
    {NULL, 0, NULL, 0, "What is told:", 3},
    {"json", KEY_JSON, "FILE", 0, "the verdict and its figures as JSON (- is stdout)", 0},
    {NULL, 0, NULL, 0, "Several tests:", 4},
    {"batch", KEY_BATCH, "DIR", 0,
     "run it on each DIR/NAME.in, and compare with NAME.out or NAME.ans; --json gets a line a test",
     0},
    {"checker", KEY_CHECKER, "COMMAND", 0,
     "call 'COMMAND INPUT OUTPUT ANSWER' instead, whose status 0 is right", 0},
    {"jobs", 'j', "N", 0, "tests at a time (default: one a processor)", 0},
    {0},
};

static error_t add_read(const struct value *value, struct judge_options *options)
{
    const char *path;
    error_t error = value_file(value, &path);
    if (error == 0 && !string_list_add(&options->reads, path))
        error = ENOMEM;
    return error;
}

static error_t take(int key, char *word, void *into)
{
    struct judge_options *options = into;
    struct value value = {rows, key, word};
    switch (key) {
    case 'l': return value_size(&value, &options->limit);
    case KEY_TIME: return value_time(&value, &options->time);
    case KEY_WALL: return value_time(&value, &options->wall);
    case KEY_OUTPUT: return value_size(&value, &options->output_limit);
    case KEY_PROCESSES: return value_number(&value, 1, MOST_PROCESSES, &options->processes);
    case KEY_STACK: return value_size(&value, &options->stack);
    case KEY_POLICY: return value_file(&value, &options->policy);
    case KEY_READ: return add_read(&value, options);
    case KEY_BATCH: return value_file(&value, &options->batch);
    case KEY_CHECKER: return value_command(&value, &options->checker);
    case 'j': return value_number(&value, 1, MOST_JOBS, &options->jobs);
    case KEY_JSON: return value_file(&value, &options->json);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Runs a submission within limits that it cannot undo, and says in one line on stderr what "
    "became of it: ok, memory-limit, time-limit, output-limit, process-limit, runtime-error or "
    "forbidden-call. Standard streams are the submission's."
    "\vExamples:\n"
    "  memrestrict judge -l 64M --time=1s -- ./submission <in >out\n"
    "  memrestrict judge -l 256M --time=2s --read=sol.py --json=v.json -- python3 sol.py <in\n"
    "  memrestrict judge -l 1G --policy=none --processes=50 --time=30s -- make test\n\n"
    "What a policy's file may hold, and what to put around it: memrestrict-judge(1).\n\n"
    "Exit status: 0 ok; 1 any other verdict; 125 memrestrict failed; 126 and 127 as run.";

/* What does not go together. */
static bool is_sound(const struct judge_options *options)
{
    if (options->batch == NULL && options->checker != NULL)
        message_usage("--checker: is for several tests; accepted: with --batch");
    else if (options->batch == NULL && options->jobs != 0)
        message_usage("--jobs: is for several tests; accepted: with --batch");
    else if (options->batch != NULL && options->json != NULL && strcmp(options->json, "-") == 0)
        message_usage("--json=-: the table of --batch goes to standard output; accepted: a file");
    else
        return true;
    return false;
}

/* Where nothing was said. */
static void set_rest(struct judge_options *options)
{
    if (options->wall == JUDGE_NO_LIMIT && options->time < JUDGE_NO_LIMIT / WALL_TIMES)
        options->wall = options->time * WALL_TIMES;
    if (options->batch != NULL && options->output_limit == JUDGE_NO_LIMIT)
        options->output_limit = 64 << 20; /* it goes into files of ours */
    if (options->jobs == 0)
        options->jobs = value_processors(MOST_JOBS);
}

bool judge_options_read(int argc, char **argv, struct judge_options *options, int *status)
{
    int count;
    const struct arguments arguments = {
        .name = "memrestrict judge",
        .doc = doc,
        .program = true,
        .options = rows,
        .take = take,
        .into = options,
    };
    *options = (struct judge_options){.limit = JUDGE_NO_LIMIT,
                                      .time = JUDGE_NO_LIMIT,
                                      .wall = JUDGE_NO_LIMIT,
                                      .output_limit = JUDGE_NO_LIMIT,
                                      .stack = 8 << 20,
                                      .processes = 1,
                                      .policy = "compute"};
    bool read = arguments_read(&arguments, argc, argv, &options->argv, &count, status);
    if (read && is_sound(options)) {
        set_rest(options);
        return true;
    }
    if (read)
        *status = EXIT_OURS;
    judge_options_free(options);
    return false;
}

void judge_options_free(struct judge_options *options) { string_list_free(&options->reads); }
