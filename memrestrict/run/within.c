/* SPDX-License-Identifier: MIT */
#include "run/within.h"

#include "base/size_words.h"
#include "run/options.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t smaller(uint64_t one, uint64_t other) { return one < other ? one : other; }

static uint64_t sum(uint64_t limit, uint64_t reserve)
{
    return limit > UINT64_MAX - reserve ? UINT64_MAX : limit + reserve;
}

void within_read(struct within *within, const struct config *config)
{
    bool is_within = config->accounts[0] != '\0';
    within->limit = is_within ? config->limit : CONFIG_UNLIMITED;
    within->end = sum(within->limit, config->reserve);
}

static void say_what_is_not_shared(struct outcome *outcome, uint64_t tree_limit)
{
    char size[SIZE_ROOM];
    outcome_warn(outcome,
                 "runs within another memrestrict, whose tree has %s: %s and what it starts have "
                 "as much again, beside it",
                 size_words(tree_limit, size), outcome->name);
}

void within_lend(struct within *within, struct roster *roster, struct outcome *outcome, bool joins)
{
    uint64_t tree = within->outer != NULL ? outer_tree_limit(within->outer) : OUTCOME_UNLIMITED;
    if (tree == OUTCOME_UNLIMITED)
        return;
    within->loan = joins ? loan_open(roster, within->outer) : NULL;
    if (within->loan == NULL)
        say_what_is_not_shared(outcome, tree);
}

bool within_start(struct within *within)
{
    if (within->loan == NULL)
        return true;
    outer_lends(within->outer);
    return loan_start(within->loan);
}

/* A reserve ends where the first of both does. */
struct roster_limits within_hold(struct within *within, struct outcome *outcome, uint64_t reserve)
{
    uint64_t end = smaller(sum(outcome->limit, reserve), within->end);
    outcome->limit = smaller(outcome->limit, within->limit);
    within->reserve = end - outcome->limit;
    within->outer = outer_open(getenv("MEMRESTRICT_ACCOUNTS"));
    uint64_t tree = within->outer != NULL ? outer_tree_limit(within->outer) : OUTCOME_UNLIMITED;
    bool is_smaller = tree < outcome->tree_limit;
    outcome->tree_limit = smaller(outcome->tree_limit, tree);
    return (struct roster_limits){
        .limit = outcome->limit,
        .tree_limit = outcome->tree_limit,
        .around = outcome->limit != OUTCOME_UNLIMITED && outcome->limit == within->limit,
        .tree_around = is_smaller,
        .reserve = is_smaller ? 0 : reserve,
    };
}

void within_variables(struct within *within, uint64_t limit, struct launch_variable *variables)
{
    if (within->limit == CONFIG_UNLIMITED)
        return;
    snprintf(within->sizes[0], sizeof within->sizes[0], "%llu", (unsigned long long)limit);
    snprintf(within->sizes[1], sizeof within->sizes[1], "%llu",
             (unsigned long long)within->reserve);
    variables[0] = (struct launch_variable){option_setting_names[SETTING_LIMIT], within->sizes[0]};
    variables[1] =
        (struct launch_variable){option_setting_names[SETTING_RESERVE], within->sizes[1]};
}

void within_close(struct within *within)
{
    if (loan_close(within->loan))
        outer_close(within->outer);
}
