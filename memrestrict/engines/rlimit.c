/* SPDX-License-Identifier: MIT
 *
 * The engine of RLIMIT_DATA, setrlimit(2): the kernel refuses, and nobody is told. It counts what
 * is private and writable, the program's own data with it, so that is added to the limit.
 */
#include "base/elf_file.h"
#include "base/message.h"
#include "engines/engine.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct state {
    uint64_t bytes;
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

static void *prepare(const struct engine_run *run)
{
    struct state *state = malloc(sizeof *state);
    if (state == NULL) {
        message("no memory");
        return NULL;
    }
    state->bytes = run->limit;
    if (run->limit != OUTCOME_UNLIMITED &&
        __builtin_add_overflow(run->limit, own_data(run->program), &state->bytes))
        state->bytes = OUTCOME_UNLIMITED;
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

const struct engine engine_rlimit = {
    .name = "rlimit",
    .promise = "the kernel refuses with ENOMEM, each process alone, and nobody is told",
    .available = available,
    .prepare = prepare,
    .enter = enter,
    .collect = free,
};
