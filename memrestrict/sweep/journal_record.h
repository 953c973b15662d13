/* SPDX-License-Identifier: MIT
 *
 * What one trial of a sweep showed: which call site was made to fail, and how the program took it.
 * Journals hold these, and findings are made of them.
 */
#ifndef MEMRESTRICT_JOURNAL_RECORD_H
#define MEMRESTRICT_JOURNAL_RECORD_H

#include "base/string_list.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In rising order of harm. Up to HANDLED all is as it should be. */
enum reaction {
    REACTION_UNREACHED, /* nothing was made to fail: the call site was not met this time */
    REACTION_TOLERATED, /* the same result */
    REACTION_HANDLED,   /* it failed in its own words */
    REACTION_ABORTED,   /* it ended itself by a signal: abort(3), or a trap */
    REACTION_LEAKED,    /* the same result, but more is left at the end than in the reference */
    REACTION_SWALLOWED, /* exit status 0, but another output */
    REACTION_HUNG,      /* the time limit ended it */
    REACTION_CRASHED,   /* by a signal that it did not send itself */
    REACTION_CORRUPTED, /* it freed what was not its own, or a sanitizer or the C library said so */
    REACTIONS
};

/* Beyond what is as it should be. */
static inline bool reaction_is_wrong(enum reaction reaction) { return reaction > REACTION_HANDLED; }

/* "tolerated", "swallowed" ...: for people and machines, never changed. Static. */
const char *reaction_name(enum reaction reaction);
/* False: there is none of that name. */
bool reaction_of(const char *name, enum reaction *reaction);
/* What the program does, as the end of a sentence: "ends itself by a signal". Static. */
const char *reaction_meaning(enum reaction reaction);

struct journal_record {
    char *plan;    /* the fault plan, by which it can be done again */
    char *site;    /* the name of the call site that failed: 16 hexadecimal digits */
    char *call;    /* "malloc"; NULL: unknown */
    uint64_t size; /* bytes that were asked for */
    enum reaction reaction;
    int status;    /* of exit; -1: a signal ended it, or the time limit */
    int signal;    /* that ended it; 0: none */
    uint64_t time; /* nanoseconds */
    char *place;   /* where it went wrong: "parse_line (conf.c:41)"; the same for the same cause */
    char *key;     /* the same without the line, so that it outlives small changes */
    char *file;    /* of that place; NULL: unknown */
    int line;      /* 0: unknown */
    char *object;  /* of that place: "libxml2.so.2"; NULL: unknown */
    char *object_path;          /* where that is; NULL: unknown */
    char *origin;               /* where the allocation failed, in the same words as the place */
    bool is_nameless;           /* the call site's functions could not be told; in no journal */
    struct string_list stack;   /* of the place, innermost first, if that is not the call site */
    struct string_list caller;  /* the call site's */
    struct string_list met;     /* call sites that the reference does not know: their names, and
                                 * behind a / those of their innermost frames (site_index.h) */
    struct string_list files;   /* that are not as in the reference, in words */
    struct string_list command; /* the line of the process that died; empty: not known */
    char *kept;   /* of what it printed: the path without .stdout and .stderr; NULL: not kept */
    char *detail; /* what the program said last, or which blocks are left: some lines; or NULL */
};

void journal_record_free(struct journal_record *record); /* what is in it */

/* A new object; NULL: no memory. */
json_t *journal_record_to_json(const struct journal_record *record);
/* False: it is none, or there is no memory. */
bool journal_record_from_json(const json_t *json, struct journal_record *record);

/* A copy of a member, made safe (text.h): whoever wrote a journal may have put anything there.
 * NULL: it is no string, or there is no memory. */
char *journal_record_text(const json_t *json, const char *name);

#endif
