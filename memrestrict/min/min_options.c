/* SPDX-License-Identifier: MIT */
#include "min/min_options.h"

#include "base/arguments.h"
#include "base/message.h"
#include "base/values.h"
#include "engines/engine.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_JOBS = 256, MOST_REPEATS = 1000, MOST_PERCENT = 1000, DEFAULT_REPEATS = 3 };

enum {
    KEY_SCOPE = 0x100,
    KEY_ENGINE,
    KEY_STEP,
    KEY_COMPARE,
    KEY_TEST,
    KEY_EXPECT,
    KEY_BUDGET_FILE,
    KEY_TOLERANCE,
    KEY_UPDATE,
    KEY_JSON,
    KEY_JUNIT
};

static const struct argp_option rows[] = {
    {NULL, 0, NULL, 0, "Which budget:", 1},
    {"scope", KEY_SCOPE, "process|tree", 0,
     "of each process, or of all together (default: process)", 0},
    {"step", KEY_STEP, "SIZE", 0,
     "be content with multiples of this (default: 1 byte; engines that count pages: a page)", 0},
    {"engine", KEY_ENGINE, ENGINE_WORDS, 0, "what limits it, as run has it (default: auto)", 0},
    {"count", 'c', "LIST", 0, "what is charged, as run has it: heap,regions,stacks", 0},
    {"program", 'p', "LIST", 0, "limit only the programs of these names or globs", 0},
    {NULL, 0, NULL, 0, "What a success is:", 2},
    {"compare", KEY_COMPARE, "status|stdout|both", 0,
     "what has to be as it is without a limit (default: both)", 0},
    {"test", KEY_TEST, "COMMAND", 0,
     "a shell command that decides by its exit status, with TRIAL_STDOUT, TRIAL_STDERR and "
     "TRIAL_TMPDIR (paths) and TRIAL_STATUS in its environment",
     0},
    {"expect", KEY_EXPECT, "STATUS", 0, "the exit status of a success (default: 0)", 0},
    {"time", 't', "DURATION", 0,
     "what longer takes is no success (default: ten times what it takes without a limit, and 5s at "
     "least)",
     0},
    {NULL, 0, NULL, 0, "How it is found:", 3},
    {"jobs", 'j', "N", 0, "run so many at a time (default: one for each processor)", 0},
    {"repeat", 'n', "N", 0, "run the answer so many times again (default: 3)", 0},
    {NULL, 0, NULL, 0, "What becomes of it (FILE - is stdout):", 4},
    {"budget-file", KEY_BUDGET_FILE, "FILE", 0,
     "fail if more is needed than FILE, which keeps needs, has for this command line", 0},
    {"tolerance", KEY_TOLERANCE, "PERCENT", 0, "and if it is so much more (default: 5%)", 0},
    {"update", KEY_UPDATE, NULL, 0, "write the need into that file", 0},
    {"json", KEY_JSON, "FILE", 0, "all that was found as JSON", 0},
    {"junit", KEY_JUNIT, "FILE", 0, "as JUnit XML", 0},
    {"quiet", 'q', NULL, 0, "print the number of bytes alone", 0},
    {"verbose", 'v', NULL, 0, "print each budget that was tried", 0},
    {0},
};

static error_t take_tolerance(const struct value *value, double *tolerance)
{
    char *end;
    double percent = strtod(value->word, &end);
    if (strcmp(end, "%") == 0)
        end++;
    *tolerance = percent / 100;
    bool digits = *value->word >= '0' && *value->word <= '9';
    return digits && *end == '\0' && percent >= 0 && percent <= MOST_PERCENT
               ? 0
               : value_refuse(value, "a percentage from 0 to 1000, such as 5 or 2.5%");
}

static error_t take_unsigned(const struct value *value, long least, long most, unsigned *into)
{
    long number;
    error_t error = value_number(value, least, most, &number);
    *into = (unsigned)number;
    return error;
}

