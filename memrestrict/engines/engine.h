/* SPDX-License-Identifier: MIT
 *
 * The ways of limiting a program, behind one face. The preload is the library's: of the others each
 * is a struct of a few functions. Where one of these is NULL, the engine has nothing to do there.
 */
#ifndef MEMRESTRICT_ENGINE_H
#define MEMRESTRICT_ENGINE_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdint.h>

enum engine_kind { ENGINE_AUTO, ENGINE_PRELOAD, ENGINE_PTRACE, ENGINE_RLIMIT, ENGINE_CGROUP };
/* The words for them, in this order, for an option's value. */
#define ENGINE_WORDS "auto|preload|ptrace|rlimit|cgroup"

struct engine_run {
    uint64_t limit, tree_limit;                 /* bytes, or OUTCOME_UNLIMITED */
    uint64_t reserve;                           /* bytes beyond it, from the first refusal on */
    bool count_stacks;                          /* mappings made for threads' stacks, too */
    const char *program;                        /* the executable's path; empty: not found */
    struct outcome *outcome;                    /* rows and warnings go there; the caller's */
    void (*on_stop)(void *context, int signal); /* the program was stopped by it */
    void *context;
};

struct engine {
    const char *name;
    bool sees_refusals; /* else "nothing refused" would be a guess */
    bool limits_trees;
    bool limits_trees_only; /* not each process by itself */
    const char *promise;    /* what it does at the limit, and what slips through */
    /* Can it be had here? If not, why: a static string. */
    bool (*available)(const char **why);
    /* NULL: it cannot be, and that has been said. */
    void *(*prepare)(const struct engine_run *run);
    /* In the program's process, just before exec. False: errno. */
    bool (*enter)(void *state);
    /* From outside, while the process waits to be let go. False: errno. */
    bool (*follow)(void *state, int pid);
    /* Without waiting; SIGCHLD says when there is more to do. True: the program has ended, *status
     * is as of waitpid(2). NULL: the caller waits for it as for any child. */
    bool (*attend)(void *state, int *status);
    /* Is it the program that it was to become, or dead? Goes with attend. */
    bool (*has_begun)(void *state);
    /* To all processes. NULL: as far as they can be told from outside. */
    void (*signal)(void *state, int signal);
    /* Another limit from now on: of all together, where the run has one for that, else of each.
     * False: errno, and it is as it was. */
    bool (*set)(void *state, uint64_t bytes);
    /* Is that one of the run's processes limited by it still? NULL: none can get away. */
    bool (*holds)(void *state, int pid);
    const char *why_free; /* it is not, in words */
    /* ... and where each process has it from its parent, of one that runs. */
    bool (*set_process)(void *state, int pid);
    /* What all processes of a run use now, of which one is `pid`, for another command: NULL: as
     * much as they have one by one. */
    uint64_t (*used_by_all)(int pid);
    /* The end: rows and warnings into the outcome; frees the state. */
    void (*collect)(void *state);
};

/* Never NULL, but for auto. */
const struct engine *engine_of(enum engine_kind kind);

extern const struct engine engine_ptrace, engine_rlimit, engine_cgroup;

#endif
