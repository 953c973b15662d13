/* SPDX-License-Identifier: MIT */
#include "run/options.h"

#include "common/config.h"
#include "base/argp_quoted.h"
#include "base/duration.h"
#include "base/fault_plan.h"
#include "base/fault_modes.h"
#include "base/message.h"
#include "base/string_file.h"
#include "base/values.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_FRAMES = 16, MOST_FRAMES = 64 };

/* Options without a letter. A report's key is KEY_REPORT + its kind. */
enum {
    KEY_SCOPE = 0x100,
    KEY_ENGINE,
    KEY_REPORT_PATTERN,
    KEY_SITES,
    KEY_LEAKS,
    KEY_LIST_LOST,
    KEY_SUPPRESS,
    KEY_INTERVAL,
    KEY_EXPLORE,
    KEY_EXPLORE_KNOWN,
    KEY_EXPLORE_MODES,
    KEY_EXPLORE_TIME,
    KEY_NO_FOLLOW,
    KEY_COLOR,
    KEY_NO_SUBREAPER,
    KEY_LENIENT,
    KEY_USAGE,
    KEY_REPORT
};

const char *const option_setting_names[SETTINGS] = {
    "MEMRESTRICT_LIMIT",      "MEMRESTRICT_RESERVE", "MEMRESTRICT_COUNT",  "MEMRESTRICT_PROGRAM",
    "MEMRESTRICT_ON_REFUSAL", "MEMRESTRICT_FAULT",   "MEMRESTRICT_REPORT", "MEMRESTRICT_LEAKS",
};

static const struct argp_option rows[] = {
    {NULL, 0, NULL, 0, "Budget:", 1},
    {"limit", 'l', "SIZE", 0, "what each process may use; with --scope=tree, all together", 0},
    {"scope", KEY_SCOPE, "process|tree", 0, "what --limit limits (default: process)", 0},
    {"tree-limit", 'L', "SIZE", 0, "what all processes together may use, beside --limit", 0},
    {"engine", KEY_ENGINE, "auto|preload|ptrace|rlimit|cgroup", 0,
     "what limits it (default: auto, the library where it reaches)", 0},
    {"reserve", 'r', "SIZE", 0, "a grace beyond the limit, open from the first refusal on", 0},
    {"count", 'c', "LIST", 0, "what is charged: heap,regions,stacks (default: heap,regions)", 0},
    {"program", 'p', "LIST", 0, "limit only the programs of these names or globs", 0},
    {"no-follow", KEY_NO_FOLLOW, NULL, 0, "not into programs started with an empty environment", 0},
    {"on-refusal", 'a', "WORD", 0, "errno (default), abort, stop or warn", 0},
    {"fault", 'f', "PLAN", 0, "let the calls fail that PLAN says, as call=malloc,nth=5", 0},
    {NULL, 0, NULL, 0, "Time and exit status:", 2},
    {"time", 't', "DURATION", 0, "end the program after this: 10, 0.5s, 5m, 1h; exit 124", 0},
    {"kill-after", 'k', "DURATION", 0, "kill it this long after that (default: 5s; 0: never)", 0},
    {"no-subreaper", KEY_NO_SUBREAPER, NULL, 0,
     "let processes whose parent ended go to init, not to memrestrict", 0},
    {"error-exitcode", 'e', "N", 0, "exit with N if anything was refused or lost, or not limited",
     0},
    {"lenient", KEY_LENIENT, NULL, 0, "what was not limited, or is not known, is no failure", 0},
    {NULL, 0, NULL, 0,
     "Verdict and reports (in FILE, %p is the program's process ID and %e its name; - is stdout):",
     3},
    {"output", 'o', "FILE", 0, "write the verdict there instead of to stderr", 0},
    {"json", KEY_REPORT + REPORT_JSON, "FILE", 0, "the outcome and all processes as JSON", 0},
    {"junit", KEY_REPORT + REPORT_JUNIT, "FILE", 0, "as JUnit XML", 0},
    {"tap", KEY_REPORT + REPORT_TAP, "FILE", 0, "as TAP", 0},
    {"prometheus", KEY_REPORT + REPORT_PROMETHEUS, "FILE", 0, "as metrics for node_exporter", 0},
    {"report", KEY_REPORT_PATTERN, "PATTERN", 0, "each process writes a summary there when it ends",
     0},
    {"color", KEY_COLOR, "auto|always|never", 0, "colours in the verdict (default: auto)", 0},
    {"quiet", 'q', NULL, 0, "no verdict", 0},
    {"verbose", 'v', NULL, 0, "a verdict and a table of processes, whatever happened", 0},
    {NULL, 0, NULL, 0, "Where the memory is:", 4},
    {"sites", KEY_SITES, "FRAMES", OPTION_ARG_OPTIONAL,
     "collect call sites, and print who held what", 0},
    {"leaks", KEY_LEAKS, NULL, 0,
     "print the blocks that nothing points to when a process ends, by call site", 0},
    {"suppress", KEY_SUPPRESS, "FILE", 0, "what FILE names is no leak: lines of leak:FUNCTION@FILE",
     0},
    {"massif", KEY_REPORT + REPORT_MASSIF, "FILE", 0, "call sites for ms_print", 0},
    {"collapsed", KEY_REPORT + REPORT_COLLAPSED, "FILE", 0, "as collapsed stacks for flame graphs",
     0},
    {"speedscope", KEY_REPORT + REPORT_SPEEDSCOPE, "FILE", 0, "as JSON for speedscope", 0},
    {"site-list", KEY_REPORT + REPORT_SITE_LIST, "FILE", 0,
     "all call sites, and where the program crashed, as JSON", 0},
    {"timeline", KEY_REPORT + REPORT_TIMELINE, "FILE", 0, "used bytes over time as CSV; see plot",
     0},
    {"interval", KEY_INTERVAL, "DURATION", 0, "between two looks of the timeline (default: 10ms)",
     0},
    {"layout", KEY_REPORT + REPORT_LAYOUT, "FILE", 0,
     "the address space at the first refusal, else before the end: .json, .svg or text", 0},
    /* What sweep asks of the runs that it starts; not for people. */
    {"list-lost", KEY_LIST_LOST, NULL, OPTION_HIDDEN, NULL, 0},
    {"site-records", KEY_REPORT + REPORT_SITE_RECORDS, "FILE", OPTION_HIDDEN, NULL, 0},
    {"explore", KEY_EXPLORE, "FOLDER", OPTION_HIDDEN, NULL, 0},
    {"explore-time", KEY_EXPLORE_TIME, "DURATION", OPTION_HIDDEN, NULL, 0},
    {"explore-modes", KEY_EXPLORE_MODES, "LIST", OPTION_HIDDEN, NULL, 0},
    {"explore-known", KEY_EXPLORE_KNOWN, "FILE", OPTION_HIDDEN, NULL, 0},
    {NULL, 0, NULL, 0, "Help:", 6},
    {"help", 'h', NULL, 0, "this text", 0},
    {"usage", KEY_USAGE, NULL, 0, "a short one", 0},
    {"version", 'V', NULL, 0, "the version", 0},
    {0},
};

