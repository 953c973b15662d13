/* SPDX-License-Identifier: MIT
 *
 * The words of a fault plan: the one table of them, and how the value of each is read.
 */
#ifndef MEMRESTRICT_PLAN_WORDS_H
#define MEMRESTRICT_PLAN_WORDS_H

#include "common/plan.h"

enum plan_word_kind {
    PLAN_CALL,
    PLAN_SIZE,
    PLAN_LIB,
    PLAN_CALLER,
    PLAN_SITE,
    PLAN_AT_DEPTH,
    PLAN_THREAD,
    PLAN_NTH,
    PLAN_AFTER,
    PLAN_EVERY,
    PLAN_CHANCE,
    PLAN_SEED,
    PLAN_MAX,
    PLAN_ONCE,
    PLAN_KEEP,
    PLAN_REST,
    PLAN_ARM,
    PLAN_WORD_KINDS
};

/* A value of a word: `length` characters in plans->text, which begins at `text`. */
struct plan_value {
    const char *text;
    struct plan_word word;
};

/* No pointers: they would cost each program's start a relocation. */
struct plan_row {
    char name[8];       /* with its = if it has a value */
    char accepted[176]; /* values, for people */
};

extern const struct plan_row plan_rows[PLAN_WORD_KINDS];

/* False: not understood. */
bool plan_read_value(struct plan *plan, enum plan_word_kind kind, const struct plan_value *value);

#endif
