/* SPDX-License-Identifier: MIT
 *
 * What a sweep has still to try: a fault plan for each call site and mode. Sites that are met only
 * after a fault are added with the plan that leads to them, until no trial meets another.
 */
#ifndef MEMRESTRICT_WORK_QUEUE_H
#define MEMRESTRICT_WORK_QUEUE_H

#include "sweep/sweep_options.h"
#include "sweep/site_index.h"

struct task {
    char *plan;
    char site[SITE_NAME]; /* the last that it makes fail */
    unsigned level;       /* faults that it takes to get there, before its own */
    bool ends_all;        /* whatever it meets then has failed with it */
};

struct known_site;

struct work_queue {
    const struct sweep_options *options;
    struct task *tasks;
    size_t count, next;
    size_t left_out;          /* sites that --only cannot mean */
    struct known_site *known; /* all that were met so far */
};

void work_queue_begin(struct work_queue *work, const struct sweep_options *options);
/* Adds the call sites of the reference; in a shard, its own part of them. False: no memory. */
bool work_queue_add(struct work_queue *work, const struct site_index *index);
/* Of sites with the same innermost frames only one is added: else each error message would be
 * tried anew for each call site that leads to it.
 * Adds those of the sites that the trial of a task met which are new. False: no memory. */
bool work_queue_add_met(struct work_queue *work, size_t task, const struct string_list *sites);
/* The next one, by its number; good until more is added. NULL: there is none now. */
const struct task *work_queue_take(struct work_queue *work, size_t *number);
const struct task *work_queue_task(const struct work_queue *work, size_t number);
void work_queue_end(struct work_queue *work);

#endif
