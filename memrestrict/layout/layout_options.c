/* SPDX-License-Identifier: MIT */
#include "layout/layout_options.h"

#include "base/message.h"
#include "base/values.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_AT = 0x100, KEY_CHECK, KEY_HEAP_ROOM, KEY_ALL, KEY_SVG, KEY_JSON, KEY_WATCH, KEY_COLOR };

static const char moments[] = "start|main|exit|refusal|peak";

static const uint64_t second = 1000000000, least_watch = 10000000;

static const struct argp_option rows[] = {
    {NULL, 0, NULL, 0, "A program that is started:", 1},
    {"at", KEY_AT, "start|main|exit|refusal|peak", 0,
     "when to look: before its first instruction, at main (default), when it ends, when it is "
     "first refused memory, or when it had the most",
     0},
    {"limit", 'l', "SIZE", 0, "give it a budget, as run does", 0},
    {NULL, 0, NULL, 0, "Faults:", 2},
    {"check", KEY_CHECK, NULL, 0, "exit with status 1 if there is a fault", 0},
    {"heap-room", KEY_HEAP_ROOM, "SIZE", 0,
     "with less than this above it, the heap is boxed in (default: 16M)", 0},
    {NULL, 0, NULL, 0, "What is shown (FILE - is stdout):", 3},
    {"all", KEY_ALL, NULL, 0, "each mapping in a row of its own", 0},
    {"quiet", 'q', NULL, 0, "the faults alone, no picture", 0},
    {"svg", KEY_SVG, "FILE", 0, "the picture as SVG, light or dark as the viewer is", 0},
    {"json", KEY_JSON, "FILE", 0, "all mappings and faults as JSON", 0},
    {"watch", KEY_WATCH, "DURATION", OPTION_ARG_OPTIONAL,
     "look again and again (default: each 1s), with what changed marked", 0},
    {"color", KEY_COLOR, "auto|always|never", 0, "colours (default: auto)", 0},
    {0},
};

const char *layout_moment_id(enum start_moment moment)
{
    static const char *const ids[] = {"start", "main", "exit", "refusal", "peak"};
    return ids[moment];
}

static error_t take_watch(const struct value *value, struct layout_options *options)
{
    options->watch = second;
    if (value->word == NULL)
        return 0;
    error_t error = value_duration(value, &options->watch);
    return error == 0 && options->watch < least_watch ? value_refuse(value, "at least 10ms")
                                                      : error;
}

static error_t take(int key, char *word, void *into)
{
    struct layout_options *options = into;
    struct value value = {rows, key, word};
    int place = 0;
    error_t error = 0;
    switch (key) {
    case KEY_AT:
        error = value_word(&value, moments, &place);
        options->moment = (enum start_moment)place;
        options->says_moment = true;
        return error;
    case 'l': return value_setting(&value, "MEMRESTRICT_LIMIT", &options->limit);
    case KEY_CHECK: options->check = true; return 0;
    case KEY_HEAP_ROOM: return value_size(&value, &options->heap_room);
    case KEY_ALL: options->all = true; return 0;
    case 'q': options->quiet = true; return 0;
    case KEY_SVG: return value_file(&value, &options->svg);
    case KEY_JSON: return value_file(&value, &options->json);
    case KEY_WATCH: return take_watch(&value, options);
    case KEY_COLOR: return value_word(&value, "auto|always|never", &options->color);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Shows the address space of a process, or of a program that it starts and stops, as a picture, "
    "and names what is wrong with it."
    "\vExamples:\n"
    "  memrestrict layout 1234                    the process of this ID\n"
    "  memrestrict layout python3                 a program, when it comes to main\n"
    "  memrestrict layout --at=refusal ./prog     where memory is refused to it\n"
    "  memrestrict layout --check -q ./prog       for CI: is there a fault?\n"
    "  memrestrict layout --svg=map.svg --json=map.json 1234\n\n"
    "A word of digits alone is a process ID; a program of that name is run as ./1234.\n\n"
    "Exit status: 0; 1 with --check, there is a fault; 125 memrestrict failed; 126 and 127 as run.";

/* Digits alone are a process; one that cannot be is -1. 0: it is a program. */
static int pid_of(const char *word)
{
    if (*word == '\0' || word[strspn(word, "0123456789")] != '\0')
        return 0;
    errno = 0;
    long number = strtol(word, NULL, 10);
    return errno == 0 && number > 0 && number <= INT_MAX ? (int)number : -1;
}

/* What does not go together. */
static bool is_sound(const struct layout_options *options, int count)
{
    bool one_out =
        options->svg != NULL && options->json != NULL && strcmp(options->svg, options->json) == 0;
    if (options->pid < 0)
        message_usage("%s: is no process ID; accepted: one from 1 on, or a program (./%s)",
                      options->argv[0], options->argv[0]);
    else if (options->pid != 0 && count > 1)
        message_usage("too many words; accepted: one process ID, or a program and its arguments");
    else if (options->pid != 0 && options->limit != NULL)
        message_usage("--limit: is for a program that is started; accepted: a program");
    else if (options->pid != 0 && options->says_moment)
        message_usage("--at: is for a program that is started; accepted: a program");
    else if (options->pid == 0 && options->watch != 0)
        message_usage("--watch: is for a process that runs; accepted: a process ID");
    else if (options->watch != 0 &&
             (options->svg != NULL || options->json != NULL || options->check))
        message_usage("--watch: goes on and on; accepted: without --svg, --json and --check");
    else if (one_out)
        message_usage("--svg and --json: both go to %s; accepted: a file for each",
                      strcmp(options->json, "-") == 0 ? "standard output" : options->json);
    else
        return true;
    return false;
}

bool layout_options_read(int argc, char **argv, struct layout_options *options, int *status)
{
    const struct arguments arguments = {
        .name = "memrestrict layout",
        .words = "PID | [--] PROGRAM [ARG]...",
        .doc = doc,
        .program = true,
        .options = rows,
        .take = take,
        .into = options,
    };
    int count;
    *options = (struct layout_options){.moment = START_MAIN, .heap_room = 16 << 20};
    if (!arguments_read(&arguments, argc, argv, &options->argv, &count, status))
        return false;
    options->pid = pid_of(options->argv[0]);
    *status = EXIT_OURS;
    return is_sound(options, count);
}
