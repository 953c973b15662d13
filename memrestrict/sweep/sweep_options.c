/* SPDX-License-Identifier: MIT */
#include "sweep/sweep_options.h"

#include "base/arguments.h"
#include "base/fault_plan.h"
#include "base/json_text.h"
#include "base/fault_modes.h"
#include "common/plan.h"
#include "base/shell.h"
#include "base/string_file.h"
#include "base/message.h"
#include "base/values.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DEPTH = 16, MOST_DEPTH = 64, MOST_JOBS = 256 };

enum {
    KEY_DEPTH = 0x100,
    KEY_MODE,
    KEY_ONLY,
    KEY_FORK,
    KEY_JOURNAL,
    KEY_KEEP,
    KEY_SHARD,
    KEY_MOST,
    KEY_BASELINE,
    KEY_UPDATE,
    KEY_SUPPRESS,
    KEY_FAIL_ON,
    KEY_COLOR,
    KEY_SANDBOX,
    KEY_NO_SANDBOX,
    KEY_FOR,
    KEY_BUGS,
    KEY_FILES,
    KEY_NO_FILES,
    KEY_REPORT
};

#define FINDINGS_ROWS                                                                              \
    {NULL, 0, NULL, 0, "What becomes of findings (FILE - is stdout):", 3},                         \
        {"baseline", KEY_BASELINE, "FILE", 0, "what FILE has is known, and does not fail", 0},     \
        {"update-baseline", KEY_UPDATE, NULL, 0, "write all that was found there", 0},             \
        {"suppress",                                                                               \
         KEY_SUPPRESS,                                                                             \
         "FILE",                                                                                   \
         0,                                                                                        \
         "leave out what a line of FILE names: OUTCOME:GLOB, over functions",                      \
         0},                                                                                       \
        {"fail-on",                                                                                \
         KEY_FAIL_ON,                                                                              \
         "OUTCOME",                                                                                \
         0,                                                                                        \
         "the least harm to fail for: abort (default), leak, swallowed, hang, crash, corruption",  \
         0},                                                                                       \
        {"json", KEY_REPORT + SWEEP_JSON, "FILE", 0, "all findings and trials as JSON", 0},        \
        {"junit", KEY_REPORT + SWEEP_JUNIT, "FILE", 0, "as JUnit XML", 0},                         \
        {"tap", KEY_REPORT + SWEEP_TAP, "FILE", 0, "as TAP", 0},                                   \
        {"sarif", KEY_REPORT + SWEEP_SARIF, "FILE", 0, "as SARIF, for code scanning", 0},          \
        {"bug-reports", KEY_BUGS, "FOLDER", 0, "a file in Markdown of each new finding", 0},       \
        {"color", KEY_COLOR, "auto|always|never", 0, "colours (default: auto)", 0},                \
        {"quiet", 'q', NULL, 0, "no progress, and of the summary the last line alone", 0},         \
    {                                                                                              \
        "verbose", 'v', NULL, 0, "each trial, and the call stacks of findings", 0                  \
    }

static const struct argp_option sweep_rows[] = {
    {NULL, 0, NULL, 0, "What is made to fail:", 1},
    {"mode", KEY_MODE, "once|keep|rest|both|all", 0,
     "each call site once, each time that it is met (keep), both in turn (default), once and then "
     "every other as well (rest), or all three",
     0},
    {"depth", KEY_DEPTH, "FRAMES", 0, "that tell call sites apart, 1 to 64 (default: 16)", 0},
    {"only", KEY_ONLY, "WORDS", 0, "further words of each fault plan: lib=libfoo.so,arm=main", 0},
    {"program", 'p', "LIST", 0, "only in the programs of these names or globs: jq, of a script", 0},
    {"max", KEY_MOST, "N", 0, "trials at most", 0},
    {"for", KEY_FOR, "DURATION", 0, "begin no trial after that; the most different come first", 0},
    {NULL, 0, NULL, 0, "How trials are run:", 2},
    {"fork", KEY_FORK, NULL, 0, "all in one run, which forks at each call site", 0},
    {"jobs", 'j', "N", 0, "so many at a time (default: one for each processor)", 0},
    {"time", 't', "DURATION", 0,
     "what a trial may take (default: ten times what the reference takes, and 5s at least)", 0},
    {"sandbox", KEY_SANDBOX, NULL, 0,
     "all is read-only but the working directory, and temporary files are gone with the trial "
     "(default for root)",
     0},
    {"no-sandbox", KEY_NO_SANDBOX, NULL, 0, "the program can change what its user can", 0},
    {"files", KEY_FILES, NULL, 0,
     "what it writes in the working directory is part of the result, and gone with the trial "
     "(default in a sandbox, which this needs)",
     0},
    {"no-files", KEY_NO_FILES, NULL, 0, "it writes to the working directory itself", 0},
    {"limit", 'l', "SIZE", 0, "a budget for each process, as run has", 0},
    {"journal", KEY_JOURNAL, "FILE", 0, "note each trial there; go on where that ends", 0},
    {"keep", KEY_KEEP, "FOLDER", 0, "keep there what the program printed in trials of findings", 0},
    {"shard", KEY_SHARD, "I/N", 0, "only the I-th of N parts; see merge", 0},
    FINDINGS_ROWS,
    {0},
};

