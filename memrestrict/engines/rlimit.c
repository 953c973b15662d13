/* SPDX-License-Identifier: MIT
 *
 * The engine of RLIMIT_DATA, setrlimit(2): the kernel refuses, and nobody is told. It counts what
 * is private and writable, the program's own data with it, so that is added to the limit.
 */
#include "base/elf_file.h"
#include "base/message.h"
#include "engines/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct state {
    uint64_t own; /* the program's data */
    uint64_t bytes, before;
};

static bool available(const char **why)
{
    *why = NULL;
    return true;
}

/* 0 also of what is no executable. */
static uint64_t own_data(const char *path)
{
    struct elf_file file;
    if (!elf_file_open(&file, path))
        return 0;
    uint64_t bytes = elf_file_data(&file);
    elf_file_close(&file);
    return bytes;
}

static uint64_t with_own(const struct state *state, uint64_t limit)
{
    return limit < OUTCOME_UNLIMITED - state->own ? limit + state->own : OUTCOME_UNLIMITED;
}

static void *prepare(const struct engine_run *run)
{
    struct state *state = malloc(sizeof *state);
    if (state == NULL) {
        message("no memory");
        return NULL;
    }
    state->own = own_data(run->program);
    state->before = state->bytes = with_own(state, run->limit);
    run->outcome->unobserved = run->limit != OUTCOME_UNLIMITED;
    return state;
}

/* A limit that is there already and lower stays. */
static bool enter(void *context)
{
    const struct state *state = context;
    struct rlimit limit;
    if (state->bytes == OUTCOME_UNLIMITED)
        return true;
    if (getrlimit(RLIMIT_DATA, &limit) != 0)
        return false;
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > state->bytes)
        limit.rlim_max = (rlim_t)state->bytes;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > limit.rlim_max)
        limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_DATA, &limit) == 0;
}

/* Of the main program's data again, as in the beginning. */
static bool set(void *context, uint64_t bytes)
{
    struct state *state = context;
    state->before = state->bytes;
    state->bytes = with_own(state, bytes);
    return true;
}

/* Who has set itself another limit keeps that. Only root may raise one. */
static bool set_process(void *context, int pid)
{
    const struct state *state = context;
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_DATA, NULL, &limit) != 0)
        return errno == ESRCH;
    if (limit.rlim_max != (rlim_t)state->before || limit.rlim_max == (rlim_t)state->bytes)
        return true;
    bool is_lower = limit.rlim_cur < limit.rlim_max && limit.rlim_cur <= (rlim_t)state->bytes;
    limit.rlim_max = (rlim_t)state->bytes;
    limit.rlim_cur = is_lower ? limit.rlim_cur : limit.rlim_max;
    return prlimit(pid, RLIMIT_DATA, &limit, NULL) == 0 || errno == ESRCH;
}

const struct engine engine_rlimit = {
    .name = "rlimit",
    .promise = "the kernel refuses with ENOMEM, each process alone, and nobody is told",
    .available = available,
    .prepare = prepare,
    .enter = enter,
    .set = set,
    .set_process = set_process,
    .collect = free,
};
