/* SPDX-License-Identifier: MIT
 *
 * The grammar of fault plans: which calls are to fail. Plans have ; between them, a plan's words
 * have commas between, and filters say which calls match, triggers which of those that match fail.
 * The library follows what is read here; the command reads it too, to refuse a bad one itself.
 */
#ifndef MEMRESTRICT_PLAN_H
#define MEMRESTRICT_PLAN_H

#include "common/calls.h"
#include "common/writer.h"

enum {
    PLAN_MOST = 8,     /* plans at a time */
    PLAN_WORDS = 8,    /* of a filter in one plan */
    PLAN_TEXT = 2048,  /* characters of all, with a final zero */
    PLAN_DEPTH = 16,   /* frames that a site's name is made of, if nobody says otherwise */
    PLAN_DEEPEST = 64, /* the most */
    PLAN_FRAMES = 16   /* of a stack that caller= looks through */
};

#define PLAN_UNLIMITED UINT64_MAX
/* What all of p= is: in so many calls all fail. */
#define PLAN_CERTAIN (UINT64_C(1) << 32)

/* A part of the text. */
struct plan_word {
    uint16_t at, length;
};

/* From first to last, each step-th. */
struct plan_range {
    uint64_t first, last, step;
};

enum plan_who { PLAN_MAIN, PLAN_OTHERS, PLAN_NUMBER, PLAN_NAME };

struct plan_thread {
    enum plan_who who;
    uint32_t number;       /* of PLAN_NUMBER: 1 is the main thread, others as they were made */
    struct plan_word name; /* of PLAN_NAME: a glob */
};

enum plan_arm {
    PLAN_FROM_START,
    PLAN_FROM_MAIN,
    PLAN_FROM_SIGNAL,
    PLAN_FROM_FILE, /* when it exists */
    PLAN_FROM_SET   /* when the command says so */
};

struct plan {
    uint32_t calls; /* set of 1 << enum call */
    struct plan_range sizes[PLAN_WORDS];
    struct plan_word libs[PLAN_WORDS], callers[PLAN_WORDS];
    uint64_t sites[PLAN_WORDS];
    struct plan_thread threads[PLAN_WORDS];
    uint8_t size_count, lib_count, caller_count, site_count, thread_count; /* 0: all match */
    uint8_t depth;

    struct plan_range nth;
    uint64_t after;        /* so many are spared */
    uint64_t every;        /* 0: not given */
    uint64_t chance, seed; /* of PLAN_CERTAIN, if `random` */
    bool random, seeded;
    uint64_t most; /* faults, or PLAN_UNLIMITED */
    bool keep;     /* from the first fault on all that match, */
    bool rest;     /* or all of `calls`, whatever else is said */

    enum plan_arm arm;
    int signal;            /* of PLAN_FROM_SIGNAL */
    struct plan_word path; /* of PLAN_FROM_FILE */
    struct plan_word text; /* all of this plan */
};

struct plans {
    unsigned count;
    struct plan of[PLAN_MOST];
    char text[PLAN_TEXT];
};

/* Where in the text, in characters, it could not be understood; and what would be: static. */
struct plan_error {
    size_t at, length;
    const char *accepted;
};

/* False: *error says why. */
bool plan_read(struct plans *plans, const char *text, struct plan_error *error);
/* One line for people, and below it the plan with a caret under the word. `where` is the option or
 * the variable that it was given by. */
void plan_explain(struct text *complaint, const char *where, const char *text,
                  const struct plan_error *error);

/* Does a plan draw lots without a seed? Then it is to be given one. */
bool plan_wants_seed(const struct plans *plans);
/* Writes the text with a seed for each plan that wants one. False: it does not fit. */
bool plan_seed(const struct plans *plans, uint64_t seed, char text[PLAN_TEXT]);

#endif
