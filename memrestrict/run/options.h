/* SPDX-License-Identifier: MIT
 *
 * The command line of `memrestrict run`: every option, its value checked, and the help.
 */
#ifndef MEMRESTRICT_OPTIONS_H
#define MEMRESTRICT_OPTIONS_H

#include "base/terminal.h"
#include "engines/engine.h"
#include "run/explore_run.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What can be written to a file of its own, in the order of writing. */
enum report_kind {
    REPORT_TIMELINE,
    REPORT_VERDICT,
    REPORT_JSON,
    REPORT_JUNIT,
    REPORT_TAP,
    REPORT_PROMETHEUS,
    REPORT_MASSIF,
    REPORT_COLLAPSED,
    REPORT_SPEEDSCOPE,
    REPORT_SITE_LIST,
    REPORT_SITE_RECORDS, /* the sites go there instead of into the list */
    REPORT_LAYOUT,
    REPORT_COUNT
};

/* What the library is told through the environment, in the order of option_setting_names. */
enum option_setting {
    SETTING_LIMIT,
    SETTING_RESERVE,
    SETTING_COUNT,
    SETTING_PROGRAM,
    SETTING_ON_REFUSAL,
    SETTING_FAULT,
    SETTING_REPORT,
    SETTING_LEAKS,
    SETTINGS
};
extern const char *const option_setting_names[SETTINGS];

/* Strings are those of argv. */
struct run_options {
    char **argv;                    /* the program and its arguments */
    const char *settings[SETTINGS]; /* values as they were given; NULL: not given */
    uint64_t limit;                 /* bytes, or CONFIG_UNLIMITED; of the tree with scope_tree */
    uint64_t tree_limit;            /* the same */
    uint64_t reserve;               /* bytes */
    bool scope_tree;
    bool no_follow; /* programs whose environment lacks the library are left without */
    enum engine_kind engine;
    uint64_t time_limit;  /* nanoseconds; 0: none */
    uint64_t kill_after;  /* nanoseconds; 0: never */
    uint64_t interval;    /* nanoseconds, of the timeline */
    int error_exitcode;   /* 0: none */
    unsigned site_frames; /* 0: no call sites */
    bool leaks;           /* what is lost when a process ends */
    const char *suppress; /* a file of what is no finding of that; NULL: none */
    struct explore_options explore;
    const char *reports[REPORT_COUNT]; /* patterns of paths; NULL: not wanted */
    enum color color;
    bool no_subreaper;
    bool lenient; /* what was not limited is no failure */
    bool quiet, verbose;
};

/* Reads the command line; argv[0] is not looked at. False: it was not understood, which has been
 * said, or help was asked for and printed; *status is what to exit with. */
bool options_read(int argc, char **argv, struct run_options *options, int *status);

/* What holds for a setting: the option, or else the environment. NULL: neither is there. */
const char *options_setting(const struct run_options *options, enum option_setting which);

/* Are mappings made for the stacks of threads charged, too? */
bool options_count_stacks(const struct run_options *options);

/* Colours, in what is written there. */
bool options_want_color(const struct run_options *options, int fd);
/* Words on stderr, rather than only where something happened. */
bool options_want_words(const struct run_options *options);

/* What the help says between its first sentence and the options, which is not for this module to
 * know: written by `write`. */
void options_introduce(void (*write)(FILE *));
/* The help, to stdout. */
void options_print_help(void);

/* Is it a path in which %p, %e and %% may stand? */
bool options_is_pattern(const char *word);

/* The option of a report, "json" for --json. */
const char *option_of_report(enum report_kind kind);

#endif