static const char examples[] =
    "SIZE: 67108864, 64M, 1.5G or 64MiB (powers of 1024), 64MB (of 1000), unlimited.\n"
    "\n"
    "Examples:\n"
    "  memrestrict -l 64M sort big.txt              sort with at most 64 MiB\n"
    "  memrestrict -v sort big.txt                  how much does it need?\n"
    "  memrestrict -l 2G --scope=tree make -j8      a whole build within 2 GiB\n"
    "  memrestrict -l 64M -e 9 --junit=m.xml ./t    for CI: fail if anything was refused\n"
    "  memrestrict --timeline=t.csv ./t; memrestrict plot t.csv\n"
    "\n"
    "Exit status: the program's, and its signal; 124 the time limit of -t ended it,\n"
    "125 memrestrict failed, 126 the program cannot be executed, 127 it was not found; N of\n"
    "--error-exitcode.";

const char *options_setting(const struct run_options *options, enum option_setting which)
{
    const char *value = options->settings[which];
    return value != NULL ? value : getenv(option_setting_names[which]);
}

bool options_count_stacks(const struct run_options *options)
{
    const char *count = options_setting(options, SETTING_COUNT);
    return count != NULL && strstr(count, "stacks") != NULL;
}

bool options_want_color(const struct run_options *options, int fd)
{
    return options->color == COLOR_AUTO ? terminal_wants_color(fd) : options->color == COLOR_ALWAYS;
}

bool options_want_words(const struct run_options *options)
{
    return !options->quiet && (options->verbose || options->site_frames != 0 || options->leaks);
}

const char *option_of_report(enum report_kind kind)
{
    for (const struct argp_option *row = rows; row->name != NULL || row->doc != NULL; row++)
        if (row->key == KEY_REPORT + (int)kind || (row->key == 'o' && kind == REPORT_VERDICT))
            return row->name;
    return "?";
}

static error_t refuse(int key, const char *word, const char *accepted)
{
    return value_refuse(&(struct value){rows, key, word}, accepted);
}

