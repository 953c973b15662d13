/* SPDX-License-Identifier: MIT */
#include "run/nested_run.h"

#include "base/size_words.h"
#include "run/options.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t smaller(uint64_t one, uint64_t other) { return one < other ? one : other; }

static uint64_t sum(uint64_t limit, uint64_t reserve)
{
    return limit > UINT64_MAX - reserve ? UINT64_MAX : limit + reserve;
}

void nested_run_read(struct nested_run *nested, const struct config *config)
{
    bool is_within = config->accounts[0] != '\0';
    nested->limit = is_within ? config->limit : CONFIG_UNLIMITED;
    nested->end = sum(nested->limit, config->reserve);
}

static void say_what_is_not_shared(struct outcome *outcome, uint64_t tree_limit)
{
    char size[SIZE_ROOM];
    outcome_warn(outcome,
                 "runs within another memrestrict, whose tree has %s: %s and what it starts have "
                 "as much again, beside it",
                 size_words(tree_limit, size), outcome->name);
}

void nested_run_lend(struct nested_run *nested, struct roster *roster, struct outcome *outcome,
                     bool joins)
{
    uint64_t tree = nested->outer != NULL ? outer_tree_limit(nested->outer) : OUTCOME_UNLIMITED;
    if (tree == OUTCOME_UNLIMITED)
        return;
    nested->loan = joins ? loan_open(roster, nested->outer) : NULL;
    if (nested->loan == NULL)
        say_what_is_not_shared(outcome, tree);
}

bool nested_run_start(struct nested_run *nested)
{
    if (nested->loan == NULL)
        return true;
    outer_lends(nested->outer);
    return loan_start(nested->loan);
}

/* A reserve ends where the first of both does. */
struct roster_limits nested_run_hold(struct nested_run *nested, struct outcome *outcome,
                                     uint64_t reserve)
{
    uint64_t end = smaller(sum(outcome->limit, reserve), nested->end);
    outcome->limit = smaller(outcome->limit, nested->limit);
    nested->reserve = end - outcome->limit;
    nested->outer = outer_open(getenv("MEMRESTRICT_ACCOUNTS"));
    uint64_t tree = nested->outer != NULL ? outer_tree_limit(nested->outer) : OUTCOME_UNLIMITED;
    bool is_smaller = tree < outcome->tree_limit;
    outcome->tree_limit = smaller(outcome->tree_limit, tree);
    return (struct roster_limits){
        .limit = outcome->limit,
        .tree_limit = outcome->tree_limit,
        .around = outcome->limit != OUTCOME_UNLIMITED && outcome->limit == nested->limit,
        .tree_around = is_smaller,
        .reserve = is_smaller ? 0 : reserve,
    };
}

void nested_run_variables(struct nested_run *nested, uint64_t limit, struct variable *variables)
{
    if (nested->limit == CONFIG_UNLIMITED)
        return;
    snprintf(nested->sizes[0], sizeof nested->sizes[0], "%llu", (unsigned long long)limit);
    snprintf(nested->sizes[1], sizeof nested->sizes[1], "%llu",
             (unsigned long long)nested->reserve);
    variables[0] = (struct variable){option_setting_names[SETTING_LIMIT], nested->sizes[0]};
    variables[1] = (struct variable){option_setting_names[SETTING_RESERVE], nested->sizes[1]};
}

void nested_run_close(struct nested_run *nested)
{
    if (loan_close(nested->loan))
        outer_close(nested->outer);
}
