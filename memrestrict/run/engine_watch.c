/* SPDX-License-Identifier: MIT */
#include "run/engine_watch.h"

#include "base/message.h"
#include "common/proc.h"
#include "run/descendants.h"
#include "run/run_card.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct engine_watch {
    const struct engine *engine;
    void *state;
    struct outcome *outcome;
    uint64_t tree_limit;
    int helper;
    struct run_card_own *card;    /* NULL: it could not be made */
    struct descendants_told free; /* who got away, and has been told of */
};

struct engine_watch *engine_watch_open(const struct engine *engine, void *state,
                                       struct outcome *outcome)
{
    struct engine_watch *watch = malloc(sizeof *watch);
    if (watch == NULL) {
        message("no memory");
        return NULL;
    }
    *watch = (struct engine_watch){.engine = engine, .state = state, .outcome = outcome};
    watch->tree_limit = outcome->tree_limit;
    watch->card = run_card_show(engine, outcome, false);
    return watch;
}

static void tell(struct engine_watch *watch, int pid, int parent)
{
    struct proc_stat stat;
    char *program = proc_stat_of(pid, &stat) == 0 ? strdup(stat.name) : NULL;
    struct process *process = program != NULL ? outcome_add(watch->outcome) : NULL;
    if (process == NULL) {
        free(program);
        return;
    }
    *process = (struct process){
        .pid = pid,
        .parent = parent,
        .program = program,
        .limit = OUTCOME_UNLIMITED,
        .coverage = COVERAGE_NONE,
        .why = watch->engine->why_free,
        .unjoined = true,
    };
}

static void check(void *context, int pid, int parent)
{
    struct engine_watch *watch = context;
    if (pid != watch->helper && !watch->engine->holds(watch->state, pid) &&
        !descendants_is_told(&watch->free, pid) && descendants_tell(&watch->free, pid))
        tell(watch, pid, parent);
}

void engine_watch_note_limit(struct outcome *outcome, uint64_t limit)
{
    uint64_t *held =
        outcome->tree_limit != OUTCOME_UNLIMITED ? &outcome->tree_limit : &outcome->limit;
    outcome->raised |= limit > *held;
    *held = limit;
}

struct setting {
    const struct engine_watch *watch;
    int error; /* errno's value of the first that could not be set */
};

static void set_one(void *context, int pid, int parent)
{
    struct setting *setting = context;
    const struct engine_watch *watch = setting->watch;
    (void)parent;
    if (!watch->engine->set_process(watch->state, pid) && setting->error == 0)
        setting->error = errno;
}

/* Twice, for the children of those that were not set yet. 0, or errno's value. */
static int set(const struct engine_watch *watch, uint64_t limit)
{
    struct setting setting = {watch, 0};
    if (watch->engine->set == NULL)
        return ENOTSUP;
    if (!watch->engine->set(watch->state, limit))
        return errno;
    for (int i = 0; i < 2 && watch->engine->set_process != NULL; i++)
        descendants_each(getpid(), set_one, &setting);
    return setting.error;
}

static void answer(struct engine_watch *watch, uint64_t limit)
{
    struct outcome *outcome = watch->outcome;
    bool is_tree = outcome->tree_limit != OUTCOME_UNLIMITED;
    uint64_t before = is_tree ? outcome->tree_limit : outcome->limit;
    int error = is_tree && limit == OUTCOME_UNLIMITED ? EINVAL : set(watch, limit);
    if (error == 0)
        engine_watch_note_limit(outcome, limit);
    if (error == 0)
        watch->tree_limit = outcome->tree_limit;
    else if (error != EINVAL)
        set(watch, before);
    run_card_answer(watch->card, outcome, error);
}

void engine_watch_look(struct engine_watch *watch, int helper)
{
    uint64_t limit;
    watch->helper = helper;
    if (watch->engine->holds != NULL)
        descendants_each(getpid(), check, watch);
    if (run_card_asks(watch->card, &limit))
        answer(watch, limit);
}

void engine_watch_close(struct engine_watch *watch)
{
    if (watch == NULL)
        return;
    watch->outcome->tree_limit =
        watch->tree_limit; /* what others said of it was of the beginning */
    run_card_hide(watch->card);
    descendants_told_free(&watch->free);
    free(watch);
}