static error_t take_setting(struct run_options *options, enum option_setting which, int key,
                            const char *word)
{
    return value_setting(&(struct value){rows, key, word}, option_setting_names[which],
                         &options->settings[which]);
}

static error_t take_size(int key, const char *word, uint64_t *bytes)
{
    return value_size(&(struct value){rows, key, word}, bytes);
}

static error_t take_duration(int key, const char *word, uint64_t *nanoseconds)
{
    return value_duration(&(struct value){rows, key, word}, nanoseconds);
}

static error_t take_interval(const char *word, uint64_t *nanoseconds)
{
    const uint64_t millisecond = 1000000;
    bool good = duration_parse(word, nanoseconds) && *nanoseconds >= millisecond;
    return good ? 0 : refuse(KEY_INTERVAL, word, DURATION_ACCEPTED ", at least 1ms");
}

/* What is nothing without --explore. */
static error_t take_explore(struct explore_options *explore, int key, const char *word)
{
    explore->option = key == KEY_EXPLORE_KNOWN   ? "explore-known"
                      : key == KEY_EXPLORE_MODES ? "explore-modes"
                                                 : "explore-time";
    if (key == KEY_EXPLORE_KNOWN)
        explore->known = word;
    if (key == KEY_EXPLORE_MODES)
        return fault_modes_read(word, &explore->modes) ? 0 : refuse(key, word, "once,keep,rest");
    if (key == KEY_EXPLORE_TIME &&
        (!duration_parse(word, &explore->time_limit) || explore->time_limit == 0))
        return refuse(key, word, DURATION_ACCEPTED ", not 0");
    return 0;
}

static error_t take_number(int key, const char *word, int least, int most, int *number)
{
    long value = 0;
    error_t error = value_number(&(struct value){rows, key, word}, least, most, &value);
    *number = (int)value;
    return error;
}

static error_t take_word(int key, const char *word, const char *accepted, int *place)
{
    return value_word(&(struct value){rows, key, word}, accepted, place);
}

bool options_is_pattern(const char *word)
{
    bool good = *word != '\0';
    for (const char *at = strchr(word, '%'); at != NULL && good; at = strchr(at + 2, '%'))
        good = at[1] != '\0' && strchr("pe%", at[1]) != NULL;
    return good;
}

static error_t take_report(struct run_options *options, enum report_kind kind, int key,
                           const char *pattern)
{
    if (!options_is_pattern(pattern))
        return refuse(key, pattern, "a file's path, in which %p, %e and %% may stand");
    options->reports[kind] = pattern;
    return 0;
}

static error_t take_limit(struct run_options *options, int key, const char *word)
{
    error_t error = take_size(key, word, &options->limit);
    options->settings[SETTING_LIMIT] = word;
    return error;
}

static error_t take_reserve(struct run_options *options, int key, const char *word)
{
    error_t error = take_setting(options, SETTING_RESERVE, key, word);
    return error != 0 ? error : take_size(key, word, &options->reserve);
}

static error_t take_other(int key, const char *word, struct run_options *options)
{
    int number = 0;
    error_t error = 0;
    switch (key) {
    case KEY_SCOPE:
        error = take_word(key, word, "process|tree", &number);
        options->scope_tree = number == 1;
        return error;
    case KEY_NO_FOLLOW: options->no_follow = true; return 0;
    case KEY_ENGINE:
        error = take_word(key, word, ENGINE_WORDS, &number);
        options->engine = (enum engine_kind)number;
        return error;
    case KEY_COLOR:
        error = take_word(key, word, "auto|always|never", &number);
        options->color = (enum color)number;
        return error;
    case KEY_SITES:
        number = DEFAULT_FRAMES;
        error = word != NULL ? take_number(key, word, 1, MOST_FRAMES, &number) : 0;
        options->site_frames = (unsigned)number;
        return error;
    case KEY_LEAKS:
        options->leaks = true;
        options->settings[SETTING_LEAKS] = "yes";
        return 0;
    case KEY_LIST_LOST: options->settings[SETTING_LEAKS] = "yes"; return 0;
    case KEY_SUPPRESS: return value_file(&(struct value){rows, key, word}, &options->suppress);
    case KEY_NO_SUBREAPER: options->no_subreaper = true; return 0;
    case KEY_LENIENT: options->lenient = true; return 0;
    case KEY_EXPLORE:
        options->explore.folder = word;
        return *word != '\0' ? 0 : refuse(key, word, "a folder's path");
    case KEY_EXPLORE_KNOWN:
    case KEY_EXPLORE_MODES:
    case KEY_EXPLORE_TIME: return take_explore(&options->explore, key, word);
    default:
        if (key < KEY_REPORT || key >= KEY_REPORT + REPORT_COUNT)
            return ARGP_ERR_UNKNOWN;
        return take_report(options, (enum report_kind)(key - KEY_REPORT), key, word);
    }
}

