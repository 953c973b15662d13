/* SPDX-License-Identifier: MIT */
#include "sweep/work_queue.h"

#include "base/fault_modes.h"
#include "sweep/only_libraries.h"
#include "sweep/site_order.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 3 }; /* faults before the one that is tried */

struct known_site {
    char name[SITE_NAME];
    UT_hash_handle hh;
};

void work_queue_begin(struct work_queue *work, const struct sweep_options *options)
{
    *work = (struct work_queue){.options = options};
}

static char *plan_of(const struct work_queue *work, const struct task *before, const char *site,
                     const char *call, const char *mode)
{
    const struct sweep_options *options = work->options;
    char depth[16] = "", *plan;
    if (options->depth != 16)
        snprintf(depth, sizeof depth, ",depth=%u", options->depth);
    int length =
        asprintf(&plan, "%s%ssite=%s%s,%s%s%s%s", before != NULL ? before->plan : "",
                 before != NULL ? ";" : "", site, depth, call, mode,
                 options->only != NULL ? "," : "", options->only != NULL ? options->only : "");
    return length >= 0 ? plan : NULL;
}

/* A site that had no block `maps` memory itself: a plan must name such calls. */
static bool add_task(struct work_queue *work, const struct task *before, const char *site,
                     bool maps, unsigned mode)
{
    struct task *grown = reallocarray(work->tasks, work->count + 1, sizeof *work->tasks);
    if (grown == NULL)
        return false;
    work->tasks = grown;
    struct task *task = &work->tasks[work->count];
    *task = (struct task){
        .plan = plan_of(work, before, site, maps ? "call=*," : "", fault_modes_name(mode)),
        .ends_all = mode == EXPLORE_REST,
        .level = before != NULL ? before->level + 1 : 0};
    memcpy(task->site, site, SITE_NAME);
    work->count += task->plan != NULL;
    return task->plan != NULL;
}

/* By its name, so that all machines divide alike. */
static bool is_in_shard(const struct work_queue *work, const char *site)
{
    return strtoull(site, NULL, 16) % work->options->shards == work->options->shard_index;
}

static bool is_new(struct work_queue *work, const char *site)
{
    struct known_site *known;
    HASH_FIND_STR(work->known, site, known);
    return known == NULL;
}

static bool make_known(struct work_queue *work, const char *site)
{
    struct known_site *known = calloc(1, sizeof *known);
    if (known == NULL)
        return false;
    memcpy(known->name, site, SITE_NAME);
    HASH_ADD_STR(work->known, name, known);
    if (HASH_ADDED(known))
        return true;
    free(known);
    return false;
}

static bool add_tasks(struct work_queue *work, const struct task *before, const char *site,
                      bool maps, unsigned modes)
{
    bool done = true;
    for (unsigned mode = EXPLORE_ONCE; mode <= EXPLORE_REST && done; mode <<= 1)
        if (modes & work->options->modes & mode)
            done = add_task(work, before, site, maps, mode);
    return done;
}

/* What has the same innermost frames is known by them. */
static bool make_known_innermost(struct work_queue *work, const char *name)
{
    return !is_new(work, name) || make_known(work, name);
}

static bool add_known(struct work_queue *work, const struct indexed_site *site)
{
    char innermost[SITE_NAME];
    site_index_innermost(site, innermost);
    return make_known_innermost(work, innermost) && make_known(work, site->name);
}

/* All in one mode, then all in the next: a sweep that is stopped has seen the breadth. */
static bool add_in_order(struct work_queue *work, const struct indexed_site *const *sites,
                         size_t count)
{
    bool done = true;
    for (unsigned mode = EXPLORE_ONCE; mode <= EXPLORE_REST; mode <<= 1)
        for (size_t i = 0; i < count && done; i++)
            if (is_in_shard(work, sites[i]->name))
                done = add_tasks(work, NULL, sites[i]->name, sites[i]->calls == 0, mode);
    return done;
}

bool work_queue_add(struct work_queue *work, const struct site_index *index)
{
    const struct indexed_site **sites = site_order(index);
    bool done = sites != NULL;
    size_t all = HASH_COUNT(index->sites), count = 0;
    for (size_t i = 0; i < all && done; i++) {
        bool wanted = only_libraries_may_fit(work->options->only, sites[i]);
        work->left_out += !wanted;
        if (wanted)
            done = add_known(work, sites[count++] = sites[i]);
    }
    done = done && add_in_order(work, sites, count);
    free(sites);
    return done;
}

/* "NAME/INNERMOST" */
static bool add_met(struct work_queue *work, const struct task *before, const char *words)
{
    char name[SITE_NAME];
    if (strlen(words) != 2 * SITE_NAME - 1 || words[SITE_NAME - 1] != '/')
        return true;
    memcpy(name, words, SITE_NAME - 1);
    name[SITE_NAME - 1] = '\0';
    if (!is_new(work, name) || !is_new(work, words + SITE_NAME))
        return true;
    return make_known(work, words + SITE_NAME) && make_known(work, name) &&
           (before->level >= DEEPEST || add_tasks(work, before, name, false, UINT_MAX));
}

bool work_queue_add_met(struct work_queue *work, size_t task, const struct string_list *sites)
{
    struct task before = work->tasks[task]; /* the list may move */
    bool done = true;
    for (size_t i = 0; i < sites->count && done && !before.ends_all; i++)
        done = add_met(work, &before, sites->words[i]);
    return done;
}

const struct task *work_queue_take(struct work_queue *work, size_t *number)
{
    if (work->next == work->count)
        return NULL;
    *number = work->next++;
    return &work->tasks[*number];
}

const struct task *work_queue_task(const struct work_queue *work, size_t number)
{
    return &work->tasks[number];
}

void work_queue_end(struct work_queue *work)
{
    struct known_site *known, *next;
    for (size_t i = 0; i < work->count; i++)
        free(work->tasks[i].plan);
    free(work->tasks);
    HASH_ITER (hh, work->known, known, next) {
        HASH_DEL(work->known, known);
        free(known);
    }
    *work = (struct work_queue){.tasks = NULL};
}