static const struct argp_option merge_rows[] = {FINDINGS_ROWS, {0}};

static error_t take_number(const struct value *value, long most, unsigned *into)
{
    long number = 0;
    error_t error = value_number(value, 1, most, &number);
    *into = (unsigned)number;
    return error;
}

static error_t take_mode(const struct value *value, unsigned *modes)
{
    static const unsigned by_place[] = {EXPLORE_ONCE, EXPLORE_KEEP, EXPLORE_REST,
                                        EXPLORE_ONCE | EXPLORE_KEEP,
                                        EXPLORE_ONCE | EXPLORE_KEEP | EXPLORE_REST};
    int place = 0;
    error_t error = value_word(value, "once|keep|rest|both|all", &place);
    *modes = by_place[place];
    return error;
}

static error_t take_shard(const struct value *value, struct sweep_options *options)
{
    unsigned index, count;
    int length = 0;
    if (value->word[0] < '1' || value->word[0] > '9' ||
        sscanf(value->word, "%5u/%5u%n", &index, &count, &length) != 2 ||
        value->word[length] != '\0' || index > count || count > SWEEP_MOST_SHARDS)
        return value_refuse(value, "I/N, such as 1/4 for the first of four parts");
    options->shard = value->word;
    options->shard_index = index - 1;
    options->shards = count;
    return 0;
}

static error_t take_only(const struct value *value, const char **only)
{
    *only = value->word;
    if (strchr(value->word, ';') != NULL || !json_text_is_utf8(value->word))
        return value_refuse(value, "words of UTF-8 with commas between");
    return fault_plan_check("--only", value->word) ? 0 : EINVAL;
}

static error_t take_fail_on(const struct value *value, enum reaction *reaction)
{
    return reaction_of(value->word, reaction) && reaction_is_wrong(*reaction)
               ? 0
               : value_refuse(value, "abort, leak, swallowed, hang, crash or corruption");
}

static error_t take_findings(const struct value *value, struct findings_options *options)
{
    int place = 0;
    error_t error;
    switch (value->key) {
    case KEY_BASELINE: return value_file(value, &options->baseline);
    case KEY_BUGS: return value_file(value, &options->bug_reports);
    case KEY_UPDATE: options->update_baseline = true; return 0;
    case KEY_SUPPRESS: return value_file(value, &options->suppress);
    case KEY_FAIL_ON: return take_fail_on(value, &options->fail_on);
    case KEY_COLOR:
        error = value_word(value, "auto|always|never", &place);
        options->color = (enum color)place;
        return error;
    case 'q':
        options->quiet = true;
        options->verbose = false;
        return 0;
    case 'v':
        options->verbose = true;
        options->quiet = false;
        return 0;
    default:
        if (value->key < KEY_REPORT || value->key >= KEY_REPORT + SWEEP_REPORTS)
            return ARGP_ERR_UNKNOWN;
        return value_file(value, &options->reports[value->key - KEY_REPORT]);
    }
}

static error_t take_sweep(int key, char *word, void *into)
{
    const struct value value = {sweep_rows, key, word};
    struct sweep_options *options = into;
    uint64_t bytes;
    switch (key) {
    case KEY_MODE: return take_mode(&value, &options->modes);
    case KEY_DEPTH: return take_number(&value, MOST_DEPTH, &options->depth);
    case KEY_ONLY: return take_only(&value, &options->only);
    case KEY_MOST: return take_number(&value, INT_MAX, &options->most);
    case 'p': return value_setting(&value, "MEMRESTRICT_PROGRAM", &options->program);
    case KEY_FORK: options->fork = true; return 0;
    case KEY_SANDBOX: options->sandbox = WISH_YES; return 0;
    case KEY_NO_SANDBOX: options->sandbox = WISH_NO; return 0;
    case KEY_FOR: return value_time(&value, &options->spend);
    case KEY_FILES: options->files = WISH_YES; return 0;
    case KEY_NO_FILES: options->files = WISH_NO; return 0;
    case 'j': return take_number(&value, MOST_JOBS, &options->jobs);
    case 't': return value_duration(&value, &options->time_limit);
    case 'l': options->limit = word; return value_size(&value, &bytes);
    case KEY_JOURNAL: return value_file(&value, &options->journal);
    case KEY_KEEP: return value_file(&value, &options->keep);
    case KEY_SHARD: return take_shard(&value, options);
    default: return take_findings(&value, &options->findings);
    }
}