static error_t take(int key, char *word, struct argp_state *state)
{
    struct run_options *options = state->input;
    switch (key) {
    case 'l': return take_limit(options, key, word);
    case 'L': return take_size(key, word, &options->tree_limit);
    case 'r': return take_reserve(options, key, word);
    case 'c': return take_setting(options, SETTING_COUNT, key, word);
    case 'p': /* what is compared is never a path */
        if (strchr(word, '/') != NULL)
            return refuse(key, word, "names or globs with commas between, without folders");
        return take_setting(options, SETTING_PROGRAM, key, word);
    case 'a': return take_setting(options, SETTING_ON_REFUSAL, key, word);
    case 'f':
        options->settings[SETTING_FAULT] = word;
        return fault_plan_check("--fault", word) ? 0 : EINVAL;
    case KEY_REPORT_PATTERN:
        if (strcmp(word, "-") == 0) /* each process would write between the others' lines */
            return refuse(key, word, "stderr, or a file's path in which %p, %e and %% may stand");
        return take_setting(options, SETTING_REPORT, key, word);
    case 't': return take_duration(key, word, &options->time_limit);
    case 'k': return take_duration(key, word, &options->kill_after);
    case KEY_INTERVAL: return take_interval(word, &options->interval);
    case 'e': return take_number(key, word, 1, 255, &options->error_exitcode);
    case 'o': return take_report(options, REPORT_VERDICT, key, word);
    case 'q':
        options->quiet = true;
        options->verbose = false;
        return 0;
    case 'v':
        options->verbose = true;
        options->quiet = false;
        return 0;
    case 'h': options_print_help(); exit(EXIT_SUCCESS);
    case 'V': puts("memrestrict " MEMRESTRICT_VERSION); exit(EXIT_SUCCESS);
    case KEY_USAGE: argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK); return 0;
    case ARGP_KEY_ARGS: options->argv = state->argv + state->next; return 0;
    default: return take_other(key, word, options);
    }
}

static void (*write_introduction)(FILE *);

void options_introduce(void (*write)(FILE *)) { write_introduction = write; }

/* The introduction goes before the options. */
static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    struct string_file whole;
    if (key != ARGP_KEY_HELP_PRE_DOC || write_introduction == NULL)
        return (char *)text;
    FILE *memory = string_file_open(&whole);
    if (memory == NULL)
        return (char *)text;
    fputs(text, memory);
    write_introduction(memory);
    return string_file_close(&whole);
}

static const struct argp parser = {
    .options = rows,
    .parser = take,
    .args_doc = "[--] PROGRAM [ARG]...",
    .doc = "Runs PROGRAM with a budget of memory: past it, its allocations fail with ENOMEM. "
           "Says at the end whether anything was refused.\v",
    .help_filter = filter_help,
};

void options_print_help(void)
{
    struct argp help = parser;
    char doc[sizeof examples + 256];
    snprintf(doc, sizeof doc, "%s%s", parser.doc, examples);
    help.doc = doc;
    setenv("ARGP_HELP_FMT", "rmargin=99,opt-doc-col=31,no-dup-args-note", 0);
    argp_help(&help, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
              (char *)"memrestrict");
}

bool options_read(int argc, char **argv, struct run_options *options, int *status)
{
    const uint64_t second = 1000000000;
    *options = (struct run_options){.limit = CONFIG_UNLIMITED,
                                    .tree_limit = CONFIG_UNLIMITED,
                                    .kill_after = 5 * second,
                                    .interval = second / 100,
                                    .explore = {.time_limit = 5 * second, .modes = 1}};
    *status = EXIT_OURS;
    argv[0] = (char *)"memrestrict"; /* in messages, also where it was "run" */
    argp_err_exit_status = EXIT_OURS;
    if (argp_parse_quoted(&parser, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP, options) != 0)
        return false;
    if (options->argv == NULL || options->argv[0] == NULL) {
        message_usage("no program to run; accepted: memrestrict [OPTION]... PROGRAM [ARG]...");
        return false;
    }
    if (options->scope_tree && options->tree_limit != CONFIG_UNLIMITED) {
        message_usage(
            "--tree-limit: --scope=tree makes --limit the tree's; accepted: one of the two");
        return false;
    }
    return true;
}
