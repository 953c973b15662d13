/* SPDX-License-Identifier: MIT
 *
 * What a process had lost when it ended, as its own library found it: blocks that nothing pointed
 * to, by call site. A part of the outcome; a process can lie about itself.
 */
#ifndef MEMRESTRICT_OUTCOME_LEAKS_H
#define MEMRESTRICT_OUTCOME_LEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct leak_amount {
    uint64_t bytes, blocks;
};

enum leaks_look {
    LEAKS_NOT_SEEN,   /* nobody was there to look */
    LEAKS_NOT_LOOKED, /* it did not come to its end by exit or _exit */
    LEAKS_LOOKED,
    LEAKS_CANNOT
};

/* What one call site has lost. */
struct leak {
    uint64_t site;               /* the name of the stack, the same in every run; 0: it has none */
    char *place;                 /* "parse_line (conf.c:41)" */
    char *key;                   /* "parse_line@conf.c", for suppressions */
    char **stack;                /* the same as `place` of each frame, innermost first */
    size_t depth;                /* frames */
    struct leak_amount lost;     /* nothing points to them, ... */
    struct leak_amount led;      /* ... and to these, of any site, only what is lost of this one */
    struct leak_amount within;   /* what points to them is lost, of the site `by` first of all */
    struct leak_amount possible; /* only addresses in their midst were found: no finding */
    uint64_t by;
    char *by_place;  /* NULL: none */
    bool suppressed; /* its lost blocks are no finding */
};

struct leaks {
    enum leaks_look look;
    const char *reason;     /* of LEAKS_CANNOT, static; else NULL */
    uint64_t threads, deaf; /* others that were stopped for it, and could not be */
    uint64_t nanoseconds;   /* that it took */
    struct leak_amount lost, within, possible, reached; /* all, suppressed or not */
    struct leak_amount inherited;  /* lost, but the parent's from before a fork: in none of these */
    struct leak_amount suppressed; /* of those that are lost */
    struct leak *list;             /* most bytes lost first */
    size_t count;
};

/* What is lost and not suppressed: the findings. */
struct leak_amount leaks_found(const struct leaks *leaks);
/* How many call sites have any. */
size_t leaks_places(const struct leaks *leaks);
/* Frees what is in it. */
void leaks_free(struct leaks *leaks);

#endif