static error_t take_merge(int key, char *word, void *into)
{
    const struct value value = {merge_rows, key, word};
    return take_findings(&value, into);
}

/* The words stand in a plan beside those of each call site and mode. */
static bool only_fits(const struct sweep_options *options)
{
    char plan[PLAN_TEXT + 64];
    bool fits = true;
    for (unsigned mode = EXPLORE_ONCE; mode <= EXPLORE_REST && fits; mode <<= 1) {
        if (!(options->modes & mode))
            continue;
        snprintf(plan, sizeof plan, "site=0000000000000000,depth=%u,%s,%s", options->depth,
                 fault_modes_name(mode), options->only);
        fits = fault_plan_check("--only", plan);
    }
    return fits;
}

/* What does not go together. */
static bool is_sound(const struct findings_options *options)
{
    int on_stdout = 0;
    for (int i = 0; i < SWEEP_REPORTS; i++)
        on_stdout += options->reports[i] != NULL && strcmp(options->reports[i], "-") == 0;
    if (on_stdout > 1)
        message_usage("two reports cannot both go to stdout; accepted: a FILE for all but one");
    else if (options->update_baseline && options->baseline == NULL)
        message_usage("--update-baseline: there is no baseline to update; accepted: with "
                      "--baseline=FILE");
    else
        return true;
    return false;
}

bool sweep_options_read(int argc, char **argv, struct sweep_options *options, int *status)
{
    const struct arguments arguments = {
        .name = "memrestrict sweep",
        .doc = "Finds the code that cannot take a failed allocation: runs PROGRAM once to see "
               "which call stacks allocate, then again for each, with that one made to fail."
               "\vEach trial ends in one of: handled (it fails in its own words), tolerated (the "
               "same result), swallowed (exit status 0, but another output), leak, abort, crash, "
               "hang, corruption. Findings come with the line that shows each alone.\n\n"
               "Examples:\n"
               "  memrestrict sweep ./test\n"
               "  memrestrict sweep --fork ./slow-to-start\n"
               "  memrestrict sweep --baseline=oom.txt --junit=oom.xml -- ./test --quick\n"
               "  memrestrict sweep --journal=part1 --shard=1/2 ./test\n\n"
               "Exit status: 0 nothing new; 1 at worst an abort or a leak, 2 a swallowed error or "
               "a hang, 3 a crash or a corruption; 125 memrestrict failed, 126 and 127 as run.",
        .program = true,
        .options = sweep_rows,
        .take = take_sweep,
        .into = options,
    };
    int count;
    *options = (struct sweep_options){
        .findings = {.fail_on = REACTION_ABORTED},
        .jobs = value_processors(MOST_JOBS),
        .depth = DEFAULT_DEPTH,
        .modes = EXPLORE_ONCE | EXPLORE_KEEP,
        .shards = 1,
    };
    if (!arguments_read(&arguments, argc, argv, &options->argv, &count, status))
        return false;
    *status = EXIT_OURS;
    if (options->fork && (options->only != NULL || options->shard != NULL || options->most != 0 ||
                          options->spend != 0 || options->journal != NULL)) {
        message_usage(
            "--fork: all is done in one run; accepted: without --only, --max, --for, --shard and "
            "--journal");
        return false;
    }
    if (options->files == WISH_YES && (options->fork || options->sandbox == WISH_NO)) {
        message_usage("--files: needs a sandbox, and runs apart; accepted: without --no-sandbox "
                      "and --fork");
        return false;
    }
    return (options->only == NULL || only_fits(options)) && is_sound(&options->findings);
}

char *sweep_options_of_run(const struct sweep_options *options)
{
    struct string_file words;
    FILE *file = string_file_open(&words);
    if (file == NULL)
        return NULL;
    if (options->limit != NULL)
        fprintf(file, "--limit=%s", options->limit);
    if (options->program != NULL) {
        fputs(options->limit != NULL ? " --program=" : "--program=", file);
        shell_word(file, options->program);
    }
    return string_file_close(&words);
}

bool merge_options_read(int argc, char **argv, struct findings_options *options, char ***files,
                        int *count, int *status)
{
    const struct arguments arguments = {
        .name = "memrestrict merge",
        .words = "JOURNAL...",
        .doc = "Puts together what parts of a sweep have found: the journals of sweep "
               "--journal=FILE --shard=I/N."
               "\vExit status: as that of sweep; and 1 if a part is missing or was not finished.",
        .least = 1,
        .most = INT_MAX,
        .options = merge_rows,
        .take = take_merge,
        .into = options,
    };
    *options = (struct findings_options){.fail_on = REACTION_ABORTED};
    if (!arguments_read(&arguments, argc, argv, files, count, status))
        return false;
    *status = EXIT_OURS;
    return is_sound(options);
}