static error_t take_budget(const struct value *value, struct min_options *options)
{
    int place = 0;
    error_t error;
    switch (value->key) {
    case KEY_SCOPE:
        error = value_word(value, "process|tree", &place);
        options->tree = place == 1;
        return error;
    case KEY_ENGINE: options->engine = value->word; return value_word(value, ENGINE_WORDS, &place);
    case KEY_STEP:
        error = value_size(value, &options->step);
        if (error == 0 && (options->step == 0 || options->step == UINT64_MAX))
            return value_refuse(value, "a size from 1 byte on");
        return error;
    case 'c': return value_setting(value, "MEMRESTRICT_COUNT", &options->count);
    case 'p': return value_setting(value, "MEMRESTRICT_PROGRAM", &options->program);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t take_success(const struct value *value, struct min_options *options)
{
    int place = 0;
    long number = 0;
    error_t error;
    switch (value->key) {
    case KEY_COMPARE:
        error = value_word(value, "status|stdout|both", &place);
        options->compare = (unsigned)place + 1;
        return error;
    case KEY_TEST: return value_command(value, &options->test);
    case KEY_EXPECT:
        error = value_number(value, 0, 255, &number);
        options->expect = (int)number;
        return error;
    case 't': return value_time(value, &options->time_limit);
    default: return take_budget(value, options);
    }
}

static error_t take(int key, char *word, void *into)
{
    struct min_options *options = into;
    struct value value = {rows, key, word};
    switch (key) {
    case 'j': return take_unsigned(&value, 1, MOST_JOBS, &options->jobs);
    case 'n': return take_unsigned(&value, 0, MOST_REPEATS, &options->repeats);
    case KEY_BUDGET_FILE: return value_file(&value, &options->budget_file);
    case KEY_TOLERANCE: return take_tolerance(&value, &options->tolerance);
    case KEY_UPDATE: options->update = true; return 0;
    case KEY_JSON: return value_file(&value, &options->json);
    case KEY_JUNIT: return value_file(&value, &options->junit);
    case 'q':
        options->quiet = true;
        options->verbose = false;
        return 0;
    case 'v':
        options->verbose = true;
        options->quiet = false;
        return 0;
    default: return take_success(&value, options);
    }
}

static const char doc[] =
    "Finds the smallest budget under which PROGRAM still succeeds: runs it without a limit first, "
    "then under smaller and smaller ones, and looks around the answer, since a program that keeps "
    "a cache may pass, fail with a little more, and pass again."
    "\vExamples:\n"
    "  memrestrict min sort big.txt                how much memory is enough?\n"
    "  memrestrict min --scope=tree --step=1M make        for a whole build\n"
    "  memrestrict min --test='cmp -s $TRIAL_STDOUT good' ./convert <in\n"
    "  memrestrict min --budget-file=need --update ./t    keep what it needs\n"
    "  memrestrict min --budget-file=need ./t             for CI: did it grow?\n\n"
    "Exit status: 0 found, and no more than the budget file allows; 1 it allows less; 124 the time "
    "limit ended the run without a limit; 125 memrestrict failed, or PROGRAM does so without a "
    "limit; 126 and 127 as run.";

/* What does not go together. */
static bool is_sound(const struct min_options *options)
{
    if (options->update && options->budget_file == NULL)
        message_usage("--update: there is no file to update; accepted: with --budget-file=FILE");
    else if (options->engine != NULL && strcmp(options->engine, "cgroup") == 0 && !options->tree)
        message_usage("--engine=cgroup: it limits all processes together; accepted: with "
                      "--scope=tree, or another engine");
    else if (options->json != NULL && options->junit != NULL &&
             strcmp(options->json, options->junit) == 0)
        message_usage("--json and --junit: both go to %s; accepted: a file for each",
                      strcmp(options->json, "-") == 0 ? "standard output" : options->json);
    else
        return true;
    return false;
}

bool min_options_read(int argc, char **argv, struct min_options *options, int *status)
{
    const struct arguments arguments = {
        .name = "memrestrict min",
        .doc = doc,
        .program = true,
        .options = rows,
        .take = take,
        .into = options,
    };
    int count;
    *options = (struct min_options){
        .step = 1,
        .compare = MIN_STATUS | MIN_STDOUT,
        .jobs = value_processors(MOST_JOBS),
        .repeats = DEFAULT_REPEATS,
        .tolerance = 0.05,
    };
    if (!arguments_read(&arguments, argc, argv, &options->argv, &count, status))
        return false;
    *status = EXIT_OURS;
    return is_sound(options);
}
