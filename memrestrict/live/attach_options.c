/* SPDX-License-Identifier: MIT */
#include "live/attach_options.h"

#include "base/arguments.h"
#include "base/message.h"
#include "base/values.h"
#include "common/config.h"

#include <limits.h>
#include <stdlib.h>

/* Options without a letter. A report's key is KEY_REPORT + its kind. */
enum { KEY_SCOPE = 0x100, KEY_TREE, KEY_LENIENT, KEY_COLOR, KEY_REPORT };

static const struct argp_option rows[] = {
    {NULL, 0, NULL, 0, "Budget:", 1},
    {"limit", 'l', "SIZE", 0, "what it may have; with --scope=tree, all together", 0},
    {"tree", KEY_TREE, NULL, 0, "its descendants too: those that are there, and those to come", 0},
    {"scope", KEY_SCOPE, "process|tree", 0, "what --limit limits (default: process)", 0},
    {"tree-limit", 'L', "SIZE", 0, "what all together may have, beside --limit", 0},
    {"reserve", 'r', "SIZE", 0, "a grace beyond the limit, open from the first refusal on", 0},
    {"count", 'c', "LIST", 0, "what is charged: heap,regions,stacks (default: heap,regions)", 0},
    {NULL, 0, NULL, 0, "Time and exit status:", 2},
    {"time", 't', "DURATION", 0, "leave it after this: 10, 0.5s, 5m, 1h", 0},
    {"error-exitcode", 'e', "N", 0, "exit with N if anything was refused, or not limited", 0},
    {"lenient", KEY_LENIENT, NULL, 0, "what was not limited is no failure", 0},
    {NULL, 0, NULL, 0,
     "Verdict and reports (in FILE, %p is PID and %e its program's name; - is stdout):", 3},
    {"output", 'o', "FILE", 0, "write the verdict there instead of to stderr", 0},
    {"json", KEY_REPORT + REPORT_JSON, "FILE", 0, "the outcome and all processes as JSON", 0},
    {"junit", KEY_REPORT + REPORT_JUNIT, "FILE", 0, "as JUnit XML", 0},
    {"tap", KEY_REPORT + REPORT_TAP, "FILE", 0, "as TAP", 0},
    {"prometheus", KEY_REPORT + REPORT_PROMETHEUS, "FILE", 0, "as metrics for node_exporter", 0},
    {"color", KEY_COLOR, "auto|always|never", 0, "colours in the verdict (default: auto)", 0},
    {"quiet", 'q', NULL, 0, "no verdict, and no word at the beginning", 0},
    {"verbose", 'v', NULL, 0, "a table of processes in any case", 0},
    {0},
};

static error_t take_report(const struct value *value, struct run_options *run, int kind)
{
    if (!options_is_pattern(value->word))
        return value_refuse(value, "a file's path, in which %p, %e and %% may stand");
    run->reports[kind] = value->word;
    return 0;
}

static error_t take_place(const struct value *value, const char *accepted, int *place)
{
    *place = 0;
    return value_word(value, accepted, place);
}

static error_t take_status(const struct value *value, struct run_options *run)
{
    long number = 0;
    error_t error = value_number(value, 1, 255, &number);
    run->error_exitcode = (int)number;
    return error;
}

static error_t take_rest(const struct value *value, struct attach_options *options)
{
    struct run_options *run = &options->run;
    int place;
    error_t error;
    switch (value->key) {
    case KEY_SCOPE:
        error = take_place(value, "process|tree", &place);
        run->scope_tree = place == 1;
        return error;
    case KEY_COLOR:
        error = take_place(value, "auto|always|never", &place);
        run->color = (enum color)place;
        return error;
    case 'o': return take_report(value, run, REPORT_VERDICT);
    case 'q':
    case 'v':
        run->quiet = value->key == 'q';
        run->verbose = value->key == 'v';
        return 0;
    default:
        if (value->key < KEY_REPORT || value->key >= KEY_REPORT + REPORT_COUNT)
            return ARGP_ERR_UNKNOWN;
        return take_report(value, run, value->key - KEY_REPORT);
    }
}

static error_t take(int key, char *word, void *into)
{
    struct attach_options *options = into;
    struct run_options *run = &options->run;
    const struct value value = {rows, key, word};
    switch (key) {
    case 'l': return value_size(&value, &run->limit);
    case 'L': return value_size(&value, &run->tree_limit);
    case 'r': return value_size(&value, &run->reserve);
    case 'c': return value_setting(&value, "MEMRESTRICT_COUNT", &run->settings[SETTING_COUNT]);
    case 't': return value_time(&value, &run->time_limit);
    case 'e': return take_status(&value, run);
    case KEY_TREE: options->tree = true; return 0;
    case KEY_LENIENT: run->lenient = true; return 0;
    default: return take_rest(&value, options);
    }
}

static const char doc[] =
    "Limits a process that runs already, without a restart: from now on its calls for memory fail "
    "with ENOMEM where they would pass the limit. It is charged with what it has. At Ctrl-C, "
    "SIGTERM, SIGHUP, SIGQUIT or after -t the command leaves it, and it runs on unharmed."
    "\vExamples:\n"
    "  memrestrict attach -l 64M 1234                    until Ctrl-C, or its end\n"
    "  memrestrict attach -l 2G --tree --scope=tree 1234 a process and all below it\n"
    "  memrestrict attach -l 64M -t 60 -e 9 1234         for a minute: was it met?\n"
    "\n"
    "Meanwhile each system call takes tens of microseconds more; what computes is not "
    "slower. For a program that is yet to be started, see memrestrict run.\n"
    "\n"
    "Exit status: 0 the process was left; its own status, or its signal, if it ended; 125 it "
    "cannot be had, which is said; N of --error-exitcode.";

/* What does not go together. */
static bool is_sound(const struct attach_options *options)
{
    const struct run_options *run = &options->run;
    bool is_tree = run->scope_tree || run->tree_limit != CONFIG_UNLIMITED;
    if (run->limit == CONFIG_UNLIMITED && (run->tree_limit == CONFIG_UNLIMITED || run->scope_tree))
        message_usage("attach: there is no limit; accepted: with --limit or --tree-limit");
    else if (run->scope_tree && run->tree_limit != CONFIG_UNLIMITED)
        message_usage(
            "--tree-limit: --scope=tree makes --limit the tree's; accepted: one of the two");
    else if (is_tree && !options->tree)
        message_usage("%s: its descendants are left alone; accepted: with --tree",
                      run->scope_tree ? "--scope=tree" : "--tree-limit");
    else
        return true;
    return false;
}

static bool read_pid(const char *word, int *pid)
{
    char *end;
    long number = strtol(word, &end, 10);
    *pid = (int)number;
    if (*word >= '0' && *word <= '9' && *end == '\0' && number > 0 && number <= INT_MAX)
        return true;
    message_usage("attach: '%.200s': this is no process ID; accepted: a number from 1 on", word);
    return false;
}

bool attach_options_read(int argc, char **argv, struct attach_options *options, int *status)
{
    char **words;
    int count;
    const struct arguments arguments = {
        .name = "memrestrict attach",
        .words = "PID",
        .doc = doc,
        .least = 1,
        .most = 1,
        .options = rows,
        .take = take,
        .into = options,
    };
    *options =
        (struct attach_options){.run = {.limit = CONFIG_UNLIMITED, .tree_limit = CONFIG_UNLIMITED}};
    if (!arguments_read(&arguments, argc, argv, &words, &count, status))
        return false;
    *status = EXIT_OURS;
    return read_pid(words[0], &options->pid) && is_sound(options);
}
