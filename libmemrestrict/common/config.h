/* SPDX-License-Identifier: MIT
 *
 * The environment, read once and constant after start. The one table of settings; the only file
 * that reads the environment.
 */
#ifndef MEMRESTRICT_CONFIG_H
#define MEMRESTRICT_CONFIG_H

#include "common/size.h"
#include "common/writer.h"

enum on_refusal { REFUSAL_ERRNO, REFUSAL_ABORT, REFUSAL_STOP, REFUSAL_WARN };
enum count { COUNT_HEAP = 1, COUNT_REGIONS = 2, COUNT_STACKS = 4 };

#define CONFIG_UNLIMITED SIZE_UNLIMITED
enum { CONFIG_ACCOUNTS = 64 };

struct config {
    uint64_t limit;   /* bytes, or CONFIG_UNLIMITED */
    uint64_t reserve; /* bytes */
    unsigned count;   /* set of enum count */
    enum on_refusal on_refusal;
    const char *program;            /* patterns, or NULL for every program */
    const char *fault;              /* a plan (plan.h), which nobody has read yet; or NULL */
    const char *report;             /* "stderr", a path pattern, or NULL for none */
    char accounts[CONFIG_ACCOUNTS]; /* the path of a run's accounts; empty: none */
    bool leaks;                     /* when the process ends: which blocks does nothing lead to? */
    bool follow;                    /* programs that are started without the library get it back */
    uint64_t tree_limit; /* bytes: for a process that finds no place in them; or CONFIG_UNLIMITED */
};

struct setting {
    const char *name;
    bool (*parse)(const char *value, struct config *config); /* false: not understood */
    const char *accepted;                                    /* for the message */
    const char *help;                                        /* one line for people */
};

/* The table, ended by a row without a name. */
extern const struct setting config_settings[];

/* Reads settings from `environment` (as in environ(7); strings are kept, not copied) into *config.
 * A setting that cannot be understood, or is not in the table: false, with one line in *complaint.
 */
bool config_read(char **environment, struct config *config, struct text *complaint);

/* Does one of the comma-separated names or globs in `patterns` match the program's name? */
bool config_names(const char *patterns, const char *program);

#endif
